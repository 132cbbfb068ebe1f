//! The query strings of the routes about money (contract sections 3 and 4). What is not understood is
//! refused and named; nothing is guessed.

mod lists;

use std::collections::BTreeMap;

use tidemark_domain::{AgencyId, Instant, LocalDay, ModelId, Zone};

use crate::buckets::Granularity;
use crate::comparison::Compare;
use crate::window::{Bound, Span};

pub use lists::{
    FANS_LISTED, Format, MOST_LISTED, TOP_FANS_NAMES, TRANSACTIONS_LISTED, TRANSACTIONS_NAMES,
    TopFansQuery, TransactionsQuery,
};

const AGENCY: &str = "agencyId";
const MODEL: &str = "modelId";
const TIME_RANGE: &str = "timeRange";
const START_DATE: &str = "startDate";
const END_DATE: &str = "endDate";
const ZONE: &str = "tz";
const GRANULARITY: &str = "granularity";
const COMPARE: &str = "compare";

/// Every parameter that the dashboard knows.
pub const NAMES: [&str; 8] = [
    AGENCY,
    MODEL,
    TIME_RANGE,
    START_DATE,
    END_DATE,
    ZONE,
    GRANULARITY,
    COMPARE,
];

/// The first day that can be asked for: Fanvue did not exist before.
const EARLIEST: &str = "2015-01-01";
/// The last one. It bounds the number of points that one request can cause.
const LATEST: &str = "2099-12-31";
/// `timeRange` when neither it nor a date is given.
const DEFAULT_SPAN: Span = Span::LastDays(30);
/// How much of a refused name or value is repeated.
const LONGEST_ECHO: usize = 60;

/// A parameter that is answered 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{parameter}: {message}")]
pub struct ParameterError {
    /// Its name, as the caller wrote it.
    pub parameter: String,
    /// What is wrong with it and what would be right.
    pub message: String,
}

impl ParameterError {
    fn new(parameter: &str, message: impl Into<String>) -> Self {
        Self {
            parameter: shortened(parameter),
            message: message.into(),
        }
    }

    pub(crate) fn start_after_end() -> Self {
        Self::new(
            START_DATE,
            "the start lies after the end (endDate, or today)",
        )
    }
}

/// A request for the dashboard, checked as far as the query string alone allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardQuery {
    /// The agency that was named, if any; it must be the caller's.
    pub agency: Option<AgencyId>,
    /// One model; `None` for the whole agency.
    pub model: Option<ModelId>,
    /// The time asked for.
    pub span: Span,
    /// The zone of the local days; `None` for the agency's.
    pub zone: Option<Zone>,
    /// The length of a bucket; `None` for one that fits the window.
    pub granularity: Option<Granularity>,
    /// What to compare with.
    pub compare: Compare,
}

impl DashboardQuery {
    /// Reads the decoded `name=value` pairs of a query string.
    ///
    /// # Errors
    /// The first parameter that is unknown, repeated or has a value that the contract does not
    /// list; a start after its end. (A start after an end that only the zone or today decides is
    /// found by [`crate::window::Window::resolve`].)
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, ParameterError> {
        let given = Given::collect(pairs, &NAMES)?;
        let Subject {
            agency,
            model,
            span,
            zone,
        } = Subject::read(&given, DEFAULT_SPAN)?;
        Ok(Self {
            agency,
            model,
            span,
            zone,
            granularity: given.read(GRANULARITY, |text| {
                one_of(
                    text,
                    &[
                        ("day", Granularity::Day),
                        ("week", Granularity::Week),
                        ("month", Granularity::Month),
                    ],
                )
            })?,
            compare: given
                .read(COMPARE, |text| {
                    one_of(
                        text,
                        &[
                            ("previous", Compare::Previous),
                            ("year", Compare::Year),
                            ("none", Compare::None),
                        ],
                    )
                })?
                .unwrap_or(Compare::Previous),
        })
    }
}

/// What a list is about: whose rows, of which time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The agency that was named, if any; it must be the caller's.
    pub agency: Option<AgencyId>,
    /// One model; `None` for the whole agency.
    pub model: Option<ModelId>,
    /// The time asked for.
    pub span: Span,
    /// The zone of the local days; `None` for the agency's.
    pub zone: Option<Zone>,
}

