//! What all jobs share: requests and reports of a step, its time box, leases and history.
//!
//! The types mirror `wit/live.wit`; the JSON is section 5 of the contract.

pub mod budget;
pub mod drive;
pub mod history;
pub mod lease;
pub mod queue;
pub mod run;
pub mod step;
pub mod tally;
pub mod work;

pub use budget::StepBudget;
pub use lease::{Lease, Stream};
pub use step::{
    Description, Outcome, Problem, Progress, RowCounts, StepError, StepReport, StepRequest,
};
