//! `tidemark build`: builds the components whose sources are newer than their Wasm files.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tidemark_manifest::Build;
use tokio::process::Command;

use crate::cli::ManifestArguments;
use crate::commands::output::Output;
use crate::project::Project;

const WASM_TARGET: &str = "wasm32-wasip2";

/// Builds everything that is stale and says what it did.
pub async fn run(arguments: &ManifestArguments, output: Output) -> Result<()> {
    let project = Project::read(&arguments.manifest)?;
    let built = build_stale(&project).await?;
    project.manifest.check_files(&project.root)?;
    let text = match built.as_slice() {
        [] => "Every component is up to date.".to_owned(),
        names => format!("Built {}.", names.join(", ")),
    };
    output.print(&text, &serde_json::json!({ "built": built }));
    Ok(())
}

/// Builds the stale components and returns their names. Components with the same build command
/// are built by one run of it.
pub async fn build_stale(project: &Project) -> Result<Vec<String>> {
    let mut stale = Vec::new();
    let mut builds = Vec::new();
    for component in project.manifest.components.values() {
        let Some(build) = &component.build else {
            continue;
        };
        if component.is_stale(&project.root)? {
            stale.push(component.name.clone());
            builds.push(build);
        }
    }
    if stale.is_empty() {
        return Ok(stale);
    }
    ensure_wasm_target().await?;
    let mut done = BTreeSet::new();
    for build in builds {
        for command in &build.commands {
            if done.insert((command.clone(), build.workdir.clone())) {
                run_command(command, build, &project.root).await?;
            }
        }
    }
    Ok(stale)
}

async fn run_command(command: &str, build: &Build, root: &Path) -> Result<()> {
    eprintln!("Building components: {command}");
    let folder = build
        .workdir
        .as_ref()
        .map_or_else(|| root.to_owned(), |folder| root.join(folder));
    let status = Command::new("sh")
        .arg("-c")
        .arg(command)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .status()
        .await
        .with_context(|| format!("the build command `{command}` cannot be started"))?;
    if !status.success() {
        bail!("the build command `{command}` failed ({status}); its messages are above");
    }
    Ok(())
}

/// Adds the Wasm target where rustup is there and the target is not.
async fn ensure_wasm_target() -> Result<()> {
    let sysroot = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .await;
    let sysroot = sysroot.context("rustc cannot be run; install Rust from https://rustup.rs")?;
    let sysroot = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
    if Path::new(&sysroot)
        .join("lib/rustlib")
        .join(WASM_TARGET)
        .is_dir()
    {
        return Ok(());
    }
    eprintln!("Adding the Rust target {WASM_TARGET}");
    let added = Command::new("rustup")
        .args(["target", "add", WASM_TARGET])
        .status()
        .await;
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => bail!(
            "the Rust target {WASM_TARGET} is missing and could not be added; run \
             `rustup target add {WASM_TARGET}`"
        ),
    }
}
