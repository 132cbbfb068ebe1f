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
use crate::revision::{self, Tag};
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

/// What a request is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The caller has it already, under this tag.
    Same(String),
    /// The whole body and its tag.
    Whole(Box<Dashboard>, String),
}

/// Answers a request of `agency`, in at most three statements and with one look at the clock.
/// `known_tags` are those of `If-None-Match`: where one still holds, the first statement, a look-up
/// in indexes, is the only one.
///
/// # Errors
/// See [`DashboardError`].
pub async fn answer<'a>(
    platform: &impl Platform,
    agency: AgencyId,
    query: &DashboardQuery,
    known_tags: impl IntoIterator<Item = &'a str>,
) -> Result<Answer, DashboardError> {
    let now = platform.now();
    let scope = scope_of(platform, agency, query).await?;
    let data = revision::of(agency, query, &scope);
    let mut known_tags = known_tags.into_iter();
    if let Some(tag) = known_tags.find(|tag| Tag::holds(tag, &data, now)) {
        return Ok(Answer::Same(tag.to_owned()));
    }
    let plan = Plan::new(query, &scope.zone, scope.first_transaction, now)?;
    let aggregates = load::aggregates(platform, agency, &scope, query, &plan).await?;
    let audience = load::audience(platform, agency, &scope, &plan).await?;
    let tag = Tag {
        data,
        until: plan.timing.changes_at(aggregates.next_row),
    };
    let body = assemble(agency, query, &scope, &plan, &aggregates, &audience);
    Ok(Answer::Whole(Box::new(body), tag.to_string()))
}

/// The scope of a query, when there is such an agency and model for the caller.
pub(crate) async fn scope_of(
    platform: &impl Platform,
    agency: AgencyId,
    query: &DashboardQuery,
) -> Result<Scope, DashboardError> {
    if query.agency.is_some_and(|named| named != agency) {
        return Err(DashboardError::UnknownAgency);
    }
    let scope = load::scope(platform, agency, query)
        .await?
        .ok_or(DashboardError::UnknownAgency)?;
    if query.model.is_some() && scope.proofs.is_empty() {
        return Err(DashboardError::UnknownModel);
    }
    Ok(scope)
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
            audience_derived: !plan.window.is_empty()
                && audience.is_derived(plan.window.first_day, plan.window.last_day),
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
