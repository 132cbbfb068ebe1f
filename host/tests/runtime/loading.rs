//! Applications that cannot be run say so in one sentence.

use crate::support::guests;
use crate::support::host::Setup;

async fn refusal(setup: Setup) -> String {
    let error = setup.load().await.err().expect("a refusal");
    error.to_string()
}

#[tokio::test]
async fn a_missing_wasm_file_is_named() {
    let setup = Setup::new().with_lines(
        "[[trigger.http]]\nroute = \"/\"\ncomponent = \"a\"\n\
         [component.a]\nsource = \"a.wasm\"\n[component.a.build]\ncommand = \"make\"",
    );
    let sentence = refusal(setup).await;
    for part in ["component.a.source", "a.wasm", "tidemark build"] {
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_a_component_is_named() {
    let setup = Setup::new().with_text("a", "(component)", "");
    std::fs::write(setup.root().join("a.wasm"), "no Wasm").unwrap();
    let sentence = refusal(setup).await;
    for part in ["a.wasm", "component a", "tidemark build"] {
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[tokio::test]
async fn an_import_that_the_host_lacks_is_named() {
    let setup = Setup::new().with_text("a", &guests::demanding(), "");
    let sentence = refusal(setup).await;
    assert!(sentence.contains("example:missing/thing"), "{sentence}");
}

#[tokio::test]
async fn a_trigger_needs_its_export() {
    let setup = Setup::new().with_text("a", &guests::idle(), "");
    let sentence = refusal(setup).await;
    for part in [
        "component a",
        "a-http-trigger",
        "wasi:http/incoming-handler",
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }

    let cron = "[[trigger.cron]]\ncron_expression = \"0 * * * * *\"\ncomponent = \"b\"";
    let setup = Setup::new()
        .with_text("b", &guests::silent(), "")
        .with_lines(cron);
    let sentence = refusal(setup).await;
    assert!(sentence.contains("handle-cron-event"), "{sentence}");
}

#[tokio::test]
async fn a_component_that_begins_with_more_memory_than_it_may_have_is_named() {
    // 128 pages of 64 KiB.
    let large = guests::silent().replace("\"memory\") 1)", "\"memory\") 128)");
    let limit = "[component.large.tool.tidemark]\nmemory_limit_mb = 4";
    let sentence = refusal(Setup::new().with_text("large", &large, limit)).await;
    assert_eq!(
        sentence,
        "the component large begins with 8 MiB of memory and may have 4; raise its memory_limit_mb"
    );
}
