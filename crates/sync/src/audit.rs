//! Comparing an agency's ledger with Fanvue's sums on request, for as many closed days as asked.

use tidemark_connections::{Caller, ConnectionSettings};
use tidemark_domain::{AgencyId, ModelId};
use tidemark_fanvue::{Account, Family};
use tidemark_jobs::work::{ModelWork, models_in_scope};
use tidemark_jobs::{StepError, StepRequest, Stream};
use tidemark_ports::Platform;

use crate::on_request::{OnRequestError, under_lease};
use crate::reconcile::{self, DaySums, Span};
use crate::stream::load_stream;

/// What came of one model.
#[derive(Debug)]
pub struct ModelAudit {
    /// the model
    pub model: ModelId,
    /// its days with sales on either side, or why they could not be compared
    pub days: Result<Vec<DaySums>, OnRequestError>,
}

/// Compares every active model of an agency. Drifts are stored, and their days are read again by the
/// next sync step.
///
/// # Errors
/// When the models cannot be listed; what stops a single model is told in its place.
pub async fn audit<P: Platform>(
    platform: &P,
    connections: &ConnectionSettings,
    agency: AgencyId,
    span: Span,
) -> Result<Vec<ModelAudit>, StepError> {
    let request = StepRequest {
        agency: Some(agency),
        ..StepRequest::default()
    };
    let mut audits = Vec::new();
    for work in models_in_scope(platform, Stream::Transactions, &request).await? {
        let days = audit_model(platform, connections, &work, span).await;
        audits.push(ModelAudit {
            model: work.model,
            days,
        });
    }
    Ok(audits)
}

async fn audit_model<P: Platform>(
    platform: &P,
    connections: &ConnectionSettings,
    work: &ModelWork,
    span: Span,
) -> Result<Vec<DaySums>, OnRequestError> {
    under_lease(platform, work, async |lease, budget| {
        let mut caller = Caller::new(
            platform,
            connections,
            (work.agency, work.connection),
            Account::of(work.model, work.own_account),
            budget.deadline(),
        );
        let mut state = load_stream(platform, lease).await?;
        let family = state.family.unwrap_or(Family::V1);
        let days = reconcile::compare(platform, &mut caller, lease, family, span).await?;
        let now = platform.now();
        state.repair(&reconcile::drifted(&days), now);
        if reconcile::store(platform, lease, (span, &days), &state, now).await? {
            Ok(days)
        } else {
            Err(OnRequestError::Busy)
        }
    })
    .await
}
