//! The routes of analytics-dashboard: figures, state, health, sign-in and the page.

pub mod figures;
pub mod health;
pub mod models;
pub mod openapi;
pub mod page;
pub mod schedules;
pub mod sign_in;
pub mod status;
pub mod transactions;

use http::Method;
use tidemark_analytics::transactions::CsvExport;
use tidemark_api::{ApiError, Request, Response};
use tidemark_ports::Platform;

/// What the routes need to know from configuration.
#[derive(Clone, Debug)]
pub struct DashboardSettings {
    /// where browsers reach the application; https makes cookies secure
    pub public_url: String,
}

/// What a request is answered.
#[derive(Debug)]
pub enum Reply {
    /// a whole response
    Whole(Response),
    /// a response with the first part of a file; the rest is to be asked for and sent part by part
    Csv(Response, Box<CsvExport>),
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
        "/api/transactions" => return transactions::transactions(platform, request).await,
        "/api/analytics/dashboard" => figures::dashboard(platform, request).await,
        "/api/analytics/top-fans" => figures::top_fans(platform, request).await,
        "/api/models" => models::models(platform, request).await,
        "/api/status" => status::status(platform, request).await,
        "/openapi.json" => Ok(openapi::serve()),
        "/api/health" => health::health(platform).await,
        "/login" => sign_in::sign_in(platform, settings, request).await,
        "/" => page::overview(platform, request).await,
        _ => match path.strip_prefix("/assets/") {
            Some(name) => page::asset(request, name),
            None => Err(ApiError::not_found(format!("there is no route {path}"))),
        },
    };
    response.map(Reply::Whole)
}

fn require(request: &Request, methods: &[Method]) -> Result<(), ApiError> {
    if methods.contains(request.method()) {
        Ok(())
    } else {
        Err(ApiError::method_not_allowed().allowing(methods))
    }
}
