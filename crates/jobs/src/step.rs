//! One bounded, resumable piece of work: what was asked and what came of it.

use std::time::Duration;

use serde::{Serialize, Serializer};
use tidemark_domain::{AgencyId, Instant, ModelId};
use tidemark_ports::SqlError;

/// A job that a component offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name in reports, metrics and routes.
    pub name: &'static str,
    /// One sentence for people.
    pub summary: &'static str,
    /// The longest time that should pass between two steps.
    pub interval: Duration,
}

/// What one step is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepRequest {
    /// Only this agency; `None` means all of them.
    pub agency: Option<AgencyId>,
    /// Only this model of that agency.
    pub model: Option<ModelId>,
    /// Read the whole history again, not only what is new.
    pub full: bool,
    /// Wall time the step may take; `None` means the configured budget.
    pub budget: Option<Duration>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// The time was used up: call again.
    More,
    /// Somebody else holds the lease on all that is left.
    Busy,
    /// Done, but some models failed.
    Partial,
    /// Nothing could be done.
    Failed,
}

impl Outcome {
    /// The word in JSON and in the table `job_steps`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::More => "more",
            Self::Busy => "busy",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }

    /// Whether calling again at once would find nothing left to do.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::Partial | Self::Failed)
    }
}

/// Ledger rows by what happened to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// rows that Fanvue sent
    pub fetched: u64,
    /// rows that the ledger did not have
    pub inserted: u64,
    /// rows that differed from the stored ones
    pub changed: u64,
    /// rows that were already there
    pub unchanged: u64,
    /// rows that could not be read
    pub quarantined: u64,
}

impl RowCounts {
    /// Adds another count to this one.
    pub fn add(&mut self, other: Self) {
        self.fetched += other.fetched;
        self.inserted += other.inserted;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.quarantined += other.quarantined;
    }
}

/// Models finished and models in scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// models with nothing left to do in this run
    pub completed: u32,
    /// models in scope
    pub total: u32,
}

/// What went wrong for one agency or model while the others went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// the agency concerned
    pub agency_id: Option<AgencyId>,
    /// the model concerned
    pub model_id: Option<ModelId>,
    /// a stable machine code
    pub code: String,
    /// a sentence for people, without secrets
    pub message: String,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReport {
    /// the job's name
    pub job: &'static str,
    /// how it ended
    pub outcome: Outcome,
    /// when it began
    pub started_at: Instant,
    /// wall time
    pub took: Duration,
    /// agencies looked at
    pub agencies: u32,
    /// models in scope
    pub models: u32,
    /// requests sent to Fanvue
    pub api_calls: u32,
    /// ledger rows by fate
    pub rows: RowCounts,
    /// models done of those in scope
    pub progress: Progress,
    /// what went wrong meanwhile
    pub problems: Vec<Problem>,
}

impl Serialize for StepReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            job: &'a str,
            outcome: Outcome,
            done: bool,
            started_at: String,
            took_ms: u64,
            agencies: u32,
            models: u32,
            api_calls: u32,
            rows: RowCounts,
            progress: Progress,
            errors: &'a [Problem],
        }
        Wire {
            job: self.job,
            outcome: self.outcome,
            done: self.outcome.is_done(),
            started_at: self.started_at.to_string(),
            took_ms: u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
            agencies: self.agencies,
            models: self.models,
            api_calls: self.api_calls,
            rows: self.rows,
            progress: self.progress,
            errors: &self.problems,
        }
        .serialize(serializer)
    }
}

/// Why a step could not even begin, or not be recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// A malformed request: 400.
    #[error("{0}")]
    BadRequest(String),
    /// No such agency or model in scope: 404.
    #[error("{0}")]
    NotFound(String),
    /// A variable is missing or malformed: 503.
    #[error("{0}")]
    Configuration(String),
    /// The database is away or refused a statement: 503.
    #[error(transparent)]
    Database(#[from] SqlError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_the_contract_says() {
        let report = StepReport {
            job: "sync-transactions",
            outcome: Outcome::More,
            started_at: Instant::from_micros(0),
            took: Duration::from_millis(1),
            agencies: 1,
            models: 3,
            api_calls: 9,
            rows: RowCounts {
                fetched: 2,
                inserted: 2,
                ..RowCounts::default()
            },
            progress: Progress {
                completed: 1,
                total: 3,
            },
            problems: Vec::new(),
        };
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "job": "sync-transactions", "outcome": "more", "done": false,
                "startedAt": "1970-01-01T00:00:00.000Z", "tookMs": 1,
                "agencies": 1, "models": 3, "apiCalls": 9,
                "rows": {"fetched": 2, "inserted": 2, "changed": 0, "unchanged": 0, "quarantined": 0},
                "progress": {"completed": 1, "total": 3}, "errors": []
            })
        );
    }

    #[test]
    fn a_busy_step_asks_to_be_called_again() {
        assert!(!Outcome::Busy.is_done() && !Outcome::More.is_done());
        assert!(Outcome::Partial.is_done());
    }
}
