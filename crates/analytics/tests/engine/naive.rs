//! A second implementation of contract section 4, written for obviousness: it walks over the rows
//! for every single figure and decides membership by the local day a row falls on, never by
//! precomputed bounds. It shares no code with the engine but the zone tables.

mod kpis;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tidemark_analytics::DashboardQuery;
use tidemark_analytics::buckets::Granularity;
use tidemark_analytics::comparison::Compare;
use tidemark_analytics::window::{Bound, Span};
use tidemark_domain::{FanId, Instant, LocalDay, ModelId, Zone};

use crate::world::{LedgerRow, World};

/// A point on the local time line: the day and the microseconds since its first instant.
type LocalTime = (LocalDay, i64);

fn local(zone: &Zone, at: Instant) -> LocalTime {
    let day = zone.day_of(at);
    (day, at.micros() - zone.start_of(day).micros())
}

fn midnight(day: LocalDay) -> LocalTime {
    (day, 0)
}

/// A window in local time, half-open.
#[derive(Clone, Copy)]
struct Range {
    start: LocalTime,
    end: LocalTime,
    /// the day of a cut that falls on its very midnight: today has begun there, on both sides
    begun: Option<LocalDay>,
}

impl Range {
    fn new(start: LocalTime, end: LocalTime) -> Self {
        Self {
            start,
            end,
            begun: None,
        }
    }

    fn first_day(self) -> LocalDay {
        self.start.0
    }

    fn last_day(self) -> LocalDay {
        if let Some(begun) = self.begun {
            begun
        } else if self.end.1 == 0 {
            self.end.0.plus_days(-1)
        } else {
            self.end.0
        }
    }

    fn holds(self, time: LocalTime) -> bool {
        self.start <= time && time < self.end
    }
}

pub struct Naive<'a> {
    world: &'a World,
    zone: Zone,
    models: Vec<ModelId>,
    rows: Vec<&'a LedgerRow>,
}

impl<'a> Naive<'a> {
    pub fn new(world: &'a World, query: &DashboardQuery) -> Self {
        let in_scope = |id: ModelId| query.model.is_none_or(|wanted| wanted == id);
        let zone = query
            .zone
            .clone()
            .unwrap_or_else(|| Zone::parse(world.zone).unwrap());
        let active = world
            .models
            .iter()
            .filter(|state| state.active || query.model.is_some());
        let models = active
            .map(|state| state.id)
            .filter(|id| in_scope(*id))
            .collect();
        let rows = world
            .rows
            .iter()
            .filter(|row| in_scope(row.model))
            .collect();
        Self {
            world,
            zone,
            models,
            rows,
        }
    }

    /// `chartData`, `kpiMetrics` and the comparison's `kpiMetrics` (null without one).
    pub fn answer(&self, query: &DashboardQuery) -> [Value; 3] {
        let Some(range) = self.range(query.span) else {
            let end = match query.span {
                Span::Between {
                    end: Some(Bound::Day(day)),
                    ..
                } => midnight(day.plus_days(1)),
                Span::Between {
                    end: Some(Bound::Instant(at)),
                    ..
                } => local(&self.zone, at),
                _ => midnight(self.zone.day_of(self.world.now).plus_days(1)),
            };
            let nothing = Range::new(end, end);
            return [json!([]), self.kpis(nothing, None), Value::Null];
        };
        let compared = self.compared(query, range);
        let base = compared.map(|other| self.gross(other, |_| true));
        let earlier = compared.map_or(Value::Null, |other| self.kpis(other, None));
        [self.chart(query, range), self.kpis(range, base), earlier]
    }

    fn range(&self, span: Span) -> Option<Range> {
        let today = self.zone.day_of(self.world.now);
        let (start, end) = match span {
            Span::LastDays(days) => (
                Some(Bound::Day(today.plus_days(1 - days))),
                Bound::Day(today),
            ),
            Span::Between { start, end } => (start, end.unwrap_or(Bound::Day(today))),
        };
        let end = match end {
            Bound::Day(day) => midnight(day.plus_days(1)),
            Bound::Instant(at) => local(&self.zone, at),
        };
        let start = match start {
            Some(Bound::Day(day)) => midnight(day),
            Some(Bound::Instant(at)) => local(&self.zone, at),
            None => midnight(self.zone.day_of(self.rows.iter().map(|row| row.at).min()?)),
        };
        (start < end).then_some(Range::new(start, end))
    }

