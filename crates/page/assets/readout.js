// The figures of the column under the pointer, drawn beside it. A convenience for the mouse and
// the finger; the table below the chart says the same to everyone.

import { bucketName } from "./dates.js";
import { element, svgElement } from "./dom.js";
import { money } from "./format.js";
import { SERIES } from "./series.js";

export class Readout {
  #plot;
  #svg;
  #box;
  #shown = null;
  #highlight = svgElement("rect", { class: "column-highlight" });
  #pointerX = null;

  constructor(plot, svg, box) {
    this.#plot = plot;
    this.#svg = svg;
    this.#box = box;
    plot.addEventListener("pointermove", (event) => this.#point(event.clientX));
    plot.addEventListener("pointerdown", (event) => this.#point(event.clientX));
    plot.addEventListener("pointerleave", () => this.#point(null));
  }

  /** The chart was redrawn; an open readout shows the new figures. */
  update(points, meta, columns) {
    this.#shown = { points, meta, columns };
    this.#draw();
  }

  #point(clientX) {
    this.#pointerX = clientX;
    this.#draw();
  }

  #draw() {
    const index = this.#columnUnderPointer();
    this.#box.hidden = index === null;
    if (index === null) {
      this.#highlight.remove();
      return;
    }
    const { points, meta, columns } = this.#shown;
    const { left, step } = columns;
    const attributes = { x: left + index * step, y: 0, width: step, height: this.#plot.clientHeight - 20 };
    for (const [name, value] of Object.entries(attributes)) this.#highlight.setAttribute(name, value);
    this.#svg.append(this.#highlight);
    this.#box.replaceChildren(...lines(points, index, meta));
    this.#place(left + (index + 0.5) * step);
  }

  #columnUnderPointer() {
    if (this.#pointerX === null || !this.#shown) return null;
    const { left, step, count } = this.#shown.columns;
    const x = this.#pointerX - this.#plot.getBoundingClientRect().left;
    const index = Math.floor((x - left) / step);
    return index >= 0 && index < count ? index : null;
  }

  #place(centre) {
    const { clientWidth } = this.#plot;
    const width = this.#box.offsetWidth;
    const right = centre + 18;
    const left = right + width > clientWidth ? Math.max(0, centre - 18 - width) : right;
    this.#box.style.transform = `translateX(${left}px)`;
  }
}

function lines(points, index, meta) {
  const point = points[index];
  const named = bucketName(points, index, meta);
  const rows = SERIES.filter(({ key }) => point[key] !== 0).map(({ key, label }) => line(label, point[key], key));
  return [
    element("p", {}, point.partial ? `${named} (partial)` : named),
    element("ul", {}, ...rows, line("Total", point.total, null)),
  ];
}

function line(label, amount, series) {
  const swatch = series ? [element("span", { class: "swatch", "data-series": series })] : [];
  return element("li", {}, ...swatch, element("span", {}, label), element("span", {}, money(amount)));
}
