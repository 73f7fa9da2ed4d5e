"use strict";
// Compares two pictures: a slider between them, one fading into the other, their difference, or side by side; in full in the viewer
// of grids. Without this script they stand side by side.
{
  const kept = { mode: "slider", at: "50", a: null, b: null }; // across replacements of the page's parts

  // show lays the two pictures out.
  function show(viewer) {
    const stack = viewer.querySelector("[data-stack]");
    stack.className = `stack ${kept.mode}${kept.mode === "beside" ? "" : " over"}`;
    for (const button of viewer.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === kept.mode));
    const across = viewer.querySelector("[data-across]");
    across.hidden = kept.mode === "beside";
    across.querySelector("input").value = kept.at;
    stack.style.setProperty("--at", `${kept.at}%`);
    stack.style.setProperty("--part", kept.at / 100);
    stack.style.setProperty("--gain", kept.mode === "difference" ? 2 ** (kept.at / 25 - 1) : 1);
    across.querySelector("span").textContent = { slider: "where one picture ends and the other begins", fade: "how much of the right picture", difference: "how bright the difference is shown" }[kept.mode] || "";
  }

  function pick(viewer, side) {
    const choice = viewer.querySelector(`[data-${side}]`);
    const image = viewer.querySelector(`[data-shown=${side}]`);
    if (image.getAttribute("src") !== choice.value) image.src = choice.value;
    viewer.querySelector(`[data-full=${side}]`).href = choice.value;
    image.alt = choice.selectedOptions[0]?.textContent || "";
  }

  // scrub shows a picture of the run on the right.
  function scrub(viewer) {
    const steps = viewer.querySelector("[data-steps] input");
    if (!steps) return;
    const shots = viewer.querySelectorAll("[data-shots] li");
    const shot = shots[Math.min(Number(steps.value), shots.length - 1)];
    viewer.querySelector("[data-steps] output").textContent = shot.textContent;
    viewer.querySelector("[data-b]").value = shot.dataset.src;
    kept.b = shot === shots[shots.length - 1] ? null : shot.dataset.src; // the last one is followed
    pick(viewer, "b");
  }

  const inFull = { data: { axes: [], inputs: [], full: "/blob/" } }; // what the viewer is told of pictures that are in no grid

  // cellOf is a side's picture as the viewer takes it.
  function cellOf(viewer, side) {
    const choice = viewer.querySelector(`[data-${side}]`);
    const image = viewer.querySelector(`[data-shown=${side}]`);
    const picture = [0, image.naturalWidth, image.naturalHeight, choice.value.slice(inFull.data.full.length)];
    return { label: choice.selectedOptions[0]?.textContent || "", at: [], inputs: [], pictures: [picture] };
  }

  // enlarge opens both pictures in full.
  function enlarge(viewer) {
    const alike = viewer.querySelector("[data-a]").value === viewer.querySelector("[data-b]").value;
    const cells = (alike ? ["b"] : ["a", "b"]).map((side) => cellOf(viewer, side));
    const around = (cell) => ({ row: cells, column: cells, next: (down, right) => cells[cells.indexOf(cell) + right] });
    const step = (by) => {
      if (scrubBy(viewer, by)) Object.assign(cells.at(-1), cellOf(viewer, "b"));
    };
    runexp.viewer.open(inFull, cells, cells.at(-1), around, { state: { step: null }, bar: { step }, redraw() {} });
  }

  // scrubBy goes some pictures of the run on; it returns whether there are any.
  function scrubBy(viewer, by) {
    const steps = viewer.querySelector("[data-steps] input");
    if (!steps) return false;
    steps.value = Number(steps.value) + by;
    scrub(viewer);
    return true;
  }

  function start(viewer) {
    if (viewer.dataset.started) return;
    viewer.dataset.started = "1";
    for (const control of viewer.querySelectorAll("[data-modes], [data-enlarge]")) control.hidden = false;
    const stack = viewer.querySelector("[data-stack]");
    viewer.addEventListener("change", (event) => {
      for (const side of ["a", "b"]) {
        if (!event.target.matches(`[data-${side}]`)) continue;
        kept[side] = event.target.value;
        pick(viewer, side);
      }
    });
    viewer.addEventListener("click", (event) => {
      const mode = event.target.closest("[data-mode]");
      if (mode) { kept.mode = mode.dataset.mode; show(viewer); }
      if (event.target.closest("[data-enlarge]")) enlarge(viewer);
    });
    viewer.querySelector("[data-across] input").addEventListener("input", (event) => { kept.at = event.target.value; show(viewer); });
    const drag = (event) => {
      if (kept.mode !== "slider" || event.type === "pointermove" && !event.buttons) return;
      const box = stack.getBoundingClientRect();
      kept.at = String(Math.round(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * 1000) / 10);
      show(viewer);
    };
    stack.addEventListener("pointerdown", drag);
    stack.addEventListener("pointermove", drag);
    stack.addEventListener("dragstart", (event) => event.preventDefault());
    for (const side of ["a", "b"]) { // as it was before the page was brought up to date
      const choice = viewer.querySelector(`[data-${side}]`);
      if (Array.from(choice.options).some((option) => option.value === kept[side])) choice.value = kept[side];
    }
    const steps = viewer.querySelector("[data-steps]");
    if (steps) {
      const shots = viewer.querySelectorAll("[data-shots] li");
      steps.hidden = false;
      steps.querySelector("input").max = shots.length - 1;
      const at = Array.from(shots).findIndex((shot) => shot.dataset.src === viewer.querySelector("[data-b]").value);
      steps.querySelector("input").value = at < 0 ? shots.length - 1 : at;
      steps.querySelector("output").textContent = shots[at < 0 ? shots.length - 1 : at].textContent;
      steps.addEventListener("input", () => scrub(viewer));
    }
    const viewers = document.querySelector("[data-grid]") ? [] : runexp.viewer.keys(inFull); // a grid has them too
    viewer.dataset.keys = JSON.stringify([["[ ]", "step back, forward"], ["← →", "move the slider"], ...viewers]);
    pick(viewer, "a");
    pick(viewer, "b");
    show(viewer);
  }

  document.addEventListener("keydown", (event) => {
    const viewer = document.querySelector("[data-pair]");
    if (!viewer || event.defaultPrevented || document.querySelector("dialog[open]") || ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement.tagName) || event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { "[": -1, "]": 1 }[event.key];
    const slide = { ArrowLeft: -5, ArrowRight: 5 }[event.key];
    if (by) {
      if (!scrubBy(viewer, by)) return;
    } else if (slide && kept.mode !== "beside") {
      kept.at = String(Math.min(Math.max(Number(kept.at) + slide, 0), 100));
      show(viewer);
    } else return;
    event.preventDefault();
  });
  const all = (root) => root.querySelectorAll("[data-pair]").forEach(start);
  document.addEventListener("changed", (event) => all(event.target));
  all(document);
}
