//! `/_simulator/models/{id}/…`: the rows of one creator.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::ControlError;
use crate::amend::Amendment;
use crate::append::{NewReversal, NewSale};
use crate::clock::Micros;
use crate::exchange::{ApiRequest, ApiResponse};
use crate::switches::Shape;
use crate::world::World;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LateSale {
    sale: NewSale,
    age_seconds: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FutureSale {
    sale: NewSale,
    lead_seconds: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EqualSales {
    sale: NewSale,
    count: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnShape {
    shape: Option<Shape>,
}

/// Answers the request of a path, given as the creator and what follows it.
pub(super) fn answer(
    world: &mut World,
    request: &ApiRequest,
    (id, rest): (&str, &[&str]),
    now: Micros,
) -> Result<ApiResponse, ControlError> {
    let body = request.body.as_slice();
    let (ok, created) = (StatusCode::OK, StatusCode::CREATED);
    let response = match (request.method.as_str(), rest) {
        ("GET", ["rows"]) => ApiResponse::json(ok, &world.ledger(model_id(id)?)?),
        ("POST", ["sales"]) => {
            let sale: NewSale = serde_json::from_slice(body)?;
            let row = world.append_sale(model_id(id)?, &sale, now)?;
            ApiResponse::json(created, &row)
        }
        ("POST", ["late-sales"]) => {
            let late: LateSale = serde_json::from_slice(body)?;
            let age = Duration::from_secs(late.age_seconds);
            let row = world.append_late(model_id(id)?, &late.sale, age, now)?;
            ApiResponse::json(created, &row)
        }
        ("POST", ["future-sales"]) => {
            let future: FutureSale = serde_json::from_slice(body)?;
            let lead = Duration::from_secs(future.lead_seconds);
            let row = world.append_ahead(model_id(id)?, &future.sale, lead, now)?;
            ApiResponse::json(created, &row)
        }
        ("POST", ["equal-sales"]) => {
            let equal: EqualSales = serde_json::from_slice(body)?;
            let model = model_id(id)?;
            let rows = world.append_equal_sales(model, &equal.sale, equal.count, now)?;
            ApiResponse::json(created, &rows)
        }
        ("POST", ["reversals"]) => {
            let reversal: NewReversal = serde_json::from_slice(body)?;
            let row = world.append_reversal(model_id(id)?, &reversal, now)?;
            ApiResponse::json(created, &row)
        }
        ("POST", ["rows", sequence, "vanish"]) => {
            let row = world.vanish_row(model_id(id)?, row_sequence(sequence)?)?;
            ApiResponse::json(ok, &row)
        }
        ("POST", ["rows", sequence, "amend"]) => {
            let amendment: Amendment = serde_json::from_slice(body)?;
            let row = world.amend_row(model_id(id)?, row_sequence(sequence)?, amendment)?;
            ApiResponse::json(ok, &row)
        }
        ("PUT", ["shape"]) => {
            let own: OwnShape = serde_json::from_slice(body)?;
            world.set_model_shape(model_id(id)?, own.shape)?;
            ApiResponse::json(ok, &json!({ "shape": own.shape }))
        }
        _ => return Err(ControlError::NoRoute),
    };
    Ok(response)
}

fn model_id(segment: &str) -> Result<Uuid, ControlError> {
    Uuid::try_parse(segment).map_err(|_| ControlError::MalformedId(segment.to_owned()))
}

fn row_sequence(segment: &str) -> Result<u64, ControlError> {
    segment
        .parse()
        .map_err(|_| ControlError::MalformedSequence(segment.to_owned()))
}
