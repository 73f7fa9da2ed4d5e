"use strict";
// What grid, viewer and scatter have in common: the data of a figure[data-grid], and the part of the
// address that says how it is looked at. The figure has these children:
//
//   script[type="application/json"]   a grid.Data
//   .grid-plain                       the pictures one by one, for a page without a script; in a
//                                     file each img[data-key] is one that the data name by that key
globalThis.runexp ??= {};

runexp.pictures = (() => {
  const models = new WeakMap(); // by figure

  /** of returns the model of a figure, made once. */
  function of(figure) {
    if (!models.has(figure)) models.set(figure, make(figure));
    return models.get(figure);
  }

  function make(figure) {
    const data = JSON.parse(figure.querySelector(":scope > script[type='application/json']").textContent);
    const plain = figure.querySelector(":scope > .grid-plain");
    const inPage = new Map();
    for (const img of plain?.querySelectorAll("img[data-key]") ?? []) inPage.set(img.dataset.key, img.getAttribute("src"));
    plain?.remove();
    data.cells = data.cells.map((cell) => ({ status: "", why: "", flaw: "", values: [], inputs: [], pictures: [], ...cell }));
    const steps = [...new Set(data.cells.flatMap((cell) => cell.pictures.map((p) => p[0])))].sort((a, b) => a - b);
    return { data, inPage, steps, byRun: new Map(data.cells.filter((c) => c.run).map((c) => [c.run, c])) };
  }

  /** source is the address of a picture, small or in full; "" if the page does not have it. */
  function source(model, picture, full = false) {
    if (!picture?.[3]) return "";
    const prefix = full ? model.data.full : model.data.thumb;
    return prefix ? prefix + picture[3] : model.inPage.get(picture[3]) ?? "";
  }

  /** at is the picture of a cell at a step: the last one before it; its result for no step. */
  function at(cell, step) {
    if (step === null) return cell.pictures.at(-1);
    return cell.pictures.filter((p) => p[0] <= step).at(-1) ?? cell.pictures[0];
  }

  /** shortName is the end of each path in an axis's name, enough beside its levels: style.weight of
   *  losses.style.weight, style.0.image whole. */
  const shortName = (axis) => axis.name.split(" + ").map((path) => path.match(/(?:[^.]+\.)?(?:\d+\.)?[^.]+$/)?.[0] ?? path).join(" + ");

  /** settings names a cell by its levels of some axes, given by their places. */
  const settings = (model, cell, axes) =>
    axes.map((i) => `${shortName(model.data.axes[i])} ${model.data.axes[i].levels[cell.at[i]]}`).join(", ");

  /** named is the name of a cell's run with what is the matter with it; of a picture that is no run's its own name. */
  const named = (cell) =>
    cell.label ?? [cell.run ? `run ${cell.run}` : "", cell.status, cell.flaw].filter(Boolean).join(", ");

  /** starred is how a star is shown after a name. */
  const starred = (cell) => (cell.star ? " ★" : "");

  /** alt describes a cell's picture to those who do not see it: by all its settings. */
  function alt(model, cell) {
    const all = settings(model, cell, [...model.data.axes.keys()]);
    return all ? `${named(cell)}: ${all}` : named(cell);
  }

  /** missing says why there is no picture to show. */
  function missing(cell) {
    if (cell.pictures.length) return "picture not in this page";
    if (!cell.status) return "no picture";
    return cell.why ? `${cell.status}: ${cell.why}` : cell.status;
  }

  /** numberName is what a number is called in filters, and in words. */
  const numberName = ({ field, label }) => (label && label !== field ? `${field}: ${label}` : field);

  /** numberField is the name alone; where there is no room its beginning gives way. */
  const numberField = (number) => element("span", { className: "grid-of grid-field", title: numberName(number) }, element("bdi", {}, number.field));

  /** digits writes a number in four digits. */
  function digits(v) {
    if (v === null || v === undefined) return "–";
    if (Number.isInteger(v) && Math.abs(v) < 1e6) return String(v).replace("-", "−");
    return String(Number(v.toPrecision(4))).replaceAll("-", "−");
  }

  /** element makes an element with properties, attributes (those with a - or named role) and children. */
  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.includes("-") || key === "role") made.setAttribute(key, value);
      else made[key] = value;
    }
    made.append(...children);
    return made;
  }

  return { of, source, at, shortName, settings, named, starred, missing, numberName, numberField, alt, digits, element };
})();

/** address is the part after #, which begins with "look&" when it says how pictures are looked at. */
runexp.address = (() => {
  const prefix = "look&";
  let waiting = 0, changes = {};

  const read = () => new URLSearchParams(location.hash.startsWith("#" + prefix) ? location.hash.slice(1 + prefix.length) : "");

  /** write changes some entries; null takes one out. Browsers refuse many changes a second, so it waits for more. */
  function write(entries) {
    Object.assign(changes, entries);
    clearTimeout(waiting);
    waiting = setTimeout(flush, 200);
  }

  function flush() {
    const all = read();
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) all.delete(key);
      else all.set(key, value);
    }
    changes = {};
    const text = all.toString();
    if (text || location.hash.startsWith("#" + prefix)) {
      history.replaceState(history.state, "", text ? "#" + prefix + text : location.pathname + location.search);
    }
  }

  return { read, write };
})();
