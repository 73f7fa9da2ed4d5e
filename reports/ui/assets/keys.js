"use strict";
// Keys for everything: an element with data-key is pressed by it, one with data-focus gets the focus; rows marked data-listed
// are walked with j and k. Which keys a page has is read from the page.
{
  const names = { ArrowLeft: "←", ArrowRight: "→", ArrowDown: "↓", ArrowUp: "↑", Delete: "Delete" };
  const visible = (element) => element.getClientRects().length > 0 && !element.disabled;
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
    count();
    return true;
  }

  // The chosen runs, also those on other pages of the list, are kept while the tab is open; those of the list of deleted runs apart.
  const form = document.querySelector("[data-chosen]");
  const memories = { runs: "runexp chosen", deleted: "runexp chosen of deleted" };
  const memory = memories[form?.dataset.chosen];
  const boxes = () => Array.from(document.querySelectorAll("[name=run][type=checkbox]"));
  const kept = (name) => new Set(JSON.parse(sessionStorage.getItem(name) || "[]"));
  const chosen = () => kept(memory);

  // targets are the runs that a key or button acts on: those that are chosen, or else that of the current row.
  function targets() {
    const all = Array.from(chosen());
    return all.length || !current() ? all : [current().dataset.run];
  }

  function choose() {
    const box = current()?.querySelector("[name=run]");
    if (!box) return false;
    box.checked = !box.checked;
    keep();
    return true;
  }

  function save(name, all) { sessionStorage.setItem(name, JSON.stringify(Array.from(all).sort((a, b) => a - b))); }

  function keep() {
    const all = chosen();
    for (const box of boxes()) box.checked ? all.add(box.value) : all.delete(box.value);
    save(memory, all);
    count();
  }

  // leave ends the choice of runs, as of those that were deleted or restored and so are in the other list.
  function leave(runs) {
    const gone = new Set(runs);
    for (const name of Object.values(memories)) save(name, Array.from(kept(name)).filter((run) => !gone.has(run)));
    count();
  }

  function count() {
    if (!form) return;
    const all = chosen();
    for (const box of boxes()) box.checked = all.has(box.value);
    const others = Array.from(all).filter((run) => !boxes().some((box) => box.value === run));
    let text = "choose runs with x, or by their boxes";
    if (all.size) text = `${all.size} chosen${others.length ? `, not on this page: ${runexp.numbers(others)}` : ""}`;
    else if (current()) text = `nothing chosen; keys and buttons act on run ${current().dataset.run}`;
    form.querySelector("[data-count]").textContent = text;
    form.querySelector("[data-none]").hidden = all.size === 0;
  }

  // switched is the button that a key presses: the one for no star if all the runs have one.
  function switched(button) {
    const off = button.dataset.off && button.form.querySelector(`[value=${button.dataset.off}]`);
    const starred = (run) => document.querySelector(`[data-run="${CSS.escape(run)}"] [title=starred]`);
    return off && targets().length && targets().every(starred) ? off : button;
  }

  // compare opens the comparison of the runs, if there are as many as it takes.
  function compare(button) {
    const runs = targets(), { fewest, most } = button.dataset;
    if (runs.length >= fewest && runs.length <= most) location.href = `/compare?runs=${runs.join(",")}`;
    else runexp.say(`compare: choose ${fewest} to ${most} runs with x, or by their boxes; ${chosen().size} chosen`);
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
    runexp.showKeys(list);
  }

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
      case "x": return choose();
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
      switched(target).click();
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
  document.addEventListener("change", (event) => { if (form && event.target.name === "run") keep(); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-none]")) return;
    leave(chosen());
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-chosen]") || event.submitter?.formMethod !== "get") return;
    event.preventDefault();
    compare(event.submitter);
  });
  form?.addEventListener("formdata", (event) => {
    event.formData.delete("run");
    for (const run of targets()) event.formData.append("run", run);
  });
  document.addEventListener("moved", (event) => leave(event.detail));
  document.addEventListener("changed", count);
  count();
}
