// Top fans: who spent most in the window, as a table.

import { formatInstant, formatWindow } from "./dates.js";
import { modelNames } from "./models.js";

/** How many fans are listed. */
export const FANS_SHOWN = 10;

/** The table of the body of `GET /api/analytics/top-fans`. */
export function fansTable({ topFans, meta }, directory) {
  return {
    caption: `The ${FANS_SHOWN} fans who spent most, by gross after reversals, `
      + `${formatWindow(meta.startDate, meta.endDate)}, days of ${meta.timezone}`,
    columns: [
      { label: "Fan" }, { label: "Gross", kind: "money" }, { label: "Net", kind: "money" },
      { label: "Purchases", kind: "count" }, { label: "Last purchase" }, { label: "Models" },
    ],
    rows: topFans.map(({ handle, fanId, gross, net, purchases, lastPurchaseAt, models }) => [
      { raw: handle ?? fanId, text: handle ? `@${handle}` : fanId.slice(0, 8) },
      gross, net, purchases,
      { raw: lastPurchaseAt, text: formatInstant(new Date(lastPurchaseAt), meta.timezone) },
      modelNames(models, directory),
    ]),
  };
}
