//! Files that the manifest gives a component to read.

use std::io;
use std::path::{Component as PathPart, Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use tempfile::TempDir;
use tidemark_manifest::{Component, FileMount};
use walkdir::WalkDir;

/// Why the files of a component cannot be mounted.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// A pattern is malformed.
    #[error("the pattern {pattern:?} is malformed; correct it")]
    Pattern {
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// A path leads out of the manifest's directory or of the component's root.
    #[error("the path {0:?} leads out of its directory; correct it")]
    Outside(String),
    /// A file cannot be read or copied.
    #[error("{} cannot be copied: {source}", path.display())]
    Copy {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No temporary directory can be made.
    #[error("no temporary directory can be made: {0}")]
    Directory(io::Error),
}

/// A copy of the files, laid out as the component sees them. As in Spin it is made once, at
/// start; the component can only read it, and it is deleted with the application.
#[derive(Debug)]
pub(crate) struct MountedFiles {
    directory: TempDir,
}

impl MountedFiles {
    /// Copies the files of a component; `None` when it has none.
    pub(crate) fn stage(component: &Component, root: &Path) -> Result<Option<Self>, MountError> {
        if component.files.is_empty() {
            return Ok(None);
        }
        let directory = TempDir::with_prefix("tidemark-files-").map_err(MountError::Directory)?;
        let staging = Staging {
            root,
            target: directory.path(),
            excluded: patterns(&component.exclude_files)?,
        };
        for mount in &component.files {
            match mount {
                FileMount::Pattern(pattern) => staging.copy_matches(pattern)?,
                FileMount::Placement {
                    source,
                    destination,
                } => staging.copy_to(source, destination)?,
            }
        }
        Ok(Some(Self { directory }))
    }

    /// The directory that the component sees as `/`.
    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }
}

struct Staging<'paths> {
    root: &'paths Path,
    target: &'paths Path,
    excluded: GlobSet,
}

impl Staging<'_> {
    /// Copies a file, all of a directory, or whatever a glob pattern matches, to the same
    /// relative paths.
    fn copy_matches(&self, pattern: &str) -> Result<(), MountError> {
        let literal = self.root.join(inside(Path::new(pattern))?);
        if literal.exists() {
            return self.copy_tree(&literal, |relative| Some(relative.to_owned()));
        }
        let matching = patterns(&[pattern.to_owned()])?;
        self.copy_tree(self.root, |relative| {
            matching.is_match(relative).then(|| relative.to_owned())
        })
    }

    /// Copies a file or directory to somewhere else.
    fn copy_to(&self, source: &Path, destination: &str) -> Result<(), MountError> {
        let prefix = inside(source)?;
        let destination = inside(Path::new(destination.trim_start_matches('/')))?;
        self.copy_tree(&self.root.join(prefix), |relative| {
            let below = relative.strip_prefix(prefix).ok()?;
            Some(destination.join(below))
        })
    }

    /// Copies every file at or below a path to where `place` says; both are relative to the
    /// manifest's directory and to the component's root.
    fn copy_tree(
        &self,
        start: &Path,
        place: impl Fn(&Path) -> Option<PathBuf>,
    ) -> Result<(), MountError> {
        for entry in WalkDir::new(start) {
            let entry = entry.map_err(|error| MountError::Copy {
                path: start.to_owned(),
                source: error.into(),
            })?;
            let relative = entry.path().strip_prefix(self.root).unwrap_or(entry.path());
            if !entry.file_type().is_file() || self.excluded.is_match(relative) {
                continue;
            }
            if let Some(placed) = place(relative) {
                copy(entry.path(), &self.target.join(placed))?;
            }
        }
        Ok(())
    }
}

fn copy(source: &Path, target: &Path) -> Result<(), MountError> {
    let parent = target.parent().unwrap_or(target);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::copy(source, target))
        .map(drop)
        .map_err(|error| MountError::Copy {
            path: source.to_owned(),
            source: error,
        })
}

fn patterns(patterns: &[String]) -> Result<GlobSet, MountError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let malformed = |source| MountError::Pattern {
            pattern: pattern.clone(),
            source,
        };
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(malformed)?);
    }
    set.build().map_err(|source| MountError::Pattern {
        pattern: patterns.join(", "),
        source,
    })
}

/// A relative path that stays below where it starts.
fn inside(path: &Path) -> Result<&Path, MountError> {
    let stays = path
        .components()
        .all(|part| matches!(part, PathPart::Normal(_) | PathPart::CurDir));
    stays
        .then_some(path)
        .ok_or_else(|| MountError::Outside(path.display().to_string()))
}
