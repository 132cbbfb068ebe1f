//! What can be wrong with a manifest: one sentence that names the file, the key, the cause and
//! the mend.

use std::path::{Path, PathBuf};

use crate::outbound::OutboundError;
use crate::routes::RouteError;
use crate::schedule::ScheduleError;
use crate::template::TemplateError;

/// A manifest that cannot be used, with the place of the fault.
///
/// Displayed as `FILE:LINE: SENTENCE`, without the line where none is known.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", place(file, *line))]
pub struct ManifestError {
    file: PathBuf,
    line: Option<usize>,
    // Boxed: results that carry an error stay small.
    problem: Box<ManifestProblem>,
}

impl ManifestError {
    pub(crate) fn new(file: &Path, line: Option<usize>, problem: ManifestProblem) -> Self {
        Self {
            file: file.to_path_buf(),
            line,
            problem: Box::new(problem),
        }
    }

    /// The manifest file, as it was given to [`crate::Manifest::parse`].
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The line of the fault, counted from 1.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong.
    pub fn problem(&self) -> &ManifestProblem {
        &self.problem
    }
}

fn place(file: &Path, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{}:{line}", file.display()),
        None => file.display().to_string(),
    }
}

/// The faults of a manifest. `key` is always the full path of the key at fault.
#[derive(Debug, thiserror::Error)]
pub enum ManifestProblem {
    /// The text is not TOML.
    #[error("this is not valid TOML ({message}); correct the syntax here")]
    Syntax {
        /// What the TOML reader says, without an excerpt of the text.
        message: String,
    },
    /// The manifest has another version than 2.
    #[error(
        "the manifest has version {found}, but tidemark reads spin_manifest_version = 2 only; \
         bring it to that version (`spin doctor` upgrades version 1)"
    )]
    Version {
        /// The version that the text states.
        found: String,
    },
    /// A required key is absent.
    #[error("{key} is missing; add {example}")]
    Missing {
        /// The absent key.
        key: String,
        /// A line that would mend it.
        example: String,
    },
    /// A value has another type than its key takes.
    #[error("{key} must be {expected}, but is of type {found}; correct the value")]
    WrongType {
        /// The key at fault.
        key: String,
        /// The types it takes.
        expected: &'static str,
        /// The TOML type that was found.
        found: &'static str,
    },
    /// A number lies outside of its range.
    #[error("{key} must be a whole number from {minimum} to {maximum}; correct the value")]
    OutOfRange {
        /// The key at fault.
        key: String,
        /// The smallest value allowed.
        minimum: u64,
        /// The largest value allowed.
        maximum: u64,
    },
    /// A value that must say something is empty.
    #[error("{key} is empty; give it a value")]
    Empty {
        /// The key at fault.
        key: String,
    },
    /// A key of Spin's that Tidemark does not implement.
    #[error("{key} is not supported by tidemark; remove it or run the application with spin")]
    Unsupported {
        /// The key at fault.
        key: String,
    },
    /// A key that is none of Spin's either.
    #[error("{key} is not a manifest key; remove it or correct it to one of {known}")]
    UnknownKey {
        /// The key at fault.
        key: String,
        /// The keys that the table takes, comma separated.
        known: String,
    },
    /// A component or variable has a name that Spin refuses.
    #[error("{key} is not a valid {kind} name: {reason}; rename it, for example to `{example}`")]
    Name {
        /// The key at fault.
        key: String,
        /// What is named.
        kind: &'static str,
        /// The rule that is broken.
        reason: &'static str,
        /// A name of the right form.
        example: &'static str,
    },
    /// A variable has both a default and `required = true`.
    #[error("{key} has both `default` and `required = true`; remove one of the two")]
    DefaultAndRequired {
        /// The key at fault.
        key: String,
    },
    /// A variable has neither a default nor `required = true`.
    #[error("{key} has neither `default` nor `required = true`; add one of the two")]
    NeitherDefaultNorRequired {
        /// The key at fault.
        key: String,
    },
    /// A template is malformed or names an undeclared variable.
    #[error("{key} {source}")]
    Template {
        /// The key at fault.
        key: String,
        /// What is wrong with the template.
        source: TemplateError,
    },
    /// An entry of `allowed_outbound_hosts` is malformed.
    #[error("{key} {source}")]
    OutboundHost {
        /// The key at fault.
        key: String,
        /// What is wrong with the entry.
        source: OutboundError,
    },
    /// A trigger defines its component in place.
    #[error(
        "{key} defines a component in place, which is not supported by tidemark; move it to a \
         [component.NAME] table and put NAME here"
    )]
    InlineComponent {
        /// The key at fault.
        key: String,
    },
    /// A trigger names a component that is not defined.
    #[error("{key} names the component {component:?}, which is not defined; {mend}")]
    UndefinedComponent {
        /// The key at fault.
        key: String,
        /// The name without a definition.
        component: String,
        /// What to do about it.
        mend: String,
    },
    /// Two triggers share an id.
    #[error("{key} {id:?} belongs to another trigger too; give each trigger an id of its own")]
    DuplicateTrigger {
        /// The key at fault.
        key: String,
        /// The id used twice.
        id: String,
    },
    /// A route table without `private = true`.
    #[error(
        "{key} is a table without `private = true`; set that, or give a path such as \"/api/...\""
    )]
    NotPrivate {
        /// The key at fault.
        key: String,
    },
    /// A base path, which Spin refuses since version 3.
    #[error(
        "{key} is no longer supported by spin; put it in front of the route of each http trigger"
    )]
    BasePath {
        /// The key at fault.
        key: String,
    },
    /// A route is malformed or conflicts with another.
    #[error("{key}: {source}")]
    Route {
        /// The key at fault.
        key: String,
        /// What is wrong with the route.
        source: RouteError,
    },
    /// A cron expression is malformed.
    #[error("{key} of the trigger {trigger:?}: {source}")]
    Cron {
        /// The key at fault.
        key: String,
        /// The trigger's id.
        trigger: String,
        /// What is wrong with the expression.
        source: ScheduleError,
    },
    /// A component's source is not a local file.
    #[error(
        "{key} is not a local file, and tidemark loads nothing else; download the component and \
         give the path of the file"
    )]
    RemoteSource {
        /// The key at fault.
        key: String,
    },
    /// A file mount has a relative destination.
    #[error("{key} is not an absolute path; start it with a slash")]
    RelativeDestination {
        /// The key at fault.
        key: String,
    },
    /// A watch pattern is not a glob.
    #[error("{key} {pattern:?} is not a path pattern ({reason}); correct it")]
    WatchPattern {
        /// The key at fault.
        key: String,
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A component's Wasm file does not exist.
    #[error("{key} is {path}, which does not exist; {mend}")]
    MissingSource {
        /// The key at fault.
        key: String,
        /// Where the file was looked for.
        path: String,
        /// What to do about it.
        mend: &'static str,
    },
    /// A file or directory to mount does not exist.
    #[error("{key} is {path}, which does not exist; create it or remove the entry")]
    MissingMount {
        /// The key at fault.
        key: String,
        /// Where it was looked for.
        path: String,
    },
}
