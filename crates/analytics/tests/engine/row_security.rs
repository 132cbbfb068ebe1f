//! Row security must not cost the ranges of the indexes: Postgres looks up in an index only what may be
//! evaluated before the policy, and says nothing where a statement falls back to reading an agency whole.

use tidemark_analytics::statements;
use tidemark_database::testing::TestDatabase;

/// The types of a statement's parameters, and for each index that must be entered by more than the
/// agency: what its condition must name.
struct Expected {
    statement: &'static str,
    types: &'static str,
    ranges: &'static [(&'static str, &'static str)],
}

const WINDOW: (&str, &str) = ("fanvue_transactions_window", "occurred_at");

const STATEMENTS: [Expected; 5] = [
    Expected {
        statement: statements::ROLLED,
        types: "uuid, uuid, text, bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], \
                bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], \
                bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], \
                bigint, bigint",
        ranges: &[
            WINDOW,
            ("revenue_days_pkey", "model_id"),
            ("revenue_days_pkey", "day"),
            ("fan_days_pkey", "fan_id"),
            ("fan_days_pkey", "model_id"),
            ("fan_gaps_pkey", "model_id"),
        ],
    },
    Expected {
        statement: statements::AGGREGATES,
        types: "uuid, uuid, text[], text[], text[], bigint[], bigint[], bigint[], bigint[], \
                bigint, bigint",
        ranges: &[WINDOW],
    },
    Expected {
        statement: statements::TRANSACTIONS,
        types: "uuid, uuid, bigint, bigint, text, bigint, uuid, text, bigint",
        ranges: &[WINDOW],
    },
    Expected {
        statement: statements::TOP_FANS,
        types: "uuid, uuid, bigint, bigint, bigint",
        ranges: &[WINDOW],
    },
    Expected {
        statement: statements::AUDIENCE,
        types: "uuid, text[], text, text",
        ranges: &[
            ("subscriber_history_pkey", "model_id"),
            ("subscriber_history_pkey", "day"),
        ],
    },
];

#[tokio::test]
async fn an_agencys_answers_enter_the_indexes_as_deeply_as_without_row_security() {
    let Some(database) = TestDatabase::native().await else {
        return;
    };
    let client = database.pool().get().await.unwrap();
    // One plan for all parameters is what a busy connection ends with, and the harder case. Empty
    // tables would be read whole, whatever their indexes.
    client
        .batch_execute(
            "set role tidemark_tenant;
             set plan_cache_mode = force_generic_plan;
             set enable_seqscan = off;
             set enable_bitmapscan = off",
        )
        .await
        .unwrap();
    for (number, expected) in STATEMENTS.iter().enumerate() {
        let prepare = format!(
            "prepare statement_{number} ({}) as {}",
            expected.types, expected.statement
        );
        client.batch_execute(&prepare).await.unwrap();
        let nulls = vec!["null"; expected.types.split(',').count()].join(", ");
        let explain = format!("explain execute statement_{number} ({nulls})");
        let plan = client.query(&explain, &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|line| line.get(0)).collect();
        for (index, column) in expected.ranges {
            let scans = conditions(&plan, index);
            assert!(
                !scans.is_empty(),
                "{index} is not used: {}",
                plan.join("\n")
            );
            for condition in scans {
                assert!(
                    condition.contains(column),
                    "{index} is entered without {column}: {condition}\n{}",
                    plan.join("\n")
                );
            }
        }
    }
}

/// The condition of each scan of an index; empty where a scan has none.
fn conditions<'a>(plan: &'a [String], index: &str) -> Vec<&'a str> {
    let using = format!(" using {index} on ");
    plan.iter()
        .enumerate()
        .filter(|(_, line)| line.contains(&using))
        .map(|(place, _)| {
            let next = plan.get(place + 1).map_or("", |line| line.trim());
            if next.starts_with("Index Cond") {
                next
            } else {
                ""
            }
        })
        .collect()
}
