//! A thousand worlds: whatever goes wrong, the ledger ends as Fanvue's rows, each once.

use tidemark_database::testing::TestDatabase;
use tidemark_native::SqlPool;
use tidemark_simulation::{Outcome, run};

/// Plays seeds in a database of their own; panics with the command that replays the first failure.
async fn play(seeds: impl Iterator<Item = u64>) {
    let database = match TestDatabase::native().await {
        Some(native) => native,
        None => TestDatabase::embedded().await,
    };
    let sql = SqlPool::new(database.pool().clone());
    let mut total = Outcome::default();
    let mut count = 0;
    for seed in seeds {
        let outcome = run(&sql, seed).await.unwrap_or_else(|failure| {
            panic!(
                "seed {seed}: {failure}\nreplay it with: \
                 cargo run --release -- bench simulate --first {seed} --seeds 1"
            )
        });
        total.add(outcome);
        count += 1;
    }
    println!("{count} seeds: {total:?}");
    // A simulation in which nothing goes wrong would prove nothing.
    assert!(total.kills > count / 2 && total.faults > count / 4 && total.events > count);
}

#[tokio::test]
async fn the_ledger_survives_the_even_seeds() {
    play((0..1_000).step_by(2)).await;
}

#[tokio::test]
async fn the_ledger_survives_the_odd_seeds() {
    play((1..1_000).step_by(2)).await;
}
