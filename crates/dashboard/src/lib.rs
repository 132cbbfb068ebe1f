//! The routes of analytics-dashboard: figures, state, audit log, health, metrics, sign-in and the page.

pub mod audit;
pub mod figures;
pub mod health;
pub mod metrics;
pub mod models;
pub mod openapi;
pub mod page;
pub mod schedules;
pub mod sign_in;
pub mod status;
pub mod transactions;

use http::Method;
use tidemark_api::{ApiError, Request, Response, auth};
use tidemark_domain::Secret;
use tidemark_ports::{Bound, Platform};

pub use transactions::CsvFile;

/// What the routes need to know from configuration.
#[derive(Clone, Debug)]
pub struct DashboardSettings {
    /// where browsers reach the application; https makes cookies secure
    pub public_url: String,
    /// opens the figures of operators
    pub cron_secret: Secret,
}

/// What a request is answered.
#[derive(Debug)]
pub enum Reply {
    /// a whole response
    Whole(Response),
    /// a response with the first part of a file; the rest is to be asked for and sent part by part
    Csv(Response, Box<CsvFile>),
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::Whole(response)
    }
}

/// Answers a request.
///
/// # Errors
/// [`ApiError`] with the status and body that the contract names.
pub async fn route(
    platform: &impl Platform,
    settings: &DashboardSettings,
    request: &Request,
) -> Result<Reply, ApiError> {
    let path = request.uri().path();
    if path == "/logout" {
        require(request, &[Method::POST])?;
        return Ok(sign_in::sign_out(platform, settings, request).await?.into());
    }
    require(request, &[Method::GET, Method::HEAD])?;
    let response = match path {
        "/openapi.json" => Ok(openapi::serve()),
        "/api/health" => health::health(platform).await,
        "/metrics" => metrics::metrics(platform, settings, request).await,
        "/login" => sign_in::sign_in(platform, settings, request).await,
        "/" => page::overview(platform, settings, request).await,
        _ => match path.strip_prefix("/assets/") {
            Some(name) => page::asset(request, name),
            None => return of_tenant(platform, settings, request).await,
        },
    };
    response.map(Reply::Whole)
}

/// The routes of an agency: whatever they ask of the database runs for the caller's agency.
async fn of_tenant(
    platform: &impl Platform,
    settings: &DashboardSettings,
    request: &Request,
) -> Result<Reply, ApiError> {
    let caller = auth::authorize(platform, request, &settings.public_url).await?;
    let tenant = Bound::tenant(platform, caller.agency);
    let path = request.uri().path();
    let mut response = match path {
        "/api/transactions" => match transactions::transactions(&tenant, caller, request).await? {
            Reply::Whole(response) => response,
            file @ Reply::Csv(..) => return Ok(file),
        },
        "/api/analytics/dashboard" => figures::dashboard(&tenant, caller, request).await?,
        "/api/analytics/top-fans" => figures::top_fans(&tenant, caller, request).await?,
        "/api/models" => models::models(&tenant, caller, request).await?,
        "/api/status" => status::status(&tenant, caller, request).await?,
        "/api/audit" => audit::audit(&tenant, caller, request).await?,
        // In the table of permissions, but another component's.
        _ => return Err(ApiError::not_found(format!("there is no route {path}"))),
    };
    sign_in::renew(platform, settings, (request, caller), &mut response).await?;
    Ok(Reply::Whole(response))
}

fn require(request: &Request, methods: &[Method]) -> Result<(), ApiError> {
    if methods.contains(request.method()) {
        Ok(())
    } else {
        Err(ApiError::method_not_allowed().allowing(methods))
    }
}
