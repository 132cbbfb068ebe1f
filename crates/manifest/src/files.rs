//! Whether the files that a manifest names exist.

use std::path::Path;

use crate::error::{ManifestError, ManifestProblem};
use crate::model::{Component, FileMount, Manifest};

impl Manifest {
    /// Checks that every Wasm file, and every file or directory to be mounted, exists under
    /// `root`, the manifest's directory. Glob patterns in `files` may match nothing.
    ///
    /// # Errors
    /// The first one missing, by the order of component names.
    pub fn check_files(&self, root: &Path) -> Result<(), ManifestError> {
        for component in self.components.values() {
            self.check_source(component, root)?;
            self.check_mounts(component, root)?;
        }
        Ok(())
    }

    fn check_source(&self, component: &Component, root: &Path) -> Result<(), ManifestError> {
        let source = root.join(&component.source);
        if source.is_file() {
            return Ok(());
        }
        let mend = if component.build.is_some() {
            "run `tidemark build`"
        } else {
            "put the file there, or add a build command and run `tidemark build`"
        };
        Err(self.error(ManifestProblem::MissingSource {
            key: format!("component.{}.source", component.name),
            path: source.display().to_string(),
            mend,
        }))
    }

    fn check_mounts(&self, component: &Component, root: &Path) -> Result<(), ManifestError> {
        for mount in &component.files {
            let FileMount::Placement { source, .. } = mount else {
                continue;
            };
            let source = root.join(source);
            if !source.exists() {
                return Err(self.error(ManifestProblem::MissingMount {
                    key: format!("component.{}.files", component.name),
                    path: source.display().to_string(),
                }));
            }
        }
        Ok(())
    }
}
