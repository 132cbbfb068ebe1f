//! 7.1, second half: every row is there once.

use tidemark_domain::Instant;
use tidemark_simulation::lab::LabBuilder;
use tidemark_simulator::{FaultKind, NewSale, Shape, Source};

use crate::support::{
    FULL, RealLab, SLOW, awkward, database, days, earnings_fault, models, script, sell, sell_late,
    sources,
};

#[tokio::test]
async fn d013_keys_are_the_rows_own_and_two_full_reads_leave_the_same_table() {
    let database = database().await;
    for shape in [Shape::Feb2026, Shape::Unversioned, Shape::V1] {
        let world = models(2).transactions(300).fanvue(awkward).shape(shape);
        let lab = world.on(&database.sql).await;
        lab.sync().await;
        let before = lab.ledger_hash().await;
        let again = lab.sync_as(FULL).await;
        assert_eq!(
            (again.rows.inserted, again.rows.changed),
            (0, 0),
            "{shape:?}"
        );
        assert_eq!(lab.ledger_hash().await, before, "{shape:?}");
    }
}

#[tokio::test]
async fn d014_rows_under_keys_of_another_format_are_replaced_and_not_doubled() {
    let database = database().await;
    let lab = models(1).transactions(300).on(&database.sql).await;
    lab.sync().await;
    let old = "update fanvue_transactions set row_key = 'v0:' || row_key where agency_id = $1";
    lab.query(old).await;
    lab.pass(SLOW);
    lab.sync_as(FULL).await;
    assert_eq!(lab.row_count().await, 300);
    lab.assert_ledger_is_true().await;
}

#[tokio::test]
async fn d015_equal_sales_are_as_many_rows_as_there_are_sales() {
    let database = database().await;
    for shape in [Shape::Feb2026, Shape::Unversioned, Shape::V1] {
        let lab = models(1).shape(shape).on(&database.sql).await;
        // More than a page of them, so that pages end among them.
        append_equal(&lab, 80);
        lab.pass(SLOW);
        lab.sync().await;
        lab.sync_as(FULL).await;
        assert_eq!(lab.row_count().await, 80, "{shape:?}");
        lab.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn d016_a_page_that_comes_twice_in_one_write_is_written_once() {
    let database = database().await;
    for shape in [Shape::Feb2026, Shape::V1] {
        let lab = models(1)
            .transactions(200)
            .shape(shape)
            .on(&database.sql)
            .await;
        for request in 1..=3 {
            script(
                &lab,
                earnings_fault(FaultKind::DuplicatePage).at_request(request),
            );
        }
        lab.sync().await;
        lab.assert_ledger_is_true().await;
    }
}

#[tokio::test]
async fn d017_the_upsert_meets_a_full_primary_key() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    let statement = "select array_to_string(array(select attname::text from pg_attribute \
         where attrelid = indrelid and attnum = any (indkey) order by attnum), ',') \
         from pg_index where indrelid = 'fanvue_transactions'::regclass \
         and indisprimary and indpred is null and $1::uuid is not null";
    let columns: String = lab.value(statement).await;
    assert_eq!(columns, "agency_id,model_id,row_key");
}

#[tokio::test]
async fn d018_an_agencys_and_a_creators_own_path_write_the_same_rows() {
    let database = database().await;
    let world = || models(2).transactions(240).fanvue(awkward);
    let managed = world().on(&database.sql).await;
    let own = world().own_account().on(&database.sql).await;
    managed.sync().await;
    own.sync().await;
    let model = own.model();
    assert_eq!(managed.ledger(model).await, own.ledger(model).await);
    assert!(!own.ledger(model).await.is_empty());
}

#[test]
fn d018_one_statement_writes_the_ledger_and_d029_nothing_else_does() {
    let verbs = [
        "insert into",
        "update",
        "delete from",
        "truncate",
        "merge into",
    ];
    for folder in ["crates", "components", "host/src"] {
        for (path, text) in sources(folder, &[".sql", ".rs"]) {
            let text = text.to_lowercase();
            let writes = verbs
                .iter()
                .any(|verb| text.contains(&format!("{verb} fanvue_transactions")));
            let is_the_one = path.ends_with("crates/sync/src/sql/store.sql");
            assert_eq!(writes, is_the_one, "{}", path.display());
        }
    }
}

#[tokio::test]
async fn d020_a_day_of_more_than_1000_rows_is_summed_up_whole() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    append_equal(&lab, 1_200);
    lab.pass(days(2));
    lab.sync().await;
    let sum: i64 = lab
        .value("select sum(ledger_cents)::bigint from reconciliations where agency_id = $1")
        .await;
    assert_eq!(sum, 1_200 * 777);
    assert_eq!(drifted_days(&lab).await, 0);
}

