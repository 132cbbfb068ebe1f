//! The typed manifest: what Tidemark takes from `spin.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::{ManifestError, ManifestProblem};
use crate::freshness::WatchPattern;
use crate::outbound::AllowedHosts;
use crate::schedule::Schedule;
use crate::template::Template;
use crate::variables::{ComponentVariables, Declarations, Variables};

/// A Spin application manifest, version 2.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The file that the text came from; errors name it.
    pub origin: PathBuf,
    /// `[application]`.
    pub application: Application,
    /// `[variables]`.
    pub variables: Declarations,
    /// `[[trigger.http]]`, in the order of the file.
    pub http_triggers: Vec<HttpTrigger>,
    /// `[[trigger.cron]]`, in the order of the file.
    pub cron_triggers: Vec<CronTrigger>,
    /// `[component.NAME]`, by name.
    pub components: BTreeMap<String, Component>,
}

/// `[application]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// The name of the application.
    pub name: String,
    /// Its version, by convention a semantic one.
    pub version: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// `[application.tool.tidemark]`: defaults for every component.
    pub limits: Limits,
}

/// Bounds that the host sets on one run of a component; `None` is the host's own default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in mebibytes.
    pub memory_limit_mb: Option<u32>,
    /// Time that one request may take, in milliseconds.
    pub request_timeout_ms: Option<u64>,
}

/// `[[trigger.http]]`: requests to a route run a component.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpTrigger {
    /// The id, given or derived as Spin derives it (`COMPONENT-http-trigger`).
    pub id: String,
    /// The name of the component to run.
    pub component: String,
    /// The paths that it answers.
    pub route: HttpRoute,
}

/// The route of an HTTP trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpRoute {
    /// A path pattern, as written; see [`crate::routes`].
    Path(String),
    /// `{ private = true }`: reachable from inside of the application only.
    Private,
}

/// `[[trigger.cron]]`: a schedule runs a component.
#[derive(Clone, Debug, PartialEq)]
pub struct CronTrigger {
    /// The id, given or derived as Spin derives it (`COMPONENT-cron-trigger`).
    pub id: String,
    /// The name of the component to run.
    pub component: String,
    /// The cron expression, as written: six fields, seconds first, UTC.
    pub expression: String,
    /// The expression, read.
    pub schedule: Schedule,
}

/// `[component.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its name, the key of its table.
    pub name: String,
    /// The Wasm file, relative to the manifest's directory.
    pub source: PathBuf,
    /// What it is.
    pub description: Option<String>,
    /// The variables it may read, by name.
    pub variables: BTreeMap<String, Template>,
    /// The hosts it may call; see [`crate::outbound`].
    pub allowed_outbound_hosts: Vec<Template>,
    /// The files it may read.
    pub files: Vec<FileMount>,
    /// Path patterns that `files` leaves out.
    pub exclude_files: Vec<String>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// How it is built, if it is.
    pub build: Option<Build>,
    /// `[component.NAME.tool.tidemark]`: what differs from the application's limits.
    pub limits: Limits,
}

/// One entry of a component's `files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileMount {
    /// A path or a glob pattern, relative to the manifest's directory; a file appears to the
    /// component under the same relative path.
    Pattern(String),
    /// A file or directory that appears to the component somewhere else.
    Placement {
        /// The path on the host, relative to the manifest's directory.
        source: PathBuf,
        /// The absolute path that the component sees.
        destination: String,
    },
}

/// `[component.NAME.build]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// The shell commands, to be run in this order.
    pub commands: Vec<String>,
    /// Where they run, relative to the manifest's directory; absent, that directory itself.
    pub workdir: Option<PathBuf>,
    /// The files whose change calls for a rebuild, relative to `workdir`.
    pub watch: Vec<WatchPattern>,
}

impl Manifest {
    /// The limits of a component: its own where set, else the application's.
    pub fn limits(&self, component: &Component) -> Limits {
        let defaults = self.application.limits;
        Limits {
            memory_limit_mb: component
                .limits
                .memory_limit_mb
                .or(defaults.memory_limit_mb),
            request_timeout_ms: component
                .limits
                .request_timeout_ms
                .or(defaults.request_timeout_ms),
        }
    }

    /// The values of a component's variables.
    ///
    /// # Errors
    /// A template uses a variable that `variables` does not hold; impossible when `variables`
    /// was made from this manifest's declarations.
    pub fn component_variables(
        &self,
        component: &Component,
        variables: &Variables,
    ) -> Result<ComponentVariables, ManifestError> {
        let mut resolved = ComponentVariables::default();
        for (name, template) in &component.variables {
            let value = template.resolve(variables).map_err(|source| {
                let key = format!("component.{}.variables.{name}", component.name);
                self.error(ManifestProblem::Template { key, source })
            })?;
            resolved.insert(name, value);
        }
        Ok(resolved)
    }

    /// The hosts that a component may call, with the templates of its entries resolved.
    ///
    /// # Errors
    /// An entry is malformed once resolved. The sentence shows the template, not the value,
    /// where a secret went into it.
    pub fn allowed_hosts(
        &self,
        component: &Component,
        variables: &Variables,
    ) -> Result<AllowedHosts, ManifestError> {
        let key = || format!("component.{}.allowed_outbound_hosts", component.name);
        let mut entries = Vec::new();
        for template in &component.allowed_outbound_hosts {
            let entry = template
                .resolve(variables)
                .map_err(|source| self.error(ManifestProblem::Template { key: key(), source }))?;
            entries.push(entry);
        }
        AllowedHosts::parse(&entries)
            .map_err(|source| self.error(ManifestProblem::OutboundHost { key: key(), source }))
    }

    pub(crate) fn error(&self, problem: ManifestProblem) -> ManifestError {
        ManifestError::new(&self.origin, None, problem)
    }
}
