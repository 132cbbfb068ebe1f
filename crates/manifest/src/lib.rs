//! Reader of Spin application manifests (`spin.toml`, manifest version 2) for the Tidemark host.
//!
//! [`Manifest::parse`] is pure: text in, typed manifest or one typed error out. It takes the part
//! of the format that Tidemark runs and refuses everything else by its full key path, so that a
//! setting which Spin would honour is never silently dropped. What it accepts means the same
//! under `spin up` (Spin 3.5 to 4.x with the cron trigger 0.3); where Spin only warns about a
//! setting that can never take effect, this reader refuses it.
//!
//! | module | subject |
//! | --- | --- |
//! | [`model`] | the typed manifest |
//! | [`error`] | what can be wrong with the text of a manifest |
//! | [`variables`], [`template`] | application variables and `{{ name }}` templates |
//! | [`routes`] | which component answers a request path |
//! | [`schedule`] | cron expressions and their next firing |
//! | [`outbound`] | which hosts a component may call |
//! | [`files`], [`freshness`] | what needs the file system: missing files, stale builds |
//!
//! The keys `tool.tidemark.memory_limit_mb` and `tool.tidemark.request_timeout_ms`, under
//! `[application]` or under a component, are Tidemark's own; Spin ignores `tool` tables.

pub mod error;
pub mod files;
pub mod freshness;
pub mod model;
pub mod outbound;
mod parse;
pub mod routes;
pub mod schedule;
pub mod template;
pub mod variables;

pub use error::{ManifestError, ManifestProblem};
pub use model::{
    Application, Build, Component, CronTrigger, FileMount, HttpRoute, HttpTrigger, Limits, Manifest,
};
pub use outbound::AllowedHosts;
pub use routes::{RouteMatch, RouteTable};
pub use schedule::Schedule;
pub use template::Template;
pub use variables::{ComponentVariables, Declarations, Resolved, VariableDeclaration, Variables};