#[tokio::test]
async fn d023_a_row_that_came_behind_a_long_backfill_is_found_by_the_comparison() {
    let database = database().await;
    let lab = slow_history().on(&database.sql).await;
    // The newest slices are read; then a row appears among them, older than any look-back.
    while lab.row_count().await < 150 {
        lab.step_as(crate::support::SHORTEST).await.unwrap();
    }
    let since: i64 = lab
        .value("select micros_of(proven_since) from sync_state where agency_id = $1")
        .await;
    let age = lab
        .true_now()
        .since(Instant::from_micros(since).plus(days(1)));
    assert!(age > days(3), "{age:?}");
    sell_late(&lab, 31_337, age);
    lab.sync().await;
    lab.assert_ledger_is_true().await;
    assert_eq!(drifted_days(&lab).await, 0);
}

#[tokio::test]
async fn d023_a_drift_that_a_second_read_does_not_explain_stays_visible_in_cents() {
    let database = database().await;
    let lab = models(1).on(&database.sql).await;
    sell(&lab, 1_000);
    lab.pass(days(2));
    lab.troubles.rewrite_answers(|request, response| {
        if request.url.contains("/summary") {
            let text = String::from_utf8(response.body.clone()).unwrap();
            response.body = text.replace("1000", "1250").into_bytes();
        }
    });
    lab.sync().await;
    let drift: i64 = lab
        .value(
            "select sum(ledger_cents - fanvue_cents)::bigint from reconciliations \
             where agency_id = $1",
        )
        .await;
    assert_eq!(drift, -250);
    lab.assert_ledger_is_true().await;
    lab.troubles.leave_answers();
    lab.pass(days(1) + SLOW);
    lab.sync().await;
    assert_eq!(drifted_days(&lab).await, 0, "gone once both agree");
}

#[test]
fn d024_no_migration_destroys_data() {
    for (path, text) in sources("migrations", &[".sql"]) {
        let text = text.to_lowercase();
        for verb in [
            "drop table",
            "drop column",
            "drop schema",
            "truncate",
            "delete from fanvue_transactions",
        ] {
            assert!(!text.contains(verb), "{} says {verb}", path.display());
        }
        // What a migration does by itself; the bodies of its functions remove derived rows.
        let by_itself: String = text.split("$$").step_by(2).collect();
        let deletes = by_itself.contains("delete from");
        assert!(!deletes, "{} deletes rows", path.display());
    }
}

/// Enough rows, read slowly enough, that a step reads one page.
fn slow_history() -> LabBuilder {
    models(1).transactions(400).latency(SLOW)
}

fn append_equal(lab: &RealLab<'_>, count: u32) {
    let (model, sale) = (lab.model(), NewSale::new(Source::Tip, 777));
    let rows = lab.fanvue(|world, now| world.append_equal_sales(model, &sale, count, now));
    rows.expect("equal sales");
}

async fn drifted_days(lab: &RealLab<'_>) -> i64 {
    lab.value(
        "select count(*) from reconciliations \
         where agency_id = $1 and ledger_cents <> fanvue_cents",
    )
    .await
}
