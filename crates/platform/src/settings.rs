//! Configuration: Spin application variables (contract section 2).

use std::time::Duration;

use spin_sdk::variables;
use tidemark_connections::ConnectionSettings;
use tidemark_domain::Secret;
use tidemark_fanvue::FanvueSettings;
use tidemark_jobs::StepError;
use tidemark_ports::Actor;
use tidemark_sealing::KeyRing;

use crate::SpinPlatform;

/// A text variable that this component was granted.
///
/// # Errors
/// [`StepError::Configuration`] when the manifest does not grant it.
pub fn text(name: &str) -> Result<String, StepError> {
    variables::get(name)
        .map_err(|error| StepError::Configuration(format!("variable {name}: {error}")))
}

/// A secret variable that this component was granted.
///
/// # Errors
/// [`StepError::Configuration`] when the manifest does not grant it.
pub fn secret(name: &str) -> Result<Secret, StepError> {
    text(name).map(Secret::new)
}

/// The platform of jobs, whose statements run for all agencies.
///
/// # Errors
/// [`StepError::Configuration`] while `database_url` is unset.
pub fn platform() -> Result<SpinPlatform, StepError> {
    platform_of(Actor::Jobs)
}

/// The platform of requests: until it is known who is calling, its statements may check credentials
/// and nothing else.
///
/// # Errors
/// [`StepError::Configuration`] while `database_url` is unset.
pub fn gate() -> Result<SpinPlatform, StepError> {
    platform_of(Actor::Gate)
}

fn platform_of(actor: Actor) -> Result<SpinPlatform, StepError> {
    let database_url = secret("database_url")?;
    if database_url.is_empty() {
        let message = "set the variable database_url to a Postgres URL";
        return Err(StepError::Configuration(message.to_owned()));
    }
    Ok(SpinPlatform::new(database_url, actor))
}

/// How to reach Fanvue and to open stored grants.
///
/// # Errors
/// [`StepError::Configuration`] when a variable is missing or `token_key` malformed.
pub fn connections() -> Result<ConnectionSettings, StepError> {
    let base = |name| text(name).map(|url| url.trim_end_matches('/').to_owned());
    let fanvue = FanvueSettings {
        api_url: base("fanvue_api_url")?,
        auth_url: base("fanvue_auth_url")?,
        api_version: text("fanvue_api_version")?,
        client_id: text("fanvue_client_id")?,
        client_secret: secret("fanvue_client_secret")?,
    };
    let keys = KeyRing::parse(&secret("token_key")?)
        .map_err(|error| StepError::Configuration(error.to_string()))?;
    Ok(ConnectionSettings { fanvue, keys })
}

/// The time box of a step.
///
/// # Errors
/// [`StepError::Configuration`] when `step_budget_ms` is not a positive whole number.
pub fn step_budget() -> Result<Duration, StepError> {
    let written = text("step_budget_ms")?;
    match written.trim().parse() {
        Ok(milliseconds) if milliseconds > 0 => Ok(Duration::from_millis(milliseconds)),
        _ => Err(StepError::Configuration(format!(
            "step_budget_ms is {written:?}; it must be a positive number of milliseconds"
        ))),
    }
}
