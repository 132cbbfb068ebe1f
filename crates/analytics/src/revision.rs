//! The `ETag` of an answer, without the answer.
//!
//! A tag has two parts: a digest of what the body is made of as the database tells it in one look-up
//! (the scope, how often its ledger and audience have changed, what was proven of it), and the first
//! instant at which the same data give another body. It is weak, because bodies with the same tag
//! differ in `ageSeconds` and `state`.

use std::fmt;

use sha2::{Digest, Sha256};
use tidemark_domain::{AgencyId, Instant};

use crate::freshness::{Coverage, Freshnesses};
use crate::kpi::VERSION;
use crate::load::Scope;
use crate::parameters::DashboardQuery;

/// Rises when the same data come to be written as another body.
const BODY: u32 = 2;

/// How much of the digest a tag carries, in bytes.
const DIGEST_BYTES: usize = 16;

/// How a tag without an end says so.
const FOREVER: &str = "forever";

/// The value of the `ETag` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// the digest, as [`of`] gives it
    pub data: String,
    /// the first instant at which it no longer holds, whatever the data
    pub until: Option<Instant>,
}

impl Tag {
    /// Whether a tag stands for an answer to the same question from the same data, and still holds.
    pub fn holds(tag: &str, data: &str, now: Instant) -> bool {
        let opaque = tag.trim().trim_start_matches("W/").trim_matches('"');
        let Some((digest, until)) = opaque.split_once('-') else {
            return false;
        };
        let in_time = match i64::from_str_radix(until, 16) {
            Ok(micros) => now < Instant::from_micros(micros),
            Err(_) => until == FOREVER,
        };
        digest == data && in_time
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Some(until) => write!(formatter, "W/\"{}-{:x}\"", self.data, until.micros()),
            None => write!(formatter, "W/\"{}-{FOREVER}\"", self.data),
        }
    }
}

/// The digest of everything that a body follows from, but for the time.
pub fn of(agency: AgencyId, query: &DashboardQuery, scope: &Scope) -> String {
    // Only what is in the body counts: the proof of a model that is not the slowest is not.
    let freshness = Freshnesses::measure(&scope.proofs, Instant::from_micros(0));
    let known = (
        (BODY, VERSION, agency, query.model, query.span),
        (query.zone.as_ref().unwrap_or(&scope.zone)).name(),
        (query.granularity, query.compare),
        (scope.revision, scope.zone.name()),
        (freshness.transactions.as_of, freshness.audience.as_of),
        Coverage::of(&scope.proofs),
    );
    let digest = Sha256::digest(format!("{known:?}"));
    hex::encode(&digest[..DIGEST_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1_000_000);

    fn tag(until: Option<i64>) -> String {
        let until = until.map(Instant::from_micros);
        let data = "0123456789abcdef".to_owned();
        Tag { data, until }.to_string()
    }

    #[test]
    fn a_tag_holds_for_its_data_until_its_end() {
        let holds = |tag: &str| Tag::holds(tag, "0123456789abcdef", NOW);
        assert!(holds(&tag(None)));
        assert!(holds(&tag(Some(1_000_001))));
        assert!(!holds(&tag(Some(1_000_000))));
        assert!(!Tag::holds(&tag(None), "another", NOW));
    }

    #[test]
    fn a_tag_of_another_make_never_holds() {
        for wrong in [
            "",
            "*",
            "W/\"\"",
            "\"0123456789abcdef\"",
            "\"0123456789abcdef-x\"",
        ] {
            assert!(!Tag::holds(wrong, "0123456789abcdef", NOW), "{wrong}");
        }
    }
}
