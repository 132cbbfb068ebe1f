//! `/api/team/clock-in` and `/api/team/clock-out`.

use std::time::Duration;

use serde::Deserialize;
use tidemark_api::{ApiError, Response};
use tidemark_domain::Instant;
use tidemark_ports::{Platform, Value};
use uuid::Uuid;

use super::planned::{self, SHIFTS};
use super::reading::{self, Moment, present};
use super::{Asked, created};

/// A shift takes a clock-in while it is on, and this long before its start (defect D158).
const EARLY: Duration = Duration::from_mins(15);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Clocking {
    #[serde(default, deserialize_with = "present")]
    shift_id: Option<Uuid>,
    #[serde(default, deserialize_with = "present")]
    member_id: Option<Uuid>,
    /// when it was, for a correction; now without it
    #[serde(default, deserialize_with = "present")]
    at: Option<Moment>,
}

impl Clocking {
    fn read<P>(asked: &Asked<'_, P>) -> Result<(Self, Instant), ApiError> {
        let clocking: Self = reading::body(asked.request)?;
        if clocking.shift_id.is_none() && clocking.member_id.is_none() {
            let message = "shiftId or memberId must say who";
            return Err(ApiError::bad_parameter("shiftId", message));
        }
        let at = clocking.at.map_or(asked.now, |Moment(at)| at);
        if at > asked.now {
            return Err(ApiError::bad_parameter(
                "at",
                "at must not lie in the future",
            ));
        }
        Ok((clocking, at))
    }
}

pub(super) async fn clock_in<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let (clocking, at) = Clocking::read(asked)?;
    let early = i64::try_from(EARLY.as_micros()).expect("invariant: minutes fit");
    let mut parameters = parameters(asked, &clocking, at);
    parameters.push(early.into());
    let statement = include_str!("../sql/clock_in.sql");
    let none = "no shift without a clock-in is on, or begins within 15 minutes";
    let shift = clocked(asked, (statement, &parameters), (&clocking, none)).await?;
    Ok(created(&planned::one(asked, SHIFTS, shift).await?))
}

pub(super) async fn clock_out<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let (clocking, at) = Clocking::read(asked)?;
    let parameters = parameters(asked, &clocking, at);
    let statement = include_str!("../sql/clock_out.sql");
    let none = "nobody is clocked in there at that time";
    let shift = clocked(asked, (statement, &parameters), (&clocking, none)).await?;
    Ok(asked.tenant_json(&planned::one(asked, SHIFTS, shift).await?))
}

fn parameters<P>(asked: &Asked<'_, P>, clocking: &Clocking, at: Instant) -> Vec<Value> {
    vec![
        asked.caller.agency.into(),
        clocking.shift_id.into(),
        clocking.member_id.into(),
        at.into(),
    ]
}

/// The shift that the statement found; 404 where none of that id is there, 409 with `none` else.
async fn clocked<P: Platform>(
    asked: &Asked<'_, P>,
    (statement, parameters): (&str, &[Value]),
    (clocking, none): (&Clocking, &str),
) -> Result<Uuid, ApiError> {
    if let Some(shift) = clocking.shift_id {
        planned::one(asked, SHIFTS, shift).await?;
    }
    planned::require_known(asked, clocking.member_id, None).await?;
    let rows = asked.platform.query(statement, parameters).await?;
    match rows.first() {
        Some(row) => Ok(row.get(0)?),
        None => Err(ApiError::conflict(none)),
    }
}