impl Subject {
    fn read(given: &Given<'_>, default_span: Span) -> Result<Self, ParameterError> {
        let named_range = given.read(TIME_RANGE, |text| {
            one_of(
                text,
                &[
                    ("7d", Span::LastDays(7)),
                    ("30d", Span::LastDays(30)),
                    ("90d", Span::LastDays(90)),
                    ("1y", Span::LastDays(365)),
                    ("all", Span::ALL),
                ],
            )
        })?;
        let start = given.read(START_DATE, bound)?;
        let end = given.read(END_DATE, bound)?;
        let span = if start.is_none() && end.is_none() {
            named_range.unwrap_or(default_span)
        } else {
            in_order(start, end)?;
            Span::Between { start, end }
        };
        let agency = given.read(AGENCY, |text| {
            text.parse()
                .map_err(|_| format!("{} is not a UUID", quoted(text)))
        })?;
        let zone = given.read(ZONE, |text| {
            Zone::parse(text).map_err(|_| {
                let text = quoted(text);
                format!("{text} is not an IANA time zone such as Europe/Berlin")
            })
        })?;
        Ok(Self {
            agency,
            model: given.read(MODEL, model)?.flatten(),
            span,
            zone,
        })
    }
}

/// The same request as the dashboard's, as far as it goes.
impl From<Subject> for DashboardQuery {
    fn from(subject: Subject) -> Self {
        Self {
            agency: subject.agency,
            model: subject.model,
            span: subject.span,
            zone: subject.zone,
            granularity: None,
            compare: Compare::None,
        }
    }
}

/// The parameters that are there, each once and each known.
struct Given<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Given<'a> {
    fn collect(pairs: &'a [(String, String)], names: &[&str]) -> Result<Self, ParameterError> {
        let mut given = BTreeMap::new();
        for (name, value) in pairs {
            if !names.contains(&name.as_str()) {
                let message = format!("unknown parameter; known are {}", names.join(", "));
                return Err(ParameterError::new(name, message));
            }
            if given.insert(name.as_str(), value.as_str()).is_some() {
                return Err(ParameterError::new(name, "given more than once"));
            }
        }
        Ok(Self(given))
    }

    fn read<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ParameterError> {
        let parsed = self.0.get(name).map(|text| parse(text)).transpose();
        parsed.map_err(|message| ParameterError::new(name, message))
    }
}

fn one_of<T: Copy>(text: &str, values: &[(&str, T)]) -> Result<T, String> {
    let found = values.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
        format!("{} is not one of {}", quoted(text), names.join(", "))
    })
}

fn model(text: &str) -> Result<Option<ModelId>, String> {
    if text == "all" {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| format!("{} is neither a UUID nor \"all\"", quoted(text)))
}

/// A local day, or an instant whose written day lies on the same calendar.
fn bound(text: &str) -> Result<Bound, String> {
    let neither = || {
        format!(
            "{} is neither a day such as 2026-11-22 nor an RFC 3339 instant",
            quoted(text)
        )
    };
    let written_day = text.get(..10).ok_or_else(neither)?;
    let day = LocalDay::parse(written_day).map_err(|_| neither())?;
    let bound = match text.as_bytes().get(10) {
        None => Bound::Day(day),
        Some(b'T' | b't') => Bound::Instant(Instant::parse(text).map_err(|_| neither())?),
        Some(_) => return Err(neither()),
    };
    // Days are compared as text: ISO days of four-digit years sort like the calendar.
    if !(EARLIEST..=LATEST).contains(&written_day) {
        return Err(format!(
            "{} lies outside of {EARLIEST} to {LATEST}",
            quoted(text)
        ));
    }
    Ok(bound)
}

fn in_order(start: Option<Bound>, end: Option<Bound>) -> Result<(), ParameterError> {
    let wrong = match (start, end) {
        (Some(Bound::Day(start)), Some(Bound::Day(end))) => start > end,
        (Some(Bound::Instant(start)), Some(Bound::Instant(end))) => start > end,
        _ => false,
    };
    if wrong {
        Err(ParameterError::start_after_end())
    } else {
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    format!("{:?}", shortened(text))
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_ECHO).collect()
}
