//! The query strings of the lists: top fans and transactions.

use tidemark_domain::Source;

use super::{
    AGENCY, DEFAULT_SPAN, END_DATE, Given, MODEL, ParameterError, START_DATE, Subject, TIME_RANGE,
    ZONE, one_of, quoted,
};
use crate::transactions::Position;
use crate::window::Span;

const LIMIT: &str = "limit";
const CATEGORY: &str = "category";
const CURSOR: &str = "cursor";
const FORMAT: &str = "format";

/// Every parameter that the list of top fans knows.
pub const TOP_FANS_NAMES: [&str; 7] =
    [AGENCY, MODEL, TIME_RANGE, START_DATE, END_DATE, ZONE, LIMIT];

/// Every parameter that the list of transactions knows.
pub const TRANSACTIONS_NAMES: [&str; 9] = [
    AGENCY, MODEL, START_DATE, END_DATE, ZONE, CATEGORY, CURSOR, LIMIT, FORMAT,
];

/// The most entries that one answer lists.
pub const MOST_LISTED: i64 = 500;
/// How many fans are listed unless asked otherwise.
pub const FANS_LISTED: i64 = 20;
/// How many transactions are listed unless asked otherwise.
pub const TRANSACTIONS_LISTED: i64 = 100;
/// The longest name of a category that is looked for, in bytes.
const LONGEST_CATEGORY: usize = 100;

/// A request for the fans who spent most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopFansQuery {
    /// whose rows, of which time; 30 days unless asked otherwise
    pub subject: Subject,
    /// how many fans at most
    pub limit: i64,
}

impl TopFansQuery {
    /// Reads the decoded `name=value` pairs of a query string.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, ParameterError> {
        let given = Given::collect(pairs, &TOP_FANS_NAMES)?;
        Ok(Self {
            subject: Subject::read(&given, DEFAULT_SPAN)?,
            limit: given.read(LIMIT, limit)?.unwrap_or(FANS_LISTED),
        })
    }
}

/// How a list of transactions is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// one page
    Json,
    /// the whole selection
    Csv,
}

/// A request for rows of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionsQuery {
    /// whose rows, of which time; all of it unless asked otherwise
    pub subject: Subject,
    /// one Fanvue source; `None` for all
    pub category: Option<Source>,
    /// where the page before ended
    pub cursor: Option<Position>,
    /// how many rows a page has at most
    pub limit: i64,
    /// how it was asked to be written, if at all
    pub format: Option<Format>,
}

impl TransactionsQuery {
    /// Reads the decoded `name=value` pairs of a query string.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, ParameterError> {
        let given = Given::collect(pairs, &TRANSACTIONS_NAMES)?;
        Ok(Self {
            subject: Subject::read(&given, Span::ALL)?,
            category: given.read(CATEGORY, category)?,
            cursor: given.read(CURSOR, |text| {
                Position::parse(text).ok_or_else(|| {
                    format!("{} is not a nextCursor of an earlier page", quoted(text))
                })
            })?,
            limit: given.read(LIMIT, limit)?.unwrap_or(TRANSACTIONS_LISTED),
            format: given.read(FORMAT, |text| {
                one_of(text, &[("json", Format::Json), ("csv", Format::Csv)])
            })?,
        })
    }
}

fn limit(text: &str) -> Result<i64, String> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|limit| number && (1..=MOST_LISTED).contains(limit))
        .ok_or_else(|| {
            let text = quoted(text);
            format!("{text} is not a whole number from 1 to {MOST_LISTED}")
        })
}

fn category(text: &str) -> Result<Source, String> {
    let printable = !text.chars().any(char::is_control);
    if text.is_empty() || text.len() > LONGEST_CATEGORY || !printable {
        return Err(format!(
            "{} is not the name of a Fanvue source",
            quoted(text)
        ));
    }
    Ok(Source::new(text))
}
