//! The Wasm engine that all components of a process share.

use std::path::Path;
use std::time::Duration;

use wasmtime::{
    Cache, CacheConfig, Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy,
    PoolingAllocationConfig,
};

/// Guests give way to others, and are stopped when their time is up, at this interval.
const TICK: Duration = Duration::from_millis(10);

/// Memory of an instance that stays mapped when it ends, in bytes: clearing that much is quicker
/// than giving it back and faulting it in again.
const RESIDENT_MEMORY: usize = 2 << 20;

/// The same for its tables.
const RESIDENT_TABLE: usize = 64 << 10;

/// Core instances, memories and tables per component instance. A component built by `cargo` has
/// one module of its own with one memory, and a few small ones that glue imports together.
const CORE_INSTANCES: u32 = 8;
const MEMORIES: u32 = 2;
const TABLES: u32 = 4;

/// Compiled code kept on disk, in bytes; some forty versions of four components.
const CODE_CACHE_BYTES: u64 = 1 << 30;

/// What an engine is made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EngineSettings<'path> {
    /// Instances that may run at the same time.
    pub(crate) instances: u32,
    /// The most linear memory that any of them may have, in bytes.
    pub(crate) memory_bytes: usize,
    /// The directory for compiled code; none compiles at every start.
    pub(crate) code_cache: Option<&'path Path>,
}

/// Makes an engine and starts its ticks, which end with it.
pub(crate) fn engine(settings: EngineSettings<'_>) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .parallel_compilation(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(settings)));
    if let Some(directory) = settings.code_cache {
        let mut cache = CacheConfig::new();
        cache
            .with_directory(directory)
            .with_files_total_size_soft_limit(CODE_CACHE_BYTES);
        config.cache(Some(Cache::new(cache)?));
    }
    let engine = Engine::new(&config)?;
    start_ticks(engine.weak())?;
    Ok(engine)
}

/// Address space for every slot is reserved at once; memory is taken when it is touched.
fn pool(settings: EngineSettings<'_>) -> PoolingAllocationConfig {
    let instances = settings.instances;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES))
        .total_memories(instances.saturating_mul(MEMORIES))
        .total_tables(instances.saturating_mul(TABLES))
        .total_stacks(instances)
        .max_memories_per_component(MEMORIES)
        .max_memory_size(settings.memory_bytes)
        .linear_memory_keep_resident(RESIDENT_MEMORY)
        .table_keep_resident(RESIDENT_TABLE)
        .pagemap_scan(Enabled::Auto);
    pool
}

fn start_ticks(engine: EngineWeak) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name("guest-ticks".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })?;
    Ok(())
}
