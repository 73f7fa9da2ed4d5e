"use strict";
// The viewer: 1 to 16 pictures side by side over the page, with one zoom and one pan for all, up to
// single pixels, and content and style images in their place at a key. It is a dialog: it
// has the focus until it is closed, and gives it back.
globalThis.runexp ??= {};

runexp.viewer = (() => {
  const P = runexp.pictures;
  const { element } = P;
  const most = 16; // pictures
  const largest = 32; // screen pixels of a picture's pixel
  const blocks = 4; // from so many screen pixels on a picture's pixel is a square; below, it is smoothed
  const pan = 60; // screen pixels of an arrow key
  const help = (model) => "+ − zoom, 0 fit, 1 pixel for pixel, arrows move, or go to the neighbour where nothing is enlarged; wheel, drag and two fingers do too. " +
    `[ ] step. ${model.data.inputs.length ? "c content, y style, once more for the pictures. " : ""}o only this one (Tab goes to the next), r its row, k its column. Escape closes.`;
  const canMark = (model) => Boolean(runexp.mark && model.data.page); // a server's page

  /** keys are those of the viewer of a model's pictures, for the list of a page's keys. */
  const keys = (model) => [["on pictures in full"], ["+ −", "larger, smaller; 0 fits, 1 is pixel for pixel; wheel, drag and two fingers do it too"],
    ["← → ↑ ↓", "the neighbour, or move what is enlarged"], ["Tab", "the next picture, of several"], ["[ ]", "an earlier or a later step"],
    ...(model.data.inputs.length ? [["c y", "the content image, a style image in their place"]] : []), ["o r k", "only this one, its row, its column"],
    ...(canMark(model) ? [["s", "star it"]] : []), ...(model.data.vote ? [["v", "vote on the sweep's pictures"]] : []), ["Escape", "close"]];
  let v = null; // what is open

  /** open shows cells. main is the one that the reader came from; around(cell) gives its row, column
   *  and neighbours; grid.state.step is the step of all pictures and grid.change sets it. */
  function open(model, cells, main, around, grid) {
    if (!v) v = make();
    Object.assign(v, { model, around, grid, main, face: "picture", zoom: 1, x: 0.5, y: 0.5, way: "one" });
    if (cells.length > 1) v.way = "";
    v.told.textContent = help(model);
    show(cells);
    if (!v.dialog.open) v.dialog.showModal();
    layout();
    v.dialog.focus();
  }

  /** restore opens what the address says. */
  function restore(model, around, grid) {
    const entries = runexp.address.read();
    const cells = (entries.get("view") ?? "").split(",").map((run) => model.byRun.get(Number(run))).filter((cell) => cell?.pictures.length);
    if (cells.length === 0) return;
    const [zoom, x, y] = (entries.get("zoom") ?? "").split(",").map(Number);
    const face = entries.get("face") ?? "picture";
    open(model, cells, cells[0], around, grid);
    if (zoom >= 1 && x >= 0 && x <= 1 && y >= 0 && y <= 1) Object.assign(v, { zoom, x, y });
    if (["content", "style"].includes(face)) setFace(face);
    draw();
  }

  function make() {
    const panes = element("div", { className: "viewer-panes" });
    const said = element("p", { className: "viewer-said", role: "status" });
    const button = (text, name, act) => element("button", { type: "button", title: name, "aria-label": name, onclick: act }, text);
    const face = (name) => {
      const made = button(name, `Show ${name} in place of the pictures`, () => setFace(name));
      made.setAttribute("aria-pressed", "false");
      return made;
    };
    const faces = { content: face("content"), style: face("style") };
    const ways = { one: button("one", "Only this one", () => choose("one")), row: button("row", "Its row", () => choose("row")), column: button("column", "Its column", () => choose("column")) };
    const told = element("p", { className: "viewer-help" });
    const star = button("☆", "Star it", mark), vote = button("vote", "Vote on the sweep's pictures", toVote);
    const bar = element("div", { className: "viewer-bar" },
      button("−", "Smaller", () => zoomBy(1 / 1.4)), button("+", "Larger", () => zoomBy(1.4)),
      button("fit", "The whole picture", fit), button("1:1", "A pixel of the picture for each of the screen", pixels),
      button("[", "An earlier step", () => step(-1)), button("]", "A later step", () => step(1)),
      ...Object.values(faces), ...Object.values(ways), star, vote, said, button("✕", "Close", () => v.dialog.close()));
    const dialog = element("dialog", { className: "viewer-dialog", tabIndex: -1, "aria-label": "Pictures in full" }, bar, panes, told);
    document.body.append(dialog);
    dialog.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.target.closest("button, a") && (event.key === "Enter" || event.key === " ")) return;
      if (press(event.key)) event.preventDefault();
    });
    dialog.addEventListener("close", () => {
      panes.replaceChildren();
      runexp.address.write({ view: null, zoom: null, face: null });
    });
    new ResizeObserver(() => { if (dialog.open) layout(); }).observe(dialog);
    hands(panes);
    return { dialog, panes, said, told, faces, ways, star, vote };
  }

  /** show makes a pane for each cell, at most 16: those around the main one. */
  function show(cells) {
    const at = Math.max(0, cells.indexOf(v.main));
    const from = Math.max(0, Math.min(at - most / 2, cells.length - most));
    v.left = cells.length - Math.min(most, cells.length);
    v.cells = cells.slice(from, from + most);
    v.differing = differing(v.model, v.cells);
    v.boxes = v.cells.map((cell) => {
      const image = element("img", { draggable: false, alt: "" });
      image.addEventListener("load", draw);
      const frame = element("div", { className: "viewer-frame" }, image);
      const caption = element("figcaption", { dir: "auto" });
      const box = element("figure", { tabIndex: 0, onfocus: () => { v.main = cell; sayStar(); } }, frame, caption);
      return { cell, image, frame, caption, box };
    });
    v.panes.replaceChildren(...v.boxes.map((b) => b.box));
    fill();
  }

  /** differing are the axes on which cells are not all at one level; all of them for one cell. */
  function differing(model, cells) {
    const axes = [...model.data.axes.keys()];
    return cells.length === 1 ? axes : axes.filter((i) => cells.some((cell) => cell.at[i] !== cells[0].at[i]));
  }

  /** fill puts the pictures of the step, or the content or style images, into the panes. */
  function fill() {
    for (const { cell, image, frame, caption } of v.boxes) {
      const input = v.face !== "picture" && cell.inputs.map((i) => v.model.data.inputs[i]).find((i) => i.kind === v.face);
      const picture = input ? input.picture : v.face === "picture" ? P.at(cell, v.grid.state.step) : undefined;
      const src = P.source(v.model, picture, true);
      frame.classList.toggle("viewer-empty", !src);
      image.hidden = !src;
      if (src && image.getAttribute("src") !== src) image.src = src;
      if (!src) image.removeAttribute("src");
      image.alt = input ? `${input.kind} ${input.name}` : P.alt(v.model, cell);
      const parts = [P.named(cell) + P.starred(cell), P.settings(v.model, cell, v.differing)];
      if (input) parts.unshift(`${input.kind} ${input.name}, of`);
      else if (picture && picture !== cell.pictures.at(-1)) parts.push(`iteration ${picture[0]}`);
      if (!src) parts.push(v.face === "picture" ? "the picture is not in this page" : `no ${v.face} image here`);
      caption.replaceChildren(...linked(cell, parts.filter(Boolean).join(" · ")));
    }
    for (const [name, button] of Object.entries(v.faces)) {
      button.hidden = v.model.data.inputs.length === 0;
      button.setAttribute("aria-pressed", String(v.face === name));
    }
    for (const [name, button] of Object.entries(v.ways)) button.setAttribute("aria-pressed", String(v.way === name));
    sayStar();
    v.dialog.setAttribute("aria-label", v.cells.length === 1 ? P.alt(v.model, v.cells[0]) : `${v.cells.length} pictures in full`);
  }

  /** sayStar shows whether the main picture's run has a star, where that can be changed. */
  function sayStar() {
    v.star.hidden = !canMark(v.model) || !v.main.run;
    v.vote.hidden = !v.model.data.vote;
    v.star.textContent = v.main.star ? "★" : "☆";
    v.star.setAttribute("aria-pressed", String(Boolean(v.main.star)));
  }

  /** mark gives the main picture's run a star, or takes it away. */
  async function mark() {
    const { main, grid } = v;
    if (!canMark(v.model) || !main.run) return;
    const problem = await runexp.mark(main.run, main.star ? "unstar" : "star");
    if (problem) {
      v.said.textContent = problem;
      return;
    }
    main.star = !main.star;
    fill();
    grid.redraw();
  }

  function toVote() {
    if (v.model.data.vote) location.href = v.model.data.vote;
  }

  function linked(cell, text) {
    const { page } = v.model.data;
    const name = `run ${cell.run}`;
    const [before, ...after] = text.split(name);
    if (!page || !cell.run || after.length === 0) return [text];
    return [before, element("a", { href: page + cell.run }, name), after.join(name)];
  }

  /** layout chooses the number of columns with which the pictures are largest. */
  function layout() {
    const n = v.boxes.length;
    const { clientWidth: width, clientHeight: height } = v.panes;
    const [, w, h] = v.cells[0].pictures.at(-1);
    const ratio = w && h ? h / w : 0.75;
    let best = 1, size = 0;
    for (let columns = 1; columns <= n; columns++) {
      const rows = Math.ceil(n / columns);
      const fits = Math.min(width / columns, (height / rows - 40) / ratio);
      if (fits > size) [best, size] = [columns, fits];
    }
    v.panes.style.gridTemplateColumns = `repeat(${best}, minmax(0, 1fr))`;
    draw();
  }

  // Zoom and pan. zoom is 1 where a whole picture fits; x and y are what of the pictures is in the
  // middle, in shares of their sides, so that pictures of other sizes are linked too.

  /** fitted is the scale at which a picture fits into its frame. */
  function fitted({ image, frame }) {
    return Math.min(frame.clientWidth / image.naturalWidth, frame.clientHeight / image.naturalHeight);
  }

  /** lead is the pane whose pixels zoom is bounded by. */
  const lead = () => v.boxes.find((b) => b.image.naturalWidth > 0);

  function draw() {
    if (!v?.dialog.open) return;
    v.zoom = Math.max(1, Math.min(v.zoom, lead() ? Math.max(1, largest / fitted(lead())) : 1));
    if (v.zoom === 1) v.x = v.y = 0.5;
    for (const b of v.boxes) {
      if (!b.image.naturalWidth) continue;
      const scale = fitted(b) * v.zoom;
      const w = b.image.naturalWidth * scale, h = b.image.naturalHeight * scale;
      b.image.style.width = `${w}px`;
      b.image.style.height = `${h}px`;
      b.image.style.transform = `translate(${b.frame.clientWidth / 2 - v.x * w}px, ${b.frame.clientHeight / 2 - v.y * h}px)`;
      b.image.classList.toggle("viewer-pixels", scale >= blocks);
    }
    say();
    if (!v.cells.every((cell) => cell.run)) return; // an address names runs
    runexp.address.write({
      view: v.cells.map((cell) => cell.run).join(","), face: v.face === "picture" ? null : v.face,
      zoom: v.zoom === 1 ? null : [v.zoom, v.x, v.y].map((n) => Number(n.toFixed(6))).join(","),
    });
  }

  function say() {
    const parts = [];
    if (lead()) parts.push(`${Math.round(100 * fitted(lead()) * v.zoom)} %`);
    if (v.grid.state.step !== null) parts.push(`iteration ${v.grid.state.step}`);
    if (v.left) parts.push(`${v.cells.length} of ${v.cells.length + v.left}`);
    const text = parts.join(", ");
    if (v.said.textContent !== text) v.said.textContent = text;
  }

  /** zoomBy enlarges around a point of a pane: its middle, or where the pointer is. */
  function zoomBy(factor, pane = lead(), dx = 0, dy = 0) {
    if (!pane?.image.naturalWidth) return;
    const before = v.zoom;
    const limit = Math.max(1, largest / fitted(lead()));
    v.zoom = Math.max(1, Math.min(limit, v.zoom * factor));
    const w = pane.image.naturalWidth * fitted(pane), h = pane.image.naturalHeight * fitted(pane);
    v.x += (dx / w) * (1 / before - 1 / v.zoom);
    v.y += (dy / h) * (1 / before - 1 / v.zoom);
    keepInside();
    draw();
  }

  function move(dx, dy, pane = lead()) {
    if (!pane?.image.naturalWidth) return;
    v.x -= dx / (pane.image.naturalWidth * fitted(pane) * v.zoom);
    v.y -= dy / (pane.image.naturalHeight * fitted(pane) * v.zoom);
    keepInside();
    draw();
  }

  function keepInside() {
    v.x = Math.max(0, Math.min(1, v.x));
    v.y = Math.max(0, Math.min(1, v.y));
  }

  function fit() {
    v.zoom = 1;
    draw();
  }

  function pixels() {
    if (!lead()) return;
    v.zoom = 1;
    zoomBy(Math.max(1, 1 / fitted(lead())));
  }

  /** hands makes panes answer to wheel, drag and two fingers. */
  function hands(panes) {
    const down = new Map(); // pointers that touch, by id
    const paneOf = (event) => v.boxes.find((b) => b.frame.contains(event.target));
    const fromMiddle = (pane, x, y) => {
      const box = pane.frame.getBoundingClientRect();
      return [x - box.left - box.width / 2, y - box.top - box.height / 2];
    };
    panes.addEventListener("wheel", (event) => {
      const pane = paneOf(event);
      if (!pane) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoomBy(Math.exp(-event.deltaY * lines * 0.0015), pane, ...fromMiddle(pane, event.clientX, event.clientY));
    }, { passive: false });
    panes.addEventListener("pointerdown", (event) => {
      const pane = paneOf(event);
      if (!pane || event.button !== 0) return;
      v.main = pane.cell;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY, pane });
      panes.setPointerCapture(event.pointerId);
    });
    panes.addEventListener("pointermove", (event) => {
      const was = down.get(event.pointerId);
      if (!was) return;
      const other = [...down.entries()].find(([id]) => id !== event.pointerId)?.[1];
      const distance = (p) => Math.hypot(p.x - other.x, p.y - other.y);
      const now = { x: event.clientX, y: event.clientY, pane: was.pane };
      if (other && distance(was) > 0) {
        zoomBy(distance(now) / distance(was), was.pane, ...fromMiddle(was.pane, (now.x + other.x) / 2, (now.y + other.y) / 2));
        move((now.x - was.x) / 2, (now.y - was.y) / 2, was.pane);
      } else {
        move(now.x - was.x, now.y - was.y, was.pane);
      }
      down.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel"]) panes.addEventListener(end, (event) => down.delete(event.pointerId));
    panes.addEventListener("dblclick", () => (v.zoom > 1 ? fit() : pixels()));
  }

  // Keys.

  function press(key) {
    const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (key in arrows) {
      const [down, right] = arrows[key];
      if (v.zoom > 1) move(-right * pan, -down * pan);
      else next(down, right);
      return true;
    }
    const actions = {
      "+": () => zoomBy(1.4), "=": () => zoomBy(1.4), "-": () => zoomBy(1 / 1.4), 0: fit, 1: pixels, "[": () => step(-1), "]": () => step(1),
      c: () => setFace("content"), y: () => setFace("style"), s: mark, v: toVote, o: () => choose("one"), r: () => choose("row"), k: () => choose("column"),
      "?": () => runexp.help?.(),
    };
    actions[key]?.();
    return key in actions;
  }

  /** next goes to the neighbour of the main picture, where that is the only one. */
  function next(down, right) {
    const cell = v.cells.length === 1 && v.around(v.main).next(down, right);
    if (!cell) return;
    v.main = cell;
    show([cell]);
    layout();
  }

  function choose(way) {
    const near = v.around(v.main);
    v.way = way;
    show({ one: [v.main], row: near.row, column: near.column }[way]);
    layout();
  }

  /** setFace shows content or style images in place of the pictures, and these again. */
  function setFace(face) {
    if (v.model.data.inputs.length === 0) return;
    v.face = v.face === face ? "picture" : face;
    fill();
    draw();
  }

  function step(by) {
    v.grid.bar.step(by);
    fill();
    draw();
  }

  return { open, restore, keys };
})();
