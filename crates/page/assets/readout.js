// The figures of the column under the pointer, drawn beside it. A convenience for the mouse and
// the finger; the table below the chart says the same to everyone.

import { bucketName } from "./dates.js";
import { element, svgElement } from "./dom.js";

export class Readout {
  #plot;
  #svg;
  #box;
  #linesOf;
  #shown = null;
  #highlight = svgElement("rect", { class: "column-highlight" });
  #pointerX = null;

  /** `linesOf(point)` gives the lines of a column. */
  constructor(plot, svg, box, linesOf) {
    this.#linesOf = linesOf;
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
    const named = bucketName(points, index, meta);
    this.#box.replaceChildren(
      element("p", {}, points[index].partial ? `${named} (partial)` : named),
      element("ul", {}, ...this.#linesOf(points[index])),
    );
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

/** One line of a readout: a figure with the colour of its series, or without one. */
export function line(label, text, series) {
  const swatch = series ? [element("span", { class: "swatch", "data-series": series })] : [];
  return element("li", {}, ...swatch, element("span", {}, label), element("span", {}, text));
}
