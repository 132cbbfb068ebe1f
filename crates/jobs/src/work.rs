//! What there is to do: the models in scope.

use tidemark_domain::{AgencyId, ConnectionId, Instant, ModelId, Zone};
use tidemark_ports::Sql;

use crate::{StepError, StepRequest, Stream};

/// A model in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelWork {
    /// the tenant
    pub agency: AgencyId,
    /// the tenant's zone, for its local days
    pub zone: Zone,
    /// the model
    pub model: ModelId,
    /// the grant to use
    pub connection: ConnectionId,
    /// whether the grant is the creator's own: then Fanvue wants the personal paths
    pub own_account: bool,
    /// failed before: not before this instant, unless somebody asks for it
    pub retry_at: Option<Instant>,
    /// failures in a row
    pub attempts: i32,
    /// up to when its stream is proven
    pub proven_until: Option<Instant>,
}

/// What a run asks of each model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// models proven at or after this instant are done
    pub since: Instant,
    /// whether the whole history must have been read since then
    pub full: bool,
}

/// The active models in scope, the least fresh first.
///
/// # Errors
/// [`StepError::NotFound`] when the scope names a model that does not exist.
pub async fn models_in_scope(
    sql: &impl Sql,
    stream: Stream,
    request: &StepRequest,
) -> Result<Vec<ModelWork>, StepError> {
    let rows = sql
        .query(
            include_str!("sql/models_in_scope.sql"),
            &[
                request.agency.into(),
                request.model.into(),
                stream.word().into(),
            ],
        )
        .await?;
    if let (Some(model), true) = (request.model, rows.is_empty()) {
        return Err(StepError::NotFound(format!("there is no model {model}")));
    }
    rows.iter()
        .map(|row| {
            let zone: String = row.get(6)?;
            Ok(ModelWork {
                agency: AgencyId::new(row.get(0)?),
                zone: Zone::parse(&zone)
                    .map_err(|error| StepError::Configuration(error.to_string()))?,
                model: ModelId::new(row.get(1)?),
                connection: ConnectionId::new(row.get(2)?),
                own_account: row.get(3)?,
                retry_at: row.get(4)?,
                proven_until: row.get(5)?,
                attempts: row.get(7)?,
            })
        })
        .collect()
}
