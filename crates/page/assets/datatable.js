// A table of figures: the twin of a chart or a list of its own. Updated in place, sortable where
// it is a list, and downloadable as what it shows.

import { csvOf, rawOf } from "./csv.js";
import { element, fitChildren, setAttribute, setText } from "./dom.js";
import { count, decimal, money, ratio, UNKNOWN } from "./format.js";

/** How the values of a column are written. */
const WRITE = { text: (value) => value ?? UNKNOWN, money, count, number: decimal, ratio };
const ASCENDING = "ascending";
const DESCENDING = "descending";

/**
 * A column of "actions" is the last one; its cells are lists of buttons. Where first cells have a `key`, rows keep to it.
 * @typedef {{label: string, kind?: "text"|"money"|"count"|"number"|"ratio"|"actions"}} Column
 * @typedef {{raw: *, text: string, order?: *, href?: string, state?: string, title?: string, key?: string}} Rich
 * @typedef {string|number|null|Rich|{label: string, about: string, run: function}[]} Cell
 * @typedef {{caption: string, columns: Column[], rows: Cell[][], foot?: Cell[]}} TableData
 */
export class DataTable {
  #region;
  #parts;
  #data = null;
  #sort = null;
  #sortable;

  /** Adds the table to `parent`; a twin is folded away below its chart. */
  constructor(parent, { id, twin = false, sortable = false }) {
    // why: the words stay in view and wrap, however wide the table is
    const words = element("span");
    const caption = element("caption", { id: `${id}-caption` }, words);
    this.#sortable = sortable;
    this.#parts = { words, head: element("tr"), body: element("tbody"), foot: element("tfoot") };
    this.#region = element("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-labelledby": caption.id },
      element("table", { id }, caption, element("thead", {}, this.#parts.head), this.#parts.body, this.#parts.foot));
    parent.append(twin
      ? element("details", { class: "twin" }, element("summary", {}, "Show the figures as a table"), this.#region)
      : this.#region);
  }

  /** @param {TableData} data */
  update(data) {
    this.#data = data;
    const { words, head, body, foot } = this.#parts;
    setText(words, data.caption);
    this.#writeHead(head);
    const sorted = this.#sorted();
    const rows = sorted[0]?.[0]?.key ? keyedRows(body, sorted) : fitChildren(body, sorted.length, () => element("tr"));
    sorted.forEach((cells, index) => writeRow(rows[index], cells, data.columns));
    fitChildren(foot, data.foot ? 1 : 0, () => element("tr")).forEach((row) => writeRow(row, data.foot, data.columns));
  }

  set hidden(hidden) {
    this.#region.hidden = hidden;
  }

  /** What is shown, as the text of a file. */
  csv() {
    const columns = this.#data.columns.filter(({ kind }) => kind !== "actions");
    return csvOf({ ...this.#data, columns, rows: this.#sorted().map((cells) => cells.slice(0, columns.length)) });
  }

  #writeHead(head) {
    const cells = fitChildren(head, this.#data.columns.length, () => this.#headCell(head.children.length));
    cells.forEach((cell, index) => {
      const { label, kind } = this.#data.columns[index];
      setText(this.#sortable ? cell.firstElementChild : cell, label);
      setAttribute(cell, "data-kind", kind ?? "text");
      if (this.#sortable) setAttribute(cell, "aria-sort", this.#sort?.index === index ? this.#sort.direction : null);
    });
  }

  #headCell(index) {
    if (!this.#sortable) return element("th", { scope: "col" });
    const button = element("button", { class: "sort", type: "button" });
    button.addEventListener("click", () => this.#sortBy(index));
    return element("th", { scope: "col" }, button);
  }

  /** Numbers begin with the largest, texts with the first; a second press turns the order round. */
  #sortBy(index) {
    const numeric = (this.#data.columns[index].kind ?? "text") !== "text";
    const first = numeric ? DESCENDING : ASCENDING;
    const other = numeric ? ASCENDING : DESCENDING;
    this.#sort = { index, direction: this.#sort?.index === index && this.#sort.direction === first ? other : first };
    this.update(this.#data);
  }

  #sorted() {
    if (!this.#sort) return this.#data.rows;
    return sortRows(this.#data.rows, this.#sort.index, this.#sort.direction === DESCENDING);
  }
}

/** Rows by one column; what is unknown comes last either way, and equals keep their order. */
export function sortRows(rows, index, descending) {
  const sign = descending ? -1 : 1;
  const valueOf = (row) => row[index]?.order ?? rawOf(row[index]) ?? null;
  return [...rows].sort((one, other) => {
    const [left, right] = [valueOf(one), valueOf(other)];
    if (left === null || right === null) return (left === null) - (right === null);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right));
  });
}

/** Rows that stay with what they are about, so that the focus on a button never comes to be on another's. */
function keyedRows(body, rows) {
  const keys = rows.map(([{ key }]) => key);
  const wanted = new Set(keys);
  const kept = new Map();
  for (const row of [...body.children]) {
    if (wanted.has(row.dataset.key)) kept.set(row.dataset.key, row);
    else row.remove();
  }
  return keys.map((key, index) => {
    const row = kept.get(key) ?? element("tr", { "data-key": key });
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
    return row;
  });
}

function writeRow(row, cells, columns) {
  const nodes = fitChildren(row, cells.length, () =>
    (row.children.length === 0 ? element("th", { scope: "row" }) : element("td")));
  nodes.forEach((node, index) => writeCell(node, cells[index], columns[index].kind ?? "text"));
}

function writeCell(node, cell, kind) {
  if (kind === "actions") return writeActions(node, cell);
  const rich = cell !== null && typeof cell === "object";
  const text = rich && cell.text !== undefined ? cell.text : WRITE[kind](rich ? cell.raw : cell);
  setAttribute(node, "data-kind", kind);
  setAttribute(node, "data-state", rich ? cell.state : null);
  setAttribute(node, "title", rich ? cell.title : null);
  if (!rich || !cell.href) return setText(node, text);
  const link = node.firstElementChild ?? node.appendChild(element("a"));
  setAttribute(link, "href", cell.href);
  return setText(link, text);
}

function writeActions(node, actions) {
  setAttribute(node, "data-kind", "actions");
  const buttons = fitChildren(node, actions.length, () => element("button", { class: "button small", type: "button" }));
  buttons.forEach((button, index) => {
    const { label, about, run } = actions[index];
    setText(button, label);
    setAttribute(button, "aria-label", `${label}, ${about}`);
    button.onclick = run;
  });
}
