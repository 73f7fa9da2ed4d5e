"use strict";
// What is above a grid: the choice of axes, the step, the size, the numbers below pictures, help.
globalThis.runexp ??= {};

runexp.gridbar = (() => {
  const P = runexp.pictures;
  const { element } = P;
  const help = [
    ["on a picture"],
    ["← → ↑ ↓", "go from picture to picture; Page Up, Page Down, Home and End further"],
    ["Enter", "show it in full, with those of its place or the chosen ones; r its row, c its column"],
    ["Space", "choose it, up to 16, to show them together; Escape forgets them"],
    ["[ ]", "an earlier or a later step of all pictures"],
    ["o d", "order by the next number or setting, with Shift the one before; the other direction"],
    ["x y", "the next axis for the columns, for the rows; with Shift the one before"],
    ["+ −", "larger or smaller pictures"],
    ["on a point of the scatter"],
    ["← → ↑ ↓", "go to the nearest point"],
    ["Enter", "show its picture in full; there arrows go on by one number or the other"],
  ];

  let made = 0; // labels need names that are unique in the page

  /** labelled is a control with its label before it. */
  function labelled(text, control, ...after) {
    control.id = `grid-control-${++made}`;
    return element("span", { className: "grid-control" }, element("label", { htmlFor: control.id, dir: "auto", title: text }, text), control, ...after);
  }

  const select = (options) => element("select", {}, ...options.map(([value, text]) => element("option", { value }, text)));

  const cut = (text, most = 40) => ([...text].length > most ? [...text].slice(0, most - 1).join("") + "…" : text);

  return (g) => {
    const { model: { data }, state } = g;
    const { free, none, sizes } = runexp.gridstate;
    const stops = stepsOf(g.model);

    const axes = [[String(none), "–"], ...data.axes.map((a, i) => [String(i), cut(P.shortName(a))])];
    const x = select(axes), y = select(axes);
    x.onchange = () => g.change({ x: Number(x.value) });
    y.onchange = () => g.change({ y: Number(y.value) });

    const held = data.axes.map((axis, i) => {
      const control = select([[String(free), "all"], ...axis.levels.map((level, j) => [String(j), cut(level)])]);
      control.onchange = () => g.change({ held: state.held.map((level, j) => (j === i ? Number(control.value) : level)) });
      return { control, box: labelled(cut(P.shortName(axis)), control) };
    });

    const orders = [["", "run"], ...data.numbers.map((n) => ["number:" + n.name, cut(P.numberName(n))]), ...data.axes.map((a) => ["axis:" + a.name, cut(P.shortName(a))])];
    const order = select(orders);
    const direction = element("select", { "aria-label": "Direction of the order" });
    order.onchange = () => orderBy(order.value);
    direction.onchange = () => g.change({ direction: direction.value });
    const orderBy = (value) => g.change({ order: value, direction: "" });

    const step = element("input", { type: "range", min: 0, max: stops.length - 1, step: 1 });
    const stepText = element("output", {});
    step.oninput = () => g.change({ step: stops[Number(step.value)] });
    const stepBox = labelled("Iteration", step, stepText);

    const size = element("input", { type: "range", min: sizes.least, max: sizes.most, step: 4 });
    size.oninput = () => g.change({ size: Number(size.value) });

    const boxes = data.numbers.map((n, i) => {
      const box = element("input", { type: "checkbox" });
      box.onchange = () => g.change({ shown: boxes.flatMap((b, j) => (b.checked ? [j] : [])) });
      return box;
    });
    const numbers = element("details", { className: "grid-numbers" }, element("summary", {}, "Numbers"),
      element("div", {}, ...data.numbers.map((n, i) => element("label", {}, boxes[i], ` ${P.numberName(n)}${n.unit ? `, ${n.unit}` : ""}`))));

    const button = (text, act) => element("button", { type: "button", onclick: act }, text);
    const viewChosen = button("View chosen", () => g.open("chosen"));
    const clear = button("Forget", g.clear);
    g.figure.dataset.keys = JSON.stringify([...help, ...runexp.viewer.keys(g.model)]);
    const pageAsks = document.querySelector("[data-help]") !== null; // a server's page has a button of its own
    const ask = pageAsks ? [] : [element("button", { type: "button", "aria-label": "Keys", onclick: () => runexp.help() }, "?")];

    const said = element("p", { className: "grid-said", role: "status" });
    const controls = element("div", { className: "grid-controls", role: "group", "aria-label": "What the grid shows" },
      labelled("Columns", x), labelled("Rows", y), labelled("Order", order, direction), ...held.map((h) => h.box), stepBox, labelled("Size", size), numbers, viewChosen, clear, ...ask);
    const notes = (data.notes ?? []).map((note) => element("p", { className: "note" }, note));
    const bar = element("div", { className: "grid-bar" }, controls, said, ...notes);

    /** update shows the state in the controls. */
    function update() {
      x.value = String(state.x);
      y.value = String(state.y);
      held.forEach((h, i) => {
        h.box.hidden = i === state.x || i === state.y;
        h.control.value = String(state.held[i]);
      });
      order.value = state.order;
      direction.replaceChildren(...runexp.gridorder.directions(g).map(([value, text]) => element("option", { value }, text)));
      direction.value = runexp.gridorder.direction(g);
      const at = stopOf(state.step);
      step.value = at;
      stepText.textContent = textOf(at);
      step.setAttribute("aria-valuetext", textOf(at));
      stepBox.hidden = stops.length < 2;
      size.value = state.size;
      boxes.forEach((box, i) => { box.checked = state.shown.includes(i); });
      viewChosen.hidden = clear.hidden = g.chosen.size === 0;
      viewChosen.textContent = `View ${g.chosen.size} chosen`;
      said.textContent = summary();
    }

    /** stopOf is the place of a step on the slider: the last one that is not after it. */
    const stopOf = (value) => (value === null ? stops.length - 1 : Math.max(0, stops.findLastIndex((s) => s !== null && s <= value)));
    const textOf = (at) => (stops[at] === null ? "result" : String(stops[at]));

    /** summary says once what all pictures have, and how many there are. */
    function summary() {
      const fixed = [...data.axes.keys()].filter((i) => i !== state.x && i !== state.y && state.held[i] !== free);
      const pictured = g.cells.filter((cell) => cell.pictures.length > 0).length;
      const count = `${pictured} of ${data.cells.filter((cell) => cell.pictures.length > 0).length} pictures`;
      return fixed.length ? `${count}, all at ${P.settings(g.model, { at: state.held }, fixed)}.` : `${count}.`;
    }

    return {
      element: bar, update, help: () => runexp.help(),
      order: (by) => orderBy(orders[(order.selectedIndex + by + orders.length) % orders.length][0]),
      reverse: () => g.change({ direction: runexp.gridorder.reversed(g) }),
      step: (by) => g.change({ step: stops[Math.min(stops.length - 1, Math.max(0, stopOf(state.step) + by))] }),
      resize: (by) => g.change({ size: Math.round(Math.min(sizes.most, Math.max(sizes.least, state.size * by))) }),
    };
  };

  /** stepsOf are the stops of the slider: the steps on the way, and null for the results. */
  function stepsOf(model) {
    const ends = new Set(model.data.cells.filter((c) => c.pictures.length > 0).map((c) => c.pictures.at(-1)[0]));
    const last = ends.size === 1 ? [...ends][0] : Infinity;
    return [...model.steps.filter((step) => step < last), null];
  }
})();
