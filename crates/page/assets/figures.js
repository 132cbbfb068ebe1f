// The figures of one answer: cards, charts, breakdown, fans and models. Overview and Fanvue
// show the same parts of the page with other cards and another scope.

import { AudienceChart } from "./audience.js";
import { Breakdown, breakdownTable } from "./breakdown.js";
import { Cards } from "./cards.js";
import { comparisonWords } from "./change.js";
import { RevenueChart } from "./chart.js";
import { csvOf } from "./csv.js";
import { DataTable } from "./datatable.js";
import { setText } from "./dom.js";
import { addDownload } from "./download.js";
import { fansTable } from "./fans.js";
import { modelTable } from "./modeltable.js";
import { pointsOf } from "./series.js";
import { audienceTable, revenueTable } from "./twins.js";

export class Figures {
  #find;
  #cards;
  #chart;
  #audience;
  #breakdown;
  #tables;
  #shown = null;
  #inputs = [];

  /** `find` returns the page's element with an id. */
  constructor(find) {
    this.#find = find;
    this.#cards = new Cards(find("cards"));
    this.#chart = new RevenueChart(find);
    this.#audience = new AudienceChart(find);
    this.#breakdown = new Breakdown(find("breakdown"));
    const table = (panel, options) => new DataTable(find(panel).querySelector("figure") ?? find(panel), options);
    this.#tables = {
      revenue: table("revenue-panel", { id: "revenue-table", twin: true }),
      breakdown: table("breakdown-panel", { id: "breakdown-table", twin: true }),
      audience: table("audience-panel", { id: "audience-table", twin: true }),
      fans: table("fans-panel", { id: "fans-table" }),
      models: table("models-panel", { id: "models-table", sortable: true }),
    };
    this.#addDownloads();
  }

  /**
   * Shows an answer in the shape of a tab, `{cards: {gross, net}, models}`. Draws only when the answer, the tab or a
   * choice is another than the last time.
   */
  show(view, shape) {
    const { data, filters } = view;
    const inputs = [data, shape, filters.money, filters.compare, filters.timeRange];
    if (inputs.every((input, index) => input === this.#inputs[index])) return;
    this.#inputs = inputs;
    this.#cards.choose(shape.cards[filters.money] ?? shape.cards.gross);
    this.#find("models-panel").hidden = !shape.models;
    if (data) this.#draw(view);
  }

  #draw({ data, filters }) {
    const against = comparisonWords(data, filters);
    const points = pointsOf(data.chartData, filters.money);
    const net = filters.money === "net" ? "Net revenue" : "Revenue";
    this.#shown = data;
    this.#cards.update(data, against);
    this.#breakdown.update(data.categoryBreakdown, filters.money);
    this.#chart.update(points, data, { against, money: filters.money });
    this.#audience.update(data.chartData, data.meta);
    setText(this.#find("chart-title"), `${net} over time`);
    setText(this.#find("breakdown-title"), `${net} by category`);
    this.#tables.revenue.update(revenueTable(points, data.meta, filters.money));
    this.#tables.audience.update(audienceTable(data.chartData, data.meta));
    this.#tables.breakdown.update(breakdownTable(data.categoryBreakdown, data.meta));
  }

  /** Draws the fans, or says why there are none. */
  drawFans(fans, failure, directory) {
    const note = this.#find("fans-note");
    this.#tables.fans.hidden = !fans || fans.topFans.length === 0;
    note.hidden = Boolean(fans && fans.topFans.length > 0);
    if (fans) this.#tables.fans.update(fansTable(fans, directory));
    if (failure) setText(note, `The fans could not be loaded: ${failure.message}. They are asked for again with the next refresh.`);
    else setText(note, fans ? "Nobody bought anything in this range." : "Loading…");
  }

  /** Draws the models and the age of their data. */
  drawModels(directory, about) {
    const note = this.#find("models-note");
    const known = directory !== null && directory.size > 0;
    this.#tables.models.hidden = !known;
    note.hidden = known;
    if (known) this.#tables.models.update(modelTable(directory, about));
    else setText(note, directory ? "No models are connected yet." : "Loading…");
  }

  #addDownloads() {
    const add = (titleId, name, text) => {
      const title = this.#find(titleId);
      addDownload(title.parentElement, title.textContent, () => ({ name: this.#fileName(name), text: text() }));
    };
    add("cards-title", "key-figures", () => csvOf(this.#cards.table(this.#shown)));
    add("chart-title", "revenue", () => this.#tables.revenue.csv());
    add("breakdown-title", "categories", () => this.#tables.breakdown.csv());
    add("audience-title", "audience", () => this.#tables.audience.csv());
    add("fans-title", "top-fans", () => this.#tables.fans.csv());
    add("models-title", "models", () => this.#tables.models.csv());
  }

  #fileName(name) {
    const { startDate, endDate } = this.#shown.meta;
    return `tidemark-${name}-${startDate.slice(0, 10)}-${endDate.slice(0, 10)}.csv`;
  }
}
