//! The component of `test-guests/probe`, built on first use.
//!
//! With the target directory and profile of the application's own components, so that their
//! dependencies are compiled once for all of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const TARGET: &str = "wasm32-wasip2";
const PROFILE: &str = "component";

/// The compiled component.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(build)
}

fn build() -> PathBuf {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "tidemark-probe"])
        .args(["--target", TARGET, "--profile", PROFILE])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(
        status.success(),
        "the probe does not build; is the target {TARGET} installed?"
    );
    let directory = target_directory().join(TARGET).join(PROFILE);
    directory.join("tidemark_probe.wasm")
}

/// The test's own executable lies in `TARGET/PROFILE/deps`.
fn target_directory() -> PathBuf {
    let executable = std::env::current_exe().expect("an executable");
    let directory = executable.ancestors().nth(3);
    directory
        .expect("an executable inside of a target directory")
        .to_owned()
}
