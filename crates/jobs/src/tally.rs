//! What a step did, agency by agency: each tenant sees its own figures only.

use std::collections::BTreeMap;

use tidemark_domain::{AgencyId, Instant, ModelId};

use crate::{Outcome, Problem, Progress, RowCounts, StepReport};

/// One agency's part of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgencyTally {
    /// models done and models in scope
    pub progress: Progress,
    /// requests sent to Fanvue
    pub api_calls: u32,
    /// rows by fate
    pub rows: RowCounts,
    /// what went wrong meanwhile
    pub problems: Vec<Problem>,
    /// models left over because time was up or Fanvue asked for a pause
    pub left_over: u32,
    /// models that somebody else is working on
    pub busy: u32,
}

impl AgencyTally {
    /// Notes what went wrong for the agency, or for one of its models.
    pub fn note(
        &mut self,
        (agency, model): (AgencyId, Option<ModelId>),
        code: &str,
        message: String,
    ) {
        let (agency_id, code) = (Some(agency), code.to_owned());
        self.problems.push(Problem {
            agency_id,
            model_id: model,
            code,
            message,
        });
    }

    /// Adds another part of the same agency.
    pub fn add(&mut self, other: Self) {
        self.progress.completed += other.progress.completed;
        self.progress.total += other.progress.total;
        self.api_calls += other.api_calls;
        self.rows.add(other.rows);
        self.problems.extend(other.problems);
        self.left_over += other.left_over;
        self.busy += other.busy;
    }

    /// Whether nothing is left to do for this agency now.
    pub const fn is_finished(&self) -> bool {
        self.left_over == 0 && self.busy == 0
    }

    fn outcome(&self) -> Outcome {
        if self.left_over > 0 {
            Outcome::More
        } else if self.busy > 0 {
            Outcome::Busy
        } else if self.problems.is_empty() {
            Outcome::Done
        } else if self.progress.completed == 0 {
            Outcome::Failed
        } else {
            Outcome::Partial
        }
    }
}

/// The parts of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    agencies: BTreeMap<AgencyId, AgencyTally>,
}

impl Tally {
    /// The part of an agency, begun when it is first asked for.
    pub fn of(&mut self, agency: AgencyId) -> &mut AgencyTally {
        self.agencies.entry(agency).or_default()
    }

    /// Whether nothing is left to do for an agency.
    pub fn is_finished(&self, agency: AgencyId) -> bool {
        self.agencies
            .get(&agency)
            .is_none_or(AgencyTally::is_finished)
    }

    /// Adds calls and rows of other work for the same agencies; what it left over is not this tally's.
    pub fn add_work_of(&mut self, other: &Self) {
        for (agency, part) in &other.agencies {
            let own = self.of(*agency);
            own.api_calls += part.api_calls;
            own.rows.add(part.rows);
        }
    }

    /// One report per agency.
    pub fn reports(
        &self,
        job: &'static str,
        (started_at, ended_at): (Instant, Instant),
    ) -> Vec<(AgencyId, StepReport)> {
        self.agencies
            .iter()
            .map(|(agency, part)| (*agency, report_of(part, job, (started_at, ended_at), 1)))
            .collect()
    }

    /// The report of the whole step.
    pub fn total(
        &self,
        job: &'static str,
        (started_at, ended_at): (Instant, Instant),
    ) -> StepReport {
        let mut whole = AgencyTally::default();
        for part in self.agencies.values() {
            whole.add(part.clone());
        }
        let agencies = u32::try_from(self.agencies.len()).unwrap_or(u32::MAX);
        report_of(&whole, job, (started_at, ended_at), agencies)
    }
}

fn report_of(
    part: &AgencyTally,
    job: &'static str,
    (started_at, ended_at): (Instant, Instant),
    agencies: u32,
) -> StepReport {
    StepReport {
        job,
        outcome: part.outcome(),
        started_at,
        took: ended_at.since(started_at),
        agencies,
        models: part.progress.total,
        api_calls: part.api_calls,
        rows: part.rows,
        progress: part.progress,
        problems: part.problems.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agency(number: u128) -> AgencyId {
        AgencyId::new(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_failure_of_one_agency_makes_the_step_partial_and_is_seen_by_that_agency_only() {
        let mut tally = Tally::default();
        tally.of(agency(1)).progress = Progress {
            completed: 1,
            total: 1,
        };
        tally.of(agency(2)).progress = Progress {
            completed: 0,
            total: 1,
        };
        tally
            .of(agency(2))
            .note((agency(2), None), "reconnect", "connect again".to_owned());
        let times = (Instant::from_micros(0), Instant::from_micros(1000));
        assert_eq!(tally.total("job", times).outcome, Outcome::Partial);
        let outcomes: Vec<Outcome> = tally
            .reports("job", times)
            .iter()
            .map(|(_, report)| report.outcome)
            .collect();
        assert_eq!(outcomes, [Outcome::Done, Outcome::Failed]);
    }

    #[test]
    fn work_left_over_asks_for_another_step() {
        let mut tally = Tally::default();
        tally.of(agency(1)).left_over = 1;
        tally.of(agency(2)).busy = 1;
        let times = (Instant::from_micros(0), Instant::from_micros(0));
        assert_eq!(tally.total("job", times).outcome, Outcome::More);
        assert!(!tally.is_finished(agency(2)) && tally.is_finished(agency(3)));
    }
}