    fn compared(&self, query: &DashboardQuery, range: Range) -> Option<Range> {
        let now = local(&self.zone, self.world.now);
        let cut = if range.holds(now) { now } else { range.end };
        let by_days = |counterpart: &dyn Fn(LocalDay) -> LocalDay| {
            let end = if cut == range.end && cut.1 == 0 {
                midnight(counterpart(range.last_day()).plus_days(1))
            } else {
                (counterpart(cut.0), cut.1)
            };
            let begun = (cut != range.end && cut.1 == 0).then(|| counterpart(cut.0));
            Range {
                begun,
                ..Range::new((counterpart(range.start.0), range.start.1), end)
            }
        };
        let whole_days = range.start.1 == 0 && range.end.1 == 0;
        let other = match query.compare {
            Compare::None => return None,
            Compare::Year => by_days(&LocalDay::year_earlier),
            Compare::Previous if whole_days => {
                let days = range.last_day().days_since(range.first_day()) + 1;
                by_days(&|day| day.plus_days(-days))
            }
            Compare::Previous => {
                let length = self.instant(range.end) - self.instant(range.start);
                let earlier = |time| {
                    local(
                        &self.zone,
                        Instant::from_micros(self.instant(time) - length),
                    )
                };
                Range::new(earlier(range.start), earlier(cut))
            }
        };
        let open = matches!(query.span, Span::Between { start: None, .. });
        let reaches_the_ledger = || {
            self.rows
                .iter()
                .any(|row| local(&self.zone, row.at) < other.end)
        };
        (!open || reaches_the_ledger()).then_some(other)
    }

    fn instant(&self, time: LocalTime) -> i64 {
        self.zone.start_of(time.0).micros() + time.1
    }

