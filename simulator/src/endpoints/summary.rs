//! `GET …/insights/earnings/summary`: Fanvue's own totals, for reconciliation.
//!
//! Reversals are left out of every figure. `totals` looks at all sales ever and at the calendar
//! months of the chosen zone; everything else at the range asked for. `overTime` has a bucket for
//! every day or week from the first sale of the range to its last moment, empty ones included.

mod cache;
mod calendar;
mod figures;

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::Micros;
use crate::endpoints::Call;
use crate::exchange::ApiResponse;
use crate::ledger::{Row, Window};
use crate::problem::Problem;
use crate::query::Query;
use crate::source::Source;

pub(crate) use cache::{SummaryCache, SummaryKey};
use calendar::{Calendar, Granularity};
use figures::GrossNet;

pub(super) fn answer(call: Call<'_>, mut query: Query) -> Result<ApiResponse, Problem> {
    let asked = query.window();
    let granularity = granularity(&mut query);
    let timezone = query.text("timezone").unwrap_or("UTC").to_owned();
    let calendar = Calendar::new(&timezone, granularity);
    if calendar.is_none() {
        query.refuse(format!("timezone is not an IANA name: {timezone:?}"));
    }
    let period = json!({
        "startDate": query.text("startDate"),
        "endDate": query.text("endDate"),
        "granularity": granularity,
        "timezone": timezone,
    });
    query.finish()?;
    let calendar = calendar.expect("invariant: an unknown zone was refused above");

    let window = call.until_now(asked);
    let sales = call.account.ledger.sales(window);
    let averages = calendar.averages(sales, window.end);
    let summary = json!({
        "totals": totals(call, &calendar),
        "breakdownBySource": breakdown(sales),
        "earningsByType": by_type(sales),
        "overTime": calendar.over_time(sales, window.end),
        "averageByDayOfWeek": averages.by_day_of_week,
        "averageByHourOfDay": averages.by_hour_of_day,
        "period": period,
    });
    Ok(ApiResponse::json(StatusCode::OK, &summary))
}

fn granularity(query: &mut Query) -> Granularity {
    match query.text("granularity") {
        None | Some("day") => Granularity::Day,
        Some("week") => Granularity::Week,
        Some(_) => {
            query.refuse("granularity must be day or week".to_owned());
            Granularity::Day
        }
    }
}

fn totals(call: Call<'_>, calendar: &Calendar) -> Value {
    let sum = |start: Micros, end: Micros| {
        let window = call.until_now(Window { start, end });
        GrossNet::sum(call.account.ledger.sales(window))
    };
    let (previous_month, this_month) = calendar.month_starts(call.now);
    let now = sum(this_month, Micros(i64::MAX));
    let before = sum(previous_month, this_month);
    json!({
        "allTime": sum(Micros(i64::MIN), Micros(i64::MAX)),
        "thisMonth": {
            "gross": now.gross,
            "net": now.net,
            "previousMonthGross": before.gross,
            "previousMonthNet": before.net,
            "grossChangePercentage": figures::change_percentage(now.gross, before.gross),
            "netChangePercentage": figures::change_percentage(now.net, before.net),
        },
    })
}

/// Where each source lands in `breakdownBySource`; rewards land in referrals and other.
#[derive(Debug, Default, Serialize)]
struct Breakdown {
    subs: GrossNet,
    messages: GrossNet,
    posts: GrossNet,
    tips: GrossNet,
    referrals: GrossNet,
    renewals: GrossNet,
    other: GrossNet,
}

fn breakdown(sales: &[Row]) -> Breakdown {
    let mut breakdown = Breakdown::default();
    for row in sales {
        let part = match row.source {
            Source::Subscription => &mut breakdown.subs,
            Source::Message => &mut breakdown.messages,
            Source::Post => &mut breakdown.posts,
            Source::Tip => &mut breakdown.tips,
            Source::Referral | Source::Affiliate => &mut breakdown.referrals,
            Source::Renewal => &mut breakdown.renewals,
            _ => &mut breakdown.other,
        };
        part.add(row);
    }
    breakdown
}

fn by_type(sales: &[Row]) -> Value {
    let parts = breakdown(sales);
    json!({
        "renewals": parts.renewals,
        "messages": parts.messages,
        "tips": parts.tips,
        "subs": parts.subs,
    })
}
