// The page around the checks: what it says of a trail is text, never markup.
"use strict";
(() => {
  const { say } = trail;
  const at = (id) => document.getElementById(id);
  const [form, key, file, drop, button, progress, result] = ["form", "key", "file", "drop", "check", "progress", "result"].map(at);
  const HEADS = {
    verified: ["good", "Verified", "Every byte is as it was signed by the key that you gave, and every entry is in the log."],
    tampered: ["wrong", "Not as it was made", "Something in this file is not what was signed. Do not rely on any of it."],
    incomplete: ["open", "Not proven", "Nothing wrong was found, but something is missing to prove it."],
  };
  const NOT_PROVEN = [
    "that the source systems recorded everything, and that events were true before they were read",
    "that the last entries of the subject were not dropped: no trail from before is compared here",
    "that the bank shows everyone the same log: no checkpoint kept elsewhere and no witness's signature is looked at here",
    "when the checkpoint was signed: time stamps are not checked here",
    "that the model gives these states and balances: that is not derived again here",
    "personal values that are cut out or withheld: only that something was committed to",
    "findings, sentences and tables: they are the console's reading, signed by it, not entries of its log",
  ];
  let dropped = null, run = 0;
  document.title = say(document.title);

  key.addEventListener("input", () => {
    run++; // what stands there, or is still being found out, is said of another key
    result.hidden = true;
    button.disabled = false;
    progress.textContent = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  file.addEventListener("change", () => {
    dropped = null;
    check();
  });
  for (const name of ["dragover", "dragenter"]) document.addEventListener(name, (event) => (event.preventDefault(), drop.classList.add("over")));
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    dropped = event.dataTransfer.files[0] || null;
    if (dropped) check();
  });

  async function check() {
    const chosen = dropped || file.files[0], mine = ++run;
    if (!chosen) return show("open", "No trail yet", "Choose a file or drop one.");
    result.hidden = true;
    button.disabled = true;
    try {
      const verdict = await trail.verify(chosen, key.value, (what, done, total) => {
        if (mine === run) progress.textContent = `${say(what)}: ${Math.floor((100 * done) / (total || 1))} %`;
      });
      if (mine === run) tell(chosen.name, verdict);
    } catch (error) {
      if (mine === run) show("open", "Not checked", error.message);
    } finally {
      if (mine === run) {
        button.disabled = false;
        progress.textContent = "";
      }
    }
  }

  function tell(name, verdict) {
    const [look, head, text] = HEADS[verdict.result];
    const said = { true: say("yes"), false: say("NO"), null: say("not judged") };
    show(look, head, text);
    result.dataset.verdict = verdict.result;
    result.dataset.class = verdict.class || "";
    result.dataset.index = verdict.index ?? "";
    for (const { class: kind, index, text: what } of verdict.problems)
      result.append(element("p", `${kind}${index === null ? "" : ` ${say("at entry {index}", { index })}`}: ${say(what)}`, "problem"));
    for (const what of verdict.missing) result.append(element("p", `${say("Missing")}: ${say(what)}`));
    const complete = verdict.complete_for_the_subject ? "yes, each number from 1 to the last is here or stands as a stub" : "not proven";
    const derivation = verdict.derivable === false
      ? "not derived again, here or by the program: every stream has a hole, or no beginning"
      : "not derived again here: the program does";
    const facts = [
      ["File", name],
      ["Subject", verdict.subject],
      ["Bytes intact", said[verdict.bytes_intact]],
      ["Signed by your key", said[verdict.signed]],
      ["In the log", verdict.in_the_log && !verdict.signed ? say("yes, by the key inside alone: that proves nothing") : said[verdict.in_the_log]],
      ["Payloads as committed", `${said[verdict.payloads_as_committed]}: ${verdict.payloads}`],
      ["Complete for the subject", say(complete)],
      ["Time stamp", say({ true: "there, not checked here: the program does", false: "there is none", null: "not judged" }[verdict.stamped])],
      ["Anchoring", say(verdict.signed ? "L0: signed; whether it is more is not checked here" : "none")],
      ["States and balances", say(derivation)],
      ["Entries", say("{count}, and {withheld} withheld", { count: counted(verdict.entries), withheld: counted(verdict.stubs) })],
      ["Log", verdict.checkpoint ? say("{origin}, {size} entries", verdict.checkpoint) : say("not judged")],
      ["Manifest's SHA-256", verdict.manifest],
      ["Key inside", verdict.key],
    ];
    const list = element("dl");
    for (const [term, value] of facts) list.append(element("dt", say(term)), element("dd", value || say("not known")));
    result.append(list, element("h2", say("Not proven by any of this")), element("ul"));
    for (const what of NOT_PROVEN) result.lastChild.append(element("li", say(what)));
  }

  function show(look, head, text) {
    result.replaceChildren(element("h2", say(head)), element("p", say(text)));
    result.className = `result ${look}`;
    for (const name of ["verdict", "class", "index"]) delete result.dataset[name];
    result.hidden = false;
  }

  function counted(number) {
    return number.toLocaleString(document.documentElement.lang);
  }

  function element(name, text = "", look = "") {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = look;
    made.dir = "auto";
    return made;
  }
})();
