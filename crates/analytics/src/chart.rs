//! The chart: one point per bucket, zero-filled, whose parts add up to its total.

use serde::{Serialize, Serializer};
use tidemark_domain::source::ChartGroup;
use tidemark_domain::{Cents, Instant, LocalDay};

use crate::aggregates::{BySource, SourceSum};
use crate::audience::{Audience, AudienceDay};
use crate::buckets::Bucket;
use crate::decimal::Decimal;
use crate::kpi::total_revenue;

/// One point of `chartData`. Money in US dollars, exact to the cent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartPoint {
    /// the bucket's first local day inside the window
    #[serde(serialize_with = "iso_day")]
    pub date: LocalDay,
    /// gross of subscription and renewal sales
    pub subscriptions: Decimal,
    /// gross of tip sales
    pub tips: Decimal,
    /// gross of message sales
    pub messages: Decimal,
    /// gross of post and mediaLink sales
    pub posts: Decimal,
    /// gross of every other sale
    pub other: Decimal,
    /// gross of refunds and chargebacks, on their own date; negative
    pub refunds: Decimal,
    /// all of it
    pub total: Decimal,
    /// the same seven, net as Fanvue reports it
    pub net: NetAmounts,
    /// number of sales
    pub transactions: i64,
    /// last known subscriber level at the bucket's end
    pub subscribers: Option<i64>,
    /// last known follower level at the bucket's end
    pub followers: Option<i64>,
    /// whether the subscriber level was derived from Fanvue's events, not observed
    pub audience_derived: bool,
    /// whether the bucket contains now
    pub partial: bool,
}

/// The amounts of one point after Fanvue's fees, as Fanvue reports net row by row; grouped as gross is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NetAmounts {
    /// subscription and renewal sales
    pub subscriptions: Decimal,
    /// tip sales
    pub tips: Decimal,
    /// message sales
    pub messages: Decimal,
    /// post and mediaLink sales
    pub posts: Decimal,
    /// every other sale
    pub other: Decimal,
    /// refunds and chargebacks; negative
    pub refunds: Decimal,
    /// all of it
    pub total: Decimal,
}

/// The points of all buckets; `sums` has one entry per bucket. Buckets that lie in the future have
/// no audience.
pub fn chart(
    buckets: &[Bucket],
    sums: &[BySource],
    audience: &Audience,
    now: Instant,
) -> Vec<ChartPoint> {
    let points = buckets.iter().zip(sums);
    points
        .map(|(bucket, sources)| point(bucket, sources, audience, now))
        .collect()
}

fn point(bucket: &Bucket, sources: &BySource, audience: &Audience, now: Instant) -> ChartPoint {
    let gross = |group: ChartGroup| amount(sources, group, |sum| sum.gross);
    let sales = sources.iter().filter(|(source, _)| !source.is_reversal());
    let level = audience
        .level_on(bucket.last_day)
        .filter(|_| bucket.start <= now);
    ChartPoint {
        date: bucket.first_day,
        subscriptions: gross(ChartGroup::Subscriptions),
        tips: gross(ChartGroup::Tips),
        messages: gross(ChartGroup::Messages),
        posts: gross(ChartGroup::Posts),
        other: gross(ChartGroup::Other),
        refunds: gross(ChartGroup::Refunds),
        total: total_revenue(sources).into(),
        net: net(sources),
        transactions: sales.map(|(_, sum)| sum.rows).sum(),
        subscribers: level.map(|day| day.subscribers),
        followers: level.and_then(|day| audience.followers(day)),
        audience_derived: level.is_some_and(AudienceDay::is_derived),
        partial: bucket.contains(now),
    }
}

fn net(sources: &BySource) -> NetAmounts {
    let net = |group: ChartGroup| amount(sources, group, |sum| sum.net);
    NetAmounts {
        subscriptions: net(ChartGroup::Subscriptions),
        tips: net(ChartGroup::Tips),
        messages: net(ChartGroup::Messages),
        posts: net(ChartGroup::Posts),
        other: net(ChartGroup::Other),
        refunds: net(ChartGroup::Refunds),
        total: sources.values().map(|sum| sum.net).sum::<Cents>().into(),
    }
}

fn amount(sources: &BySource, group: ChartGroup, of: impl Fn(&SourceSum) -> Cents) -> Decimal {
    let parts = sources
        .iter()
        .filter(|(source, _)| source.chart_group() == group);
    parts.map(|(_, sum)| of(sum)).sum::<Cents>().into()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn iso_day<S: Serializer>(day: &LocalDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}
