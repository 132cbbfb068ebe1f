//! transaction-sync: Fanvue earnings into the ledger. Wiring only; the logic is `tidemark-sync`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;
use tidemark_api::{ApiError, Request, Response, jobs};
use tidemark_jobs::{Description, StepError, StepReport, StepRequest};
use tidemark_platform::{http_server, job::JobComponent, settings};
use tidemark_sync::{DESCRIPTION, HINTS_AT_ONCE, ROWS_PER_WRITE, SyncSettings, hints};

struct TransactionSync;

impl JobComponent for TransactionSync {
    const JOBS: &'static [Description] = &[DESCRIPTION, hints::DESCRIPTION];
    // A step of the sync follows hints first.
    const CRON_JOBS: &'static [Description] = &[DESCRIPTION];

    async fn step(job: &Description, request: StepRequest) -> Result<StepReport, StepError> {
        let platform = settings::platform()?;
        let sync = SyncSettings {
            connections: settings::connections()?,
            step_budget: settings::step_budget()?,
            rows_per_write: ROWS_PER_WRITE,
            hints_at_once: HINTS_AT_ONCE,
        };
        if *job == hints::DESCRIPTION {
            hints::step(&platform, &sync, &request).await
        } else {
            tidemark_sync::step(&platform, &sync, &request).await
        }
    }
}

tidemark_platform::export_jobs!(TransactionSync);

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    http_server::serve(incoming, outparam, route).await;
}

async fn route(request: &Request) -> Result<Response, ApiError> {
    let step = |asked| TransactionSync::step(&DESCRIPTION, asked);
    match request.uri().path() {
        "/api/cron/sync-transactions" => {
            let secret = settings::secret("cron_secret")?;
            jobs::cron_step(request, &secret, step).await
        }
        "/api/sync" => {
            let public_url = settings::text("public_url")?;
            jobs::sync_step(&settings::gate()?, &public_url, request, step).await
        }
        path => Err(ApiError::not_found(format!("there is no route {path}"))),
    }
}
