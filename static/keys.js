// One key for each mouse action; every key's target is an ordinary link, button or field with data-key.
// Keys can be switched off in the list that `?` opens; without this file the page still works.
(function () {
  "use strict";
  var OFF = "whereabouts-keys-off";
  var root = document.documentElement;

  function isOff() {
    try { return localStorage.getItem(OFF) === "1"; } catch (error) { return false; }
  }

  function setOff(off) {
    try { localStorage.setItem(OFF, off ? "1" : "0"); } catch (error) { /* stays for this page only */ }
    root.classList.toggle("no-keys", off);
  }

  function isTyping(element) {
    return element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
      (element.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(element.type));
  }

  function say(text) {
    document.getElementById("said").textContent = text;
  }

  function copy(button) {
    var text = document.querySelector(button.dataset.copy).textContent.trim();
    navigator.clipboard.writeText(text).then(function () {
      say(button.dataset.copied);
      button.classList.add("done");
    }, function () {
      say(button.dataset.failed);
    });
  }

  function press(target) {
    if (target.matches("input[type=radio]")) { target.checked = true; target.focus(); return; }
    if (target.matches("input, select, textarea")) { target.focus(); target.select && target.select(); return; }
    target.click();
    if (target.matches("details[open] > summary")) {
      var field = target.parentNode.querySelector("input:not([type=hidden]), select, textarea");
      if (field) { field.focus(); }
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape") {
      document.querySelectorAll("details.drop[open]").forEach(function (drop) {
        drop.open = false;
        drop.querySelector("summary").focus();
      });
      return;
    }
    if (isOff() || isTyping(event.target) || document.querySelector("dialog[open]")) { return; }
    var target = document.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (target) { event.preventDefault(); press(target); }
  });

  document.addEventListener("click", function (event) {
    var target = event.target.closest("[data-copy], [data-dialog]");
    if (!target) { return; }
    if (target.dataset.copy) { copy(target); }
    if (target.dataset.dialog) { event.preventDefault(); show(document.getElementById(target.dataset.dialog)); }
  });

  function show(dialog) {
    dialog.querySelectorAll("[data-for]").forEach(function (row) {
      row.hidden = !document.querySelector(row.dataset.for);
    });
    dialog.showModal();
  }

  function ready(where) {
    where.querySelectorAll("[data-copy][hidden]").forEach(function (button) { button.hidden = false; });
    where.querySelectorAll("[data-keys-off]").forEach(function (box) {
      box.checked = !isOff();
      box.addEventListener("change", function () { setOff(!box.checked); });
    });
  }

  setOff(isOff());
  document.addEventListener("DOMContentLoaded", function () { ready(document); });
  document.addEventListener("htmx:load", function (event) { ready(event.target); });
})();
