"use strict";
// The grid: pictures on axes that the reader chooses. runexp.grid(root) prepares each figure[data-grid]
// in root that is not prepared yet (see pictures.js for what it consists of). How it is looked at is in
// the part of the address after #, so that a link is a view.
globalThis.runexp ??= {};

runexp.grid = (() => {
  const P = runexp.pictures;
  const { element } = P;
  const { free, none } = runexp.gridstate;
  const line = 17; // pixels of a line below a picture
  const mostLines = 4; // of settings below a picture
  const mostOthers = 3; // lines of runs at the same place
  const mostChosen = 16; // pictures side by side

  function prepare(figure) {
    if (figure.dataset.grid === "ready") return;
    figure.dataset.grid = "ready";
    const model = P.of(figure);
    const g = model.grid = { model, figure, state: runexp.gridstate.initial(model), chosen: new Set(), places: new Map(), view: runexp.cells.create("Pictures") };
    g.change = (changes) => change(g, changes);
    g.open = (way) => open(g, way);
    g.redraw = () => render(g);
    g.clear = () => { g.chosen.clear(); g.view.refresh(); g.bar.update(); };
    g.bar = runexp.gridbar(g);
    g.beside = element("div", { className: "grid-beside" });
    figure.prepend(g.bar.element, g.beside, g.view.scroll);
    listen(g);
    look(g);
  }

  /** change sets parts of the state, draws the grid and writes the address. */
  function change(g, changes) {
    const { state } = g;
    const before = { ...state };
    if (changes.order && state.x !== state.y) changes = { ...changes, ...asFlow(state) };
    Object.assign(state, changes);
    for (const [axis, other] of [["x", "y"], ["y", "x"]]) {
      if (axis in changes && state[axis] !== none && state[axis] === state[other]) state[other] = before[axis];
    }
    if (!("held" in changes) && ("x" in changes || "y" in changes)) hold(g, before);
    if (Object.keys(changes).join() === "step") g.view.refresh();
    else render(g);
    g.bar.update();
    runexp.gridstate.save(g);
  }

  /** asFlow gives up columns and rows, which leave an order nothing to say: what was seen stays, in a flow. */
  const asFlow = ({ x, y, held }) => ({ x: none, y: none, held: held.map((level, i) => (i === x || i === y ? free : level)) });

  /** hold keeps an axis that is no longer one of the grid's at the level where the reader was. A flow
   *  without axes holds none. */
  function hold(g, before) {
    const { state, model } = g;
    const flows = (s) => s.x === none && s.y === none;
    if (flows(state) !== flows(before)) {
      state.held = flows(state) ? model.data.axes.map(() => free) : [...model.data.start];
      return;
    }
    const here = first(g, g.view.active().r, g.view.active().c);
    for (const i of [before.x, before.y]) {
      if (i === none || i === state.x || i === state.y) continue;
      state.held[i] = model.data.start[i] === free ? free : (here?.at[i] ?? model.data.start[i]);
    }
  }

  /** look renders what the address says, and the viewer where it has one. */
  function look(g) {
    runexp.gridstate.restore(g);
    render(g);
    g.bar.update();
    if ([...runexp.address.read().keys()].length === 0) return;
    g.figure.scrollIntoView();
    runexp.viewer.restore(g.model, (cell) => around(g, cell), g);
  }

  // What is where.

  /** fixed are the places of the axes that are neither columns nor rows. */
  const fixed = (g) => [...g.model.data.axes.keys()].filter((i) => i !== g.state.x && i !== g.state.y);

  /** visible are the cells at the levels that axes are held at. */
  function visible(g) {
    const held = fixed(g).filter((i) => g.state.held[i] !== free);
    return g.model.data.cells.filter((cell) => held.every((i) => cell.at[i] === g.state.held[i]));
  }

  /** place sorts the visible cells into the places of the grid, in the order that is chosen. */
  function place(g) {
    const { x, y } = g.state;
    g.cells = visible(g);
    g.places = new Map();
    const ranked = runexp.gridorder.sorted(g, g.cells);
    for (const cell of ranked) {
      const key = `${y === none ? 0 : cell.at[y]},${x === none ? 0 : cell.at[x]}`;
      if (!g.places.has(key)) g.places.set(key, []);
      g.places.get(key).push(cell);
    }
    g.flow = x === none && y === none ? ranked : null;
  }

  /** all are the cells at a place. */
  function all(g, r, c) {
    if (g.flow) return g.flow.slice(r * g.columns + c, r * g.columns + c + 1);
    return g.places.get(`${r},${c}`) ?? [];
  }

  const first = (g, r, c) => all(g, r, c)[0];

  /** around says what is beside a cell: its row, its column, and its neighbours, for the viewer. */
  function around(g, cell) {
    const { r, c } = find(g, cell);
    const of = (list) => list.filter(Boolean).filter((other) => other.pictures.length > 0);
    return {
      row: of(Array.from({ length: g.columns }, (_, i) => first(g, r, i))),
      column: of(Array.from({ length: g.rows }, (_, i) => first(g, i, c))),
      next: (down, right) => {
        for (let i = r + down, j = c + right; i >= 0 && j >= 0 && i < g.rows && j < g.columns; i += down, j += right) {
          if (first(g, i, j)?.pictures.length) return first(g, i, j);
        }
        return undefined;
      },
    };
  }

  function find(g, cell) {
    if (g.flow) {
      const i = Math.max(0, g.flow.indexOf(cell));
      return { r: Math.floor(i / g.columns), c: i % g.columns };
    }
    return { r: g.state.y === none ? 0 : cell.at[g.state.y], c: g.state.x === none ? 0 : cell.at[g.state.x] };
  }

  /** shape is the height of pictures for a width of 1: that of most. */
  function shape(model) {
    const counts = new Map();
    for (const cell of model.data.cells) {
      const [, width, height] = cell.pictures.at(-1) ?? [];
      if (width && height) counts.set(height / width, (counts.get(height / width) ?? 0) + 1);
    }
    const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0.75;
    return Math.min(2, Math.max(0.4, most));
  }

  // Drawing.

  function render(g) {
    const { state, model: { data } } = g;
    place(g);
    const x = data.axes[state.x], y = data.axes[state.y];
    const picture = Math.round(state.size * (g.shape ??= shape(g.model)));
    g.described = described(g);
    const others = g.flow ? 0 : Math.max(0, ...[...g.places.values()].map((cells) => cells.length - 1));
    const lines = 1 + state.shown.length + g.described.length + Math.min(mostOthers, others);
    const needed = (x ? x.levels.length : 0) * (state.size + 8) + (y ? 176 : 0);
    g.figure.classList.toggle("grid-wide", needed > g.figure.parentElement.clientWidth || (!x && !y));
    const width = g.view.scroll.clientWidth || g.figure.clientWidth || 320;
    const columns = x ? x.levels.length : g.flow ? Math.max(1, Math.floor((width - 16) / (state.size + 8))) : 1;
    g.columns = columns;
    g.rows = y ? y.levels.length : g.flow ? Math.ceil(g.flow.length / columns) : 1;
    g.common = common(g, g.cells);
    g.view.show({
      columns, rows: g.rows,
      width: state.size + 8, height: picture + 8 + lines * line,
      headWidth: y ? Math.min(176, Math.round(width * 0.28)) : 0,
      headHeight: x || y ? headHeight(g, x) : 0,
      columnHead: (c) => (x ? heading(g, x, c, (cell) => cell.at[state.x] === c) : []),
      rowHead: (r) => heading(g, y, r, (cell) => cell.at[state.y] === r),
      corner: () => corner(x, y),
      fill: (box, r, c) => fill(g, box, all(g, r, c), picture),
      refresh: (box, r, c) => refresh(g, box, first(g, r, c)),
    });
    g.beside.replaceChildren(...g.common.map((i) => input(g, data.inputs[i])));
    g.beside.hidden = g.common.length === 0;
  }

  function headHeight(g, x) {
    if (!x) return line + 8;
    const longest = Math.max(...x.levels.map((level) => level.length));
    const lines = Math.min(3, Math.ceil((longest * 7) / g.state.size));
    const { data } = g.model;
    const pictured = x.levels.some((_, c) => own(g, g.cells.filter((cell) => cell.at[g.state.x] === c)).length > 0) && data.inputs.length > 0;
    return Math.max(g.state.y === none ? 1 : 2, lines) * line + 8 + (pictured ? 44 : 0);
  }

  /** described are the axes that are said below each picture: those that differ there. */
  function described(g) {
    const differs = (i) => g.cells.some((cell) => cell.at[i] !== g.cells[0].at[i]);
    return fixed(g).filter((i) => g.state.held[i] === free && differs(i)).slice(0, mostLines);
  }

  const corner = (x, y) => [
    ...(x ? [element("span", { className: "grid-axis", dir: "auto" }, P.shortName(x) + " →")] : []),
    ...(y ? [element("span", { className: "grid-axis", dir: "auto" }, P.shortName(y) + " ↓")] : []),
  ];

  /** common are the content and style images of all cells, as the first of them used them. */
  function common(g, cells) {
    const image = (i) => g.model.data.inputs[i].image;
    let shared = cells.find((cell) => cell.inputs.length > 0)?.inputs ?? [];
    for (const cell of cells) {
      if (cell.inputs.length > 0 && cell.inputs !== shared) shared = shared.filter((i) => cell.inputs.some((j) => image(i) === image(j)));
    }
    return shared;
  }

  /** own are the images that some cells share and not all. */
  const own = (g, cells) => common(g, cells).filter((i) => !g.common.some((j) => g.model.data.inputs[i].image === g.model.data.inputs[j].image));

  function heading(g, axis, i, within) {
    const level = element("span", { className: "grid-level", title: axis.levels[i] }, axis.levels[i]);
    const images = own(g, g.cells.filter(within)).map((at) => {
      const { kind, name, picture } = g.model.data.inputs[at];
      return element("img", { className: "grid-tiny", src: P.source(g.model, picture), alt: `${kind} ${name}`, loading: "lazy", decoding: "async" });
    });
    return images.length ? [level, element("span", { className: "grid-tinies" }, ...images.filter((img) => img.getAttribute("src")))] : [level];
  }

  function input(g, { kind, name, picture }) {
    const src = P.source(g.model, picture);
    const image = src ? [element("img", { src, alt: `${kind} ${name}`, decoding: "async" })] : [];
    return element("div", {}, ...image, element("span", { dir: "auto" }, `${kind}: ${name}`));
  }

  function fill(g, box, cells, height) {
    const [cell, ...others] = cells;
    if (!cell) {
      box.append(element("div", { className: "grid-none" }, g.flow ? "" : "not planned"));
      return;
    }
    const frame = element("div", { className: "grid-picture" });
    frame.style.height = `${height}px`;
    const note = element("div", { className: "grid-note" });
    const name = element("div", { className: "grid-name" }, ...title(g, cell));
    if (others.length) name.append(` + ${others.length} more`);
    note.append(name);
    for (const i of g.described) {
      const axis = g.model.data.axes[i], level = axis.levels[cell.at[i]];
      note.append(element("div", { dir: "auto", title: `${axis.name} ${level}` }, `${level} `, element("span", { className: "grid-of" }, P.shortName(axis))));
    }
    for (const i of g.state.shown) {
      note.append(element("div", {}, `${P.digits(cell.values[i])} `, P.numberField(g.model.data.numbers[i])));
    }
    note.append(...alsoThere(g, others));
    box.append(frame, note);
    refresh(g, box, cell);
  }

  /** alsoThere names the other runs at a place by what differs between them, a line for each; the last line takes the rest. */
  function alsoThere(g, cells) {
    const text = (cell) => {
      const levels = g.described.map((i) => g.model.data.axes[i].levels[cell.at[i]]).join(", ");
      return levels || P.named(cell);
    };
    const whole = (cell) => [P.named(cell), P.settings(g.model, cell, g.described)].filter(Boolean).join(": ");
    const lines = cells.slice(0, mostOthers - 1).map((cell) => [cell]);
    if (cells.length >= mostOthers) lines.push(cells.slice(mostOthers - 1));
    return lines.map((list) => element("div", { dir: "auto", title: list.map(whole).join("\n") }, `+ ${list.map(text).join("; ")}`));
  }

  function title(g, cell) {
    const name = P.named(cell) + P.starred(cell);
    if (!cell.run || !g.model.data.page) return [name];
    const link = element("a", { href: g.model.data.page + cell.run, tabIndex: -1 }, `run ${cell.run}`);
    return [link, name.slice(`run ${cell.run}`.length)];
  }

  /** refresh shows a cell's picture of the step, and whether it is chosen. */
  function refresh(g, box, cell) {
    if (!cell) return;
    box.setAttribute("aria-selected", g.chosen.has(cell.run));
    const frame = box.firstElementChild;
    const src = P.source(g.model, P.at(cell, g.state.step));
    const old = frame.querySelector("img");
    if (!src) {
      frame.replaceChildren(element("span", { className: "grid-none", dir: "auto" }, P.missing(cell)));
    } else if (!old) {
      frame.replaceChildren(element("img", { loading: "lazy", decoding: "async", alt: P.alt(g.model, cell), draggable: false, src }));
    } else if (old.getAttribute("src") !== src) {
      old.src = src;
    }
  }

  // What the reader does.

  function listen(g) {
    const { scroll } = g.view;
    const at = (event) => {
      const box = event.target.closest(".grid-cell");
      return box && { r: Number(box.dataset.row), c: Number(box.dataset.column) };
    };
    scroll.addEventListener("click", (event) => {
      const place = at(event);
      if (!place || event.target.closest("a")) return;
      g.view.activate(place.r, place.c);
      if (event.ctrlKey || event.shiftKey || event.metaKey) choose(g);
      else open(g, "one");
    });
    scroll.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !at(event)) return;
      if (press(g, event.key)) event.preventDefault();
    });
    addEventListener("hashchange", () => {
      if (g.figure.isConnected && location.hash.startsWith("#look&")) look(g);
    });
    let width = scroll.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(scroll.clientWidth - width) < 2 || !g.cells || !g.figure.isConnected) return; // a page that follows a sweep replaces it
      width = scroll.clientWidth;
      render(g);
    }).observe(scroll);
  }

  /** press does what a key is for; it returns whether there is something. */
  function press(g, key) {
    const { r, c } = g.view.active();
    const go = (to, column) => g.view.activate(to, column);
    const page = g.view.perPage();
    const cycle = (axis, by) => {
      const n = g.model.data.axes.length + 1;
      g.change({ [axis]: ((g.state[axis] + 1 + by + n) % n) - 1 });
    };
    const actions = {
      ArrowDown: () => go(r + 1, c), ArrowUp: () => go(r - 1, c), ArrowRight: () => go(r, c + 1), ArrowLeft: () => go(r, c - 1),
      PageDown: () => go(r + page, c), PageUp: () => go(r - page, c), Home: () => go(r, 0), End: () => go(r, g.columns - 1),
      Enter: () => open(g, g.chosen.size ? "chosen" : "one"), r: () => open(g, "row"), c: () => open(g, "column"), " ": () => choose(g),
      Escape: () => g.clear(), "[": () => g.bar.step(-1), "]": () => g.bar.step(1),
      o: () => g.bar.order(1), O: () => g.bar.order(-1), d: () => g.bar.reverse(),
      x: () => cycle("x", 1), y: () => cycle("y", 1), X: () => cycle("x", -1), Y: () => cycle("y", -1),
      "+": () => g.bar.resize(1.2), "=": () => g.bar.resize(1.2), "-": () => g.bar.resize(1 / 1.2), "?": () => g.bar.help(),
    };
    actions[key]?.();
    return key in actions;
  }

  /** choose adds the active picture to those that are viewed together, or takes it out. */
  function choose(g) {
    const { r, c } = g.view.active();
    const cell = first(g, r, c);
    if (!cell?.run) return;
    if (!g.chosen.delete(cell.run) && g.chosen.size < mostChosen) g.chosen.add(cell.run);
    g.view.refresh();
    g.bar.update();
  }

  /** open shows pictures in full: those of the active place, of its row or column, or the chosen ones. */
  function open(g, way) {
    const { r, c } = g.view.active();
    const here = all(g, r, c).filter((cell) => cell.pictures.length > 0);
    const near = here[0] && around(g, here[0]);
    const cells = {
      one: here, row: near?.row, column: near?.column,
      chosen: [...g.chosen].map((run) => g.model.byRun.get(run)).filter((cell) => cell?.pictures.length),
    }[way];
    if (cells?.length) runexp.viewer.open(g.model, cells, here[0] ?? cells[0], (cell) => around(g, cell), g);
  }

  /** attach prepares all grids in root. */
  function attach(root = document) {
    root.querySelectorAll("figure[data-grid]").forEach(prepare);
  }

  return attach;
})();
