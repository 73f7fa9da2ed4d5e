"use strict";
// The keys of a page, in a dialog. runexp.showKeys(list) shows pairs of a key and what it does, one without the latter begins a
// group, and after them those that parts of the page name in data-keys. A server's pages have more keys (keys.js); in a file ?
// shows these.
globalThis.runexp ??= {};

{
  const { element } = runexp.pictures;
  let dialog = null;

  function make() {
    const made = element("dialog", { id: "help", className: "keys-dialog", "aria-labelledby": "help-title" },
      element("h2", { id: "help-title", tabIndex: -1, autofocus: true }, "Keys"), element("div", { id: "help-keys" }), element("form", { method: "dialog" }, element("button", {}, "close")));
    document.body.append(made);
    return made;
  }

  runexp.showKeys = (list) => {
    dialog ??= make();
    const keys = dialog.querySelector("#help-keys");
    keys.replaceChildren();
    const all = [...list, ...[...document.querySelectorAll("[data-keys]")].flatMap((part) => JSON.parse(part.dataset.keys))];
    for (const [key, text] of all) {
      if (!text) keys.append(element("h3", {}, key));
      if (!text || !keys.firstChild) keys.append(element("dl"));
      if (text) keys.lastChild.append(element("dt", {}, key), element("dd", {}, text));
    }
    dialog.showModal();
  };

  if (!document.querySelector("[data-help]")) {
    runexp.help = () => runexp.showKeys([["?", "these keys"]]);
    document.addEventListener("keydown", (event) => {
      const writes = event.target.matches?.("textarea, select, input:not([type=checkbox], [type=range])");
      if (event.key !== "?" || writes || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      runexp.help();
    });
  }
}
