//! `/_simulator/faults…`: what goes wrong.

use http::StatusCode;

use super::ControlError;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::faults::{Faults, ScriptedFault};
use crate::world::World;

pub(super) fn answer(
    world: &mut World,
    request: &ApiRequest,
    rest: &[&str],
) -> Result<ApiResponse, ControlError> {
    let body = request.body.as_slice();
    match (request.method.as_str(), rest) {
        ("GET", []) => {}
        ("PUT", []) => {
            let faults: Faults = serde_json::from_slice(body)?;
            world.set_faults(faults);
        }
        ("DELETE", []) => world.calm(),
        ("POST", ["script"]) => {
            let fault: ScriptedFault = serde_json::from_slice(body)?;
            world.script_fault(fault.clone());
            return Ok(ApiResponse::json(StatusCode::CREATED, &fault));
        }
        _ => return Err(ControlError::NoRoute),
    }
    Ok(ApiResponse::json(StatusCode::OK, world.faults()))
}
