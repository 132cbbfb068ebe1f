//! From a checked request to the whole answer.

use tidemark_domain::{AgencyId, Cents};
use tidemark_ports::{Platform, SqlError};

use crate::aggregates::{Aggregates, BySource, FanCounts, Totals};
use crate::audience::{Audience, SubscriberDays};
use crate::breakdown::breakdown;
use crate::chart::chart;
use crate::freshness::{Coverage, Freshnesses};
use crate::kpi::{Facts, KpiMetrics, VERSION, total_revenue};
use crate::load::{self, Scope};
use crate::parameters::{DashboardQuery, ParameterError};
use crate::plan::Plan;
use crate::response::{Comparison, Dashboard, Meta};
use crate::window::Window;

/// Why there is no answer. Never answered 200 with zeros.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DashboardError {
    /// 404: the named agency is not the caller's, or the caller's does not exist.
    #[error("there is no such agency")]
    UnknownAgency,
    /// 404: the agency has no such model.
    #[error("there is no such model in this agency")]
    UnknownModel,
    /// 400: a parameter that only the zone and the present show to be wrong.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// 503 when the database cannot be reached, 500 otherwise.
    #[error(transparent)]
    Database(#[from] SqlError),
}

/// Answers a request of `agency`, in at most three statements and with one look at the clock.
///
/// # Errors
/// See [`DashboardError`].
pub async fn dashboard(
    platform: &impl Platform,
    agency: AgencyId,
    query: &DashboardQuery,
) -> Result<Dashboard, DashboardError> {
    if query.agency.is_some_and(|named| named != agency) {
        return Err(DashboardError::UnknownAgency);
    }
    let now = platform.now();
    let from_the_start = query.span.starts_with_the_ledger();
    let scope = load::scope(platform, agency, query.model, from_the_start)
        .await?
        .ok_or(DashboardError::UnknownAgency)?;
    if query.model.is_some() && scope.proofs.is_empty() {
        return Err(DashboardError::UnknownModel);
    }
    let plan = Plan::new(query, &scope.zone, scope.first_transaction, now)?;
    let aggregates = load::aggregates(platform, agency, query.model, &plan).await?;
    let audience = load::audience(platform, agency, &scope, &plan).await?;
    Ok(assemble(
        agency,
        query,
        &scope,
        &plan,
        &aggregates,
        &audience,
    ))
}

/// Computes the answer from what was read: a pure function.
pub fn assemble(
    agency: AgencyId,
    query: &DashboardQuery,
    scope: &Scope,
    plan: &Plan,
    aggregates: &Aggregates,
    audience: &Audience,
) -> Dashboard {
    let totals = Totals::of(&aggregates.sums, &plan.segments, plan.buckets.len());
    let compared_revenue = plan.comparison.map(|_| total_revenue(&totals.compared));
    let comparison = plan.comparison.map(|window| Comparison {
        start_date: window.start_shown,
        end_date: window.end_shown,
        kpi_metrics: metrics(
            &window,
            &totals.compared,
            aggregates.compared,
            audience,
            None,
        ),
    });
    Dashboard {
        chart_data: chart(&plan.buckets, &totals.buckets, audience, plan.now),
        kpi_metrics: metrics(
            &plan.window,
            &totals.current,
            aggregates.current,
            audience,
            compared_revenue,
        ),
        comparison,
        category_breakdown: breakdown(&totals.current),
        meta: Meta {
            agency_id: agency,
            model_id: query.model,
            start_date: plan.window.start_shown,
            end_date: plan.window.end_shown,
            timezone: plan.zone.name().to_owned(),
            granularity: plan.granularity,
            currency: "USD",
            definitions: VERSION,
            freshness: Freshnesses::measure(&scope.proofs, plan.now),
            coverage: Coverage::of(&scope.proofs),
        },
    }
}

fn metrics(
    window: &Window,
    sources: &BySource,
    fans: FanCounts,
    audience: &Audience,
    compared_revenue: Option<Cents>,
) -> KpiMetrics {
    let subscriber_days = if window.is_empty() {
        SubscriberDays::default()
    } else {
        audience.subscriber_days(window.first_day, window.last_day)
    };
    KpiMetrics::of(&Facts {
        sources,
        fans,
        active_subscribers: audience
            .level_on(window.last_day)
            .map(|day| day.subscribers),
        subscriber_days,
        compared_revenue,
    })
}
