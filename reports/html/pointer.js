"use strict";
// Values under the pointer of a curve. The contract:
//
//   figure[data-pointer]                  with these children
//     img or svg                          what plots.Convergence.Interactive drew, of any size
//     script[type="application/json"]     its Geometry
//
// It is what the template "curve" makes. runexp.pointer(root) prepares each such figure in root that
// is not prepared yet: it is called once for the page, and is to be called for what was added later.
// The figure can then be focused: ← → go from step to step, Page Up and Page Down by a tenth, Home
// and End to the ends, Escape hides. A mouse or a finger points. To a screen reader it is a slider
// whose value, announced as it changes, is the step with what each curve has there. Steps between the
// points of a thinned curve show its nearest point, and which that is. Without the script the
// figure stays as it is.
globalThis.runexp ??= {};

runexp.pointer = (() => {
  const mostRows = 24; // of a list that still fits beside a curve

  /** prepare adds the layers over one figure. */
  function prepare(figure) {
    const picture = figure.querySelector(":scope > img, :scope > svg");
    const data = figure.querySelector(":scope > script[type='application/json']");
    if (!picture || !data || figure.dataset.pointer === "ready") return;
    figure.dataset.pointer = "ready";
    const geometry = JSON.parse(data.textContent);
    const box = element("div", "pointer-box");
    picture.replaceWith(box);
    const area = element("div", "pointer-area");
    area.tabIndex = 0;
    area.setAttribute("role", "slider");
    area.setAttribute("aria-label", `${geometry.y.label} by ${geometry.x.label}`);
    place(area, geometry);
    const line = element("div", "pointer-line");
    const list = element("div", "pointer-values");
    area.append(line);
    const drawn = element("div", "pointer-figure"); // of the picture's size, with the list below it on narrow screens
    drawn.append(picture, area);
    box.append(drawn, list);
    line.hidden = list.hidden = true;
    const p = { geometry, area, line, list, steps: allSteps(geometry), at: -1 };
    area.setAttribute("aria-valuemin", p.steps[0]);
    area.setAttribute("aria-valuemax", p.steps.at(-1));
    announce(p);
    listen(p);
  }

  function element(name, className, text = "") {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  /** place lays the area over the data, in shares of the picture, so that it may have any size. */
  function place(area, g) {
    area.style.left = percent(g.left / g.width);
    area.style.right = percent(1 - g.right / g.width);
    area.style.top = percent(g.top / g.height);
    area.style.bottom = percent(1 - g.bottom / g.height);
  }

  const percent = (share) => `${100 * share}%`;

  /** allSteps are those of all curves, each once, in order. */
  function allSteps(g) {
    const steps = new Set(g.series.flatMap((s) => s.steps));
    return [...steps].filter((step) => step !== null && step >= g.x.low && step <= g.x.high).sort((a, b) => a - b);
  }

  /** nearest is the place of the number in a sorted list that is closest to a value. */
  function nearest(sorted, value) {
    let low = 0, high = sorted.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low > 0 && value - sorted[low - 1] <= sorted[low] - value ? low - 1 : low;
  }

  function listen(p) {
    const point = (event) => {
      const box = p.area.getBoundingClientRect();
      const { low, high } = p.geometry.x;
      show(p, nearest(p.steps, low + ((event.clientX - box.left) / box.width) * (high - low)));
    };
    p.area.addEventListener("pointermove", point);
    p.area.addEventListener("pointerdown", point);
    p.area.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && document.activeElement !== p.area) hide(p);
    });
    p.area.addEventListener("blur", () => hide(p));
    p.area.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "Escape") { hide(p); return; }
      const to = target(p, event.key);
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      show(p, to);
      announce(p);
    });
  }

  /** target is the step that a key goes to; undefined for a key that goes nowhere. */
  function target(p, key) {
    const last = p.steps.length - 1;
    const far = Math.max(1, Math.round(last / 10));
    const by = { ArrowRight: 1, ArrowLeft: -1, PageUp: far, PageDown: -far }[key];
    if (key === "Home" || (by && p.at < 0)) return 0;
    if (key === "End") return last;
    return by && Math.min(last, Math.max(0, p.at + by));
  }

  function hide(p) {
    p.at = -1;
    p.line.hidden = p.list.hidden = true;
  }

  /** announce tells a screen reader what the keys point at. */
  function announce(p) {
    p.area.setAttribute("aria-valuenow", p.steps[Math.max(0, p.at)]);
    p.area.setAttribute("aria-valuetext", p.at < 0 ? "arrow keys go from step to step" : spoken(p));
  }

  /** show points at one of the steps. */
  function show(p, at) {
    if (at === p.at || !p.steps.length) return;
    p.at = at;
    const { low, high } = p.geometry.x;
    const share = (p.steps[at] - low) / (high - low);
    p.line.style.left = percent(share);
    const { left, right, width } = p.geometry;
    const across = (left + share * (right - left)) / width;
    p.list.style.left = share < 0.5 ? `calc(${percent(across)} + .7rem)` : "";
    p.list.style.right = share < 0.5 ? "" : `calc(${percent(1 - across)} + .7rem)`;
    p.list.replaceChildren(...rows(p));
    p.line.hidden = p.list.hidden = false;
  }

  /** values are what the curves have at the step that is pointed at, or nearest to it. */
  function values(p) {
    const step = p.steps[p.at];
    return p.geometry.series.flatMap((s) => {
      if (s.steps.length === 0 || step > s.steps.at(-1) || step < s.steps[0]) return [];
      let i = nearest(s.steps, step);
      if (s.values[i] === null && s.steps[i + 1] === s.steps[i]) i++; // a gap where a stage begins
      return [{ name: s.name, color: s.color, dashes: s.dashes, value: s.values[i], step: s.steps[i] }];
    });
  }

  function rows(p) {
    const step = p.steps[p.at];
    const found = values(p);
    const list = found.slice(0, mostRows).map((v) => {
      const row = element("div", "pointer-row");
      const swatch = element("span", "pointer-swatch");
      swatch.style.borderTopColor = v.color;
      swatch.style.borderTopStyle = v.dashes ? "dashed" : "solid";
      row.append(swatch, element("span", "pointer-name", v.name), element("span", "pointer-number", digits(v.value)));
      if (v.step !== step) row.append(element("span", "pointer-note", `at ${digits(v.step)}`));
      return row;
    });
    if (found.length > mostRows) list.push(element("div", "pointer-note", `and ${found.length - mostRows} more`));
    return [element("div", "pointer-step", heading(p)), ...list];
  }

  /** heading names the step, and the stage where there are several. */
  function heading(p) {
    const step = p.steps[p.at];
    const stage = p.geometry.stages.filter((s) => s.at <= step).at(-1);
    const text = `${p.geometry.x.label} ${digits(step, 6)}`;
    return stage && p.geometry.stages.length > 1 ? `${text}, ${stage.label}` : text;
  }

  const spoken = (p) => [heading(p), ...values(p).slice(0, mostRows).map((v) => `${v.name} ${digits(v.value)}`)].join("; ");

  /** digits writes a number in four digits, or as many as given. */
  function digits(v, many = 4) {
    if (v === null) return "no number";
    if (Number.isInteger(v) && Math.abs(v) < 1e6) return String(v).replace("-", "−");
    return String(Number(v.toPrecision(many))).replace("-", "−").replace("-", "−");
  }

  /** attach prepares all figures in root. */
  function attach(root = document) {
    root.querySelectorAll("figure[data-pointer]").forEach(prepare);
  }

  attach();
  return attach;
})();
