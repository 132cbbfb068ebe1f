//! What a person sees when something is wrong: one sentence with the cause and the mend, exit 1,
//! and nothing half-started.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A minimal application in a folder of its own.
struct Scene {
    folder: TempDir,
}

const MANIFEST: &str = r#"
spin_manifest_version = 2

[application]
name = "scene"
version = "1.0.0"

[[trigger.http]]
route = "/..."
component = "one"

[component.one]
source = "one.wasm"
"#;

impl Scene {
    fn new(manifest: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("spin.toml"), manifest).unwrap();
        Self { folder }
    }

    fn with_wasm(self) -> Self {
        fs::write(
            self.folder.path().join("one.wasm"),
            wat::parse_str("(component)").unwrap(),
        )
        .unwrap();
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn up(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidemark"));
        command
            .args(["up", "--no-build", "--no-cron"])
            .args(arguments);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap());
        command.output().unwrap()
    }

    /// Asserts that `tidemark up` fails with one sentence that holds all these words.
    fn assert_refused(&self, arguments: &[&str], words: &[&str]) {
        let output = self.up(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "",
            "something was started"
        );
        assert!(
            error.starts_with("tidemark: ") && error.lines().count() == 1,
            "{error}"
        );
        for word in words {
            assert!(error.contains(word), "{word:?} is missing in: {error}");
        }
    }

    fn assert_nothing_was_made(&self) {
        assert!(
            !self.path().join(".tidemark").exists(),
            "a data directory was made"
        );
    }
}

#[test]
fn a_missing_manifest_is_named() {
    let scene = Scene::new(MANIFEST);
    scene.assert_refused(&["--manifest", "other.toml"], &["other.toml", "--manifest"]);
    scene.assert_nothing_was_made();
}

#[test]
fn an_unknown_manifest_key_is_named_and_not_ignored() {
    let scene = Scene::new(&format!("{MANIFEST}sqlite_databases = [\"default\"]\n")).with_wasm();
    scene.assert_refused(
        &[],
        &["spin.toml", "component.one.sqlite_databases", "remove"],
    );
    scene.assert_nothing_was_made();
}

#[test]
fn a_missing_wasm_file_is_named_with_its_component() {
    let scene = Scene::new(MANIFEST);
    scene.assert_refused(&[], &["one.wasm", "one", "tidemark build"]);
    scene.assert_nothing_was_made();
}

#[test]
fn a_bad_cron_expression_is_named() {
    let cron = "[[trigger.cron]]\ncomponent = \"one\"\ncron_expression = \"*/15 * * * *\"\n";
    let scene = Scene::new(&format!("{MANIFEST}\n{cron}")).with_wasm();
    scene.assert_refused(&[], &["cron_expression", "*/15 * * * *", "6"]);
    scene.assert_nothing_was_made();
}

#[test]
fn a_missing_required_variable_is_named_with_its_environment_key() {
    let variables = "[variables]\nfavourite_colour = { required = true }\n";
    let scene = Scene::new(&format!("{MANIFEST}\n{variables}")).with_wasm();
    scene.assert_refused(&[], &["favourite_colour", "SPIN_VARIABLE_FAVOURITE_COLOUR"]);
    scene.assert_nothing_was_made();
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let scene = Scene::new(MANIFEST).with_wasm();
    scene.assert_refused(&["--listen", &address], &[&address, "--listen"]);
    scene.assert_nothing_was_made();
}

#[test]
fn an_unreachable_database_is_named_without_its_password() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("postgres://someone:hunter2@127.0.0.1:{free}/tidemark");
    let scene = Scene::new(MANIFEST).with_wasm();
    scene.assert_refused(&["--database-url", &url], &[&format!("127.0.0.1:{free}")]);
    let output = scene.up(&["--database-url", &url]);
    assert!(
        !String::from_utf8(output.stderr)
            .unwrap()
            .contains("hunter2")
    );
}

#[test]
fn a_corrupt_data_directory_is_refused_and_left_as_it_is() {
    let scene = Scene::new(MANIFEST).with_wasm();
    let cluster = scene.path().join(".tidemark/postgres");
    fs::create_dir_all(&cluster).unwrap();
    fs::write(cluster.join("PG_VERSION"), "gibberish").unwrap();
    scene.assert_refused(&[], &[".tidemark/postgres", "damaged", "move it away"]);
    assert_eq!(
        fs::read_to_string(cluster.join("PG_VERSION")).unwrap(),
        "gibberish"
    );
}

#[test]
fn a_file_that_is_no_component_is_named() {
    let scene = Scene::new(MANIFEST);
    fs::write(scene.path().join("one.wasm"), "not wasm").unwrap();
    scene.assert_refused(&[], &["one.wasm", "tidemark build"]);
}

#[test]
fn wrong_usage_exits_with_2() {
    let scene = Scene::new(MANIFEST);
    let output = scene.up(&["--colour"]);
    assert_eq!(output.status.code(), Some(2));
}
