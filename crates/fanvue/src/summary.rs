//! Fanvue's own sums of sales: a cross-check of the ledger, never a source of it.
//!
//! Reversals are left out, not subtracted; answers may be ten minutes old (fanvue-api section 8.2).
//! Source: <https://api.fanvue.com/docs/api-reference/get-aggregated-earnings-summary-for-a-creator>.

use serde::Deserialize;
use serde_json::Number;
use tidemark_domain::{Cents, Instant, LocalDay, Zone};
use tidemark_ports::Platform;

use crate::client::{Account, Answer, FanvueClient, query_value};
use crate::earnings::{Family, milliseconds, whole_cents};
use crate::error::FanvueError;

const ENDPOINT: &str = "/insights/earnings/summary";

/// Gross of the sales of one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyGross {
    /// the day
    pub day: LocalDay,
    /// gross of its sales
    pub gross: Cents,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSummary {
    over_time: Vec<WirePeriod>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePeriod {
    period_start: String,
    gross: Number,
}

impl<P: Platform> FanvueClient<'_, P> {
    /// Sums of the sales in `from <= date < to`, by UTC day; days without sales may be left out.
    ///
    /// # Errors
    /// [`FanvueError`]; [`FanvueError::Malformed`] when a day or an amount cannot be read.
    pub async fn daily_gross(
        &self,
        account: Account,
        family: Family,
        (from, to): (Instant, Instant),
    ) -> Result<Answer<Vec<DailyGross>>, FanvueError> {
        let path = format!(
            "{}{}?startDate={}&endDate={}&granularity=day&timezone=UTC",
            family.prefix(),
            account.path(ENDPOINT),
            query_value(&milliseconds(from)),
            query_value(&milliseconds(to)),
        );
        let answer: Answer<WireSummary> = self.get(account.bucket(), ENDPOINT, &path).await?;
        let periods = answer.data.over_time.iter().map(daily_gross);
        let data = periods
            .collect::<Result<_, _>>()
            .map_err(|reason| FanvueError::Malformed {
                endpoint: ENDPOINT,
                reason,
            })?;
        Ok(Answer {
            data,
            rate: answer.rate,
        })
    }
}

fn daily_gross(period: &WirePeriod) -> Result<DailyGross, String> {
    let start = Instant::parse(&period.period_start).map_err(|error| error.to_string())?;
    Ok(DailyGross {
        day: Zone::utc().day_of(start),
        gross: whole_cents("gross", &period.gross)?,
    })
}
