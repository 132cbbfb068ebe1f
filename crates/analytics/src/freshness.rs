//! How old the data are, and how much of the past they cover. Both are measured from what was
//! proven against Fanvue, never from the browser's last request.

use serde::{Serialize, Serializer};
use tidemark_domain::{HISTORY_FLOOR, Instant, ModelId};

/// The oldest age at which transactions count as fresh, in seconds: their job's interval.
pub const TRANSACTIONS_MAX_AGE: u64 = 900;
/// The oldest age at which the audience counts as fresh, in seconds: its job's interval.
pub const AUDIENCE_MAX_AGE: u64 = 300;

/// What was proven of one model in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelProof {
    /// the model
    pub model: ModelId,
    /// its ledger is complete from this instant on
    pub ledger_since: Option<Instant>,
    /// its ledger is complete up to this instant
    pub ledger_until: Option<Instant>,
    /// its audience was last read at this instant
    pub audience_until: Option<Instant>,
}

/// Whether data are as young as promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FreshnessState {
    /// age ≤ max
    Fresh,
    /// age ≤ 2 × max
    Late,
    /// older
    Stale,
    /// some model in scope was never read, or there is none
    Never,
}

/// Age and state of one family of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Freshness {
    /// the earliest, over the models in scope, of the instant up to which the data were proven
    #[serde(serialize_with = "rfc3339")]
    pub as_of: Option<Instant>,
    /// whole seconds from then to now
    pub age_seconds: Option<u64>,
    /// the age up to which data are fresh
    pub max_age_seconds: u64,
    /// the verdict
    pub state: FreshnessState,
}

impl Freshness {
    /// Measures a family from the proofs of all models in scope; a model without one makes the
    /// whole family `never`, and so does a scope without models.
    pub fn measure(
        proofs: impl IntoIterator<Item = Option<Instant>>,
        max_age_seconds: u64,
        now: Instant,
    ) -> Self {
        let proven: Option<Vec<Instant>> = proofs.into_iter().collect();
        let as_of = proven.and_then(|instants| instants.into_iter().min());
        let age_seconds = as_of.map(|instant| now.since(instant).as_secs());
        let state = match age_seconds {
            None => FreshnessState::Never,
            Some(age) if age <= max_age_seconds => FreshnessState::Fresh,
            Some(age) if age <= 2 * max_age_seconds => FreshnessState::Late,
            Some(_) => FreshnessState::Stale,
        };
        Self {
            as_of,
            age_seconds,
            max_age_seconds,
            state,
        }
    }
}

/// Freshness of both families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Freshnesses {
    /// of the ledger
    pub transactions: Freshness,
    /// of subscriber, follower, message and post counts
    pub audience: Freshness,
}

impl Freshnesses {
    /// Measures both.
    pub fn measure(proofs: &[ModelProof], now: Instant) -> Self {
        let ledger = proofs.iter().map(|proof| proof.ledger_until);
        let audience = proofs.iter().map(|proof| proof.audience_until);
        Self {
            transactions: Freshness::measure(ledger, TRANSACTIONS_MAX_AGE, now),
            audience: Freshness::measure(audience, AUDIENCE_MAX_AGE, now),
        }
    }
}

/// How far one model's ledger has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageState {
    /// read back to Fanvue's beginning without a gap
    Complete,
    /// read without a gap since some later instant
    Backfilling,
    /// nothing read without a gap yet
    Never,
}

/// Coverage of one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelCoverage {
    /// the model
    pub model_id: ModelId,
    /// how far its ledger has come
    pub state: CoverageState,
}

/// Coverage of the scope's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// whether every model's ledger is complete; false for a scope without models
    pub complete: bool,
    /// the instant since which all models are; null while one of them has nothing
    #[serde(serialize_with = "rfc3339")]
    pub complete_since: Option<Instant>,
    /// each model in scope
    pub models: Vec<ModelCoverage>,
}

impl Coverage {
    /// Puts the coverage of all models in scope together.
    pub fn of(proofs: &[ModelProof]) -> Self {
        let starts: Option<Vec<Instant>> = proofs.iter().map(|proof| proof.ledger_since).collect();
        let complete_since = starts.and_then(|instants| instants.into_iter().max());
        let state = |proof: &ModelProof| match proof.ledger_since {
            Some(since) if since <= HISTORY_FLOOR => CoverageState::Complete,
            Some(_) => CoverageState::Backfilling,
            None => CoverageState::Never,
        };
        let models: Vec<ModelCoverage> = proofs
            .iter()
            .map(|proof| ModelCoverage {
                model_id: proof.model,
                state: state(proof),
            })
            .collect();
        let is_complete = |model: &ModelCoverage| model.state == CoverageState::Complete;
        Self {
            complete: !models.is_empty() && models.iter().all(is_complete),
            complete_since,
            models,
        }
    }
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn rfc3339<S: Serializer>(instant: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match instant {
        Some(instant) => serializer.collect_str(instant),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(10_000_000_000);

    fn seconds_ago(seconds: i64) -> Instant {
        Instant::from_micros(NOW.micros() - seconds * 1_000_000)
    }

    fn state_at(seconds: i64) -> FreshnessState {
        Freshness::measure([Some(seconds_ago(seconds))], 900, NOW).state
    }

    #[test]
    fn states_change_after_one_and_two_maximal_ages() {
        assert_eq!(state_at(900), FreshnessState::Fresh);
        assert_eq!(state_at(901), FreshnessState::Late);
        assert_eq!(state_at(1800), FreshnessState::Late);
        assert_eq!(state_at(1801), FreshnessState::Stale);
    }

    #[test]
    fn the_slowest_model_decides_and_an_unread_one_means_never() {
        let measured =
            |proofs: &[Option<Instant>]| Freshness::measure(proofs.iter().copied(), 900, NOW);
        let young = Some(seconds_ago(10));
        let old = Some(seconds_ago(2000));
        assert_eq!(measured(&[young, old]).as_of, old);
        assert_eq!(measured(&[young, None]).as_of, None);
        assert_eq!(measured(&[young, None]).state, FreshnessState::Never);
        assert_eq!(measured(&[]).state, FreshnessState::Never);
    }

    #[test]
    fn a_proof_from_the_future_has_age_zero() {
        assert_eq!(
            Freshness::measure([Some(seconds_ago(-5))], 900, NOW).age_seconds,
            Some(0)
        );
    }
}
