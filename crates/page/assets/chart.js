// Revenue over time: caption, legend, drawing, readout and table of one response.

import { drawChart } from "./drawing.js";
import { element, setText } from "./dom.js";
import { describeFinding } from "./finding.js";
import { Readout } from "./readout.js";
import { SERIES } from "./series.js";
import { ChartTable } from "./table.js";

export class RevenueChart {
  #find;
  #readout;
  #table;
  #data = null;

  /** `find` returns the page's element with an id. */
  constructor(find) {
    this.#find = find;
    const plot = find("chart-plot");
    this.#readout = new Readout(plot, find("chart-drawing"), find("chart-readout"));
    this.#table = new ChartTable({
      caption: find("chart-table-caption"), head: find("chart-table-head"),
      body: find("chart-table-body"), foot: find("chart-table-foot"),
    });
    new ResizeObserver(() => this.#draw()).observe(plot);
  }

  update(data, against) {
    this.#data = data;
    setText(this.#find("chart-finding"), describeFinding(data, against));
    this.#find("chart-legend").replaceChildren(...legend(data.chartData));
    this.#table.update(data.chartData, data.meta);
    this.#draw();
  }

  #draw() {
    const plot = this.#find("chart-plot");
    const size = { width: plot.clientWidth, height: plot.clientHeight };
    if (!this.#data?.chartData.length || size.width === 0) return;
    const { chartData, meta } = this.#data;
    this.#readout.update(chartData, meta, drawChart(this.#find("chart-drawing"), chartData, meta, size));
  }
}

/** Only what the drawing shows. */
function legend(points) {
  const shown = SERIES.filter(({ key }) => points.some((point) => point[key] !== 0));
  const partial = points.some((point) => point.partial) ? [{ key: "partial", label: "Partial, still running" }] : [];
  return [...shown, ...partial].map(({ key, label }) =>
    element("li", {}, element("span", { class: "swatch", "data-series": key }), label));
}
