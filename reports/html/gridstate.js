"use strict";
// How a grid is looked at: its state, and the part of the address that keeps it. Axes, levels and
// numbers are there by name, so that a link outlives new levels.
globalThis.runexp ??= {};

runexp.gridstate = (() => {
  const free = -1; // an axis that is held at no level
  const none = -1; // no axis
  const sizes = { least: 56, most: 480 }; // pixels of a picture's width

  /** initial is what the data begin with. step is null for the results. */
  function initial({ data }) {
    return {
      x: data.x, y: data.y, held: [...data.start], step: null, order: "", direction: "",
      size: matchMedia("(max-width: 40rem)").matches ? 104 : 168,
      shown: data.numbers.flatMap((n, i) => (n.shown ? [i] : [])),
    };
  }

  /** save writes the state into the address. */
  function save(g) {
    const { state, model: { data } } = g;
    const name = (i) => (i === none ? "-" : data.axes[i].name);
    const entries = {
      x: name(state.x), y: name(state.y), step: state.step, size: state.size, order: state.order || null, direction: state.direction || null,
      numbers: state.shown.map((i) => data.numbers[i].name).join(","),
    };
    data.axes.forEach((axis, i) => {
      const fixed = i !== state.x && i !== state.y;
      entries["at." + axis.name] = !fixed ? null : state.held[i] === free ? "*" : axis.levels[state.held[i]];
    });
    runexp.address.write(entries);
  }

  /** restore takes what the address says and the data have. */
  function restore(g) {
    const { state, model: { data } } = g;
    const entries = runexp.address.read();
    const axis = (key, otherwise) => {
      if (entries.get(key) === "-") return none;
      const i = data.axes.findIndex((a) => a.name === entries.get(key));
      return i < 0 ? otherwise : i;
    };
    state.x = axis("x", state.x);
    state.y = axis("y", state.y);
    if (state.x === state.y) state.y = none;
    data.axes.forEach((a, i) => {
      const level = entries.get("at." + a.name);
      const at = a.levels.indexOf(level);
      if (level === "*" || at >= 0) state.held[i] = level === "*" && at < 0 ? free : at;
    });
    const number = (key) => (entries.has(key) && Number.isFinite(Number(entries.get(key))) ? Number(entries.get(key)) : undefined);
    state.step = number("step") ?? null;
    state.size = Math.min(sizes.most, Math.max(sizes.least, number("size") ?? state.size));
    state.order = entries.get("order") ?? "";
    state.direction = entries.get("direction") ?? "";
    if (entries.has("numbers")) {
      const names = entries.get("numbers").split(",");
      state.shown = data.numbers.flatMap((n, i) => (names.includes(n.name) ? [i] : []));
    }
  }

  return { free, none, sizes, initial, save, restore };
})();
