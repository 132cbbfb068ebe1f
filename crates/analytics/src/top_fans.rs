//! The fans who spent most in a window.

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use tidemark_domain::{AgencyId, Cents, FanId, Instant};
use tidemark_ports::{Platform, Row, SqlError};

use crate::dashboard::DashboardError;
use crate::decimal::Decimal;
use crate::parameters::TopFansQuery;
use crate::statements;
use crate::subject::{ListMeta, Resolved};

/// One fan. Money in US dollars, exact to the cent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopFan {
    /// the fan as Fanvue names it
    pub fan_id: FanId,
    /// the handle in the fan's newest row; null where Fanvue sent none
    pub handle: Option<String>,
    /// Σ gross in the window, reversals taken off
    pub gross: Decimal,
    /// Σ net in the window, as Fanvue reports net
    pub net: Decimal,
    /// number of paid sales
    pub purchases: i64,
    /// the last of them
    #[serde(serialize_with = "rfc3339")]
    pub last_purchase_at: Instant,
    /// ids of the models bought from
    pub models: Vec<String>,
}

/// The body of `GET /api/analytics/top-fans`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopFans {
    /// by falling gross, then by id
    pub top_fans: Vec<TopFan>,
    /// what the list is about
    pub meta: ListMeta,
}

impl TopFans {
    /// The value of the `ETag` header: weak, because ages are left out.
    pub fn etag(&self) -> String {
        let known = format!("{:?}{:?}", self.top_fans, self.meta.timeless());
        format!("W/\"{}\"", hex::encode(&Sha256::digest(known)[..16]))
    }
}

/// Lists the fans who spent most, in two statements.
///
/// # Errors
/// See [`DashboardError`].
pub async fn top_fans(
    platform: &impl Platform,
    agency: AgencyId,
    query: &TopFansQuery,
) -> Result<TopFans, DashboardError> {
    let resolved = Resolved::find(platform, agency, &query.subject).await?;
    let model = query.subject.model;
    let parameters = [
        agency.into(),
        model.into(),
        resolved.window.start.into(),
        resolved.window.end.into(),
        query.limit.into(),
    ];
    let rows = platform.query(statements::TOP_FANS, &parameters).await?;
    let fans: Result<Vec<TopFan>, SqlError> = rows.iter().map(top_fan).collect();
    Ok(TopFans {
        top_fans: fans?,
        meta: resolved.meta(agency, model),
    })
}

fn top_fan(row: &Row) -> Result<TopFan, SqlError> {
    let models: String = row.get(6)?;
    Ok(TopFan {
        fan_id: FanId::new(row.get(0)?),
        handle: row.get(1)?,
        gross: row.get::<Cents>(2)?.into(),
        net: row.get::<Cents>(3)?.into(),
        purchases: row.get(4)?,
        last_purchase_at: row.get(5)?,
        models: models.split(',').map(str::to_owned).collect(),
    })
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's signature; told only where a pointer is as large as the value"
)]
fn rfc3339<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(instant)
}
