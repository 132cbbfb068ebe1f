// Revenue over time: caption, legend, drawing and readout of one response.

import { drawChart } from "./drawing.js";
import { element, fitChildren, setAttribute, setText } from "./dom.js";
import { describeFinding } from "./finding.js";
import { money } from "./format.js";
import { line, Readout } from "./readout.js";
import { SERIES } from "./series.js";

export class RevenueChart {
  #find;
  #readout;
  #shown = null;

  /** `find` returns the page's element with an id. */
  constructor(find) {
    this.#find = find;
    this.#readout = new Readout(find("chart-plot"), find("chart-drawing"), find("chart-readout"), linesOf);
    new ResizeObserver(() => this.#draw()).observe(find("chart-plot"));
  }

  /** Shows `points`, those of `data` in gross or net. */
  update(points, data, { against, money: kind }) {
    this.#shown = { points, meta: data.meta };
    setText(this.#find("chart-finding"), describeFinding(points, data, { against, kind }));
    updateLegend(this.#find("chart-legend"), points);
    this.#draw();
  }

  #draw() {
    const plot = this.#find("chart-plot");
    const size = { width: plot.clientWidth, height: plot.clientHeight };
    if (!this.#shown?.points.length || size.width === 0) return;
    const { points, meta } = this.#shown;
    this.#readout.update(points, meta, drawChart(this.#find("chart-drawing"), points, meta, size));
  }
}

/** Only what the drawing shows. */
function updateLegend(list, points) {
  const shown = SERIES.filter(({ key }) => points.some((point) => point[key] !== 0));
  const partial = points.some((point) => point.partial) ? [{ key: "partial", label: "Partial, still running" }] : [];
  const entries = [...shown, ...partial];
  const items = fitChildren(list, entries.length, () =>
    element("li", {}, element("span", { class: "swatch" }), element("span")));
  items.forEach((item, index) => {
    setAttribute(item.firstElementChild, "data-series", entries[index].key);
    setText(item.lastElementChild, entries[index].label);
  });
}

function linesOf(point) {
  const rows = SERIES.filter(({ key }) => point[key] !== 0).map(({ key, label }) => line(label, money(point[key]), key));
  return [...rows, line("Total", money(point.total), null)];
}
