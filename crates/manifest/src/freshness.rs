//! Whether a component's Wasm file is older than what it is built from.
//!
//! A watch pattern is a path or a glob relative to the build's `workdir`: `*` stays within one
//! directory, `**` crosses them, a directory stands for all files below it, and `..` may lead
//! out of `workdir`. Directories named `target` or `node_modules` and hidden ones are passed over
//! unless the pattern names them, as builds write there. A deleted file goes unnoticed.

use std::fmt;
use std::io;
use std::path::{Component as PathPart, Path, PathBuf};
use std::time::SystemTime;

use globset::{Glob, GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use crate::model::Component;

const BUILD_DIRECTORIES: [&str; 2] = ["node_modules", "target"];
const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

/// One entry of a build's `watch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchPattern {
    text: String,
    /// The part before the first wildcard.
    base: PathBuf,
    /// The rest, relative to `base`; `None` without a wildcard.
    glob: Option<Glob>,
}

impl WatchPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it is no pattern, as words for a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it is empty".to_owned());
        }
        let is_wild = |part: &PathPart| part.as_os_str().to_string_lossy().contains(WILDCARDS);
        let parts: Vec<PathPart> = Path::new(text).components().collect();
        let literal_count = parts.iter().take_while(|part| !is_wild(part)).count();
        let (literal, wild) = parts.split_at(literal_count);
        if wild.contains(&PathPart::ParentDir) {
            return Err("`..` follows a wildcard".to_owned());
        }
        let wild: PathBuf = wild.iter().collect();
        let glob = if wild.as_os_str().is_empty() {
            None
        } else {
            let glob = GlobBuilder::new(&wild.to_string_lossy())
                .literal_separator(true)
                .build()
                .map_err(|error| error.kind().to_string())?;
            Some(glob)
        };
        Ok(Self {
            text: text.to_owned(),
            base: literal.iter().collect(),
            glob,
        })
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Why a component must be rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staleness {
    /// Its Wasm file does not exist.
    NotBuilt,
    /// This file is newer than the Wasm file.
    Changed(PathBuf),
    /// Nothing is watched, or nothing matches: only the build command can tell.
    Unwatched,
}

impl fmt::Display for Staleness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBuilt => formatter.write_str("it is not built yet"),
            Self::Changed(file) => write!(formatter, "{} has changed", file.display()),
            Self::Unwatched => formatter.write_str("its build watches no file"),
        }
    }
}

/// The file system refused to say how old a file is.
#[derive(Debug, thiserror::Error)]
#[error("{path} of the component {component} cannot be read; check its permissions")]
pub struct FreshnessError {
    /// The component's name.
    pub component: String,
    /// The file or directory.
    pub path: String,
    /// What the system says.
    pub source: io::Error,
}

impl Component {
    /// Whether the component must be rebuilt; see [`Component::staleness`].
    ///
    /// # Errors
    /// A watched file or directory cannot be read.
    pub fn is_stale(&self, root: &Path) -> Result<bool, FreshnessError> {
        self.staleness(root).map(|staleness| staleness.is_some())
    }

    /// Why the component must be rebuilt, if it must. `root` is the manifest's directory. A
    /// component without a build is never stale.
    ///
    /// # Errors
    /// A watched file or directory cannot be read.
    pub fn staleness(&self, root: &Path) -> Result<Option<Staleness>, FreshnessError> {
        let Some(build) = &self.build else {
            return Ok(None);
        };
        let source = root.join(&self.source);
        let Some(built_at) = self.modified_at(&source)? else {
            return Ok(Some(Staleness::NotBuilt));
        };
        let workdir = match &build.workdir {
            Some(workdir) => root.join(workdir),
            None => root.to_path_buf(),
        };
        let mut watched = false;
        for pattern in &build.watch {
            for file in self.matches(&workdir, pattern)? {
                // Gone since it was listed: as good as unmatched.
                let Some(changed_at) = self.modified_at(&file)? else {
                    continue;
                };
                if changed_at > built_at {
                    return Ok(Some(Staleness::Changed(file)));
                }
                watched = true;
            }
        }
        Ok((!watched).then_some(Staleness::Unwatched))
    }

    /// When a file was last written; `None` when it does not exist.
    fn modified_at(&self, path: &Path) -> Result<Option<SystemTime>, FreshnessError> {
        match path.metadata().and_then(|metadata| metadata.modified()) {
            Ok(time) => Ok(Some(time)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unreadable(path, error)),
        }
    }

    /// The files that a pattern matches.
    fn matches(
        &self,
        workdir: &Path,
        pattern: &WatchPattern,
    ) -> Result<Vec<PathBuf>, FreshnessError> {
        let base = normalized(&workdir.join(&pattern.base));
        let matcher = pattern.glob.as_ref().map(Glob::compile_matcher);
        let mut files = Vec::new();
        for entry in WalkDir::new(&base).into_iter().filter_entry(is_walked) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(&base).to_path_buf();
                    let error = io::Error::from(error);
                    if error.kind() == io::ErrorKind::NotFound {
                        continue;
                    }
                    return Err(self.unreadable(&path, error));
                }
            };
            if !entry.file_type().is_dir() && is_match(matcher.as_ref(), &base, entry.path()) {
                files.push(entry.into_path());
            }
        }
        Ok(files)
    }

    fn unreadable(&self, path: &Path, source: io::Error) -> FreshnessError {
        FreshnessError {
            component: self.name.clone(),
            path: path.display().to_string(),
            source,
        }
    }
}

fn is_match(matcher: Option<&GlobMatcher>, base: &Path, path: &Path) -> bool {
    let Some(matcher) = matcher else {
        return true;
    };
    path.strip_prefix(base)
        .is_ok_and(|relative| matcher.is_match(relative))
}

/// Whether the walk goes into an entry. Where it starts is what the pattern names.
fn is_walked(entry: &DirEntry) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_dir() {
        return true;
    }
    let name = entry.file_name().to_string_lossy();
    !name.starts_with('.') && !BUILD_DIRECTORIES.contains(&name.as_ref())
}

/// The path without `.` and `..`, by its text alone.
fn normalized(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            PathPart::CurDir => {}
            PathPart::ParentDir => {
                let can_leave = matches!(parts.components().next_back(), Some(PathPart::Normal(_)));
                if can_leave {
                    parts.pop();
                } else {
                    parts.push("..");
                }
            }
            _ => parts.push(part),
        }
    }
    if parts.as_os_str().is_empty() {
        parts.push(".");
    }
    parts
}
