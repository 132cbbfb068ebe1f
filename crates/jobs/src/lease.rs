//! Leases with fencing tokens: any number of callers, never two at the same model and stream.
//!
//! Taking is one conditional update; a take-over raises the token. Every later write names its
//! token and does nothing when it is no longer the current one.

use tidemark_domain::{AgencyId, Instant, ModelId};
use tidemark_ports::{Sql, SqlError};

use crate::StepBudget;

/// What is being read of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Earnings rows.
    Transactions,
    /// Subscriber, follower, message and post counts.
    Audience,
}

impl Stream {
    /// The word in the table `sync_state`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transactions => "transactions",
            Self::Audience => "audience",
        }
    }
}

/// The right to write one model's stream until it is given back, expires or is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// the tenant
    pub agency: AgencyId,
    /// the model
    pub model: ModelId,
    /// the stream
    pub stream: Stream,
    /// the fencing token
    pub token: i64,
}

impl Lease {
    /// Takes the lease, or returns `None` while somebody else holds it.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn take(
        sql: &impl Sql,
        (agency, model, stream): (AgencyId, ModelId, Stream),
        budget: StepBudget,
        now: Instant,
    ) -> Result<Option<Self>, SqlError> {
        let rows = sql
            .query(
                include_str!("sql/take_lease.sql"),
                &[
                    agency.into(),
                    model.into(),
                    stream.word().into(),
                    budget.lease_until().into(),
                    now.into(),
                ],
            )
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        Ok(Some(Self {
            agency,
            model,
            stream,
            token: row.get(0)?,
        }))
    }

    /// Gives the lease back; nothing happens when it was lost meanwhile.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn release(self, sql: &impl Sql) -> Result<(), SqlError> {
        sql.query(
            include_str!("sql/release_lease.sql"),
            &[
                self.agency.into(),
                self.model.into(),
                self.stream.word().into(),
                self.token.into(),
            ],
        )
        .await
        .map(drop)
    }

    /// Notes a failure and the instant before which nobody should try again, and gives the lease
    /// back.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn fail(
        self,
        sql: &impl Sql,
        (code, message): (&str, &str),
        retry_at: Instant,
    ) -> Result<(), SqlError> {
        sql.query(
            include_str!("sql/fail_lease.sql"),
            &[
                self.agency.into(),
                self.model.into(),
                self.stream.word().into(),
                self.token.into(),
                code.into(),
                message.into(),
                retry_at.into(),
            ],
        )
        .await
        .map(drop)
    }
}
