// The filter controls: model, range, time zone. They show the URL and write to it.

import { browserZone } from "./dates.js";
import { element, fitChildren, setAttribute, setText } from "./dom.js";
import { RANGES } from "./filters.js";
import { modelName } from "./models.js";

export class Controls {
  #models;
  #zones;
  #ranges;
  #agencyZone = null;

  /** `find` returns the page's element with an id; `changed({name: value})` reports a choice. */
  constructor(find, changed) {
    this.#models = find("model-select");
    this.#zones = find("zone-select");
    const segments = RANGES.map(buildSegment);
    this.#ranges = segments.map((segment) => segment.firstElementChild);
    find("range-presets").append(...segments);
    const form = find("filters");
    form.addEventListener("change", ({ target }) => changed({ [target.name]: target.value }));
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** The agency's zone is known once a response was computed without a chosen zone. */
  learnAgencyZone(zone) {
    this.#agencyZone = zone;
  }

  update(filters, directory) {
    const models = [{ value: "", label: "All models" }];
    for (const model of directory?.values() ?? []) models.push({ value: model.modelId, label: optionName(model) });
    fillSelect(this.#models, models, filters.modelId);
    fillSelect(this.#zones, this.#zoneOptions(filters.tz), filters.tz);
    for (const input of this.#ranges) input.checked = input.value === filters.timeRange;
  }

  #zoneOptions(chosen) {
    const agency = { value: "", label: this.#agencyZone ? `${this.#agencyZone} (agency)` : "Agency time zone" };
    const own = browserZone();
    const others = [
      { value: "UTC", label: "UTC" },
      { value: own, label: `${own} (this browser)` },
      { value: chosen, label: chosen },
    ];
    const seen = new Set([""]);
    const distinct = others.filter(({ value }) => {
      const wanted = !seen.has(value) && (value === chosen || value !== this.#agencyZone);
      seen.add(value);
      return wanted;
    });
    return [agency, ...distinct];
  }
}

function buildSegment({ value, label, words }) {
  return element("label", { class: "segment" },
    element("input", { type: "radio", name: "timeRange", value, "aria-label": words }),
    element("span", { "aria-hidden": "true" }, label));
}

const optionName = (model) =>
  model.handle && model.displayName ? `${model.displayName} (@${model.handle})` : modelName(model);

function fillSelect(select, choices, chosen) {
  const known = choices.some(({ value }) => value === chosen);
  const all = known ? choices : [...choices, { value: chosen, label: "Chosen by the address" }];
  const options = fitChildren(select, all.length, () => element("option"));
  options.forEach((option, index) => {
    setAttribute(option, "value", all[index].value);
    setText(option, all[index].label);
  });
  if (select.value !== chosen) select.value = chosen;
}
