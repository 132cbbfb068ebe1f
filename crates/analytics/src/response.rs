//! The body of an answer, member by member as contract section 4 lists them.

use serde::Serialize;
use tidemark_domain::{AgencyId, ModelId};

use crate::breakdown::CategoryShare;
use crate::buckets::Granularity;
use crate::chart::ChartPoint;
use crate::freshness::{Coverage, Freshnesses};
use crate::kpi::KpiMetrics;
use crate::window::Bound;

/// The body of `GET /api/analytics/dashboard`. Money is a decimal number of US dollars, exact to
/// the cent; unknown is `null`, zero is `0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// one point per bucket, zero-filled, oldest first
    pub chart_data: Vec<ChartPoint>,
    /// the KPIs of the window
    pub kpi_metrics: KpiMetrics,
    /// the KPIs of the window compared with
    pub comparison: Option<Comparison>,
    /// revenue by source
    pub category_breakdown: Vec<CategoryShare>,
    /// what all of it is about
    pub meta: Meta,
}

/// The window compared with and its KPIs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// its first local day
    pub start_date: Bound,
    /// its last local day; where it is cut at the elapsed time, the day of the cut
    pub end_date: Bound,
    /// its KPIs; `revenueGrowth` is null, because nothing is compared with it
    pub kpi_metrics: KpiMetrics,
}

/// The window, the scope and the state of the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// the tenant
    pub agency_id: AgencyId,
    /// the model, or null for the whole agency
    pub model_id: Option<ModelId>,
    /// the window's first local day, or the instant that was asked for
    pub start_date: Bound,
    /// the window's last local day, or the instant that was asked for
    pub end_date: Bound,
    /// IANA zone of the local days
    pub timezone: String,
    /// length of a bucket
    pub granularity: Granularity,
    /// always `USD`
    pub currency: &'static str,
    /// version of the KPI definitions
    pub definitions: u32,
    /// whether subscriber levels of the window were derived from Fanvue's events, not observed
    pub audience_derived: bool,
    /// age of the data
    pub freshness: Freshnesses,
    /// how much of the past they cover
    pub coverage: Coverage,
}

impl Dashboard {
    /// The body as JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: every member has a JSON form")
    }
}
