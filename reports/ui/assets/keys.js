"use strict";
// Keys for everything: an element with data-key is pressed by it, one with data-focus gets the focus; rows marked data-listed
// are walked with j and k. Which keys a page has is read from the page.
{
  const names = { ArrowLeft: "←", ArrowRight: "→", ArrowDown: "↓", ArrowUp: "↑", Delete: "Delete" };
  const visible = (element) => element.offsetParent !== null && !element.disabled;
  const rows = () => Array.from(document.querySelectorAll("[data-listed]"));
  const current = () => document.querySelector("[data-listed].current");

  function walk(by) {
    const list = rows();
    if (!list.length) return false;
    const at = list.indexOf(current());
    const next = list[Math.min(Math.max(at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by, 0), list.length - 1)];
    current()?.classList.remove("current");
    next.classList.add("current");
    next.scrollIntoView({ block: "nearest" });
    const text = next.querySelector("a")?.textContent || "";
    runexp.say(text);
    return true;
  }

  // choose marks the current row where nothing is chosen, so that a key acts on what is looked at.
  function choose(force) {
    const box = current()?.querySelector("[name=run]");
    if (!box) return false;
    if (force) box.checked = !box.checked;
    else if (chosen().size === 0) box.checked = true;
    keep();
    return true;
  }

  // The chosen runs, also those on other pages of the list, are kept while the tab is open.
  const memory = "runexp chosen";
  const boxes = () => Array.from(document.querySelectorAll("[name=run][type=checkbox]"));
  const chosen = () => new Set(JSON.parse(sessionStorage.getItem(memory) || "[]"));

  function keep() {
    const all = chosen();
    for (const box of boxes()) box.checked ? all.add(box.value) : all.delete(box.value);
    sessionStorage.setItem(memory, JSON.stringify(Array.from(all).sort((a, b) => a - b)));
    count();
  }

  function count() {
    const place = document.querySelector("[data-count]");
    if (!place) return;
    const all = chosen();
    for (const box of boxes()) box.checked = all.has(box.value);
    const others = all.size - boxes().filter((box) => box.checked).length;
    place.textContent = all.size ? `${all.size} chosen${others ? `, ${others} on other pages` : ""}` : "choose runs with x, or by their boxes";
    document.querySelector("[data-none]").hidden = all.size === 0;
    const form = document.querySelector("[data-chosen]");
    form.querySelectorAll("[data-other]").forEach((field) => field.remove());
    for (const run of all) { // those that have no box here
      if (boxes().some((box) => box.value === run)) continue;
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: "run", value: run });
      field.dataset.other = "";
      form.append(field);
    }
  }

  function help() {
    const list = [["?", "these keys"], ["g r, g e, g s, g p", "runs, experiments, sweeps, pictures"]];
    if (document.querySelector("[data-filter]")) list.push(["/", "filter"]);
    if (rows().length) list.push(["j k", "next, previous row"], ["Enter", "open the row"]);
    if (document.querySelector("[data-listed] [name=run]")) list.push(["x", "choose the row"]);
    for (const element of document.querySelectorAll("[data-key], [data-focus]")) {
      const key = element.dataset.key || element.dataset.focus;
      const text = element.dataset.does || element.getAttribute("aria-label") || element.textContent.trim() || element.closest("label")?.textContent.trim();
      if (!list.some(([known]) => known === key)) list.push([names[key] || key, text]);
    }
    for (const more of document.querySelectorAll("[data-keys]")) list.push(...JSON.parse(more.dataset.keys));
    const keys = document.getElementById("help-keys");
    keys.replaceChildren();
    for (const [key, text] of list) { // one without a text begins a group
      if (!text || !keys.firstChild) keys.append(...(text ? [] : [element("h3", key)]), document.createElement("dl"));
      if (text) keys.lastChild.append(element("dt", key), element("dd", text));
    }
    document.getElementById("help").showModal();
  }

  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  runexp.help = help;

  let going = false; // g was pressed

  function press(event) {
    const key = event.key;
    if (going) {
      going = false;
      const to = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (to) to.click();
      return Boolean(to);
    }
    switch (key) {
      case "?": help(); return true;
      case "g": going = true; return true;
      case "/": {
        const filter = document.querySelector("[data-filter]");
        filter?.focus();
        filter?.select();
        return Boolean(filter);
      }
      case "x": return choose(true);
      case "Enter": {
        if (!current() || ["A", "BUTTON", "SUMMARY"].includes(document.activeElement.tagName)) return false;
        current().querySelector("a")?.click();
        return true;
      }
    }
    const focus = Array.from(document.querySelectorAll("[data-focus]")).find((e) => e.dataset.focus === key);
    if (focus) {
      focus.closest("details")?.setAttribute("open", "");
      focus.focus();
      return true;
    }
    const target = Array.from(document.querySelectorAll("[data-key]")).find((e) => e.dataset.key === key && visible(e));
    if (target) {
      if (target.form?.matches("[data-chosen]")) choose(false);
      target.click();
      return true;
    }
    if (key === "j") return walk(1);
    if (key === "k") return walk(-1);
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return; // a part of the page has used it
    const at = document.activeElement;
    const writes = ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName) && !["checkbox", "radio", "button"].includes(at.type);
    if (event.key === "Escape" && writes) at.blur();
    if (writes || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (press(event)) event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-help]")) help(); });
  document.addEventListener("change", (event) => { if (event.target.name === "run") keep(); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-none]")) return;
    sessionStorage.removeItem(memory);
    count();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-chosen]") || event.submitter?.formMethod !== "get") return;
    event.preventDefault();
    location.href = `/compare?runs=${Array.from(chosen()).join(",")}`;
  });
  document.addEventListener("changed", count);
  count();
}
