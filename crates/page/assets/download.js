// Hands a text to the browser as a file.

import { element } from "./dom.js";

/** Adds a button to a panel's head; `file()` returns `{name, text}` at the moment of the click. */
export function addDownload(head, title, file) {
  const button = element("button", { class: "button quiet small", type: "button", "aria-label": `Download ${title} as CSV` },
    "CSV");
  button.addEventListener("click", () => {
    const { name, text } = file();
    save(name, text);
  });
  head.append(button);
}

function save(name, text) {
  // The mark at the beginning tells spreadsheets that this is UTF-8.
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  element("a", { href: url, download: name }).click();
  // why: the download has to begin before the address is given back
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
