"use strict";
// Two numbers of all pictures, the points of which are the pictures: runexp.scatter(root) prepares each
// [data-scatter] in root, whose value is the id of a figure[data-grid] that has the data. A ring marks
// what no other point beats: as good in both numbers and better in one. The axes are drawn here, since
// one drawing for every two of a dozen metrics would take more room than the pictures.
globalThis.runexp ??= {};

runexp.scatter = (() => {
  const P = runexp.pictures;
  const { element } = P;
  const mostPictures = 150; // points that are pictures; of more the front is, and the others are dots
  const mostPoints = 1000; // of more the front is shown, and of the others some, evenly
  const dot = 9; // pixels
  const margin = { left: 64, right: 24, top: 16, bottom: 44 };
  const all = -1; // levels

  function prepare(box) {
    const figure = document.getElementById(box.dataset.scatter);
    if (!figure || box.dataset.ready) return;
    box.dataset.ready = "yes";
    const model = P.of(figure);
    const numbers = [...model.data.numbers.keys()].filter((i) => model.data.cells.filter((cell) => isNumber(cell.values[i])).length > 1);
    if (numbers.length < 2) { box.hidden = true; return; }
    const s = { model, numbers, x: numbers[0], y: numbers[1], only: ofImages(model.data) };
    restore(s);
    const plot = element("div", { className: "scatter-plot" });
    const note = element("p", { className: "note", role: "status" });
    box.append(controls(s, () => { save(s); draw(s); }), plot, note);
    Object.assign(s, { plot, note });
    new ResizeObserver(() => { if (plot.isConnected) draw(s); }).observe(plot);
  }

  /** ofImages are the axes along which content or style changes, with the level to begin with: numbers
   *  of pictures of different images are not compared unless the reader wants it. */
  const ofImages = (data) =>
    new Map(data.axes.flatMap((a, i) => (/^pair$|(^|\.)image\b/.test(a.name) ? [[i, Math.max(0, data.start[i])]] : [])));

  const isNumber = (v) => typeof v === "number";

  function controls(s, changed) {
    const { data } = s.model;
    const choice = (name, value, options, set) => {
      const select = element("select", { "aria-label": name, onchange: () => { set(Number(select.value)); changed(); } },
        ...options.map(([at, text]) => element("option", { value: at }, text)));
      select.value = value;
      return element("label", { className: "grid-control" }, name, select);
    };
    const labels = s.numbers.map((i) => [i, P.numberName(data.numbers[i])]);
    const list = [choice("Across", s.x, labels, (i) => { s.x = i; }), choice("Up", s.y, labels, (i) => { s.y = i; })];
    for (const [i, level] of s.only) {
      const levels = data.axes[i].levels.map((text, j) => [j, text]);
      list.push(choice(P.shortName(data.axes[i]), level, [[all, "all"], ...levels], (j) => s.only.set(i, j)));
    }
    return element("div", { className: "grid-controls", role: "group", "aria-label": "Axes of the trade-off" }, ...list);
  }

  function save(s) {
    const { data } = s.model;
    const entries = { across: data.numbers[s.x].name, up: data.numbers[s.y].name };
    for (const [i, level] of s.only) entries["of." + data.axes[i].name] = level === all ? "*" : data.axes[i].levels[level];
    runexp.address.write(entries);
  }

  function restore(s) {
    const entries = runexp.address.read();
    const { data } = s.model;
    const number = (key, otherwise) => s.numbers.find((i) => data.numbers[i].name === entries.get(key)) ?? otherwise;
    s.x = number("across", s.x);
    s.y = number("up", s.y);
    for (const i of s.only.keys()) {
      const level = entries.get("of." + data.axes[i].name);
      const at = data.axes[i].levels.indexOf(level);
      if (at >= 0 || level === "*") s.only.set(i, at >= 0 ? at : all);
    }
  }

  /** pointsOf are the pictures that have both numbers, those of the front last, so that they are on top. */
  function pointsOf(s) {
    const within = (cell) => [...s.only].every(([i, level]) => level === all || cell.at[i] === level);
    const points = s.model.data.cells
      .filter((cell) => isNumber(cell.values[s.x]) && isNumber(cell.values[s.y]) && within(cell))
      .map((cell) => ({ cell, x: cell.values[s.x], y: cell.values[s.y], front: false }));
    markFront(points, sign(s, s.x), sign(s, s.y));
    return points.sort((a, b) => a.front - b.front);
  }

  /** some leaves of too many points the front and an even choice. */
  function some(points) {
    const others = points.filter((p) => !p.front);
    const every = Math.max(1, others.length / mostPoints);
    return points.length <= mostPoints ? points
      : [...others.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every)), ...points.filter((p) => p.front)];
  }

  /** sign is 1 where lower is better, −1 where higher is, 0 where neither. */
  const sign = (s, i) => ({ lower: 1, higher: -1 })[s.model.data.numbers[i].better] ?? 0;

  /** markFront walks from the best by x on: a point is beaten unless its y is better than all before it. */
  function markFront(points, signX, signY) {
    if (!signX || !signY) return;
    let best = Infinity, of = NaN;
    for (const p of [...points].sort((a, b) => signX * (a.x - b.x) || signY * (a.y - b.y))) {
      const y = signY * p.y;
      p.front = y < best || (y === best && p.x === of);
      if (y < best) [best, of] = [y, p.x];
    }
  }

  /** scaleOf maps numbers to 0 … 1, evenly or by their logarithms where these spread more evenly. */
  function scaleOf(values) {
    let low = Math.min(...values), high = Math.max(...values);
    const log = low > 0 && high / low > 30;
    const f = log ? Math.log10 : (v) => v;
    if (low === high) { low -= Math.abs(low) / 10 || 0.5; high += Math.abs(high) / 10 || 0.5; }
    const room = 0.06 * (f(high) - f(low));
    const from = f(low) - room, to = f(high) + room;
    return { at: (v) => (f(v) - from) / (to - from), ticks: log ? decades(from, to) : even(from, to) };
  }

  /** even ticks are multiples of 1, 2 or 5 times a power of ten. */
  function even(from, to) {
    const power = 10 ** Math.floor(Math.log10((to - from) / 4));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => (to - from) / n <= 6);
    const first = Math.ceil(from / step);
    return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  /** decades are powers of ten, and 2 and 5 times these where there are few. */
  function decades(from, to) {
    const digits = to - from < 2.5 ? [1, 2, 5] : [1];
    const list = [];
    for (let e = Math.floor(from); e <= to; e++) list.push(...digits.map((n) => Number(`${n}e${e}`)));
    return list.filter((v) => Math.log10(v) >= from && Math.log10(v) <= to);
  }

  function draw(s) {
    const all = pointsOf(s), points = some(all);
    const { data } = s.model;
    const width = s.plot.clientWidth, height = Math.round(Math.min(640, Math.max(320, width * 0.62)));
    s.plot.style.height = `${height}px`;
    s.note.textContent = say(s, all, points);
    if (points.length === 0 || width === 0) { s.plot.replaceChildren(); return; }
    const x = scaleOf(all.map((p) => p.x)), y = scaleOf(all.map((p) => p.y));
    const left = (v) => margin.left + x.at(v) * (width - margin.left - margin.right);
    const top = (v) => height - margin.bottom - y.at(v) * (height - margin.top - margin.bottom);
    const label = element("div", { className: "scatter-label", hidden: true });
    const size = (points.length <= 40 ? 64 : 44) * (width < 500 ? 0.65 : 1);
    const buttons = points.map((p) => point(s, p, points, { left: left(p.x), top: top(p.y), width, size }, label));
    s.plot.replaceChildren(axes(width, height, { x, y, left, top }, axisLabel(data.numbers[s.x]), axisLabel(data.numbers[s.y])), ...buttons, label);
    if (buttons.length) buttons.at(-1).tabIndex = 0;
    s.plot.onkeydown = (event) => walk(event, buttons);
  }

  const axisLabel = (n) => `${n.field}${n.unit ? `, ${n.unit}` : ""}${n.better ? ` (${n.better} is better)` : ""}`;

  function say(s, points, shown) {
    const missing = s.model.data.cells.length - s.model.data.cells.filter((cell) => isNumber(cell.values[s.x]) && isNumber(cell.values[s.y])).length;
    const front = points.filter((p) => p.front).length;
    const parts = [shown.length < points.length ? `${shown.length} of ${points.length} pictures` : `${points.length} pictures`];
    if (front) parts.push(`the ${front} with a ring are beaten by no other in both numbers`);
    else if (!sign(s, s.x) || !sign(s, s.y)) parts.push("no ring, since one of the numbers has no better end");
    if (missing) parts.push(`${missing} have no such numbers`);
    return parts.join("; ") + ".";
  }

  /** axes draws ticks, lines and names. */
  function axes(width, height, { x, y, left, top }, nameX, nameY) {
    const make = (name, attributes, text = "") => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = text;
      return made;
    };
    const svg = make("svg", { width, height, class: "scatter-axes", role: "img", "aria-label": `${nameY} against ${nameX}` });
    const bottom = height - margin.bottom, right = width - margin.right;
    for (const v of x.ticks) {
      svg.append(make("line", { x1: left(v), x2: left(v), y1: margin.top, y2: bottom }));
      svg.append(make("text", { x: left(v), y: bottom + 16, "text-anchor": "middle" }, P.digits(v)));
    }
    for (const v of y.ticks) {
      svg.append(make("line", { x1: margin.left, x2: right, y1: top(v), y2: top(v) }));
      svg.append(make("text", { x: margin.left - 6, y: top(v) + 4, "text-anchor": "end" }, P.digits(v)));
    }
    const middle = (margin.top + bottom) / 2;
    svg.append(make("text", { x: (margin.left + right) / 2, y: height - 6, "text-anchor": "middle" }, nameX));
    svg.append(make("text", { transform: `translate(13 ${middle}) rotate(-90)`, "text-anchor": "middle" }, nameY));
    return svg;
  }

  /** point is a button: the picture, or a dot where there are many. */
  function point(s, p, points, { left, top, width, size }, label) {
    const src = p.front || points.length <= mostPictures ? P.source(s.model, p.cell.pictures.at(-1)) : "";
    const made = element("button", { type: "button", className: "scatter-point", tabIndex: -1, "aria-label": `${P.alt(s.model, p.cell)}; ${numbers(s, p)}${p.front ? "; not beaten" : ""}` });
    made.classList.toggle("scatter-front", p.front);
    made.classList.toggle("scatter-dot", !src);
    const [, w, h] = p.cell.pictures.at(-1) ?? [];
    const wide = src ? size : dot, high = src ? size * (w && h ? h / w : 0.75) : dot;
    if (src) made.append(element("img", { src, alt: "", decoding: "async", draggable: false }));
    // Not by a transform: each would be a layer's worth of work in every frame of the page.
    Object.assign(made.style, { left: `${left - wide / 2}px`, top: `${top - high / 2}px`, width: `${wide}px`, height: `${high}px` });
    const show = () => {
      const picture = P.source(s.model, p.cell.pictures.at(-1));
      label.replaceChildren(...(src || !picture ? [] : [element("img", { src: picture, alt: "" })]),
        element("div", { dir: "auto" }, P.alt(s.model, p.cell)), element("div", {}, numbers(s, p)));
      label.hidden = false;
      label.style.left = `${Math.max(0, Math.min(left - 110, width - 232))}px`;
      label.style.top = `${top + size / 2 + 6}px`;
    };
    made.onmouseenter = made.onfocus = show;
    made.onmouseleave = made.onblur = () => { label.hidden = true; };
    made.onclick = () => openAt(s, p, points);
    return made;
  }

  const numbers = (s, p) => [[s.x, p.x], [s.y, p.y]].map(([i, v]) => `${s.model.data.numbers[i].field} ${P.digits(v)}`).join(", ");

  /** openAt shows a picture in full; its row there are all points from left to right, its column from below. */
  function openAt(s, p, points) {
    const pictured = points.filter((q) => q.cell.pictures.length > 0);
    const by = (key) => [...pictured].sort((a, b) => a[key] - b[key]).map((q) => q.cell);
    const rows = by("x"), columns = by("y");
    const around = (cell) => ({
      row: rows, column: columns,
      next: (down, right) => (right ? rows[rows.indexOf(cell) + right] : columns[columns.indexOf(cell) - down]),
    });
    if (p.cell.pictures.length) runexp.viewer.open(s.model, [p.cell], p.cell, around, s.model.grid);
  }

  /** walk goes to the nearest point in the direction of an arrow. */
  function walk(event, buttons) {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    const here = buttons.indexOf(document.activeElement);
    if (here < 0 || (!dx && !dy)) return;
    event.preventDefault();
    const at = (b) => [parseFloat(b.style.left), parseFloat(b.style.top)];
    const [x, y] = at(buttons[here]);
    let nearest, least = Infinity;
    for (const b of buttons) {
      const ahead = dx * (at(b)[0] - x) + dy * (at(b)[1] - y);
      const aside = Math.abs(dy * (at(b)[0] - x) + dx * (at(b)[1] - y));
      if (ahead > 0 && ahead + 2 * aside < least) [nearest, least] = [b, ahead + 2 * aside];
    }
    if (!nearest) return;
    buttons[here].tabIndex = -1;
    nearest.tabIndex = 0;
    nearest.focus();
  }

  return (root = document) => root.querySelectorAll("[data-scatter]").forEach(prepare);
})();
