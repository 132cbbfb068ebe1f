//! Row security must not cost the ranges of the indexes: Postgres looks up in an index only what may be
//! evaluated before the policy, and says nothing where a statement falls back to reading an agency whole.

use std::collections::BTreeSet;

use tidemark_analytics::statements;
use tidemark_database::Client;
use tidemark_database::testing::TestDatabase;

/// The statements of an answer, each with the types of its parameters.
const STATEMENTS: [(&str, &str); 5] = [
    (
        statements::ROLLED,
        "uuid, uuid, text, bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], \
         bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], \
         bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint, bigint",
    ),
    (
        statements::AGGREGATES,
        "uuid, uuid, text[], text[], text[], bigint[], bigint[], bigint[], bigint[], bigint, bigint",
    ),
    (
        statements::TRANSACTIONS,
        "uuid, uuid, bigint, bigint, text, bigint, uuid, text, bigint",
    ),
    (statements::TOP_FANS, "uuid, uuid, bigint, bigint, bigint"),
    (statements::AUDIENCE, "uuid, text[], text, text"),
];

/// Two agencies with enough rows for a planner to have an opinion.
const FILL: &str = "
    insert into agencies
    select md5(number::text)::uuid, 'Agency', 'Europe/Berlin', now() from generate_series(1, 2) as number;
    insert into connections (
        agency_id, connection_id, access_token_sealed, refresh_token_sealed, obtained_at, expires_at
    )
    select agency_id, agency_id, '', '', now(), now() from agencies;
    insert into models (
        agency_id, model_id, connection_id, own_account, handle, display_name, created_at
    )
    select agency_id, md5(agency_id::text || number)::uuid, agency_id, false, 'm', 'M', now()
    from agencies cross join generate_series(1, 4) as number;
    insert into subscriber_history
    select agency_id, model_id, date '2026-01-01' + number, number, number, now()
    from models cross join generate_series(1, 300) as number;
    insert into fanvue_transactions (
        agency_id, model_id, row_key, shape, occurred_at, source, gross_cents, net_cents, fan_id, raw,
        first_seen_at, changed_at
    )
    select agency_id, model_id, 'row ' || number, 'v1', now() - number * interval '3 hours',
        (array['message', 'tip', 'refund', 'post'])[1 + number % 4], 1000, 800,
        md5((number % 300)::text)::uuid, '{}', now(), now()
    from models cross join generate_series(1, 3000) as number;
    select roll_up_step(agency_id, 100000) from agencies cross join generate_series(1, 6);
    analyze;
    -- One plan for all parameters is what a busy connection ends with, and the harder case.
    set plan_cache_mode = force_generic_plan;
    set max_parallel_workers_per_gather = 0";

#[tokio::test]
async fn an_agencys_answers_enter_the_indexes_as_deeply_as_without_row_security() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let client = database.pool().get().await.unwrap();
    client.batch_execute(FILL).await.unwrap();
    for (number, (statement, types)) in STATEMENTS.iter().enumerate() {
        let prepare = format!("prepare statement_{number} ({types}) as {statement}");
        client.batch_execute(&prepare).await.unwrap();
        let nulls = vec!["null"; types.split(',').count()].join(", ");
        let explain = format!("explain execute statement_{number} ({nulls})");
        let free = plan(&client, "none", &explain).await;
        let bound = plan(&client, "tidemark_tenant", &explain).await;
        let (wanted, found) = (entries(&free), entries(&bound));
        assert!(!wanted.is_empty(), "{}", free.join("\n"));
        let missing: Vec<_> = wanted.difference(&found).collect();
        assert!(missing.is_empty(), "{missing:#?}\n{}", bound.join("\n"));
    }
}

async fn plan(client: &Client, role: &str, explain: &str) -> Vec<String> {
    client
        .batch_execute(&format!("set role {role}"))
        .await
        .unwrap();
    let plan = client.query(explain, &[]).await.unwrap();
    plan.iter().map(|line| line.get(0)).collect()
}

/// How each index is entered: its name and the columns of its condition, in order.
fn entries(plan: &[String]) -> BTreeSet<(String, Vec<String>)> {
    let mut entries = BTreeSet::new();
    for (line, next) in plan.iter().zip(&plan[1..]) {
        let using = line
            .split_once(" using ")
            .or_else(|| line.split_once("Bitmap Index Scan on "));
        let (Some((_, rest)), Some(condition)) = (using, next.trim().strip_prefix("Index Cond: "))
        else {
            continue;
        };
        let index = rest.split(' ').next().unwrap().to_owned();
        let columns = condition.split(" AND ").map(|part| {
            let column = part.trim_start_matches('(').split(' ').next().unwrap();
            column.to_owned()
        });
        entries.insert((index, columns.collect()));
    }
    entries
}
