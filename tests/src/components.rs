//! The Wasm files under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use tidemark_manifest::Manifest;

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace's folder")
        .to_owned()
}

/// A manifest of the application, its components built from the present sources.
///
/// # Panics
/// When the components cannot be built.
pub fn manifest(name: &str) -> Manifest {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| build(&["components", "--quiet"]));
    let path = root().join(name);
    let text = std::fs::read_to_string(&path).expect("the manifest can be read");
    Manifest::parse(&text, &path).expect("the manifest is valid")
}

/// The component that does whatever a test asks of it, built from the present sources.
///
/// # Panics
/// When it cannot be built.
pub fn probe() -> PathBuf {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let mut arguments = vec!["build", "--quiet", "--package", "tidemark-probe"];
        arguments.extend(["--target", "wasm32-wasip2", "--profile", "component"]);
        arguments.extend(["--target-dir", "target"]);
        build(&arguments);
    });
    root().join("target/wasm32-wasip2/component/tidemark_probe.wasm")
}

fn build(arguments: &[&str]) {
    // cargo decides what is stale; its lock makes test processes wait for each other.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        // Settings meant for the native build of the tests.
        .env_remove("RUSTFLAGS")
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "the components cannot be built");
}
