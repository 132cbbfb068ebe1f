//! stats-refresh: audience counts. Wiring only; the logic is `tidemark-audience`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;
use tidemark_api::{ApiError, Request, Response, jobs};
use tidemark_audience::{AudienceSettings, DESCRIPTION};
use tidemark_jobs::{Description, StepError, StepReport, StepRequest};
use tidemark_platform::{http_server, job::JobComponent, settings};

struct StatsRefresh;

impl JobComponent for StatsRefresh {
    const JOBS: &'static [Description] = &[DESCRIPTION];

    async fn step(_job: &Description, request: StepRequest) -> Result<StepReport, StepError> {
        let platform = settings::platform()?;
        let audience = AudienceSettings {
            connections: settings::connections()?,
            step_budget: settings::step_budget()?,
        };
        tidemark_audience::step(&platform, &audience, &request).await
    }
}

tidemark_platform::export_jobs!(StatsRefresh);

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    http_server::serve(incoming, outparam, route).await;
}

async fn route(request: &Request) -> Result<Response, ApiError> {
    match request.uri().path() {
        "/api/cron/daily-refresh" => {
            let secret = settings::secret("cron_secret")?;
            jobs::cron_step(request, &secret, |asked| {
                StatsRefresh::step(&DESCRIPTION, asked)
            })
            .await
        }
        path => Err(ApiError::not_found(format!("there is no route {path}"))),
    }
}
