//! Starts and ends of subscriptions per UTC day: `…/insights/subscribers`.
//!
//! `total` is the net change since the start of the range, never a head-count (defect D71). All
//! requests begin at the same day, so that totals of different pages can be compared. Bounds are UTC
//! midnights: then a day's date is its first instant in UTC (fanvue-api C5, defect D97).

use serde::Deserialize;
use serde_json::Number;
use tidemark_domain::{Instant, LocalDay, Zone};
use tidemark_ports::Platform;

use crate::client::{Account, Answer, FanvueClient, query_value};
use crate::error::FanvueError;

const ENDPOINT: &str = "/insights/subscribers";
/// Where every range begins: before Fanvue did.
const RANGE_START: &str = "2018-01-01T00:00:00.000Z";
const FIRST_YEAR: i16 = 2018;
/// Days per answer: the most that Fanvue allows.
const PAGE_SIZE: u32 = 50;

/// What happened on one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriberDay {
    /// the UTC day
    pub day: LocalDay,
    /// subscriptions that began, free trials among them
    pub started: i64,
    /// chains of subscriptions that ended for good
    pub ended: i64,
    /// net change since the start of the range, through this day; `None` when it is not told
    pub total: Option<i64>,
}

impl SubscriberDay {
    /// Starts less ends.
    pub const fn net(self) -> i64 {
        self.started - self.ended
    }
}

/// The latest days before some day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriberDays {
    /// newest first, each day once
    pub days: Vec<SubscriberDay>,
    /// whether there are older ones
    pub more: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePage {
    data: Vec<WireDay>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDay {
    date: String,
    total: Option<Number>,
    new_subscribers_count: Number,
    cancelled_subscribers_count: Number,
}

impl<P: Platform> FanvueClient<'_, P> {
    /// The latest days with events before the UTC day `before`, at most 50.
    ///
    /// # Errors
    /// [`FanvueError`]; [`FanvueError::Malformed`] when a day or a count cannot be read, or the days
    /// do not come newest first: then nobody could tell what is missing.
    pub async fn subscriber_days(
        &self,
        account: Account,
        before: LocalDay,
    ) -> Result<Answer<SubscriberDays>, FanvueError> {
        let end = crate::earnings::milliseconds(Zone::utc().start_of(before));
        let path = format!(
            "{}?startDate={}&endDate={}&size={PAGE_SIZE}",
            account.path(ENDPOINT),
            query_value(RANGE_START),
            query_value(&end),
        );
        let answer: Answer<WirePage> = self.get(account.bucket(), ENDPOINT, &path).await?;
        let data = read(&answer.data, before).map_err(|reason| FanvueError::Malformed {
            endpoint: ENDPOINT,
            reason,
        })?;
        Ok(Answer {
            data,
            rate: answer.rate,
        })
    }
}

fn read(page: &WirePage, before: LocalDay) -> Result<SubscriberDays, String> {
    let days: Vec<SubscriberDay> = page.data.iter().map(read_day).collect::<Result<_, _>>()?;
    let mut later = before;
    for day in &days {
        if day.day.date().year() < FIRST_YEAR {
            return Err(format!("{} lies before the range", day.day));
        }
        if day.day >= later {
            return Err(format!("{} comes after {later}", day.day));
        }
        later = day.day;
    }
    let more = page.next_cursor.is_some();
    if more && days.is_empty() {
        return Err("a page without days is followed by another one".to_owned());
    }
    Ok(SubscriberDays { days, more })
}

fn read_day(wire: &WireDay) -> Result<SubscriberDay, String> {
    let start = Instant::parse(&wire.date).map_err(|error| error.to_string())?;
    let day = Zone::utc().day_of(start);
    if Zone::utc().start_of(day) != start {
        return Err(format!("{} is not the start of a UTC day", wire.date));
    }
    let count = |number: &Number| {
        let count = number.as_i64().filter(|count| *count >= 0);
        count.ok_or_else(|| format!("{number} is not a number of subscriptions"))
    };
    Ok(SubscriberDay {
        day,
        started: count(&wire.new_subscribers_count)?,
        ended: count(&wire.cancelled_subscribers_count)?,
        total: wire.total.as_ref().and_then(Number::as_i64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Result<SubscriberDays, String> {
        let before = LocalDay::parse("2026-11-24").unwrap();
        read(&serde_json::from_str(text).unwrap(), before)
    }

    fn day(date: &str, started: i64) -> String {
        format!(
            r#"{{"date": "{date}", "total": -3, "newSubscribersCount": {started},
                "cancelledSubscribersCount": 0}}"#
        )
    }

    fn days(listed: &[String]) -> Result<SubscriberDays, String> {
        page(&format!(
            r#"{{"data": [{}], "nextCursor": null}}"#,
            listed.join(",")
        ))
    }

    #[test]
    fn d097_a_day_is_its_first_instant_in_utc_and_nothing_else() {
        let read = days(&[day("2026-11-23T02:00:00.000+02:00", 1)]).unwrap();
        assert_eq!(read.days[0].day, LocalDay::parse("2026-11-23").unwrap());
        assert_eq!(read.days[0].total, Some(-3));
        assert!(days(&[day("2026-11-22T23:00:00.000Z", 1)]).is_err());
    }

    #[test]
    fn days_out_of_order_and_counts_below_zero_are_refused() {
        let newer = day("2026-11-23T00:00:00.000Z", 1);
        let older = day("2026-11-20T00:00:00.000Z", 1);
        assert!(days(&[newer.clone(), older.clone()]).is_ok());
        assert!(days(&[older, newer.clone()]).is_err());
        assert!(days(&[newer.clone(), newer]).is_err());
        assert!(days(&[day("2026-11-24T00:00:00.000Z", 1)]).is_err());
        assert!(days(&[day("2026-11-23T00:00:00.000Z", -1)]).is_err());
        assert!(page(r#"{"data": [], "nextCursor": "x"}"#).is_err());
    }
}
