//! The query string: what is accepted, and that everything else is refused and named.

use tidemark_analytics::buckets::Granularity;
use tidemark_analytics::comparison::Compare;
use tidemark_analytics::window::{Bound, Span};
use tidemark_analytics::{DashboardQuery, ParameterError};

use crate::world::{day, instant, model, query};

fn refused(pairs: &[(&str, &str)]) -> ParameterError {
    let owned: Vec<_> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    DashboardQuery::parse(&owned).unwrap_err()
}

#[test]
fn nothing_given_means_the_agencys_last_thirty_days_against_the_thirty_before() {
    let read = query(&[]);
    assert_eq!(read.span, Span::LastDays(30));
    assert_eq!((read.agency, read.model), (None, None));
    assert_eq!((read.zone, read.granularity), (None, None));
    assert_eq!(read.compare, Compare::Previous);
}

#[test]
fn every_listed_value_is_accepted() {
    let spans = [("7d", 7), ("30d", 30), ("90d", 90), ("1y", 365)];
    for (text, days) in spans {
        assert_eq!(query(&[("timeRange", text)]).span, Span::LastDays(days));
    }
    assert_eq!(query(&[("timeRange", "all")]).span, Span::ALL);
    let id = model(7).to_string();
    assert_eq!(query(&[("modelId", &id)]).model, Some(model(7)));
    assert_eq!(query(&[("modelId", "all")]).model, None);
    assert_eq!(
        query(&[("granularity", "week")]).granularity,
        Some(Granularity::Week)
    );
    assert_eq!(query(&[("compare", "year")]).compare, Compare::Year);
    assert_eq!(
        query(&[("tz", "Asia/Kathmandu")]).zone.unwrap().name(),
        "Asia/Kathmandu"
    );
}

#[test]
fn a_date_overrides_the_time_range_and_leaves_the_other_end_open() {
    let start = Some(Bound::Day(day("2026-11-01")));
    let end = Some(Bound::Instant(instant("2026-11-09T10:00:00Z")));
    assert_eq!(
        query(&[("timeRange", "7d"), ("startDate", "2026-11-01")]).span,
        Span::Between { start, end: None }
    );
    assert_eq!(
        query(&[("endDate", "2026-11-09T12:00:00+02:00")]).span,
        Span::Between { start: None, end }
    );
}

#[test]
fn every_other_value_is_refused_and_named() {
    let cases = [
        ("timeRange", "9d"),
        ("timeRange", ""),
        ("timeRange", "30D"),
        ("granularity", "hour"),
        ("compare", "custom"),
        ("modelId", "everyone"),
        ("modelId", ""),
        ("agencyId", "mine"),
        ("tz", "Europe/Atlantis"),
        ("tz", ""),
        ("tz", "+02:00"),
        ("startDate", "2026-02-30"),
        ("startDate", "yesterday"),
        ("startDate", "2026-11-22 10:00:00Z"),
        ("startDate", "2026-11-22T10:00:00"),
        ("endDate", "22.11.2026"),
        ("endDate", "2026-1-2"),
        ("endDate", "é2026-11-2"),
        ("startDate", "2014-12-31"),
        ("startDate", "2014-12-31T23:59:59.999Z"),
        ("endDate", "2100-01-01"),
        ("endDate", "9999-12-31"),
    ];
    for (name, value) in cases {
        let error = refused(&[(name, value)]);
        assert_eq!(error.parameter, name, "{value:?}");
        assert!(error.message.contains(value), "{error}");
    }
    assert_eq!(
        query(&[("startDate", "2015-01-01")]).compare,
        Compare::Previous
    );
}

#[test]
fn unknown_and_repeated_names_are_refused_and_named() {
    assert_eq!(refused(&[("timerange", "7d")]).parameter, "timerange");
    assert_eq!(refused(&[("tz", "UTC"), ("tz", "UTC")]).parameter, "tz");
    assert_eq!(
        refused(&[("x".repeat(5000).as_str(), "")]).parameter.len(),
        60
    );
}

#[test]
fn an_unknown_time_range_is_refused_even_where_dates_override_it() {
    let pairs = [("timeRange", "ever"), ("startDate", "2026-11-01")];
    assert_eq!(refused(&pairs).parameter, "timeRange");
}

#[test]
fn a_start_after_the_end_is_refused() {
    let pairs = [
        ("2026-11-02", "2026-11-01"),
        ("2026-11-01T00:00:00.001Z", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:30:00+01:00", "2026-10-31T23:29:00Z"),
    ];
    for (start, end) in pairs {
        assert_eq!(
            refused(&[("startDate", start), ("endDate", end)]).parameter,
            "startDate"
        );
    }
    query(&[("startDate", "2026-11-01"), ("endDate", "2026-11-01")]);
}
