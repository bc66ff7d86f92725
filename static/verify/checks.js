// The checks, in their order, on a file that never leaves this page. The same claims and classes as the program's
// (audit/trails/verify); it is a second implementation, which a test holds against the first.
"use strict";
(() => {
  const { Archive, Bad, Unsupported, sha256, hex, unhex, same, utf8, joined, textOf, documentOf, commitmentOf, u64 } = trail;
  const SIGNED_HEAD = utf8("trace-bundle/1 manifest\n");
  const BYTES = ["ARCHIVE", "CONTENT", "ORDER"];
  const COUNT = /^(?:0|[1-9][0-9]{0,17})$/;
  const SUM = /^[0-9a-f]{64}$/;
  const YIELD_EVERY = 2000; // entries between two looks at the page

  // `keyText`: the log's public key as given from elsewhere, "" without one; throws Error where it is none.
  async function verify(blob, keyText, progress = () => {}) {
    const pinned = keyText.trim() ? trail.keyOf(keyText) : null;
    const check = new Check(pinned, progress);
    await check.all(blob);
    return check.verdict();
  }

  class Check {
    constructor(pinned, progress) {
      Object.assign(this, { pinned, progress, problems: [], missing: [], manifest: {}, key: null, now: null, indexes: null });
      Object.assign(this, { intact: null, signed: null, inLog: null, committed: null, complete: null });
      Object.assign(this, { entries: 0, payloads: 0, stubs: 0, reasons: {} });
    }

    async all(blob) {
      if (!(await this.run(async () => (this.trail = await Archive.open(blob, trail.ORDER, this.progress))))) {
        if (this.problems.length) this.intact = false;
        return;
      }
      this.problems.push(...this.trail.problems);
      await this.run(() => this.sums());
      await this.run(() => this.listed());
      if (this.missing.length && !this.problems.length) return; // of a version that only a later program knows
      await this.run(() => this.signature());
      await this.run(() => this.checkpoint());
      await this.run(() => this.lines());
      await this.run(() => this.sequence());
      this.intact = !this.problems.some((bad) => BYTES.includes(bad.kind));
    }

    // One check; what it finds never keeps the next one from looking.
    async run(step) {
      try {
        await step();
        return true;
      } catch (error) {
        if (error instanceof Unsupported) this.missing.push(error.message);
        else if (error instanceof Bad) this.problems.push(error);
        else if (error instanceof DOMException) throw error; // the file cannot be read
        else this.problems.push(new Bad("CONTENT", `it is not understood (${error.name})`));
        return false;
      }
    }

    async sums() {
      const { digests } = this.trail;
      const names = Object.keys(digests).filter((name) => name !== "SHA256SUMS").sort();
      const lines = names.map((name) => `${digests[name]}  ${name}\n`);
      const told = await this.trail.text("SHA256SUMS");
      if (told === lines.join("")) return;
      const bad = names.find((name, i) => !told.split("\n").includes(lines[i].slice(0, -1)));
      throw new Bad("CONTENT", bad ? `${bad} does not give its sum in SHA256SUMS` : "SHA256SUMS is not as it was written");
    }

    async listed() {
      const raw = await this.trail.text("manifest.json"), found = raw.endsWith("}\n") ? documentOf(raw.slice(0, -1)) : null;
      if (!found || !isTold(found)) throw new Bad("CONTENT", "manifest.json is not as it was written");
      const { log, files } = found;
      this.manifest = found;
      if (found.format !== trail.FORMAT || log.entry_format !== "1")
        throw new Unsupported(`the format ${found.format} with entries ${log.entry_format} is not known to this page`);
      const listed = trail.ORDER.filter((name) => !trail.UNLISTED.includes(name)).sort();
      if (files.map((file) => file.name).sort().join("\n") !== listed.join("\n"))
        throw new Bad("CONTENT", "manifest.json does not list the files that are here");
      for (const { name, sha256: digest, bytes } of files)
        if (digest !== this.trail.digests[name] || bytes !== this.trail.places[name][1])
          throw new Bad("CONTENT", `${name} is not the file that the manifest names`);
    }

    // By the pinned key. The one inside says nothing of who signed, but must be the same.
    async signature() {
      const name = this.manifest.log ? this.manifest.log.origin : "";
      try {
        const pem = await this.trail.text("keys/log.pub.pem"), raw = trail.rawOf(pem);
        if (trail.pemOf(raw) !== pem) throw new Error();
        this.key = { name, raw };
      } catch {
        throw new Bad("SIGNATURE", "keys/log.pub.pem holds no key");
      }
      const message = joined(SIGNED_HEAD, await this.trail.whole("manifest.json"));
      if (!(await trail.isSigned(this.key.raw, await this.trail.whole("manifest.sig"), message))) {
        this.signed = false;
        throw new Bad("SIGNATURE", "manifest.sig is no signature of manifest.json");
      }
      if (!this.pinned) throw new Unsupported("no key was given: paste the log's public key, from elsewhere than this file");
      this.signed = same(this.pinned.raw, this.key.raw) && (this.pinned.name ?? name) === name;
      if (!this.signed) throw new Bad("SIGNATURE", `it is signed by the key ${trail.asText(this.key)}, which is not the one that you gave`);
    }

    async checkpoint() {
      if (!this.key) throw new Bad("SIGNATURE", "the checkpoint cannot be checked without a key");
      const found = await trail.checkpointOf(await this.trail.text("checkpoint"), this.key), log = this.manifest.log || {};
      if (log.origin !== found.origin || log.size !== String(found.size) || log.root !== hex(found.root))
        throw new Bad("PROOF", "the checkpoint is not the one that the manifest names");
      this.now = found;
    }

    // Each entry, its leaf and its payload, and each stub, on the way up to the root.
    async lines() {
      this.inLog = this.committed = false;
      const { scope, sequence, withheld } = this.manifest;
      this.indexes = sequence ? new Set() : null;
      const next = this.leaves();
      if (!this.now) {
        while ((await next()) !== undefined); // a changed line is named all the same
        return;
      }
      const proofs = this.trail.lines("proofs.jsonl");
      const root = await trail.rootFromMany(next, this.now.size, async () => {
        const line = await proofs.next(), found = line && trail.HASH.exec(textOf(line, "proofs.jsonl"));
        if (line && !found) throw new Bad("PROOF", "a line of proofs.jsonl is no hash");
        return found ? unhex(found[1]) : undefined;
      });
      if (!same(root, this.now.root)) throw new Bad("PROOF", "the entries and their proof do not give the root that was signed");
      const told = { ...withheld.entries }, counted = { ...this.reasons };
      const isCounted = Object.keys({ ...told, ...counted }).every((reason) => told[reason] === counted[reason]);
      if (this.entries !== scope.entries || !isCounted || scope.stubs !== this.stubs)
        throw new Bad("ORDER", "there are not as many entries and stubs as the manifest says");
      this.inLog = this.committed = true;
    }

    // Entries and stubs, merged by their place in the log.
    leaves() {
      const entries = this.entryLeaves(), stubs = this.stubLeaves(), ahead = [undefined, undefined];
      let before = -1, isFresh = true;
      return async () => {
        if (isFresh) [ahead[0], ahead[1], isFresh] = [await entries(), await stubs(), false];
        const [entry, stub] = ahead;
        if (!entry && !stub) return undefined;
        const which = !stub || (entry && entry.index < stub.index) ? 0 : 1, found = ahead[which];
        if (found.index <= before) throw new Bad("ORDER", "an entry stands twice", found.index + 1);
        ahead[which] = await (which ? stubs() : entries());
        before = found.index;
        if (this.indexes) this.indexes.add(found.index + 1);
        return found;
      };
    }

    entryLeaves() {
      const [entries, payloads, leaves] = ["entries.jsonl", "payloads.jsonl", "leaves.jsonl"].map((name) => this.trail.lines(name));
      let before = 0;
      return async () => {
        const line = await entries.next(), told = await leaves.next();
        if (line === undefined) {
          if (told !== undefined) throw new Bad("ORDER", "entries are missing at the end", indexed(told, before).index);
          if ((await payloads.next()) !== undefined) throw new Bad("ORDER", "payloads.jsonl has more lines than there are entries");
          return undefined;
        }
        const { index, leaf: stated } = indexed(told || new Uint8Array(0), before);
        const text = utf8Or(line), found = text === null ? null : trail.ENTRY.exec(text), leaf = trail.leafOf(line);
        if (found && found[2] !== String(index)) throw new Bad("ORDER", `entry ${found[2]} stands where ${index} belongs`, index);
        if (hex(leaf) !== stated) throw new Bad("CONTENT", "the entry does not give its leaf", index);
        if (!found) throw new Bad("CONTENT", "the entry is not in its canonical form", index);
        if (found[3] !== "sighting") {
          checkPayload(await payloads.next(), index, found[1]);
          this.payloads++;
        }
        before = index;
        if (++this.entries % YIELD_EVERY === 0) {
          this.progress("Checking entries", this.entries, this.manifest.scope ? this.manifest.scope.entries : this.entries);
          await new Promise((resume) => setTimeout(resume));
        }
        return { index: index - 1, leaf };
      };
    }

    stubLeaves() {
      const stubs = this.trail.lines("stubs.jsonl");
      let before = 0;
      return async () => {
        const line = await stubs.next();
        if (line === undefined) return undefined;
        const found = trail.STUB.exec(utf8Or(line) ?? "");
        if (!found) throw new Bad("CONTENT", "stubs.jsonl is not as it was written");
        if (Number(found[1]) <= before) throw new Bad("ORDER", `stub ${found[1]} stands behind ${before}`, Number(found[1]));
        before = Number(found[1]);
        this.stubs++;
        this.reasons[found[3]] = (this.reasons[found[3]] || 0) + 1;
        return { index: before - 1, leaf: unhex(found[2]) };
      };
    }

    // Every number from 1 to n is there, linked to the one before, up to the head that was signed.
    async sequence() {
      const told = this.manifest.sequence, lines = this.trail.lines("sequence.jsonl");
      if (told === null || told === undefined) {
        if ((await lines.next()) !== undefined) throw new Bad("SUBJECT_GAP", "there are numbers, but the manifest names nobody whose they are");
        return;
      }
      let link = sha256(Uint8Array.of(5), utf8(told.subject)), number = 0;
      for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
        const found = trail.NUMBERED.exec(utf8Or(line) ?? "");
        if (!found) throw new Bad("CONTENT", "sequence.jsonl is not as it was written");
        const index = Number(found[1]);
        if (Number(found[2]) !== ++number) throw new Bad("SUBJECT_GAP", `number ${number} is missing`, index);
        if (this.inLog && !this.indexes.has(index)) throw new Bad("SUBJECT_GAP", `number ${number} is not in this trail`, index);
        link = sha256(Uint8Array.of(4), link, u64(number), u64(index));
      }
      if (String(number) !== told.n) throw new Bad("SUBJECT_GAP", `there are ${number} numbers, and not ${told.n}`);
      if (hex(link) !== told.head) throw new Bad("LINK", "the numbers do not give the head that was signed");
      if (this.inLog && told.complete === true) this.complete = number > 0;
    }

    verdict() {
      const isShown = [this.intact, this.signed, this.inLog, this.committed].every((claim) => claim === true);
      const result = this.problems.length ? "tampered" : this.missing.length || !isShown ? "incomplete" : "verified";
      const first = this.problems.find((bad) => bad.index !== null) || this.problems[0];
      return {
        result,
        class: first ? first.kind : null,
        index: first ? first.index : null,
        bytes_intact: this.intact,
        signed: this.signed,
        in_the_log: this.inLog,
        payloads_as_committed: this.committed,
        complete_for_the_subject: this.complete,
        entries: this.entries,
        payloads: this.payloads,
        stubs: this.stubs,
        derivable: this.trail ? this.trail.places["derived.jsonl"]?.[1] > 0 : null,
        stamped: this.trail ? this.trail.places["checkpoint.tsr"]?.[1] > 0 : null,
        subject: String(this.manifest.subject ?? ""),
        checkpoint: this.now ? { origin: this.now.origin, size: this.now.size, root: hex(this.now.root) } : null,
        key: this.key ? trail.asText(this.key) : "",
        manifest: this.trail ? this.trail.digests["manifest.json"] : "",
        problems: this.problems.map((bad) => ({ class: bad.kind, index: bad.index, text: bad.message })),
        missing: this.missing,
      };
    }
  }

  // What audit/trails/verify/manifest.py asks of a manifest, so that neither takes what the other refuses.
  function isTold({ format, subject, model, scope, log, files, withheld, sequence }) {
    try {
      const texts = [format, subject, model.hash, log.entry_format, log.origin, ...files.map((file) => file.name)];
      const counts = [scope.entries, scope.stubs, ...Object.values(withheld.entries), ...files.map((file) => file.bytes)];
      const numbers = [log.size], hashes = [log.root, ...files.map((file) => file.sha256)];
      if (sequence !== null) {
        texts.push(sequence.subject);
        numbers.push(sequence.n);
        hashes.push(sequence.head);
      }
      const isAll = (values, pattern) => values.every((value) => typeof value === "string" && pattern.test(value));
      const isMap = typeof withheld.entries === "object" && !Array.isArray(withheld.entries);
      return isMap && isAll(texts, /^/) && counts.every(Number.isInteger) && isAll(numbers, COUNT) && isAll(hashes, SUM)
        && typeof scope.complete === "boolean";
    } catch {
      return false;
    }
  }

  function indexed(line, before) {
    const found = trail.LEAF.exec(utf8Or(line) ?? "");
    if (!found) throw new Bad("CONTENT", "leaves.jsonl is not as it was written");
    const index = Number(found[1]);
    if (index <= before) throw new Bad("ORDER", `leaf ${index} stands behind ${before}`, index);
    return { index, leaf: found[2] };
  }

  function checkPayload(line, index, commitment) {
    const payload = documentOf(utf8Or(line ?? new Uint8Array(0)) ?? "");
    let found;
    try {
      found = hex(commitmentOf(payload));
    } catch {
      throw new Bad("DISCLOSURE", "the payload cannot be read", index);
    }
    if (payload.i !== String(index)) throw new Bad("DISCLOSURE", "another entry's payload stands where this one's belongs", index);
    if (found !== commitment) throw new Bad("DISCLOSURE", "the payload is not the one that the entry is committed to", index);
  }

  function utf8Or(bytes) {
    try {
      return textOf(bytes, "");
    } catch {
      return null;
    }
  }

  Object.assign(trail, { verify });
})();
