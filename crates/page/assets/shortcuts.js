// Single-key shortcuts. Never with a modifier, so that none shadows the browser's, and never
// while something is being typed or chosen.

import { COMPARISONS, GRANULARITIES } from "./controls.js";
import { MORE_RANGES, RANGES } from "./ranges.js";
import { TABS } from "./tabs.js";

/** Elements that take letters themselves. */
const TAKES_KEYS = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";

/**
 * The shortcuts as `{key, text, run}`. `page` has `filters()`, `change({name: value})`, `directory()` and the
 * actions `refresh`, `togglePause`, `toggleLive`, `reset` and `help`.
 */
export function shortcutsOf(page) {
  const range = ({ key, value, label, words }) =>
    ({ key, text: words ? `Range: ${words}` : `Range: ${label.toLowerCase()}`, run: () => page.change({ timeRange: value }) });
  const next = (name, choices) => () => page.change({ [name]: following(choices, page.filters()[name], 1) });
  const model = (step) => () => {
    const ids = ["", ...(page.directory()?.keys() ?? [])].map((value) => ({ value }));
    page.change({ tab: "fanvue", modelId: following(ids, page.filters().modelId, step) });
  };
  return [
    ...TABS.map(({ id, title }, index) => ({ key: String(index + 1), text: `Tab: ${title}`, run: () => page.change({ tab: id }) })),
    ...RANGES.map(range),
    ...MORE_RANGES.map(range),
    { key: "j", text: "Next model", run: model(1) },
    { key: "k", text: "Previous model", run: model(-1) },
    { key: "g", text: "Gross or net", run: next("money", [{ value: "gross" }, { value: "net" }]) },
    { key: "i", text: "Next length of buckets", run: next("granularity", GRANULARITIES) },
    { key: "x", text: "Next comparison", run: next("compare", COMPARISONS) },
    { key: "o", text: "Reset the filters", run: page.reset },
    { key: "r", text: "Refresh now", run: page.refresh },
    { key: "u", text: "Pause or resume the refresh", run: page.togglePause },
    { key: "v", text: "Live: refresh every 5 seconds", run: page.toggleLive },
    { key: "?", text: "This list", run: page.help },
  ];
}

function following(choices, value, step) {
  const index = choices.findIndex((choice) => choice.value === value);
  return choices[(index + step + choices.length) % choices.length].value;
}

/** The shortcut that a key press means, or undefined. */
export function shortcutFor(event, shortcuts) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return undefined;
  // "?" needs Shift on most keyboards; a letter with Shift is not a plain press.
  if (event.shiftKey && event.key !== "?") return undefined;
  return shortcuts.find(({ key }) => key === event.key);
}

/** Whether a press belongs to what has the focus. */
export const isTaken = (target) => Boolean(target.closest?.(TAKES_KEYS));
