//! The roll-ups themselves, on a real Postgres: used, kept whoever writes, checked, made anew.

use serde_json::{Value, json};
use tidemark_analytics::TopFansQuery;
use tidemark_analytics::roll_up;
use tidemark_analytics::top_fans::top_fans;
use tidemark_database::testing::{TestDatabase, for_each_database};
use tidemark_domain::Zone;

use crate::fixture::{fixture, reported};
use crate::ledger::Ledger;
use crate::world::{LedgerRow, World, day, fan, instant, model, query};

/// Two models that share fans, over 120 days.
fn busy_world() -> World {
    let mut world = World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 2);
    let sources = ["message", "tip", "post", "renewal", "refund", "mediaLink"];
    for number in 0..600_i64 {
        let source = sources[usize::try_from(number % 6).unwrap()];
        world.rows.push(LedgerRow {
            model: model(1 + u128::from(number % 3 == 0)),
            at: instant("2026-11-22T11:00:00Z").minus(std::time::Duration::from_secs(
                u64::try_from(number * 17_280).unwrap(),
            )),
            source: source.to_owned(),
            gross: if source == "refund" {
                -300
            } else {
                1_000 + number
            },
            net: 800,
            fan: Some(fan(u128::try_from(number * 7 % 41).unwrap())),
        });
    }
    world
}

/// Does all that is left to do, and the check without which nothing is used.
async fn settle_all(ledger: &Ledger) {
    while roll_up::step(ledger, ledger.agency, 200)
        .await
        .unwrap()
        .more
    {}
    let zones = "select zone from roll_ups where agency_id = $1";
    for row in ledger.run(zones, &[ledger.agency.into()]).await {
        let zone = Zone::parse(&row.get::<String>(0).unwrap()).unwrap();
        roll_up::check(ledger, ledger.agency, &zone).await.unwrap();
    }
}

async fn kpi(ledger: &Ledger, key: &str) -> Value {
    ledger.answer(&query(&[])).await.unwrap()["kpiMetrics"][key].take()
}

#[tokio::test]
async fn an_answer_comes_from_the_roll_ups_and_a_wrong_one_is_found_and_mended() {
    for_each_database(async |database| {
        let world = busy_world();
        let ledger = Ledger::begin(database, &world).await;
        ledger.fill(&world).await;
        settle_all(&ledger).await;
        let right = ledger.answer(&query(&[])).await.unwrap();
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        assert!(
            roll_up::check(&ledger, ledger.agency, &berlin)
                .await
                .unwrap()
                .agrees()
        );

        let mine = [ledger.agency.into()];
        let tamper = "update revenue_days set gross = gross + 100 \
                      where agency_id = $1 and model_id = whole_agency() and day = '2026-11-20'";
        ledger.run(tamper, &mine).await;
        let tamper = "update fan_gaps set fans = fans + 1 \
                      where agency_id = $1 and model_id = whole_agency() and day = '2026-11-20'";
        ledger.run(tamper, &mine).await;
        let wrong = ledger.answer(&query(&[])).await.unwrap();
        assert_ne!(
            wrong["kpiMetrics"]["totalRevenue"],
            right["kpiMetrics"]["totalRevenue"]
        );
        assert_ne!(wrong["kpiMetrics"]["payers"], right["kpiMetrics"]["payers"]);

        let found = roll_up::check(&ledger, ledger.agency, &berlin)
            .await
            .unwrap();
        assert!(found.differences > 0 && found.days_apart == 0);
        let distrusted = ledger.answer(&query(&[])).await.unwrap();
        assert_eq!(distrusted, right, "what was found wrong is no longer used");

        assert_eq!(roll_up::forget(&ledger, ledger.agency).await.unwrap(), 2);
        assert_eq!(ledger.answer(&query(&[])).await.unwrap(), right);
        settle_all(&ledger).await;
        assert_eq!(ledger.answer(&query(&[])).await.unwrap(), right);
        assert!(
            roll_up::check(&ledger, ledger.agency, &berlin)
                .await
                .unwrap()
                .agrees()
        );
    })
    .await;
}

