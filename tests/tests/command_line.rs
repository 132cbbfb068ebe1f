//! What an operator does with the ledger from the command line, beside the hosts.

use serde_json::Value;
use tidemark_database::testing::TestDatabase;
use tidemark_tests::World;
use tidemark_tests::hosts::HostFamily;

/// A row of a closed day within what is compared, and changed by somebody else's hand.
const TAMPER: &str = "
    update fanvue_transactions set gross_cents = gross_cents + 101
    where (model_id, row_key) = (
        select model_id, row_key from fanvue_transactions
        where gross_cents > 0 and occurred_at < date_trunc('day', now(), 'UTC') - interval '4 days'
        order by occurred_at desc limit 1)
    returning row_key";

/// A row that could not be read when it was fetched, and can be now; and one that never can.
const QUARANTINE: &str = "
    with taken as (
        delete from fanvue_transactions
        where (model_id, row_key) = (
            select model_id, row_key from fanvue_transactions
            where order_id is not null order by occurred_at limit 1)
        returning agency_id, model_id, raw, order_id)
    insert into quarantine
    select agency_id, model_id, 'earnings', hash, payload, 'not known yet', paid, now(), now()
    from taken, lateral (
        values ('a', raw, order_id), ('b', '{\"date\": 7}', null)) as row (hash, payload, paid)
    returning payload_hash";

/// A synced world and what runs commands beside it; none where there is no native server, as the
/// embedded one serves a single process. The database stays as long as its first member.
async fn synced(models: u32, rows: u32) -> Option<(TestDatabase, World, HostFamily)> {
    let database = TestDatabase::native().await?;
    let world = World::with_models(models)
        .transactions(rows)
        .on(&database)
        .await;
    world.sync(None).await;
    let family = HostFamily::of(&world, &database);
    Some((database, world, family))
}

#[tokio::test]
async fn reconcile_names_the_day_that_differs_and_the_next_sync_mends_it() {
    let Some((_database, world, family)) = synced(2, 600).await else {
        return;
    };
    let agency = world.agency.to_string();
    let reconcile = async |format: &[&str]| {
        let arguments = [&["reconcile", "--agency", &agency], format].concat();
        let output = family.run(&arguments).await;
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let agreed = reconcile(&[]).await;
    assert_eq!(agreed.lines().count(), 2, "{agreed}");
    assert!(
        agreed
            .lines()
            .all(|line| line.ends_with("days agree to the cent"))
    );

    assert_eq!(world.rows(TAMPER).await.len(), 1);
    let models: Vec<Value> = serde_json::from_str(&reconcile(&["--json"]).await).unwrap();
    let drifts: Vec<&Value> = models
        .iter()
        .flat_map(|model| model["drifts"].as_array().unwrap())
        .collect();
    assert_eq!(drifts.len(), 1, "{models:#?}");
    let cents = |name: &str| drifts[0][name].as_i64().unwrap();
    assert_eq!(cents("ledgerCents"), cents("fanvueCents") + 101);
    let differs = reconcile(&[]).await;
    assert!(differs.contains("1 of "), "{differs}");
    assert!(differs.ends_with("The next sync reads the days that differ again.\n"));

    world.sync(None).await;
    assert_eq!(reconcile(&[]).await, agreed);
}

#[tokio::test]
async fn replay_reads_what_has_become_readable_and_says_what_waits() {
    let Some((_database, world, family)) = synced(1, 100).await else {
        return;
    };
    assert_eq!(world.rows(QUARANTINE).await.len(), 2);
    let agency = world.agency.to_string();
    let output = family.run(&["replay", "--agency", &agency]).await;
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("  1 rows read, 1 still wait\n"), "{told}");
    world.assert_ledger_is_true().await;

    let again = family.run(&["replay", "--agency", &agency]).await;
    let told = String::from_utf8(again.stdout).unwrap();
    assert!(told.contains("  0 rows read, 1 still wait\n"), "{told}");
}

#[tokio::test]
async fn a_model_that_cannot_be_compared_fails_the_command() {
    let Some((_database, world, family)) = synced(1, 50).await else {
        return;
    };
    let family = family.with_variable("FANVUE_API_URL", "http://127.0.0.1:9");
    let output = family
        .run(&["reconcile", "--agency", &world.agency.to_string()])
        .await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("  not compared: "), "{told}");
    let failure = String::from_utf8(output.stderr).unwrap();
    assert!(
        failure.contains("1 of 1 models could not be compared"),
        "{failure}"
    );
}
