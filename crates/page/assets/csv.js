// Tables as CSV: raw figures, as a program reads them, in the rows and columns that are shown.

/** A spreadsheet runs a text that begins so as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** One cell: numbers as they are, texts safe from being run, null empty. */
export function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows of values as the text of a file. */
export const toCsv = (rows) => rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");

/** The file of a table: its head, its rows in the order that is shown, its foot. */
export function csvOf({ columns, rows, foot }) {
  const values = (cells) => cells.map(rawOf);
  return toCsv([columns.map(({ label }) => label), ...rows.map(values), ...(foot ? [values(foot)] : [])]);
}

/** The value behind a cell, which is a value or `{raw, text, …}`. */
export const rawOf = (cell) => (cell !== null && typeof cell === "object" ? cell.raw : cell);
