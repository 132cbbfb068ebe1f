//! When a component must be rebuilt.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use tidemark_manifest::freshness::Staleness;

use crate::{SMALLEST, parse_valid};

/// A project: `build` is the component's table, and each file has an age in seconds.
struct Project {
    root: TempDir,
    build: String,
}

impl Project {
    fn new(build: &str) -> Self {
        Self {
            root: tempfile::tempdir().expect("a directory"),
            build: build.to_owned(),
        }
    }

    fn file(self, path: &str, age: u64) -> Self {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        let file = File::create(&path).expect("a file");
        // Far from now, so that no clock tick matters.
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 - age);
        file.set_modified(written).expect("a time");
        self
    }

    fn staleness(&self) -> Option<Staleness> {
        let manifest = parse_valid(&format!("{SMALLEST}{}\n", self.build));
        let component = &manifest.components["web"];
        let staleness = component.staleness(self.root.path()).expect("readable");
        let is_stale = component.is_stale(self.root.path()).expect("readable");
        assert_eq!(is_stale, staleness.is_some());
        staleness
    }

    fn changed(&self, path: &str) -> Staleness {
        Staleness::Changed(self.root.path().join(path))
    }
}

const RUST: &str = "build = { command = \"make\", watch = [\"src/**/*.rs\", \"Cargo.toml\"] }";

#[test]
fn a_component_without_a_build_is_never_stale() {
    assert_eq!(Project::new("").staleness(), None);
}

#[test]
fn a_component_without_its_wasm_file_is_stale() {
    let project = Project::new(RUST).file("src/lib.rs", 10);
    assert_eq!(project.staleness(), Some(Staleness::NotBuilt));
}

#[test]
fn a_component_newer_than_all_it_watches_is_fresh() {
    let project = Project::new(RUST)
        .file("web.wasm", 5)
        .file("src/lib.rs", 10)
        .file("Cargo.toml", 5)
        .file("README.md", 1)
        .file("src/notes.txt", 1);
    assert_eq!(project.staleness(), None);
}

#[test]
fn a_newer_watched_file_makes_it_stale() {
    for changed in ["src/lib.rs", "src/deep/er/mod.rs", "Cargo.toml"] {
        let project = Project::new(RUST)
            .file("src/main.rs", 10)
            .file("web.wasm", 5)
            .file(changed, 1);
        assert_eq!(project.staleness(), Some(project.changed(changed)));
    }
}

#[test]
fn patterns_are_relative_to_the_workdir_and_may_lead_out_of_it() {
    let build = "build = { command = \"make\", workdir = \"components/web\", \
                 watch = [\"src/*.rs\", \"../../crates/**/*.rs\"] }";
    let project = Project::new(build)
        .file("web.wasm", 5)
        .file("components/web/src/lib.rs", 10)
        .file("src/lib.rs", 1)
        .file("components/web/src/deep/lib.rs", 1);
    assert_eq!(project.staleness(), None);
    let project = project.file("crates/core/src/lib.rs", 1);
    assert_eq!(
        project.staleness(),
        Some(project.changed("crates/core/src/lib.rs"))
    );
}

#[test]
fn a_watched_directory_stands_for_the_files_below_it() {
    let project = Project::new("build = { command = \"make\", watch = [\"wit\"] }")
        .file("web.wasm", 5)
        .file("wit/deps/world.wit", 1);
    assert_eq!(
        project.staleness(),
        Some(project.changed("wit/deps/world.wit"))
    );
}

#[test]
fn what_builds_write_is_passed_over_unless_named() {
    let everything = Project::new("build = { command = \"make\", watch = [\"**/*.rs\"] }")
        .file("web.wasm", 5)
        .file("src/lib.rs", 10)
        .file("target/debug/out.rs", 1)
        .file(".git/hook.rs", 1)
        .file("page/node_modules/x.rs", 1);
    assert_eq!(everything.staleness(), None);
    let named = Project::new("build = { command = \"make\", watch = [\"target/gen/*.rs\"] }")
        .file("web.wasm", 5)
        .file("target/gen/out.rs", 1);
    assert_eq!(named.staleness(), Some(named.changed("target/gen/out.rs")));
}

#[test]
fn only_the_build_command_knows_when_nothing_is_watched() {
    for build in [
        "build = { command = \"make\" }",
        "build = { command = \"make\", watch = [\"no/such/**/*.rs\"] }",
    ] {
        let project = Project::new(build).file("web.wasm", 5);
        assert_eq!(project.staleness(), Some(Staleness::Unwatched), "{build}");
    }
}

#[test]
fn the_reason_of_a_rebuild_can_be_told() {
    let reasons = [
        Staleness::NotBuilt,
        Staleness::Unwatched,
        Staleness::Changed(Path::new("src/lib.rs").to_path_buf()),
    ];
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(reasons.join("\n"), @r#"
    it is not built yet
    its build watches no file
    src/lib.rs has changed
    "#);
}
