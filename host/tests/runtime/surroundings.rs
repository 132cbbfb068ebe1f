//! What a component finds around it: variables, environment, files, clock, log.

use crate::support::host::Setup;
use crate::support::log::Log;

#[tokio::test]
async fn variables_are_those_of_the_manifest() {
    let host = Setup::probe(r#"variables = { url = "{{ base }}/api", given = "{{ given }}" }"#)
        .with_lines("[variables]\nbase = { default = \"http://a\" }\ngiven = { required = true }")
        .with_variable("given", "from outside")
        .start()
        .await;
    for (name, value) in [
        ("url", r#"Ok("http://a/api")"#),
        ("given", r#"Ok("from outside")"#),
        (
            "base",
            r#"Err(Error::Undefined("no variable for \"probe\".\"base\""))"#,
        ),
        (
            "Bad",
            r#"Err(Error::InvalidName("\"Bad\": invalid character 'B'. Variable names may contain only lower-case letters, numbers, and underscores."))"#,
        ),
    ] {
        assert_eq!(host.get(&format!("/variable?{name}")).await.text(), value);
    }
}

#[tokio::test]
async fn the_environment_is_that_of_the_manifest_alone() {
    let host = Setup::probe(r#"environment = { A = "1", B = "two words" }"#)
        .start()
        .await;
    assert_eq!(host.get("/environment").await.text(), "A=1\nB=two words");
    let host = Setup::probe("").start().await;
    assert_eq!(host.get("/environment").await.text(), "");
}

#[tokio::test]
async fn files_are_mounted_to_be_read_only() {
    let keys = r#"
        files = ["text/*.txt", { source = "text", destination = "/elsewhere" }]
        exclude_files = ["text/secret.txt"]
    "#;
    let setup = Setup::probe(keys);
    let text = setup.root().join("text");
    std::fs::create_dir(&text).unwrap();
    for name in ["a.txt", "b.md", "secret.txt"] {
        std::fs::write(text.join(name), name).unwrap();
    }
    let host = setup.start().await;

    let missing = "Err(NotFound) written=false";
    for (path, outcome) in [
        ("/text/a.txt", r#"Ok("a.txt") written=false"#),
        ("/text/b.md", missing),
        ("/text/secret.txt", missing),
        ("/elsewhere/b.md", r#"Ok("b.md") written=false"#),
        ("/etc/passwd", missing),
    ] {
        assert_eq!(
            host.get(&format!("/file?{path}")).await.text(),
            outcome,
            "{path}"
        );
    }
    assert_eq!(
        host.get("/file?/text/a.txt").await.text(),
        r#"Ok("a.txt") written=false"#
    );
}

#[tokio::test]
async fn without_files_there_is_no_file_system() {
    let host = Setup::probe("").start().await;
    let answer = host.get("/file?/etc/passwd").await;
    assert!(answer.text().starts_with("Err("), "{}", answer.text());
}

#[tokio::test]
async fn the_clock_shows_the_time() {
    let host = Setup::probe("").start().await;
    let now = || host.application.clock().now();
    let before = now();
    let shown: i64 = host.get("/clock").await.text().parse().unwrap();
    assert!((before..=now()).contains(&shown), "{shown}");
}

#[tokio::test]
async fn what_a_component_prints_is_logged_line_by_line() {
    let log = Log::collect();
    let host = Setup::probe("").start().await;
    assert_eq!(host.get("/print").await.text(), "printed");
    for line in ["first line", "second", "unfinished"] {
        let found = log.lines_with(line);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        assert!(found[0].contains("component=\"probe\""), "{found:?}");
    }
}
