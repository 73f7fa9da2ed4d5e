"use strict";
// Keeps a page up to date: it asks for its own address again, and replaces the parts marked data-live that have changed.
// Forms marked data-quiet are sent without leaving the page.
{
  let tag = null; // of the page as it is
  const was = new Map(); // the parts as the server wrote them

  function say(text) {
    const said = document.getElementById("said");
    said.textContent = text;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { said.textContent = ""; }, 4000);
  }

  // busy tells whether somebody writes in a part, or walks in a grid of it.
  function busy(part) {
    const at = document.activeElement;
    if (!part.contains(at)) return false;
    return ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName) && at.type !== "checkbox" || Boolean(at.closest("[data-grid]"));
  }

  // replace puts in the parts of a page that differ, but for those that somebody is busy with.
  function replace(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (!fresh || fresh.innerHTML === was.get(part) || busy(part)) continue;
      const chosen = new Set(Array.from(part.querySelectorAll("[name=run]:checked"), (box) => box.value));
      const current = part.querySelector(".current");
      part.replaceChildren(...document.adoptNode(fresh).childNodes);
      for (const box of part.querySelectorAll("[name=run]")) box.checked = chosen.has(box.value);
      if (current) part.querySelector(`[data-run="${CSS.escape(current.dataset.run)}"]`)?.classList.add("current");
      remember(part);
      part.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
    }
    document.body.dataset.seconds = page.body.dataset.seconds;
  }

  // remember keeps a part as the server wrote it, since scripts change it afterwards: this one is the first.
  function remember(part) { was.set(part, part.innerHTML); }

  async function refresh() {
    const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(answer.status);
    tag = answer.headers.get("ETag");
    replace(await answer.text());
  }

  async function follow() {
    const seconds = Number(document.body.dataset.seconds);
    try {
      if (seconds > 0 && !document.hidden && !document.querySelector("dialog[open]")) await refresh();
    } catch (error) { /* the server has gone, or the page; the next time may do */ }
    setTimeout(follow, 1000 * (seconds || 10));
  }

  // post sends a form's fields; it returns what is wrong, "" if nothing is.
  async function post(address, fields) {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
    if (answer.ok || answer.type === "opaqueredirect") return "";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".problem")?.textContent || "that did not work";
  }

  // numbers writes the numbers of runs, the first of many.
  const numbers = (runs) => runs.slice(0, 12).join(", ") + (runs.length > 12 ? ", …" : "");
  const named = (runs) => runs.length === 1 ? `run ${runs[0]}` : `${runs.length} runs: ${numbers(runs)}`;

  async function send(form, button) {
    const fields = new FormData(form, button), what = button?.value || "done", runs = fields.getAll("run");
    if ("chosen" in form.dataset && !runs.length) return say(`${what}: no run is chosen; choose some with x, or by their boxes`);
    await change(form.action, fields, runs.length ? `${what}: ${named(runs)}` : `${what}: done`, form);
  }

  // change sends fields, says what was done, and shows the page as it is after that.
  async function change(address, fields, done, form) {
    const problem = await post(address, fields);
    say(problem || done);
    if (problem) return;
    for (const field of form?.querySelectorAll("input[name=value]:not([type=hidden])") || []) field.value = "";
    const runs = fields.getAll("run"), what = fields.get("do");
    if (what === "delete" || what === "restore") {
      document.dispatchEvent(new CustomEvent("moved", { detail: runs }));
      offer(what === "delete" ? runs : []);
    }
    tag = null;
    await refresh();
  }

  // offer is a way back for runs that were just deleted, until others are.
  function offer(runs) {
    document.getElementById("undo")?.remove();
    if (!runs.length) return;
    const button = Object.assign(document.createElement("button"), { id: "undo", type: "button", textContent: `undo: restore ${named(runs)}` });
    button.dataset.key = "u";
    button.onclick = () => {
      const fields = new URLSearchParams([["do", "restore"], ...runs.map((run) => ["run", run])]);
      change("/marks", fields, `restore: ${named(runs)}`).catch(() => say("the server does not answer"));
    };
    document.getElementById("said").after(button);
  }

  // mark changes the marks of a run for the viewer, which is over the page; it returns what is wrong.
  const mark = (run, what) => post("/marks", { run, do: what }).catch(() => "the server does not answer");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("quiet" in form.dataset) || event.submitter?.formMethod === "get") return;
    event.preventDefault();
    send(form, event.submitter).catch(() => say("the server does not answer"));
    document.activeElement.blur();
  });
  document.querySelectorAll("[data-live]").forEach(remember);
  setTimeout(follow, 1000 * (Number(document.body.dataset.seconds) || 10));
  globalThis.runexp ??= {};
  Object.assign(runexp, { say, mark, numbers });
  document.addEventListener("changed", (event) => {
    runexp.pointer(event.target);
    runexp.grid(event.target);
    runexp.scatter(event.target);
  });
}
