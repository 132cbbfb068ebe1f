//! gamification-checks: late shifts, missed posts and the team's routes. Wiring only; the logic is
//! `tidemark-team`.
#![cfg(target_arch = "wasm32")]

use spin_sdk::http_component;
use tidemark_api::{ApiError, Request, Response, jobs};
use tidemark_jobs::{Description, StepError, StepReport, StepRequest};
use tidemark_platform::{job::JobComponent, settings};
use tidemark_team::{
    LATE_SHIFTS, MISSED_POSTS, TeamSettings, check_late_shifts, check_missed_posts,
};

struct GamificationChecks;

fn team_settings() -> Result<TeamSettings, StepError> {
    Ok(TeamSettings {
        connections: settings::connections()?,
        step_budget: settings::step_budget()?,
        alert_base_url: settings::text("alert_base_url")?,
    })
}

impl JobComponent for GamificationChecks {
    const JOBS: &'static [Description] = &[LATE_SHIFTS, MISSED_POSTS];

    async fn step(job: &Description, request: StepRequest) -> Result<StepReport, StepError> {
        let platform = settings::platform()?;
        let team = team_settings()?;
        if *job == LATE_SHIFTS {
            check_late_shifts(&platform, &team, &request).await
        } else {
            check_missed_posts(&platform, &team, &request).await
        }
    }
}

tidemark_platform::export_jobs!(GamificationChecks);

#[http_component]
async fn handle(request: Request) -> Response {
    route(&request)
        .await
        .unwrap_or_else(ApiError::into_response)
}

async fn route(request: &Request) -> Result<Response, ApiError> {
    let path = request.uri().path();
    if path.starts_with("/api/team/") {
        let (platform, team) = (settings::platform()?, team_settings()?);
        return tidemark_team::routes::route(&platform, &team, request).await;
    }
    let job = match path {
        "/api/cron/check-late-shifts" => LATE_SHIFTS,
        "/api/cron/check-missed-posts" => MISSED_POSTS,
        _ => return Err(ApiError::not_found(format!("there is no route {path}"))),
    };
    let secret = settings::secret("cron_secret")?;
    jobs::cron_step(request, &secret, |asked| {
        GamificationChecks::step(&job, asked)
    })
    .await
}
