//! `GET /api/analytics/dashboard`: contract section 4.

use tidemark_analytics::{DashboardError, DashboardQuery, ParameterError};
use tidemark_api::parameters::query_pairs;
use tidemark_api::{ApiError, Request, Response, auth, respond};
use tidemark_ports::Platform;

/// Answers with every figure of a window, or 304 when the caller has them.
///
/// # Errors
/// 400, 401, 404, 503; never a 200 with zeros.
pub async fn dashboard(platform: &impl Platform, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::authenticate(platform, request.headers()).await?;
    let query = DashboardQuery::parse(&query_pairs(request.uri())).map_err(bad_parameter)?;
    let dashboard = tidemark_analytics::dashboard(platform, caller.agency, &query)
        .await
        .map_err(|error| match error {
            DashboardError::UnknownAgency | DashboardError::UnknownModel => {
                ApiError::not_found(error.to_string())
            }
            DashboardError::Parameter(error) => bad_parameter(error),
            DashboardError::Database(error) => ApiError::database(&error),
        })?;
    Ok(respond::tenant_json(
        request.headers(),
        &dashboard.etag(),
        &dashboard,
    ))
}

fn bad_parameter(error: ParameterError) -> ApiError {
    ApiError::bad_parameter(&error.parameter, error.message)
}
