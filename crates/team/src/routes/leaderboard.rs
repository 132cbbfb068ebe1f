//! `GET /api/team/leaderboard?period=week|month&date=`.

use serde_json::json;
use tidemark_api::{ApiError, Response};
use tidemark_domain::LocalDay;
use tidemark_ports::Platform;

use super::Asked;
use super::planned::zone;
use super::reading::Query;
use crate::points::leaderboard::{Length, Period, board};

pub(super) async fn leaderboard<P: Platform>(asked: &Asked<'_, P>) -> Result<Response, ApiError> {
    let query = Query::of(asked.request, &["period", "date"])?;
    let length = query.read("period", |text| match text {
        "week" => Ok(Length::Week),
        "month" => Ok(Length::Month),
        _ => Err("must be week or month"),
    })?;
    let day = query.read("date", |text| {
        let day = LocalDay::parse(text).map_err(|error| error.to_string())?;
        let known = LocalDay::parse("2015-01-01").ok()..LocalDay::parse("2100-01-01").ok();
        known
            .contains(&Some(day))
            .then_some(day)
            .ok_or_else(|| format!("{text:?} is not between 2015 and 2099"))
    })?;
    let zone = zone(asked).await?;
    let day = day.unwrap_or_else(|| zone.day_of(asked.now));
    let period = Period::of(length.unwrap_or(Length::Week), day);
    let agency = asked.caller.agency;
    let places = board(asked.platform, agency, (period, &zone), asked.now).await?;
    Ok(asked.tenant_json(&json!({
        "period": period.length,
        "startDate": period.first.to_string(),
        "endDate": period.end.plus_days(-1).to_string(),
        "timezone": zone.name(),
        "places": places,
    })))
}
