//! What can go wrong.

use serde::{Deserialize, Serialize};

use crate::faults::subject::{FaultSubject, FaultTarget};

/// A fault. The words in JSON are the names in camel case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultKind {
    /// 429 with `Retry-After`.
    RateLimited,
    /// 429 without `Retry-After`.
    RateLimitedSilently,
    /// 429 with `Retry-After` for several requests of one bucket in a row, however long the
    /// client waits.
    RateLimitedBurst,
    /// 500 with JSON.
    ServerError,
    /// 502 with HTML, from in front of Fanvue: no rate-limit headers.
    BadGateway,
    /// 503 with JSON.
    Unavailable,
    /// The body ends in the middle, after the full `content-length` was announced.
    Truncated,
    /// The connection ends without an answer; the request was not processed.
    Reset,
    /// The answer comes late.
    Slow,
    /// The body is padded with blanks to many megabytes.
    Huge,
    /// 400 `{errors}` for a request with a cursor.
    CursorRefused,
    /// 401, and the access token is no good any more although its lifetime is not over.
    TokenExpired,
    /// 403.
    Forbidden,
    /// 410 `{error, message, nextVersion}`.
    Gone,
    /// The cursor of a page leads to the same rows once more, and then on.
    DuplicatePage,
    /// The rows of a page come in another order.
    ShuffledPage,
    /// A page without rows whose cursor leads to those rows.
    EmptyPage,
    /// One row of a page is malformed; the next request gets it whole.
    MalformedRow,
    /// Members that no contract names, or an optional one under another name, other ones each
    /// time.
    SchemaDrift,
    /// The refresh was processed and its answer never arrives.
    LostRefreshAnswer,
}

impl FaultKind {
    /// Every fault.
    pub const ALL: [Self; 20] = [
        Self::RateLimited,
        Self::RateLimitedSilently,
        Self::RateLimitedBurst,
        Self::ServerError,
        Self::BadGateway,
        Self::Unavailable,
        Self::Truncated,
        Self::Reset,
        Self::Slow,
        Self::Huge,
        Self::CursorRefused,
        Self::TokenExpired,
        Self::Forbidden,
        Self::Gone,
        Self::DuplicatePage,
        Self::ShuffledPage,
        Self::EmptyPage,
        Self::MalformedRow,
        Self::SchemaDrift,
        Self::LostRefreshAnswer,
    ];

    /// Whether such a fault can befall the request.
    pub(crate) fn fits(self, subject: &FaultSubject) -> bool {
        match self {
            Self::ServerError
            | Self::BadGateway
            | Self::Unavailable
            | Self::Truncated
            | Self::Reset
            | Self::Slow => true,
            Self::RateLimited
            | Self::RateLimitedSilently
            | Self::RateLimitedBurst
            | Self::Huge
            | Self::TokenExpired
            | Self::Forbidden
            | Self::Gone => subject.target != FaultTarget::Token,
            Self::CursorRefused => subject.has_cursor,
            Self::DuplicatePage
            | Self::ShuffledPage
            | Self::EmptyPage
            | Self::MalformedRow
            | Self::SchemaDrift => subject.target.walk().is_some(),
            Self::LostRefreshAnswer => subject.is_refresh,
        }
    }

    /// A refusal that looks like an empty bucket.
    pub(crate) fn is_rate_limit(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::RateLimitedSilently | Self::RateLimitedBurst
        )
    }

    /// An answer that does not come from Fanvue itself and lacks its headers.
    pub(crate) fn is_before_fanvue(self) -> bool {
        matches!(self, Self::BadGateway | Self::Reset)
    }
}
