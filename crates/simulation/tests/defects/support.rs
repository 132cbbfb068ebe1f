//! What the stories share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tidemark_database::testing::TestDatabase;
use tidemark_jobs::StepRequest;
use tidemark_native::SqlPool;
use tidemark_simulation::Lab;
use tidemark_simulation::lab::LabBuilder;
use tidemark_simulator::{
    FaultKind, FaultTarget, LedgerRow, NewSale, ScriptedFault, SimulatorConfig, Source,
};

/// A laboratory on a real database.
pub type RealLab<'s> = Lab<'s, SqlPool>;

/// Slow enough that every page is stored by itself.
pub const SLOW: Duration = Duration::from_secs(2);

/// A step that stops after its first page.
pub const SHORTEST: StepRequest = StepRequest {
    budget: Some(Duration::from_millis(1)),
    ..PLAIN
};

/// A step that reads the whole history again.
pub const FULL: StepRequest = StepRequest {
    full: true,
    ..PLAIN
};

const PLAIN: StepRequest = StepRequest {
    agency: None,
    model: None,
    full: false,
    budget: None,
};

/// The statement that stores pages.
pub const STORE: &str = "with incoming as (";

/// A database of a test's own, gone with this value.
pub struct Database {
    _kept: TestDatabase,
    /// its connections
    pub sql: SqlPool,
}

/// A native database, or an embedded one where there is no native server.
pub async fn database() -> Database {
    let kept = match TestDatabase::native().await {
        Some(native) => native,
        None => TestDatabase::embedded().await,
    };
    Database {
        sql: SqlPool::new(kept.pool().clone()),
        _kept: kept,
    }
}

/// A world with that many models.
pub fn models(count: u32) -> LabBuilder {
    RealLab::with_models(count)
}

/// Rows with everything that can be awkward about them.
pub fn awkward(config: SimulatorConfig) -> SimulatorConfig {
    config.with_hazards(tidemark_simulator::Hazards::moderate())
}

/// A tip to the first model, now.
pub fn sell(lab: &RealLab<'_>, cents: i64) -> LedgerRow {
    sell_as(lab, &NewSale::new(Source::Tip, cents))
}

/// A sale of the first model.
pub fn sell_as(lab: &RealLab<'_>, sale: &NewSale) -> LedgerRow {
    let model = lab.model();
    let row = lab.fanvue(|world, now| world.append_sale(model, sale, now));
    row.expect("a sale")
}

/// A tip to the first model that arrives now with an old date.
pub fn sell_late(lab: &RealLab<'_>, cents: i64, age: Duration) -> LedgerRow {
    let (model, sale) = (lab.model(), NewSale::new(Source::Tip, cents));
    let row = lab.fanvue(|world, now| world.append_late(model, &sale, age, now));
    row.expect("a sale")
}

/// Something that goes wrong with requests for earnings.
pub fn earnings_fault(kind: FaultKind) -> ScriptedFault {
    ScriptedFault::new(kind).on(FaultTarget::Earnings)
}

/// Lets something go wrong.
pub fn script(lab: &RealLab<'_>, fault: ScriptedFault) {
    lab.fanvue(|world, _| world.script_fault(fault));
}

/// So many days.
pub const fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}

/// The workspace's folder.
pub fn root() -> &'static Path {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates.and_then(Path::parent).expect("the workspace")
}

/// Every file below a folder with one of these endings; tests, benchmarks in scratch databases and
/// build results left out.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !["target", "tests", "simulation", "bench"].contains(&name.as_ref()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = std::fs::read_to_string(&path).expect("text");
                found.push((path, text));
            }
        }
    }
    found
}
