// The cards of key figures. Built once and updated in place. A card's accessible name is a
// whole sentence, "Net revenue, 136.26 dollars, up 12 % against the previous 30 days".

import { ARROWS, describeChange } from "./change.js";
import { CARDS } from "./definitions.js";
import { element, setAttribute, setText } from "./dom.js";
import { UNKNOWN } from "./format.js";
import { attachDefinition } from "./tooltip.js";

/** A longer value, from a million dollars on, is written smaller so that it stays on one line. */
const LONG_VALUE = 11;

export class Cards {
  #cards;

  constructor(list) {
    this.#cards = CARDS.map((metric) => ({ metric, parts: buildCard(metric) }));
    list.append(...this.#cards.map(({ parts }) => parts.item));
  }

  /** Shows the figures; `against` names the comparison window or is null. */
  update(data, against) {
    for (const { metric, parts } of this.#cards) {
      const current = data.kpiMetrics[metric.key];
      const previous = against ? data.comparison.kpiMetrics[metric.key] : null;
      updateCard(parts, metric, current, describeChange(current, previous, metric.unit), against);
    }
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
  return { item: element("li", {}, group), group, value, arrow, words, against, change };
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
