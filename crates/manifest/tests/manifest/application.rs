//! What a whole manifest means.

use std::path::{Path, PathBuf};

use tidemark_manifest::{FileMount, HttpRoute, Limits};

use crate::{SMALLEST, parse, parse_valid};

const COMPLETE: &str = r#"
spin_manifest_version = 2

[application]
name = "tidemark"
version = "0.1.0"
description = "live revenue analytics"
authors = ["A <a@example.com>"]

[application.trigger.http]
base = "/"

[application.tool.tidemark]
memory_limit_mb = 64
request_timeout_ms = 30_000

[application.tool.lint]
level = "savage"

[variables]
database_url = { required = true, secret = true, description = "Postgres" }
fanvue_api_url = { default = "https://api.fanvue.com" }

[[trigger.http]]
route = "/api/..."
component = "web"

[[trigger.http]]
id = "internal"
route = { private = true }
component = "sync"

[[trigger.cron]]
component = "sync"
cron_expression = "0 */15 * * * *"

[[trigger.cron]]
component = "sync"
cron_expression = "0 0 3 * * *"

[component.web]
source = "target/web.wasm"

[component.sync]
source = "target/sync.wasm"
description = "fetches transactions"
variables = { api = "{{ fanvue_api_url }}/v1" }
allowed_outbound_hosts = ["{{ fanvue_api_url }}", "postgres://*:*"]
files = ["migrations/*.sql", { source = "assets", destination = "/static" }]
exclude_files = ["**/*.bak"]
environment = { RUST_LOG = "info" }

[component.sync.build]
command = ["cargo build", "wasm-opt sync.wasm"]
workdir = "components/sync"
watch = ["src/**/*.rs", "Cargo.toml"]

[component.sync.tool.tidemark]
memory_limit_mb = 256
"#;

#[test]
fn a_complete_manifest_is_read_into_its_model() {
    let manifest = parse_valid(COMPLETE);
    let application = &manifest.application;
    assert_eq!(application.name, "tidemark");
    assert_eq!(application.version.as_deref(), Some("0.1.0"));
    assert_eq!(application.authors, ["A <a@example.com>"]);
    assert_eq!(manifest.origin, Path::new("spin.toml"));
    assert!(manifest.variables["database_url"].is_required());
    assert!(manifest.variables["database_url"].secret);

    let sync = &manifest.components["sync"];
    assert_eq!(sync.name, "sync");
    assert_eq!(sync.source, Path::new("target/sync.wasm"));
    assert_eq!(sync.variables["api"].as_str(), "{{ fanvue_api_url }}/v1");
    assert_eq!(sync.allowed_outbound_hosts.len(), 2);
    assert_eq!(
        sync.files,
        [
            FileMount::Pattern("migrations/*.sql".to_owned()),
            FileMount::Placement {
                source: PathBuf::from("assets"),
                destination: "/static".to_owned(),
            },
        ]
    );
    assert_eq!(sync.exclude_files, ["**/*.bak"]);
    assert_eq!(sync.environment["RUST_LOG"], "info");
    let build = sync.build.as_ref().expect("it has a build");
    assert_eq!(build.commands, ["cargo build", "wasm-opt sync.wasm"]);
    assert_eq!(build.workdir.as_deref(), Some(Path::new("components/sync")));
    assert_eq!(build.watch[0].as_str(), "src/**/*.rs");
}

#[test]
fn triggers_keep_the_order_of_the_file_and_get_the_ids_that_spin_gives() {
    let manifest = parse_valid(COMPLETE);
    let http: Vec<_> = manifest
        .http_triggers
        .iter()
        .map(|trigger| (trigger.id.as_str(), trigger.route.clone()))
        .collect();
    let cron: Vec<_> = manifest
        .cron_triggers
        .iter()
        .map(|trigger| (trigger.id.as_str(), trigger.expression.as_str()))
        .collect();
    assert_eq!(
        http,
        [
            ("web-http-trigger", HttpRoute::Path("/api/...".to_owned())),
            ("internal", HttpRoute::Private),
        ]
    );
    assert_eq!(
        cron,
        [
            ("sync-cron-trigger", "0 */15 * * * *"),
            ("cron-trigger1", "0 0 3 * * *"),
        ]
    );
}

#[test]
fn a_component_takes_the_limits_of_the_application_where_it_sets_none() {
    let manifest = parse_valid(COMPLETE);
    assert_eq!(
        manifest.limits(&manifest.components["web"]),
        Limits {
            memory_limit_mb: Some(64),
            request_timeout_ms: Some(30_000),
        }
    );
    assert_eq!(
        manifest.limits(&manifest.components["sync"]),
        Limits {
            memory_limit_mb: Some(256),
            request_timeout_ms: Some(30_000),
        }
    );
}

#[test]
fn one_command_may_be_written_without_a_list() {
    let text = format!("{SMALLEST}build = {{ command = \"make\" }}\n");
    let manifest = parse_valid(&text);
    let build = manifest.components["web"].build.as_ref().expect("a build");
    assert_eq!(build.commands, ["make"]);
}

#[test]
fn missing_files_are_found_only_when_asked_for() {
    let root = tempfile::tempdir().expect("a directory");
    let manifest = parse_valid(&format!("{SMALLEST}build = {{ command = \"make\" }}\n"));
    let error = manifest.check_files(root.path()).expect_err("no wasm file");
    assert_eq!(
        error.to_string(),
        format!(
            "spin.toml: component.web.source is {}, which does not exist; run `tidemark build`",
            root.path().join("web.wasm").display()
        )
    );

    std::fs::write(root.path().join("web.wasm"), b"\0asm").expect("a wasm file");
    manifest.check_files(root.path()).expect("all files exist");

    let mounted = format!("{SMALLEST}files = [{{ source = \"gone\", destination = \"/\" }}]\n");
    let error = parse_valid(&mounted)
        .check_files(root.path())
        .expect_err("no such directory");
    assert!(
        error.to_string().contains("component.web.files is"),
        "{error}"
    );
}

#[test]
fn an_error_tells_its_file_and_line() {
    let error = parse(&format!("{SMALLEST}\nsurprise = 1\n")).expect_err("an unknown key");
    assert_eq!(error.file(), Path::new("spin.toml"));
    assert_eq!(error.line(), Some(7));
}
