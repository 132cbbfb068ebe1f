//! Steps of the sync in a laboratory.

use std::time::Duration;

use tidemark_jobs::{Outcome, RowCounts, StepError, StepReport, StepRequest};
use tidemark_ports::Sql;

use super::{Lab, Moment};

/// Steps that a sync may need.
const MOST_STEPS: u32 = 2_000;

/// What several steps came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// how many steps it took
    pub steps: u32,
    /// requests to Fanvue
    pub api_calls: u32,
    /// rows by fate
    pub rows: RowCounts,
}

impl<S: Sql> Lab<'_, S> {
    /// One step of the agency's sync that is told what to do.
    ///
    /// # Errors
    /// [`StepError`] as the sync's caller sees it.
    pub async fn step_as(&self, request: StepRequest) -> Result<StepReport, StepError> {
        let request = StepRequest {
            agency: Some(self.agency),
            ..request
        };
        tidemark_sync::step(self, &self.settings, &request).await
    }

    /// One ordinary step.
    ///
    /// # Panics
    /// When it could not begin or the database failed.
    pub async fn step(&self) -> StepReport {
        let report = self.step_as(StepRequest::default()).await;
        report.unwrap_or_else(|error| panic!("the step failed: {error}"))
    }

    /// One step of all agencies, as a schedule takes it.
    ///
    /// # Panics
    /// When it could not begin or the database failed.
    pub async fn scheduled_step(&self) -> StepReport {
        let request = StepRequest::default();
        let report = tidemark_sync::step(self, &self.settings, &request).await;
        report.unwrap_or_else(|error| panic!("the step failed: {error}"))
    }

    /// A webhook names the first model, and a host follows.
    ///
    /// # Panics
    /// When it could not begin or the database failed.
    pub async fn follow_a_hint(&self) -> StepReport {
        let parameters = [self.agency.into(), self.model().into()];
        let statement = "insert into sync_hints (agency_id, model_id, pending, hinted_at) \
                         values ($1, $2, true, now()) \
                         on conflict (agency_id, model_id) do update set pending = true";
        let hinted = self.sql.query(statement, &parameters).await;
        hinted.expect("a hint");
        let request = StepRequest {
            agency: Some(self.agency),
            ..StepRequest::default()
        };
        let report = tidemark_sync::hints::step(self, &self.settings, &request).await;
        report.unwrap_or_else(|error| panic!("the step failed: {error}"))
    }

    /// A step whose process dies at its `operation`th request or statement, from 1; its report when
    /// it needs fewer.
    pub async fn step_dying_at(
        &self,
        operation: u64,
        moment: Moment,
    ) -> Option<Result<StepReport, StepError>> {
        self.troubles.die_at(operation, moment);
        let step = std::pin::pin!(self.step_as(StepRequest::default()));
        let end = futures::future::select(step, self.troubles.death()).await;
        self.troubles.revive();
        match end {
            futures::future::Either::Left((report, _)) => Some(report),
            futures::future::Either::Right(_) => None,
        }
    }

    /// Steps until nothing is left to do.
    ///
    /// # Panics
    /// When a step fails, or there is no end.
    pub async fn sync(&self) -> Synced {
        self.sync_as(StepRequest::default()).await
    }

    /// [`Lab::sync`] with steps that are told what to do.
    ///
    /// # Panics
    /// When a step fails, or there is no end.
    pub async fn sync_as(&self, request: StepRequest) -> Synced {
        let mut synced = Synced::default();
        while synced.steps < MOST_STEPS {
            let report = self.step_as(request).await;
            let report = report.unwrap_or_else(|error| panic!("a step failed: {error}"));
            synced.add(&report);
            match report.outcome {
                Outcome::Done => return synced,
                Outcome::More => self.wait_like_a_caller(&report),
                _ => panic!("{:?}: {:?}", report.outcome, report.problems),
            }
        }
        panic!("the sync does not end: {synced:?}");
    }

    /// Steps until nothing is left to do, whatever fails on the way: pauses after failures and
    /// leases of the dead run out.
    ///
    /// # Panics
    /// When there is no end.
    pub async fn settle(&self) -> Synced {
        let mut synced = Synced::default();
        while synced.steps < MOST_STEPS {
            match self.step_as(StepRequest::default()).await {
                Ok(report) => {
                    synced.add(&report);
                    match report.outcome {
                        Outcome::Done => return synced,
                        Outcome::More => self.wait_like_a_caller(&report),
                        _ => self.pass(Duration::from_mins(20)),
                    }
                }
                Err(_) => self.pass(Duration::from_mins(20)),
            }
        }
        panic!("the sync does not settle: {synced:?}");
    }

    fn wait_like_a_caller(&self, report: &StepReport) {
        if report.api_calls == 0 {
            self.pass(Duration::from_secs(15));
        }
    }
}

impl Synced {
    fn add(&mut self, report: &StepReport) {
        self.steps += 1;
        self.api_calls += report.api_calls;
        self.rows.add(report.rows);
    }
}
