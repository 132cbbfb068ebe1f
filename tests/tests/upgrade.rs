//! Database and data directory of an earlier release open in this one, with the same figures.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tidemark_database::migrations::{Migrations, latest};
use tidemark_database::testing::TestDatabase;
use tidemark_database::{Database, DatabaseChoice, Pool};
use tidemark_tests::hosts::program;
use tidemark_tests::{World, components};

/// The migrations of the earlier release.
const RELEASED: usize = 5;

/// What its database held.
const ROWS: &str = include_str!("../fixtures/release_0005.sql");

/// Its owner's token.
const TOKEN: &str = "tdm_release_0005_owner";

/// Rows, cents gross and net, payers: of the whole ledger and of each model.
const FIGURES: &str = "
    select coalesce(model_id::text, 'all'), count(*), sum(gross_cents)::bigint,
        sum(net_cents)::bigint, count(distinct fan_id) filter (where gross_cents > 0)
    from fanvue_transactions where withdrawn_at is null
    group by rollup (model_id) order by 1";

type Figures = Vec<(String, i64, i64, i64, i64)>;

/// Makes a database as the earlier release left it; returns its figures.
async fn fill_as_then(pool: &Pool) -> Figures {
    let files = Migrations::embedded().unwrap();
    let earlier = files.files()[..RELEASED].iter();
    let earlier = Migrations::new(earlier.map(|file| (&*file.name, &*file.sql))).unwrap();
    assert_eq!(earlier.apply(pool).await.unwrap().len(), RELEASED);
    let client = pool.get().await.unwrap();
    client.batch_execute(ROWS).await.unwrap();
    drop(client);
    figures(pool).await
}

async fn figures(pool: &Pool) -> Figures {
    let client = pool.get().await.unwrap();
    let rows = client.query(FIGURES, &[]).await.unwrap();
    rows.iter()
        .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
        .collect()
}

/// Runs a command of this release on that database.
fn run(command: &str, place: [&str; 2], data_dir: &Path) -> Output {
    let mut program = Command::new(program());
    program.args([command, "--json"]).args(place);
    if place[0] != "--data-dir" {
        program.arg("--data-dir").arg(data_dir);
    }
    let output = program
        .current_dir(components::root())
        // Nobody is there; what the doctor says of it is not looked at.
        .env("SPIN_VARIABLE_FANVUE_API_URL", "http://127.0.0.1:1")
        .output();
    output.expect("the program runs")
}

/// Migrates with the program, and lets its doctor check schema and roll-ups.
fn upgrade(place: [&str; 2], data_dir: &Path) {
    let migrated = run("migrate", place, data_dir);
    let errors = String::from_utf8_lossy(&migrated.stderr).into_owned();
    assert!(migrated.status.success(), "{errors}");

    let examined = run("doctor", place, data_dir);
    let checks: Vec<Value> = serde_json::from_slice(&examined.stdout).expect("JSON");
    for name in ["database", "migrations", "roll-ups"] {
        let check = checks.iter().find(|check| check["check"] == name);
        let check = check.unwrap_or_else(|| panic!("no {name} in {checks:?}"));
        assert_eq!(check["ok"], true, "{check}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_an_earlier_release_serves_the_same_figures() {
    let Some(database) = TestDatabase::native_unmigrated().await else {
        return;
    };
    let before = fill_as_then(database.pool()).await;
    assert_eq!((&*before[2].0, before[2].1), ("all", 2_400));
    let folder = tempfile::tempdir().unwrap();
    let url = database.url().expose();
    upgrade(["--database-url", url], folder.path());
    assert_eq!(figures(database.pool()).await, before);
    let client = database.pool().get().await.unwrap();
    let trusted = "select bool_and(trusted) from roll_ups";
    let trusted: bool = client.query_one(trusted, &[]).await.unwrap().get(0);
    assert!(trusted, "answers come from roll-ups");
    drop(client);

    let world = World::with_models(1).unconnected().on(&database).await;
    for (model, rows, gross, net, payers) in before {
        // The roll-ups answer whole days of the agency's own zone, the ledger those of another.
        for zone in ["Europe/Berlin", "Asia/Tokyo"] {
            let shown = dashboard(&world, &model, zone).await;
            assert_eq!(cents(&shown["totalRevenue"]), gross, "{model} {zone}");
            assert_eq!(cents(&shown["netRevenue"]), net, "{model} {zone}");
            assert_eq!(shown["payers"], payers, "{model} {zone}");
            let counted = ["transactionCount", "reversalCount"].map(|key| shown[key].as_i64());
            assert_eq!(counted[0].unwrap() + counted[1].unwrap(), rows, "{model}");
        }
    }
}

/// The key figures of the whole history, by the earlier release's token.
async fn dashboard(world: &World, model: &str, zone: &str) -> Value {
    let path = format!(
        "/api/analytics/dashboard?startDate=2025-02-01&endDate=2025-08-01&compare=none\
         &modelId={model}&tz={zone}"
    );
    let request = world.request(reqwest::Method::GET, &path);
    let answer = request.bearer_auth(TOKEN).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    assert!(body["kpiMetrics"].is_object(), "{body}");
    body["kpiMetrics"].clone()
}

/// Cents of an amount in dollars with at most two decimals.
fn cents(dollars: &Value) -> i64 {
    let text = dollars.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{part:0<2}").parse().expect("an amount")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_directory_of_an_earlier_release_opens() {
    let folder = tempfile::tempdir().unwrap();
    let open = async || {
        let data_dir = folder.path().to_owned();
        let opened = Database::open(DatabaseChoice::Embedded { data_dir }).await;
        opened.unwrap()
    };
    let database = open().await;
    let before = fill_as_then(database.pool()).await;
    database.close().await.unwrap();

    let place = folder.path().to_str().unwrap();
    upgrade(["--data-dir", place], folder.path());

    let database = open().await;
    assert_eq!(figures(database.pool()).await, before);
    let version = "select max(version) from schema_migrations";
    let client = database.pool().get().await.unwrap();
    let version: i32 = client.query_one(version, &[]).await.unwrap().get(0);
    assert_eq!(version, latest());
    drop(client);
    database.close().await.unwrap();
}

#[tokio::test]
async fn the_schema_of_this_release_takes_what_an_earlier_one_still_writes() {
    let earlier = async {
        let database = TestDatabase::native_unmigrated().await?;
        Some(fill_as_then(database.pool()).await)
    };
    let (Some(then), Some(database)) = (earlier.await, TestDatabase::native().await) else {
        return;
    };
    // An earlier release names no role: it has what its login inherits, and is no superuser.
    let login = format!("earlier_release_{}", std::process::id());
    let client = database.pool().get().await.unwrap();
    let as_then = format!(
        "create role {login} nosuperuser nobypassrls;
         grant tidemark_tenant, tidemark_jobs, tidemark_gate to {login};
         set role {login};
         {ROWS}"
    );
    client.batch_execute(&as_then).await.unwrap();
    let seen = client.query(FIGURES, &[]).await.unwrap().len();
    assert_eq!(seen, then.len(), "row level security hides nothing from it");
    let leave = format!("reset role; drop role {login}");
    client.batch_execute(&leave).await.unwrap();
    assert_eq!(figures(database.pool()).await, then);
}
