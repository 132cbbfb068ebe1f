//! Sales belong to who was on shift.

use std::time::Duration;

use tidemark_database::testing::for_each_database;
use tidemark_domain::Instant;
use uuid::Uuid;

use crate::world::{NOON, World, at};

const HOUR: Duration = Duration::from_hours(1);

struct Row<'a> {
    key: &'a str,
    order: &'a str,
    at: Instant,
    source: &'a str,
    cents: i64,
    reverses: Option<&'a str>,
}

fn sale<'a>(order: &'a str, key: &'a str, at: Instant, cents: i64) -> Row<'a> {
    Row {
        key,
        order,
        at,
        source: "tip",
        cents,
        reverses: None,
    }
}

async fn add(world: &World, model: Uuid, row: Row<'_>) {
    world
        .run(
            "insert into fanvue_transactions (agency_id, model_id, row_key, shape, occurred_at, \
             source, gross_cents, net_cents, order_id, reverses_order_id, raw, first_seen_at, \
             changed_at) values ($1, $2, $3, 'v1', instant_of($4), $5, $6, $6, $7, $8, '{}', now(), \
             now())",
            &[
                world.agency.into(),
                model.into(),
                row.key.into(),
                row.at.into(),
                row.source.into(),
                row.cents.into(),
                row.order.into(),
                row.reverses.into(),
            ],
        )
        .await;
}

async fn sale_points(world: &World, member: Uuid) -> i64 {
    let statement = "select coalesce(sum(points), 0)::bigint from points_ledger \
                     where agency_id = $1 and member_id = $2 and kind like 'sale%'";
    let rows = world
        .run(statement, &[world.agency.into(), member.into()])
        .await;
    rows[0].get(0).unwrap()
}

#[tokio::test]
async fn a_sale_counts_for_whoever_was_clocked_in_for_its_model_and_for_nobody_else() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let (ana, bea) = (world.member("Ana").await, world.member("Bea").await);
        let (mia, zoe) = (world.model("active").await, world.model("active").await);
        let start = at(NOON).minus(10 * HOUR);
        let shift = world
            .shift(ana, Some(mia), (start, start.plus(4 * HOUR)))
            .await;
        world.clock_in(shift, start.plus(HOUR)).await;
        let anywhere = world.shift(bea, None, (start, start.plus(6 * HOUR))).await;
        world.clock_in(anywhere, start).await;
        for (number, (model, hours, cents)) in [
            (mia, 0, 1_000),  // before Ana's clock-in: Bea's
            (mia, 2, 2_000),  // both on shift, Ana for this very model
            (zoe, 2, 4_000),  // only Bea
            (mia, 5, 8_000),  // Ana's shift is over
            (mia, 7, 16_000), // nobody
        ]
        .into_iter()
        .enumerate()
        {
            let order = format!("o{number}");
            let key = format!("order:{order}:tip");
            let at = start.plus(HOUR * hours);
            add(&world, model, sale(&order, &key, at, cents)).await;
        }
        for _ in 0..3 {
            world.check_shifts().await;
        }
        assert_eq!(sale_points(&world, ana).await, 20);
        assert_eq!(sale_points(&world, bea).await, 10 + 40 + 80);
        let entries = "select count(*) from points_ledger where agency_id = $1 and kind = 'sale'";
        assert_eq!(world.count(entries).await, 4);
    })
    .await;
}

#[tokio::test]
async fn what_becomes_of_a_sale_becomes_of_its_points() {
    for_each_database(async |database| {
        let world = World::new(database, "Europe/Berlin", at(NOON)).await;
        let (ana, mia) = (world.member("Ana").await, world.model("active").await);
        let start = at(NOON).minus(10 * HOUR);
        let shift = world
            .shift(ana, Some(mia), (start, start.plus(4 * HOUR)))
            .await;
        world.clock_in(shift, start).await;
        for (order, key) in [("a", "order:a:tip"), ("b", "order:b:tip")] {
            add(&world, mia, sale(order, key, start.plus(HOUR), 1_049)).await;
        }
        world.check_shifts().await;
        assert_eq!(sale_points(&world, ana).await, 20);
        // Taken back days later, when nobody is on shift.
        let refund = Row {
            source: "refund",
            reverses: Some("a"),
            ..sale("r", "order:r:refund", at(NOON).plus(50 * HOUR), -1_049)
        };
        add(&world, mia, refund).await;
        world.set(at(NOON).plus(60 * HOUR));
        world.check_shifts().await;
        assert_eq!(sale_points(&world, ana).await, 10);
        // Changed by Fanvue, then withdrawn.
        world
            .run(
                "update fanvue_transactions set gross_cents = 5000 where row_key = 'order:b:tip' \
                 and agency_id = $1",
                &[world.agency.into()],
            )
            .await;
        world.check_shifts().await;
        assert_eq!(sale_points(&world, ana).await, 50);
        world
            .run(
                "update fanvue_transactions set withdrawn_at = now() where row_key = 'order:b:tip' \
                 and agency_id = $1",
                &[world.agency.into()],
            )
            .await;
        world.check_shifts().await;
        world.check_shifts().await;
        assert_eq!(sale_points(&world, ana).await, 0);
    })
    .await;
}
