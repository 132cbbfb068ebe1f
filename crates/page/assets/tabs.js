// The tabs: one line each, and the bar that shows them.

import { fanvueTab, loadFans, overviewTab } from "./figurestab.js";
import { element, setAttribute } from "./dom.js";
import { writeQuery } from "./filters.js";
import { loadStatus, SystemTab } from "./system.js";
import { loadTeam, TeamTab } from "./team.js";

/**
 * To add a tab, add a line here, its element `<div class="tab" id="…" hidden>` to index.html, and its module.
 *
 * - `id`: the value of `tab` in the address; the first tab is shown without one.
 * - `title`: its name in the bar and in the console line of its refresh. Its key is its place in the bar.
 * - `apart`: it does not depend on the filters, which are hidden, and what it asked holds for all of them.
 * - `module(page)`: makes the tab when it is first shown, from `{find, figures, refresh(), say(text)}`. It has `root`,
 *   the element that is shown and hidden; `update(view)`, called after every answer with `{data, meta, filters, agency,
 *   directory, extra, extraFailure, now()}`; perhaps `tick()`, called every second; and `needsFigures` where a screen ("not synced
 *   yet", "could not be loaded") stands in for it while there are no figures.
 * - `load(request)`: asks what the tab needs besides the dashboard endpoint, which the page asks itself once per
 *   refresh; resolves to the `extra` of its view, undefined keeps the one before. The request has `read(url)`,
 *   which asks by entity tag and resolves to `{body, changed}`, the `filters`, `today` as a local day, and whether the
 *   figures have `changed`.
 */
export const TABS = [
  { id: "overview", title: "Overview", module: overviewTab, load: loadFans },
  { id: "fanvue", title: "Fanvue", module: fanvueTab, load: loadFans },
  { id: "team", title: "Team", apart: true, module: (page) => new TeamTab(page), load: loadTeam },
  { id: "system", title: "System", apart: true, module: (page) => new SystemTab(page), load: loadStatus },
];

/** The tab of an id; the first for an unknown one. */
export const tabOf = (id) => TABS.find((tab) => tab.id === id) ?? TABS[0];

/** The links in the head of the page. They are addresses, so they open in other windows too. */
export class TabBar {
  #links;

  /** `chosen(id)` is called for a plain press. */
  constructor(nav, chosen) {
    this.#links = TABS.map(({ id, title }) => {
      const link = element("a", {}, title);
      link.addEventListener("click", (event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        chosen(id);
      });
      return { id, link };
    });
    nav.append(...this.#links.map(({ link }) => link));
  }

  update(filters) {
    for (const { id, link } of this.#links) {
      setAttribute(link, "href", `/${writeQuery(filters, { tab: id })}`);
      setAttribute(link, "aria-current", id === tabOf(filters.tab).id ? "page" : null);
    }
  }
}
