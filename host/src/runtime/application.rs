//! A whole application: every component of a manifest, loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tidemark_manifest::routes::RouteError;
use tidemark_manifest::{Component, CronTrigger, Manifest, ManifestError, RouteTable, Variables};
use tokio::sync::OnceCell;
use tokio::task::{JoinError, JoinSet};
use wasmtime::Engine;

use super::clock::{Clock, SystemClock};
use super::engine::{EngineSettings, engine};
use super::files::{MountError, MountedFiles};
use super::jobs::OfferedJob;
use super::limits::{DEFAULT_MEMORY_BYTES, Limits};
use super::outbound::OutboundClient;
use super::plugin::{Export, Plugin, linker};
use super::postgres::pools::DatabasePools;
use super::state::ComponentContext;

/// Instances that may run at the same time, unless configured.
pub const DEFAULT_INSTANCES: u32 = 256;

/// How an application is run.
#[derive(Clone)]
pub struct Settings {
    /// The manifest's directory, which its paths are relative to.
    pub root: PathBuf,
    /// The directory for compiled code; none compiles at every start.
    pub code_cache: Option<PathBuf>,
    /// Instances that may run at the same time, of all components together.
    pub instances: u32,
    /// The bounds of a call, where the manifest sets no others.
    pub limits: Limits,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

impl Settings {
    /// The defaults, for a manifest in a directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            code_cache: None,
            instances: DEFAULT_INSTANCES,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

const MEBIBYTE: u64 = 1 << 20;

/// Bytes of a page of linear memory.
const WASM_PAGE: u64 = 64 << 10;

/// Why an application cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The manifest names a file that is not there, or something does not resolve.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Its routes cannot be told apart.
    #[error(transparent)]
    Routes(#[from] RouteError),
    /// The files of a component cannot be mounted.
    #[error("the files of the component {component} cannot be mounted: {source}")]
    Files {
        /// The component's name.
        component: String,
        /// What is wrong.
        source: MountError,
    },
    /// A component begins with more memory than it may have.
    #[error(
        "the component {component} begins with {needed} MiB of memory and may have {limit}; \
         raise its memory_limit_mb"
    )]
    ShortOfMemory {
        /// The component's name.
        component: String,
        /// What it begins with, in MiB, rounded up.
        needed: u64,
        /// What it may have, in MiB.
        limit: u64,
    },
    /// A Wasm file is not a component that this host can run.
    #[error("{} (component {component}) cannot be run: {reason}; run `tidemark build`", path.display())]
    Component {
        /// The component's name.
        component: String,
        /// Its Wasm file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A trigger names a component without the export that it calls.
    #[error(
        "the component {component} has the trigger {trigger:?} but does not export {}; remove the \
         trigger or export it",
        export.name()
    )]
    MissingExport {
        /// The component's name.
        component: String,
        /// The trigger's id.
        trigger: String,
        /// What is missing.
        export: Export,
    },
    /// The Wasm engine cannot start.
    #[error("the Wasm engine cannot start: {0}; allow more address space or fewer instances")]
    Engine(String),
    /// A component could not be compiled because the process is ending.
    #[error("loading was interrupted: {0}")]
    Interrupted(#[from] JoinError),
}

/// The components, routes and schedules of a manifest, ready to run.
pub struct Application {
    plugins: BTreeMap<String, Arc<Plugin>>,
    routes: RouteTable,
    schedules: Vec<CronTrigger>,
    clock: Arc<dyn Clock>,
    pub(super) jobs: OnceCell<Vec<OfferedJob>>,
}

impl Application {
    /// Compiles and links every component of a manifest.
    ///
    /// # Errors
    /// See [`LoadError`]; nothing is left running.
    pub async fn load(
        manifest: &Manifest,
        variables: &Variables,
        databases: Arc<dyn DatabasePools>,
        settings: Settings,
    ) -> Result<Self, LoadError> {
        manifest.check_files(&settings.root)?;
        let routes = RouteTable::new(manifest)?;
        let engine = start_engine(manifest, &settings)?;
        let outbound = OutboundClient::new();

        let mut loading = JoinSet::new();
        for component in manifest.components.values() {
            let limits = component_limits(manifest, component, settings.limits);
            let context = ComponentContext {
                name: component.name.as_str().into(),
                variables: manifest.component_variables(component, variables)?,
                allowed_hosts: Arc::new(manifest.allowed_hosts(component, variables)?),
                environment: component.environment.clone().into_iter().collect(),
                files: mount(component, &settings.root)?,
                databases: Arc::clone(&databases),
                permitted_database: OnceLock::new(),
                outbound: outbound.clone(),
                clock: Arc::clone(&settings.clock),
            };
            let path = settings.root.join(&component.source);
            let engine = engine.clone();
            loading.spawn_blocking(move || load_plugin(&engine, &path, context, limits));
        }
        let mut plugins = BTreeMap::new();
        while let Some(loaded) = loading.join_next().await {
            let plugin = Arc::new(loaded??);
            plugins.insert(plugin.name().to_owned(), plugin);
        }

        let application = Self {
            plugins,
            routes,
            schedules: manifest.cron_triggers.clone(),
            clock: settings.clock,
            jobs: OnceCell::new(),
        };
        application.check_triggers(manifest)?;
        Ok(application)
    }

