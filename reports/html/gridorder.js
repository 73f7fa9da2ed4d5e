"use strict";
// The order of a grid's pictures: by run, by a number or by an axis, in a direction. It is that of a flow without axes, and
// says which run is shown of several at one place. In the state, order is "" for the run, "number:NAME" or "axis:NAME";
// direction is "" for the best first, or ascending where no end is the better one.
globalThis.runexp ??= {};

runexp.gridorder = (() => {
  /** by finds the number or the axis that a state orders by; both are −1 for the run. */
  function by({ model: { data }, state }) {
    const [kind, name] = state.order.split(/:(.*)/s);
    return {
      number: kind === "number" ? data.numbers.findIndex((n) => n.name === name) : -1,
      axis: kind === "axis" ? data.axes.findIndex((a) => a.name === name) : -1,
    };
  }

  const better = (g) => g.model.data.numbers[by(g).number]?.better;

  /** directions are those that an order has, each with its name; the first is the usual one. */
  function directions(g) {
    const both = [["ascending", "lowest first"], ["descending", "highest first"]];
    return better(g) ? [["", "best first"], ...both] : both;
  }

  /** direction is that of the state, as one of the directions. */
  function direction(g) {
    const known = directions(g).map(([value]) => value);
    return known.includes(g.state.direction) ? g.state.direction : known[0];
  }

  /** reversed is the direction opposite to the state's. */
  const reversed = (g) => (sign(g) > 0 ? "descending" : "ascending");

  const sign = (g) => ({ ascending: 1, descending: -1 })[direction(g)] ?? (better(g) === "higher" ? -1 : 1);

  /** sorted are cells in the order: those with a picture first, those without the number last. */
  function sorted(g, cells) {
    const { number, axis } = by(g);
    const way = sign(g);
    const of = (cell) => (number >= 0 ? cell.values[number] : axis >= 0 ? cell.at[axis] : cell.run);
    const rank = (cell) => of(cell) ?? Infinity;
    const compare = (a, b) => {
      const [x, y] = [rank(a), rank(b)];
      if (x === y) return 0;
      if (x === Infinity || y === Infinity) return x - y;
      return way * (x - y);
    };
    return [...cells].sort((a, b) => (b.pictures.length > 0) - (a.pictures.length > 0) || compare(a, b) || (a.run ?? 0) - (b.run ?? 0));
  }

  return { directions, direction, reversed, sorted };
})();
