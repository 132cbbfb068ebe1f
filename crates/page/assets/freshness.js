// How old the data is, per family. Age runs from `asOf`, the instant up to which the data was
// proven complete, on the server's clock; it never means the last request of this browser.

import { formatAge, formatInstant } from "./dates.js";
import { element, fitChildren, setAttribute, setText } from "./dom.js";

const FAMILIES = [
  { key: "transactions", label: "Transactions" },
  { key: "audience", label: "Audience" },
];

/** The server's clock as the responses show it, so that a wrong clock here does not age the data. */
export class ServerClock {
  #offsetMs = 0;

  /** Learns from a response that arrived at `receivedAt` on this computer's clock. */
  learn(freshness, receivedAt) {
    const known = FAMILIES.map(({ key }) => freshness[key]).find((family) => family?.asOf);
    if (known) this.#offsetMs = Date.parse(known.asOf) + known.ageSeconds * 1000 - receivedAt;
  }

  now() {
    return Date.now() + this.#offsetMs;
  }
}

/** The state of a family now: fresh up to its maximum age, late up to twice that, then stale. */
export function familyState(family, now) {
  if (!family?.asOf) return { state: "never", ageMs: null };
  const ageMs = Math.max(0, now - Date.parse(family.asOf));
  const maxMs = family.maxAgeSeconds * 1000;
  return { state: ageMs <= maxMs ? "fresh" : ageMs <= 2 * maxMs ? "late" : "stale", ageMs };
}

export class FreshnessBadges {
  #badges;

  constructor(list) {
    const items = fitChildren(list, FAMILIES.length, () =>
      element("li", { class: "badge" }, element("span"), " ", element("strong"), " ", element("span")));
    this.#badges = FAMILIES.map((family, index) => ({ ...family, item: items[index] }));
  }

  update(meta, now) {
    for (const { key, label, item } of this.#badges) {
      const family = meta?.freshness[key];
      const { state, ageMs } = familyState(family, now);
      const [name, word, age] = item.children;
      setText(name, label);
      setText(word, meta ? (state === "never" ? "never synced" : state) : "…");
      setText(age, ageMs === null ? "" : `${formatAge(ageMs)} old`);
      setAttribute(item, "data-state", meta ? state : null);
      setAttribute(item, "title", ageMs === null ? null : explain(family, meta.timezone));
    }
  }
}

const explain = ({ asOf, maxAgeSeconds }, zone) =>
  `Complete up to ${formatInstant(new Date(asOf), zone)}; fresh means at most ${formatAge(maxAgeSeconds * 1000)} old`;
