// The dialog of the Team tab: one form at a time. A refresh never touches it; what the server refuses
// is said at the field that it names.

import { ApiError } from "./api.js";
import { fillSelect } from "./choices.js";
import { element, setAttribute, setText } from "./dom.js";

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/**
 * @typedef {{name: string, label: string, type?: string, value?: *, choices?: {value: string, label: string}[],
 *   required?: boolean, nullable?: boolean, help?: string|function, only?: function, attributes?: object}} Field
 *   `only(values)` tells whether it is shown and sent, `help(values)` what is said below it
 * @typedef {{label: string, danger?: boolean, hidden?: boolean, run: function}} Action `run(values, view)` resolves to what
 *   was done, which closes the dialog, or to nothing; the first is that of the Enter key. `view` has `output`, an element
 *   for results, and `offer(index, label)`, which shows a hidden action until a field changes.
 */
export class TeamDialog {
  #dialog = element("dialog", { class: "help", "aria-labelledby": "team-form-title" });
  #done;
  #fields;
  #buttons;
  #actions;
  #problem;
  #output;
  #busy = false;

  /** `done(text)` is called with what was done. */
  constructor(done) {
    this.#done = done;
    document.body.append(this.#dialog);
  }

  /** @param {{title: string, note?: string, fields: Field[], actions: Action[]}} form */
  open({ title, note, fields, actions }) {
    this.#fields = fields.map(controlOf);
    this.#actions = actions;
    this.#problem = element("p", { class: "problem", role: "alert" });
    this.#output = element("div", { role: "status" });
    this.#buttons = actions.map(({ label, danger }, index) => element("button", {
      class: `button${index === 0 ? " primary" : ""}${danger ? " danger" : ""}`, type: index === 0 ? "submit" : "button",
    }, label));
    const close = element("button", { class: "button quiet last", type: "button" }, "Close");
    const form = element("form", { class: "team-form" }, ...(note ? [element("p", { class: "field-note" }, note)] : []),
      element("div", { class: "form-fields" }, ...this.#fields.map(({ row }) => row)), this.#output, this.#problem,
      element("div", { class: "form-actions" }, ...this.#buttons, close));
    close.addEventListener("click", () => this.#dialog.close());
    this.#buttons.slice(1).forEach((button, index) => button.addEventListener("click", () =>
      (actions[index + 1].danger || form.reportValidity()) && this.#run(index + 1)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run(0);
    });
    // why: at "change" a button would move away from under the press that caused it
    form.addEventListener("input", () => this.#changed());
    this.#changed();
    this.#dialog.replaceChildren(element("h2", { id: "team-form-title" }, title), form);
    this.#dialog.showModal();
  }

  #values() {
    return Object.fromEntries(this.#fields.filter(({ row }) => !row.hidden).map(({ field, read }) => [field.name, read()]));
  }

  #changed() {
    const all = Object.fromEntries(this.#fields.map(({ field, read }) => [field.name, read()]));
    for (const { field, row, input, note } of this.#fields) {
      row.hidden = field.only?.(all) === false;
      input.disabled = row.hidden;
      if (typeof field.help === "function") setText(note, field.help(all));
    }
    this.#buttons.forEach((button, index) => { button.hidden = this.#actions[index].hidden === true; });
    this.#output.replaceChildren();
  }

  async #run(index) {
    if (this.#busy) return;
    this.#busy = true;
    this.#forget();
    const offer = (at, label) => {
      this.#buttons[at].hidden = false;
      setText(this.#buttons[at], label);
    };
    try {
      const done = await this.#actions[index].run(this.#values(), { output: this.#output, offer });
      if (done) {
        this.#dialog.close();
        this.#done(done);
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refuse(error);
    } finally {
      this.#busy = false;
    }
  }

  #forget() {
    setText(this.#problem, "");
    for (const { field, input, note } of this.#fields) {
      setAttribute(input, "aria-invalid", null);
      if (typeof field.help !== "function") setText(note, field.help ?? "");
    }
  }

  /** The API names its members; a person knows the labels. */
  #refuse({ message, field }) {
    const words = this.#fields.reduce((text, { field: { name, label } }) => text.replace(new RegExp(`\\b${name}\\b`, "g"), label), message);
    const at = this.#fields.find((one) => one.field.name === field && !one.row.hidden);
    setText(at?.note ?? this.#problem, `${capital(words)}.`);
    if (!at) return;
    setAttribute(at.input, "aria-invalid", "true");
    at.input.focus();
  }
}

function controlOf(field) {
  const { name, label, type, value = "", choices, required, help, attributes } = field;
  const id = `team-${name}`;
  const tag = choices ? "select" : "input";
  const input = element(type === "textarea" ? type : tag, { id, name, required, type, "aria-describedby": `${id}-note`, ...attributes });
  if (choices) fillSelect(input, choices, value);
  else if (type === "checkbox") input.checked = value;
  else if (type !== "file") input.value = value;
  const note = element("p", { class: "field-note", id: `${id}-note` }, typeof help === "string" ? help : "");
  const row = element("div", { class: "form-field" }, element("label", { for: id }, label), input, note);
  return { field, row, input, note, read: () => ({ checkbox: input.checked, file: input.files?.[0], number: Number(input.value) })[type] ?? input.value };
}
