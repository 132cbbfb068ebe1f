//! `GET /api/analytics/dashboard` and `/api/analytics/top-fans`: contract sections 3 and 4.

use tidemark_analytics::top_fans::top_fans as list_top_fans;
use tidemark_analytics::{
    Answer, DashboardError, DashboardQuery, ParameterError, TopFansQuery, answer,
};
use tidemark_api::parameters::query_pairs;
use tidemark_api::{ApiError, Request, Response, respond};
use tidemark_ports::Platform;
use tidemark_tenancy::token::Caller;

/// Answers with every figure of a window, or 304 when the caller has them.
///
/// # Errors
/// 400, 404, 503; never a 200 with zeros.
pub async fn dashboard(
    platform: &impl Platform,
    caller: Caller,
    request: &Request,
) -> Result<Response, ApiError> {
    let query = DashboardQuery::parse(&query_pairs(request.uri())).map_err(bad_parameter)?;
    let known_tags = respond::known_tags(request.headers());
    let answered = answer(platform, caller.agency, &query, known_tags)
        .await
        .map_err(refused)?;
    Ok(match answered {
        Answer::Same(tag) => respond::not_modified(&tag),
        Answer::Whole(body, tag) => respond::tenant_json(request.headers(), &tag, &body),
    })
}

/// Answers with the fans who spent most in a window.
///
/// # Errors
/// 400, 404, 503
pub async fn top_fans(
    platform: &impl Platform,
    caller: Caller,
    request: &Request,
) -> Result<Response, ApiError> {
    let query = TopFansQuery::parse(&query_pairs(request.uri())).map_err(bad_parameter)?;
    let body = list_top_fans(platform, caller.agency, &query)
        .await
        .map_err(refused)?;
    Ok(respond::tenant_json(request.headers(), &body.etag(), &body))
}

/// An error of the engine as callers see it.
pub(crate) fn refused(error: DashboardError) -> ApiError {
    match error {
        DashboardError::UnknownAgency | DashboardError::UnknownModel => {
            ApiError::not_found(error.to_string())
        }
        DashboardError::Parameter(error) => bad_parameter(error),
        DashboardError::Database(error) => ApiError::database(&error),
    }
}

pub(crate) fn bad_parameter(error: ParameterError) -> ApiError {
    ApiError::bad_parameter(&error.parameter, error.message)
}