    fn inside(&self, range: Range) -> impl Iterator<Item = &'a LedgerRow> {
        self.rows
            .iter()
            .copied()
            .filter(move |row| range.holds(local(&self.zone, row.at)))
    }

    fn gross(&self, range: Range, wanted: impl Fn(&LedgerRow) -> bool) -> i64 {
        self.inside(range)
            .filter(|row| wanted(row))
            .map(|row| row.gross)
            .sum()
    }

    fn count(&self, range: Range, wanted: impl Fn(&LedgerRow) -> bool) -> i64 {
        i64::try_from(self.inside(range).filter(|row| wanted(row)).count()).unwrap()
    }

    fn fans(&self, range: Range, wanted: impl Fn(&LedgerRow) -> bool) -> BTreeSet<FanId> {
        self.inside(range)
            .filter(|row| is_paid(row) && wanted(row))
            .filter_map(|row| row.fan)
            .collect()
    }

    fn chart(&self, query: &DashboardQuery, range: Range) -> Value {
        let length = range.last_day().days_since(range.first_day()) + 1;
        let granularity = query.granularity.unwrap_or(match length {
            ..=31 => Granularity::Day,
            32..=180 => Granularity::Week,
            _ => Granularity::Month,
        });
        let label = |day: LocalDay| {
            let unit = match granularity {
                Granularity::Day => day,
                Granularity::Week => day.start_of_week(),
                Granularity::Month => day.start_of_month(),
            };
            unit.max(range.first_day())
        };
        let mut members: BTreeMap<LocalDay, Vec<LocalDay>> = BTreeMap::new();
        for offset in 0..length {
            let day = range.first_day().plus_days(offset);
            members.entry(label(day)).or_default().push(day);
        }
        let points = members
            .into_iter()
            .map(|(date, days)| self.point(range, date, &days));
        Value::Array(points.collect())
    }

    fn point(&self, range: Range, date: LocalDay, days: &[LocalDay]) -> Value {
        let here = |row: &LedgerRow| days.contains(&self.zone.day_of(row.at));
        let of = |names: &[&str]| {
            dollars(self.gross(range, |row| {
                here(row) && names.contains(&row.source.as_str())
            }))
        };
        let net = |wanted: &dyn Fn(&str) -> bool| {
            let rows = self.inside(range).filter(|row| here(row));
            let wanted = rows.filter(|row| wanted(row.source.as_str()));
            dollars(wanted.map(|row| row.net).sum())
        };
        let net_of = |names: &[&str]| net(&|source| names.contains(&source));
        let grouped = [
            "subscription",
            "renewal",
            "tip",
            "message",
            "post",
            "mediaLink",
            "refund",
            "chargeback",
        ];
        let now = local(&self.zone, self.world.now);
        let last = *days.last().unwrap();
        let begun = midnight(date).max(range.start) <= now;
        let level = self.level(last).filter(|_| begun);
        json!({
            "date": date.to_string(),
            "subscriptions": of(&["subscription", "renewal"]),
            "tips": of(&["tip"]),
            "messages": of(&["message"]),
            "posts": of(&["post", "mediaLink"]),
            "other": dollars(self.gross(range, |row| {
                here(row) && !grouped.contains(&row.source.as_str())
            })),
            "refunds": of(&["refund", "chargeback"]),
            "total": dollars(self.gross(range, here)),
            "net": {
                "subscriptions": net_of(&["subscription", "renewal"]),
                "tips": net_of(&["tip"]),
                "messages": net_of(&["message"]),
                "posts": net_of(&["post", "mediaLink"]),
                "other": net(&|source| !grouped.contains(&source)),
                "refunds": net_of(&["refund", "chargeback"]),
                "total": net(&|_| true),
            },
            "transactions": self.count(range, |row| here(row) && !is_reversal(row)),
            "subscribers": level.map(|level| level.0),
            "followers": self.followers(last).filter(|_| begun),
            "audienceDerived": level.is_some_and(|level| level.1),
            "partial": days.contains(&now.0) && range.holds(now),
        })
    }

    /// Subscribers at the end of a day, and whether any of it was derived; None while any model is
    /// unknown.
    fn level(&self, until: LocalDay) -> Option<(i64, bool)> {
        let mut sum = (0, false);
        for model in &self.models {
            let known = self.world.snapshots.iter().filter(|it| it.model == *model);
            let last = known.filter(|it| it.day <= until).max_by_key(|it| it.day)?;
            sum = (sum.0 + last.subscribers, sum.1 || last.followers.is_none());
        }
        (!self.models.is_empty()).then_some(sum)
    }

    /// Followers at the end of a day; None while any model was never observed.
    fn followers(&self, until: LocalDay) -> Option<i64> {
        let mut sum = 0;
        for model in &self.models {
            let seen = self
                .world
                .snapshots
                .iter()
                .filter(|it| it.model == *model && it.day <= until);
            let seen = seen.filter(|it| it.followers.is_some());
            sum += seen.max_by_key(|it| it.day)?.followers?;
        }
        (!self.models.is_empty()).then_some(sum)
    }
}

fn is_reversal(row: &LedgerRow) -> bool {
    row.source == "refund" || row.source == "chargeback"
}

fn is_paid(row: &LedgerRow) -> bool {
    row.gross > 0 && !is_reversal(row)
}

fn dollars(cents: i64) -> Value {
    rounded(cents, 100, 2)
}

/// The quotient as a JSON number, rounded half away from zero; null for a divisor of 0.
fn rounded(numerator: i64, denominator: i64, decimals: usize) -> Value {
    if denominator == 0 {
        return Value::Null;
    }
    let one = 10_i128.pow(u32::try_from(decimals).unwrap());
    let negative = (numerator < 0) != (denominator < 0);
    let numerator = i128::from(numerator).abs() * one;
    let denominator = i128::from(denominator).abs();
    let scaled = (2 * numerator + denominator) / (2 * denominator);
    let sign = if negative && scaled > 0 { "-" } else { "" };
    let text = if scaled % one == 0 {
        format!("{sign}{}", scaled / one)
    } else {
        format!("{sign}{}.{:0decimals$}", scaled / one, scaled % one)
    };
    serde_json::from_str(&text).unwrap()
}
