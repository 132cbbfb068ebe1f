// The cards of key figures. Built once and updated in place. A card's accessible name is a
// whole sentence, "Net revenue, 136.26 dollars, up 12 % against the previous 30 days".

import { ARROWS, describeChange } from "./change.js";
import { FIGURE } from "./definitions.js";
import { element, setAttribute, setText } from "./dom.js";
import { UNKNOWN } from "./format.js";
import { createSparkline, hasCourse, updateSparkline } from "./sparkline.js";
import { attachDefinition } from "./tooltip.js";

/** A longer value, from a million dollars on, is written smaller so that it stays on one line. */
const LONG_VALUE = 11;

export class Cards {
  #list;
  #cards = new Map();
  #shown = "";

  constructor(list) {
    this.#list = list;
  }

  /** Which figures are shown, by key, in this order. */
  choose(keys) {
    if (this.#shown === keys.join()) return;
    this.#shown = keys.join();
    for (const key of keys) if (!this.#cards.has(key)) this.#cards.set(key, buildCard(FIGURE.get(key)));
    setAttribute(this.#list, "data-many", keys.length > 8);
    this.#list.replaceChildren(...keys.map((key) => this.#cards.get(key).item));
  }

  /** Shows the figures of the chosen cards; `against` names the comparison window or is null. */
  update(data, against) {
    for (const key of this.#shown.split(",")) {
      const [parts, metric] = [this.#cards.get(key), FIGURE.get(key)];
      const current = data.kpiMetrics[key];
      const previous = against ? data.comparison.kpiMetrics[key] : null;
      updateCard(parts, metric, current, describeChange(current, previous, metric.unit), against);
      if (parts.spark) updateSparkline(parts.spark, key, data.chartData);
    }
  }

  /** The shown figures as a table, for a file. */
  table(data) {
    return {
      columns: [{ label: "Figure" }, { label: "Value" }, { label: "Compared with" }],
      rows: this.#shown.split(",").map((key) =>
        [FIGURE.get(key).label, data.kpiMetrics[key], data.comparison?.kpiMetrics[key] ?? null]),
    };
  }
}

function buildCard({ key, label, definition }) {
  const value = element("span", { class: "card-value" }, UNKNOWN);
  const arrow = element("b", { "aria-hidden": "true" });
  const words = element("b");
  const against = element("span", { class: "card-against" });
  const change = element("span", { class: "card-change" }, arrow, " ", words, against);
  const about = element("div", { class: "definition", id: `about-${key}`, popover: "auto" }, definition);
  const button = element("button", { class: "about", type: "button", "aria-label": `About ${label}` },
    element("span", { "aria-hidden": "true" }, "?"));
  const named = { role: "group", "aria-label": label, "aria-describedby": about.id };
  const group = element("div", { class: "card", "aria-busy": "true", ...named },
    element("span", { class: "card-label" }, label), value, change, button, about);
  attachDefinition(button, about);
  const spark = hasCourse(key) ? createSparkline() : null;
  if (spark) change.after(spark);
  return { item: element("li", {}, group), group, value, arrow, words, against, change, spark };
}

function updateCard(parts, metric, current, change, against) {
  const written = metric.unit.write(current);
  const spoken = written === UNKNOWN ? "unknown" : metric.unit.speak(current);
  const comparable = change.direction !== "none";
  const compared = comparable ? `, ${change.words} against ${against}` : "";
  setText(parts.value, written);
  setAttribute(parts.value, "data-long", written.length > LONG_VALUE);
  setText(parts.arrow, ARROWS[change.direction]);
  setText(parts.words, change.words);
  setText(parts.against, comparable ? `vs ${against.replace("the ", "")}` : "");
  setAttribute(parts.change, "data-sense", senseOf(change.direction, metric.better));
  setAttribute(parts.group, "aria-label", `${metric.label}, ${spoken}${compared}`);
  setAttribute(parts.group, "aria-busy", null);
}

function senseOf(direction, better) {
  if (better === null || (direction !== "up" && direction !== "down")) return null;
  return direction === better ? "good" : "bad";
}
