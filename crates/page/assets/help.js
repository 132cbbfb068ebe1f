// The list of shortcuts, and the switch that turns them off for who speaks to the computer.

import { element } from "./dom.js";
import { keepPreference, readPreference } from "./preferences.js";
import { isTaken, shortcutFor } from "./shortcuts.js";

const PREFERENCE = "shortcuts";

export class Help {
  #dialog;
  #enabled = readPreference(PREFERENCE) !== "off";

  /** `find` returns the page's element with an id. */
  constructor(find) {
    this.#dialog = find("help");
    const box = find("help-enabled");
    box.checked = this.#enabled;
    box.addEventListener("change", () => {
      this.#enabled = box.checked;
      keepPreference(PREFERENCE, this.#enabled ? null : "off");
    });
    find("help-button").addEventListener("click", () => this.open());
    // why: a press beside the dialog lands on the dialog element itself
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.#dialog.close());
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Lists the shortcuts and listens for them. */
  attach(shortcuts) {
    this.#dialog.querySelector("dl").append(...shortcuts.map(({ key, text }) =>
      element("div", {}, element("dt", {}, element("kbd", {}, key.toUpperCase())), element("dd", {}, text))));
    addEventListener("keydown", (event) => {
      const shortcut = shortcutFor(event, shortcuts);
      if (!shortcut || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (isTaken(event.target) || (!this.#enabled && shortcut.key !== "?")) return;
      event.preventDefault();
      shortcut.run();
    });
  }
}
