// The theme button: as the system, dark, light, in turn.

import { setAttribute } from "./dom.js";
import { keepPreference, readPreference } from "./preferences.js";

const THEMES = ["system", "dark", "light"];
const NAMES = { system: "as the system", dark: "dark", light: "light" };

export function attachThemeButton(button) {
  let chosen = readPreference("theme") ?? "system";
  const show = () => {
    setAttribute(document.documentElement, "data-theme", chosen === "system" ? null : chosen);
    setAttribute(button, "aria-label", `Theme: ${NAMES[chosen]}`);
    setAttribute(button, "title", `Theme: ${NAMES[chosen]}`);
  };
  button.addEventListener("click", () => {
    chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    keepPreference("theme", chosen === "system" ? null : chosen);
    show();
  });
  show();
}