    /// All components, by name.
    pub fn plugins(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        self.plugins.values()
    }

    /// A component.
    pub fn plugin(&self, name: &str) -> Option<&Arc<Plugin>> {
        self.plugins.get(name)
    }

    /// Which component answers which path.
    pub fn routes(&self) -> &RouteTable {
        &self.routes
    }

    /// The cron triggers, in the order of the manifest.
    pub fn schedules(&self) -> &[CronTrigger] {
        &self.schedules
    }

    /// The time of day, as the guests see it.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    fn check_triggers(&self, manifest: &Manifest) -> Result<(), LoadError> {
        let http = manifest
            .http_triggers
            .iter()
            .map(|trigger| (&trigger.id, &trigger.component, Export::IncomingHandler));
        let cron = manifest
            .cron_triggers
            .iter()
            .map(|trigger| (&trigger.id, &trigger.component, Export::CronEvent));
        for (trigger, component, export) in http.chain(cron) {
            let plugin = self.plugin(component);
            if !plugin.is_some_and(|plugin| plugin.exports(export)) {
                return Err(LoadError::MissingExport {
                    component: component.clone(),
                    trigger: trigger.clone(),
                    export,
                });
            }
        }
        Ok(())
    }
}

fn start_engine(manifest: &Manifest, settings: &Settings) -> Result<Engine, LoadError> {
    let memory_bytes = manifest
        .components
        .values()
        .map(|component| component_limits(manifest, component, settings.limits).memory_bytes)
        .max()
        .unwrap_or(settings.limits.memory_bytes)
        // Else what is short of memory could not even be looked at.
        .max(DEFAULT_MEMORY_BYTES);
    engine(EngineSettings {
        instances: settings.instances,
        memory_bytes,
        code_cache: settings.code_cache.as_deref(),
    })
    .map_err(|error| LoadError::Engine(format!("{error:#}")))
}

fn component_limits(manifest: &Manifest, component: &Component, defaults: Limits) -> Limits {
    let configured = manifest.limits(component);
    let memory_bytes = configured
        .memory_limit_mb
        .and_then(|mebibytes| usize::try_from(mebibytes).ok()?.checked_mul(1 << 20));
    let limits = Limits {
        memory_bytes: memory_bytes.unwrap_or(defaults.memory_bytes),
        ..defaults
    };
    match configured.request_timeout_ms {
        Some(milliseconds) => {
            limits.with_answer_time(std::time::Duration::from_millis(milliseconds))
        }
        None => limits,
    }
}

fn mount(component: &Component, root: &Path) -> Result<Option<MountedFiles>, LoadError> {
    MountedFiles::stage(component, root).map_err(|source| LoadError::Files {
        component: component.name.clone(),
        source,
    })
}

fn load_plugin(
    engine: &Engine,
    path: &Path,
    context: ComponentContext,
    limits: Limits,
) -> Result<Plugin, LoadError> {
    let component = context.name.to_string();
    let unfit = |error: wasmtime::Error| LoadError::Component {
        component: component.clone(),
        path: path.to_owned(),
        reason: format!("{error:#}"),
    };
    let compiled = wasmtime::component::Component::from_file(engine, path).map_err(unfit)?;
    let resources = compiled.resources_required();
    let pages = resources.and_then(|resources| resources.max_initial_memory_size);
    let needed = pages.unwrap_or(0).saturating_mul(WASM_PAGE);
    let limit = limits.memory_bytes as u64;
    if needed > limit {
        return Err(LoadError::ShortOfMemory {
            component,
            needed: needed.div_ceil(MEBIBYTE),
            limit: limit / MEBIBYTE,
        });
    }
    linker(engine)
        .and_then(|linker| Plugin::new(&linker, &compiled, context, limits))
        .map_err(unfit)
}
