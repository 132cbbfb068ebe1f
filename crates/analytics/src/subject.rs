//! What a list is about, resolved: an existing scope and a window fixed in instants.

use serde::Serialize;
use tidemark_domain::{AgencyId, Instant, ModelId, Zone};
use tidemark_ports::Platform;

use crate::dashboard::{DashboardError, scope_of};
use crate::freshness::{Coverage, Freshnesses};
use crate::load::Scope;
use crate::parameters::{DashboardQuery, Subject};
use crate::window::{Bound, Window};

/// A subject that exists.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub scope: Scope,
    pub window: Window,
    pub zone: Zone,
    pub now: Instant,
}

impl Resolved {
    /// Finds the scope and fixes the window, with one statement and one look at the clock.
    pub async fn find(
        platform: &impl Platform,
        agency: AgencyId,
        subject: &Subject,
    ) -> Result<Self, DashboardError> {
        let now = platform.now();
        let query = DashboardQuery::from(subject.clone());
        let scope = scope_of(platform, agency, &query).await?;
        let zone = subject.zone.as_ref().unwrap_or(&scope.zone).clone();
        let window = Window::resolve(subject.span, &zone, scope.first_transaction, now)?;
        Ok(Self {
            scope,
            window,
            zone,
            now,
        })
    }

    pub fn meta(&self, agency: AgencyId, model: Option<ModelId>) -> ListMeta {
        ListMeta {
            agency_id: agency,
            model_id: model,
            start_date: self.window.start_shown,
            end_date: self.window.end_shown,
            timezone: self.zone.name().to_owned(),
            currency: "USD",
            freshness: Freshnesses::measure(&self.scope.proofs, self.now),
            coverage: Coverage::of(&self.scope.proofs),
        }
    }
}

/// What a list is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListMeta {
    /// the tenant
    pub agency_id: AgencyId,
    /// the model, or null for the whole agency
    pub model_id: Option<ModelId>,
    /// the first local day, or the instant that was asked for
    pub start_date: Bound,
    /// the last local day, or the instant that was asked for
    pub end_date: Bound,
    /// IANA zone of the local days
    pub timezone: String,
    /// always `USD`
    pub currency: &'static str,
    /// age of the data
    pub freshness: Freshnesses,
    /// how much of the past they cover
    pub coverage: Coverage,
}

impl ListMeta {
    /// Without what changes by the mere passing of time, for an entity tag.
    pub(crate) fn timeless(&self) -> impl std::fmt::Debug + use<'_> {
        (
            (self.agency_id, self.model_id),
            (self.start_date, self.end_date, &self.timezone),
            (
                self.freshness.transactions.as_of,
                self.freshness.audience.as_of,
            ),
            &self.coverage,
        )
    }
}
