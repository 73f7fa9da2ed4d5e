"use strict";
// The places of a grid, of which only those on the screen are in the page. A layout says what to show:
//
//   columns, rows         how many
//   width, height         of a place, in pixels
//   headWidth, headHeight of the headers; 0 for none
//   columnHead(c), rowHead(r), corner()   what is in a header: an array of nodes
//   fill(box, r, c)       puts a place's content into its element
//   refresh(box, r, c)    brings it up to date, where only the step or a choice has changed
globalThis.runexp ??= {};

runexp.cells = (() => {
  const { element } = runexp.pictures;
  const beyond = 1; // rows and columns beside those on the screen
  // A picture costs a request, an answer and a decoding, and its texts are laid out. What is scrolled past faster
  // than it can be seen is not worth that: places that come at more than so many pixels a millisecond stay empty
  // until the scroll is slower or rests.
  const fast = 5;
  const sample = 50, rest = 60; // milliseconds: over which speed is measured, until it is looked whether a scroll rests
  const perFrame = 8; // places filled in a frame while the reader scrolls: a screen of them takes longer than a frame

  /** create returns a view of layouts within an element. */
  function create(label) {
    const head = element("div", { className: "grid-head", role: "row" });
    const body = element("div", { className: "grid-body", role: "rowgroup" });
    const scroll = element("div", { className: "grid-scroll", role: "grid", "aria-label": label, "aria-multiselectable": "true" }, head, body);
    const view = { scroll, head, body, layout: null, rows: new Map(), range: "", active: { r: 0, c: 0 }, waiting: new Set(), seen: { at: 0, x: 0, y: 0 }, speed: 0, resting: 0 };
    let asked = false;
    const soon = () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame((now) => {
        asked = false;
        const slow = speed(view, now) < fast; // before places change: it reads the layout
        update(view);
        clearTimeout(view.resting);
        if (!slow) view.resting = setTimeout(soon, rest);
        else if (fill(view, perFrame)) soon();
      });
    };
    scroll.addEventListener("scroll", soon, { passive: true });
    new ResizeObserver(soon).observe(scroll);
    return {
      scroll,
      show: (layout) => show(view, layout),
      refresh: () => { fill(view); each(view, view.layout.refresh); },
      active: () => view.active,
      activate: (r, c, focus) => activate(view, r, c, focus),
      element: (r, c) => view.rows.get(r)?.boxes.get(c),
      perPage: () => Math.max(1, Math.floor((scroll.clientHeight - view.layout.headHeight) / view.layout.height)),
    };
  }

  /** speed is how fast the reader scrolls, in pixels a millisecond. */
  function speed(view, now) {
    const { scrollLeft: x, scrollTop: y } = view.scroll;
    const time = now - view.seen.at;
    if (time >= sample) {
      view.speed = (Math.abs(x - view.seen.x) + Math.abs(y - view.seen.y)) / time;
      view.seen = { at: now, x, y };
    }
    return view.speed;
  }

  /** fill fills places that wait, at most so many; it returns whether others are left. */
  function fill(view, most = Infinity) {
    for (const box of [...view.waiting].slice(0, most)) {
      view.waiting.delete(box);
      view.layout.fill(box, Number(box.dataset.row), Number(box.dataset.column));
    }
    return view.waiting.size > 0;
  }

  /** leave ends what a place has asked for and not got, since a place on the screen would wait for it. */
  function leave(view, box) {
    view.waiting.delete(box);
    for (const img of box.querySelectorAll("img")) {
      if (!img.complete) img.removeAttribute("src");
    }
  }

  function each(view, f) {
    for (const [r, row] of view.rows) for (const [c, box] of row.boxes) f(box, r, c);
  }

  /** show replaces the layout. */
  function show(view, layout) {
    const focused = view.scroll.contains(document.activeElement);
    view.layout = layout;
    view.rows.clear();
    view.waiting.clear();
    view.range = "";
    view.body.replaceChildren();
    const { scroll, head, body } = view;
    scroll.setAttribute("aria-rowcount", layout.rows + (layout.headHeight ? 1 : 0));
    scroll.setAttribute("aria-colcount", layout.columns + (layout.headWidth ? 1 : 0));
    const width = `${layout.headWidth + layout.columns * layout.width}px`;
    head.style.width = body.style.width = width;
    head.hidden = !layout.headHeight;
    head.style.height = `${layout.headHeight}px`;
    body.style.height = `${layout.rows * layout.height}px`;
    view.active = { r: clamp(view.active.r, layout.rows), c: clamp(view.active.c, layout.columns) };
    update(view);
    fill(view);
    if (focused) activate(view, view.active.r, view.active.c, true);
  }

  const clamp = (i, n) => Math.max(0, Math.min(n - 1, i));

  /** update makes what has come onto the screen and removes what has left it. */
  function update(view) {
    const { layout, scroll } = view;
    if (!layout) return;
    const rows = span(scroll.scrollTop, scroll.clientHeight, layout.height, layout.rows);
    const columns = span(scroll.scrollLeft, scroll.clientWidth, layout.width, layout.columns);
    const range = [...rows, ...columns].join();
    if (range === view.range) return;
    const sameColumns = view.range.endsWith("," + columns.join());
    view.range = range;
    if (!sameColumns) showHead(view, columns);
    const wanted = new Set(numbers(rows));
    wanted.add(view.active.r); // what has the focus stays
    for (const [r, row] of view.rows) {
      if (wanted.has(r)) continue;
      row.box.remove();
      for (const box of row.boxes.values()) leave(view, box);
      view.rows.delete(r);
    }
    for (const r of [...wanted].sort((a, b) => a - b)) {
      if (r < layout.rows) fillRow(view, r, columns);
    }
  }

  /** span is the first and last of n pieces that are seen, and a few beside them. */
  function span(from, length, size, n) {
    const first = Math.floor(from / size) - beyond, last = Math.floor((from + length) / size) + beyond;
    return [clamp(first, n), clamp(last, n)];
  }

  const numbers = ([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

  function showHead(view, columns) {
    const { layout, head } = view;
    if (!layout.headHeight) return;
    head.setAttribute("aria-rowindex", 1);
    const boxes = numbers(columns).map((c) => {
      const box = element("div", { className: "grid-columnhead", role: "columnheader", "aria-colindex": c + (layout.headWidth ? 2 : 1), dir: "auto" }, ...layout.columnHead(c));
      box.style.left = `${layout.headWidth + c * layout.width}px`;
      box.style.width = `${layout.width}px`;
      return box;
    });
    const corner = element("div", { className: "grid-corner" }, ...layout.corner());
    if (layout.headWidth) {
      corner.setAttribute("role", "columnheader");
      corner.setAttribute("aria-colindex", 1);
      corner.style.width = `${layout.headWidth}px`;
      boxes.unshift(corner);
    }
    head.replaceChildren(...boxes);
  }

  function fillRow(view, r, columns) {
    const { layout, body } = view;
    let row = view.rows.get(r);
    if (!row) {
      const box = element("div", { className: "grid-row", role: "row", "aria-rowindex": r + (layout.headHeight ? 2 : 1) });
      box.style.top = `${r * layout.height}px`;
      box.style.height = `${layout.height}px`;
      if (layout.headWidth) {
        const name = element("div", { className: "grid-rowhead", role: "rowheader", "aria-colindex": 1, dir: "auto" }, ...layout.rowHead(r));
        name.style.width = `${layout.headWidth}px`;
        box.append(name);
      }
      row = { box, boxes: new Map() };
      view.rows.set(r, row);
      const after = [...view.rows.keys()].filter((i) => i > r).sort((a, b) => a - b)[0];
      body.insertBefore(box, after === undefined ? null : view.rows.get(after).box); // in order, for readers
    }
    const wanted = new Set(numbers(columns));
    if (r === view.active.r) wanted.add(view.active.c);
    for (const [c, box] of row.boxes) {
      if (wanted.has(c)) continue;
      box.remove();
      leave(view, box);
      row.boxes.delete(c);
    }
    for (const c of [...wanted].sort((a, b) => a - b)) {
      if (c < layout.columns && !row.boxes.has(c)) addCell(view, row, r, c);
    }
  }

  function addCell(view, row, r, c) {
    const { layout } = view;
    const isActive = r === view.active.r && c === view.active.c;
    const box = element("div", { className: "grid-cell", role: "gridcell", "aria-colindex": c + (layout.headWidth ? 2 : 1), tabIndex: isActive ? 0 : -1 });
    box.dataset.row = r;
    box.dataset.column = c;
    box.style.left = `${layout.headWidth + c * layout.width}px`;
    box.style.width = `${layout.width}px`;
    view.waiting.add(box);
    row.boxes.set(c, box);
    const after = [...row.boxes.keys()].filter((i) => i > c).sort((a, b) => a - b)[0];
    row.box.insertBefore(box, after === undefined ? null : row.boxes.get(after));
  }

  /** activate makes a place the one that keys start from, and brings it onto the screen. */
  function activate(view, r, c, focus = true) {
    const { layout, scroll } = view;
    r = clamp(r, layout.rows);
    c = clamp(c, layout.columns);
    const before = view.rows.get(view.active.r)?.boxes.get(view.active.c);
    if (before) before.tabIndex = -1;
    view.active = { r, c };
    const shift = (at, size, from, length) => (at < from ? at : at + size > from + length ? at + size - length : from);
    scroll.scrollTop = shift(r * layout.height, layout.height, scroll.scrollTop, scroll.clientHeight - layout.headHeight);
    scroll.scrollLeft = shift(c * layout.width, layout.width, scroll.scrollLeft, scroll.clientWidth - layout.headWidth);
    view.range = "";
    update(view);
    fill(view);
    const box = view.rows.get(r)?.boxes.get(c);
    if (!box) return;
    box.tabIndex = 0;
    if (!focus) return;
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest", inline: "nearest" }); // the grid may be larger than the window
  }

  return { create };
})();
