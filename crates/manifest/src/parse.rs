//! From text to [`Manifest`].

mod application;
mod component;
mod document;
mod name;
mod trigger;
mod variable;

use std::path::Path;

use crate::error::{ManifestError, ManifestProblem};
use crate::model::Manifest;
use document::{Document, Section};

const VERSION: u64 = 2;
const KEYS: [&str; 5] = [
    "application",
    "component",
    "spin_manifest_version",
    "trigger",
    "variables",
];

impl Manifest {
    /// Reads the text of a manifest. `origin` is the file that it came from; it is only named in
    /// errors, never opened.
    ///
    /// # Errors
    /// The text is not TOML, or not a manifest that Tidemark can run. The first fault is told:
    /// one sentence with the file, the line, the key, the cause and the mend.
    pub fn parse(text: &str, origin: &Path) -> Result<Self, ManifestError> {
        let document = Document::new(origin, text);
        let table = document.table()?;
        let root = Section::root(&document, &table);
        check_version(&root)?;
        root.allow(&KEYS, &[])?;

        let application = application::parse(
            &root.required_section("application", "an [application] table with a name")?,
        )?;
        let variables = variable::parse(&root)?;
        let components = component::parse(&root, &variables)?;
        let triggers = trigger::parse(&root, &components)?;
        let manifest = Self {
            origin: origin.to_path_buf(),
            application,
            variables,
            http_triggers: triggers.http,
            cron_triggers: triggers.cron,
            components,
        };
        trigger::check_routes(&triggers.routes, &manifest)?;
        Ok(manifest)
    }
}

/// Comes before everything else, as other versions have other keys.
fn check_version(root: &Section<'_>) -> Result<(), ManifestError> {
    // What version 1 called it first.
    if let Some(field) = root.field("spin_version") {
        let found = "1".to_owned();
        return Err(field.error(ManifestProblem::Version { found }));
    }
    let field = root.required("spin_manifest_version", "spin_manifest_version = 2")?;
    if field.is_whole_number(VERSION) {
        return Ok(());
    }
    let found = field.excerpt();
    Err(field.error(ManifestProblem::Version { found }))
}
