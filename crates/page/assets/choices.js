// Groups of radio buttons drawn as one bar of segments, and lists of choices.

import { element, fitChildren, setAttribute, setText } from "./dom.js";

/** Adds a radio button per choice `{value, label, words}` to a fieldset and returns them. */
export function addSegments(fieldset, name, choices) {
  const inputs = choices.map(({ value, words }) =>
    element("input", { type: "radio", name, value, "aria-label": words }));
  fieldset.append(...choices.map(({ label }, index) =>
    element("label", { class: "segment" }, inputs[index], element("span", { "aria-hidden": "true" }, label))));
  return inputs;
}

/** Gives a select these choices and chooses one, touching nothing that is as it should be. */
export function fillSelect(select, choices, chosen) {
  const known = choices.some(({ value }) => value === chosen);
  const all = known ? choices : [...choices, { value: chosen, label: "Chosen by the address" }];
  const options = fitChildren(select, all.length, () => element("option"));
  options.forEach((option, index) => {
    setAttribute(option, "value", all[index].value);
    setText(option, all[index].label);
  });
  if (select.value !== chosen) select.value = chosen;
}