#[tokio::test]
async fn a_change_of_zone_is_right_at_once_and_rolled_up_step_by_step() {
    for_each_database(async |database| {
        let mut world = busy_world();
        let ledger = Ledger::begin(database, &world).await;
        ledger.fill(&world).await;
        settle_all(&ledger).await;
        let in_new_york = query(&[("tz", "America/New_York")]);
        let wanted = ledger.answer(&in_new_york).await.unwrap();
        let change = "update agencies set timezone = 'America/New_York' where agency_id = $1";
        ledger.run(change, &[ledger.agency.into()]).await;
        loop {
            let shown = ledger.answer(&query(&[])).await.unwrap();
            assert_eq!(shown["meta"]["timezone"], "America/New_York");
            assert_eq!(shown["kpiMetrics"], wanted["kpiMetrics"]);
            assert_eq!(shown["chartData"], wanted["chartData"]);
            // Sales go on meanwhile, in both zones' roll-ups.
            let step = roll_up::step(&ledger, ledger.agency, 15).await.unwrap();
            if !step.more {
                break;
            }
        }
        world.rows[0].at = instant("2026-11-22T03:00:00Z");
        ledger.add("late", &world.rows[..1]).await;
        settle_all(&ledger).await;
        settle_all(&ledger).await;
        let zones = "select string_agg(zone, ' ') from roll_ups where agency_id = $1";
        let zones = ledger.run(zones, &[ledger.agency.into()]).await;
        assert_eq!(zones[0].get::<String>(0).unwrap(), "America/New_York");
        let new_york = Zone::parse("America/New_York").unwrap();
        assert!(
            roll_up::check(&ledger, ledger.agency, &new_york)
                .await
                .unwrap()
                .agrees()
        );
    })
    .await;
}

#[tokio::test]
async fn writers_of_two_models_at_once_lose_nothing_and_do_not_lock_each_other_out() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let world = busy_world();
    let ledger = Ledger::begin(&database, &world).await;
    let of = |number| {
        let rows = world
            .rows
            .iter()
            .filter(move |row| row.model == model(number));
        rows.cloned().collect::<Vec<_>>()
    };
    let write = async |number: u128| {
        let rows = of(number);
        for (place, page) in rows.chunks(10).enumerate() {
            ledger.add(&format!("{number}-{place}-"), page).await;
            let keys = format!("{number}-{place}-%");
            // One statement that inserts and updates: both triggers, under one lock.
            let both = "with moved as (update fanvue_transactions set gross_cents = gross_cents + 1 \
                        where agency_id = $1 and row_key like $2 returning 1) \
                        insert into fanvue_transactions (agency_id, model_id, row_key, shape, \
                        occurred_at, source, gross_cents, net_cents, fan_id, raw, first_seen_at, changed_at) \
                        select agency_id, model_id, 'copy' || row_key, shape, \
                        occurred_at - interval '1 day', source, gross_cents, net_cents, fan_id, raw, \
                        now(), now() from fanvue_transactions \
                        where agency_id = $1 and row_key like $2";
            ledger.run(both, &[ledger.agency.into(), keys.into()]).await;
        }
    };
    let settle = async || {
        for _ in 0..60 {
            roll_up::step(&ledger, ledger.agency, 5).await.unwrap();
        }
    };
    tokio::join!(write(1), write(2), settle(), settle());
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    assert_eq!(ledger.differences(&berlin).await, 0);
    settle_all(&ledger).await;
    assert_eq!(ledger.differences(&berlin).await, 0);
    assert_eq!(ledger.unsettled().await, 0);
    assert_eq!(kpi(&ledger, "payers").await, json!(41));
}

#[tokio::test]
async fn the_revision_counts_changes_of_the_answer_and_no_others() {
    for_each_database(async |database| {
        let world = busy_world();
        let ledger = Ledger::begin(database, &world).await;
        ledger.fill(&world).await;
        let revision = async || -> i64 {
            let statement = "select revision from ledger_revisions \
                             where agency_id = $1 and model_id = whole_agency()";
            ledger.run(statement, &[ledger.agency.into()]).await[0].get(0).unwrap()
        };
        let before = revision().await;
        let mine = [ledger.agency.into()];
        for same in [
            "update fanvue_transactions set raw = '{\"a\": 1}', order_status = 'SETTLED', \
             changed_at = now() where agency_id = $1",
            "update fanvue_transactions set row_key = 'x' || row_key where agency_id = $1",
            "update fanvue_transactions set gross_cents = 0 where agency_id = $1 and withdrawn_at is not null",
            "delete from fanvue_transactions where agency_id = $1 and withdrawn_at is not null",
        ] {
            ledger.run(same, &mine).await;
            assert_eq!(revision().await, before, "{same}");
        }
        for change in [
            "update fanvue_transactions set net_cents = net_cents - 1 where agency_id = $1",
            "update fanvue_transactions set withdrawn_at = now() where agency_id = $1 and source = 'tip'",
            "update fanvue_transactions set withdrawn_at = null where agency_id = $1",
            "delete from fanvue_transactions where agency_id = $1 and source = 'tip'",
        ] {
            let before = revision().await;
            ledger.run(change, &mine).await;
            assert!(revision().await > before, "{change}");
        }
    })
    .await;
}

