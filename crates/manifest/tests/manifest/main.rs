//! The reader of Spin manifests, seen from outside.

mod application;
mod cloud;
mod errors;
mod freshness;
mod outbound;
mod properties;
mod routes;
mod schedules;
mod variables;

use std::path::Path;

use tidemark_manifest::{Manifest, ManifestError};

/// The smallest manifest with one component, for further tables to follow.
const SMALLEST: &str = "\
spin_manifest_version = 2
[application]
name = \"small\"
[component.web]
source = \"web.wasm\"
";

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(text, Path::new("spin.toml"))
}

fn parse_valid(text: &str) -> Manifest {
    parse(text).unwrap_or_else(|error| panic!("{error}"))
}
