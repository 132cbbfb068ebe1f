// The filter controls. They show the URL and write to it.

import { addSegments, fillSelect } from "./choices.js";
import { browserZone } from "./dates.js";
import { setAttribute } from "./dom.js";
import { modelName } from "./models.js";
import { MORE_RANGES, RANGES } from "./ranges.js";

const MONEY = [
  { value: "gross", label: "Gross", words: "gross, before Fanvue's fees" },
  { value: "net", label: "Net", words: "net, after Fanvue's fees" },
];
export const GRANULARITIES = [
  { value: "", label: "Automatic" }, { value: "day", label: "Days" },
  { value: "week", label: "Weeks" }, { value: "month", label: "Months" },
];
export const COMPARISONS = [
  { value: "previous", label: "Previous" }, { value: "year", label: "Last year" },
  { value: "none", label: "Nothing" },
];

export class Controls {
  #find;
  #changed;
  #ranges;
  #money;
  #agencyZone = null;

  /** `find` returns the page's element with an id; `changed({name: value})` reports a choice. */
  constructor(find, changed) {
    this.#find = find;
    this.#changed = changed;
    this.#ranges = addSegments(find("range-presets"), "timeRange", RANGES);
    this.#money = addSegments(find("money-choices"), "money", MONEY);
    const form = find("filters");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", ({ target }) => target.name && changed({ [target.name]: target.value }));
    find("range-more").addEventListener("change", ({ target }) => target.value && this.#chooseMore(target.value));
    // Small windows fold the rest of the filters away.
    find("filters-button").addEventListener("click", ({ target }) =>
      setAttribute(target, "aria-expanded", String(target.getAttribute("aria-expanded") === "false")));
    for (const id of ["first-day", "last-day"]) find(id).addEventListener("change", () => this.#chooseDays());
  }

  /** The agency's zone is known once a response was computed without a chosen zone. */
  learnAgencyZone(zone) {
    this.#agencyZone = zone;
  }

  get agencyZone() {
    return this.#agencyZone;
  }

  /** `meta` is that of the last response: custom days begin with its window. A tab `apart` has no use for filters. */
  update(filters, directory, { meta, apart }) {
    const find = this.#find;
    const models = [{ value: "", label: "All models" }];
    for (const model of directory?.values() ?? []) models.push({ value: model.modelId, label: optionName(model) });
    find("filters").hidden = apart === true;
    find("model-field").hidden = filters.tab !== "fanvue";
    fillSelect(find("model-select"), models, filters.modelId);
    fillSelect(find("zone-select"), this.#zoneOptions(filters.tz), filters.tz);
    fillSelect(find("granularity-select"), GRANULARITIES, filters.granularity);
    fillSelect(find("compare-select"), COMPARISONS, filters.compare);
    for (const input of this.#ranges) input.checked = input.value === filters.timeRange;
    for (const input of this.#money) input.checked = input.value === filters.money;
    this.#showRange(filters, meta);
  }

  #showRange({ timeRange, startDate, endDate }, meta) {
    const find = this.#find;
    const usual = RANGES.some(({ value }) => value === timeRange);
    fillSelect(find("range-more"), [{ value: "", label: "–" }, ...MORE_RANGES], usual ? "" : timeRange);
    find("custom-days").hidden = timeRange !== "custom";
    // why: a day that is being typed is not to be overwritten by a refresh
    if (find("custom-days").contains(document.activeElement)) return;
    find("first-day").value = startDate || meta?.startDate.slice(0, 10) || "";
    find("last-day").value = endDate || meta?.endDate.slice(0, 10) || "";
  }

  #chooseMore(timeRange) {
    if (timeRange !== "custom") return this.#changed({ timeRange });
    const [startDate, endDate] = [this.#find("first-day").value, this.#find("last-day").value];
    return this.#changed({ timeRange, startDate, endDate });
  }

  /** Custom days are asked for once both are there and in order; until then the browser names the fault. */
  #chooseDays() {
    const [first, last] = [this.#find("first-day"), this.#find("last-day")];
    const disorder = first.value && last.value && first.value > last.value;
    last.setCustomValidity(disorder ? "The last day is before the first." : "");
    if (!first.value || !last.value || !first.checkValidity()) return;
    if (last.reportValidity()) this.#changed({ timeRange: "custom", startDate: first.value, endDate: last.value });
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

const optionName = (model) =>
  model.handle && model.displayName ? `${model.displayName} (@${model.handle})` : modelName(model);