/// Apia skipped the 30th of December 2011.
#[tokio::test]
async fn a_day_that_the_zone_skipped_has_no_point_and_takes_no_row() {
    for_each_database(async |database| {
        let mut world = World::new("2026-11-22T12:00:00Z", "Pacific/Apia", 1);
        world
            .sale("2011-12-30T09:59:59Z", "tip", 100, 1)
            .sale("2011-12-30T10:00:00Z", "tip", 200, 1)
            .observe(1, "2011-12-29", 4);
        let ledger = Ledger::begin(database, &world).await;
        ledger.add("a", &world.rows).await;
        settle_all(&ledger).await;
        let all = query(&[
            ("timeRange", "all"),
            ("granularity", "day"),
            ("compare", "none"),
        ]);
        let chart = ledger.answer(&all).await.unwrap()["chartData"].take();
        let shown = |place: usize| (chart[place]["date"].clone(), chart[place]["total"].clone());
        assert_eq!(shown(0), (json!("2011-12-29"), json!(1)));
        assert_eq!(shown(1), (json!("2011-12-31"), json!(2)));
        let days = day("2026-11-23").days_since(day("2011-12-29"));
        assert_eq!(
            chart.as_array().unwrap().len(),
            usize::try_from(days).unwrap()
        );
        let apia = Zone::parse("Pacific/Apia").unwrap();
        assert!(
            roll_up::check(&ledger, ledger.agency, &apia)
                .await
                .unwrap()
                .agrees()
        );
    })
    .await;
}

#[tokio::test]
async fn the_acceptance_fixture_holds_in_the_database_rolled_up_or_not() {
    for_each_database(async |database| {
        let world = fixture();
        let ledger = Ledger::begin(database, &world).await;
        for (place, rows) in world.rows.chunks(500).enumerate() {
            ledger.add(&format!("{place}-"), rows).await;
        }
        let all = query(&[("timeRange", "all")]);
        assert_eq!(ledger.answer(&all).await.unwrap()["kpiMetrics"], reported());
        settle_all(&ledger).await;
        assert_eq!(ledger.answer(&all).await.unwrap()["kpiMetrics"], reported());
    })
    .await;
}

/// The original read at most 1,000 rows of a creator.
#[tokio::test]
async fn d020_and_d021_a_creator_of_1001_and_of_3041_rows_is_counted_whole() {
    for_each_database(async |database| {
        for rows in [1_001_u32, 3_041] {
            let mut world = World::new("2026-11-22T12:00:00Z", "Europe/Berlin", 1);
            for number in 0..rows {
                world.sale("2026-11-20T10:00:00Z", "tip", 100, u128::from(number));
            }
            let ledger = Ledger::begin(database, &world).await;
            ledger.add("a", &world.rows).await;
            assert_eq!(kpi(&ledger, "totalRevenue").await, json!(rows));
            assert_eq!(kpi(&ledger, "payers").await, json!(rows));
            settle_all(&ledger).await;
            assert_eq!(kpi(&ledger, "totalRevenue").await, json!(rows));
            assert_eq!(kpi(&ledger, "newFans").await, json!(rows));
        }
    })
    .await;
}

/// What the triggers call a reversal, a message and a post is what the program calls so.
#[tokio::test]
async fn database_and_program_mean_the_same_by_every_source() {
    use tidemark_domain::source::{ChartGroup, KNOWN_SOURCES, Source};
    for_each_database(async |database| {
        let ledger = Ledger::begin(database, &World::new("2026-11-22T12:00:00Z", "UTC", 1)).await;
        for name in KNOWN_SOURCES.into_iter().chain(["hologram"]) {
            let statement = "select is_reversal($1), is_message($1), is_post($1)";
            let row = ledger.run(statement, &[name.into()]).await.remove(0);
            let source = Source::new(name);
            let group = source.chart_group();
            assert_eq!(row.get::<bool>(0).unwrap(), source.is_reversal(), "{name}");
            assert_eq!(
                row.get::<bool>(1).unwrap(),
                group == ChartGroup::Messages,
                "{name}"
            );
            assert_eq!(
                row.get::<bool>(2).unwrap(),
                group == ChartGroup::Posts,
                "{name}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn d080_vip_split_by_nickname() {
    for_each_database(async |database| {
        let mut world = World::new("2026-11-22T12:00:00Z", "UTC", 1);
        world
            .sale("2026-11-20T10:00:00Z", "tip", 100, 1)
            .sale("2026-11-21T10:00:00Z", "message", 200, 1);
        let ledger = Ledger::begin(database, &world).await;
        ledger.add("a", &world.rows).await;
        let rename = "update fanvue_transactions \
                      set raw = jsonb_build_object('user', jsonb_build_object('handle', 'was_' || source)) \
                      where agency_id = $1";
        ledger.run(rename, &[ledger.agency.into()]).await;
        let asked = TopFansQuery::parse(&[]).unwrap();
        let listed = top_fans(&ledger, ledger.agency, &asked).await.unwrap();
        assert_eq!(listed.top_fans.len(), 1);
        assert_eq!(listed.top_fans[0].handle.as_deref(), Some("was_message"));
        assert_eq!(listed.top_fans[0].purchases, 2);
    })
    .await;
}
