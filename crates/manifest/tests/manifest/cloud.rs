//! `spin-cloud.toml`: the application for hosts that refuse cron triggers.

use std::path::Path;

use toml::Table;

fn read(name: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    text.parse().unwrap()
}

#[test]
fn the_cloud_manifest_is_the_other_one_without_schedules_and_with_shorter_steps() {
    let mut expected = read("spin.toml");
    let triggers = expected["trigger"].as_table_mut().unwrap();
    let schedules = triggers.remove("cron").expect("spin.toml has schedules");
    assert_eq!(schedules.as_array().unwrap().len(), 3);
    let budget = expected["variables"]["step_budget_ms"]
        .as_table_mut()
        .unwrap();
    // A step ends within its budget; a request on Fermyon Cloud ends after 10 s.
    budget.insert("default".to_owned(), "8000".into());
    assert_eq!(read("spin-cloud.toml"), expected);
}

#[test]
fn d101_each_schedule_of_deploy_is_that_of_the_manifest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let manifest = read("spin.toml");
    let schedules = manifest["trigger"]["cron"].as_array().unwrap();
    let (kubernetes, github) = (
        text("kubernetes/spinkube/schedules.yaml"),
        text("schedules/github-actions.yml"),
    );
    for schedule in schedules {
        let six_fields = schedule["cron_expression"].as_str().unwrap();
        let five_fields = six_fields.strip_prefix("0 ").expect("at second 0");
        let line = format!("schedule: \"{five_fields}\"");
        assert!(kubernetes.contains(&line), "{line}");
        let line = format!("- cron: \"{five_fields}\"");
        assert!(github.contains(&line), "{line}");
    }
    for route in [
        "sync-transactions",
        "daily-refresh",
        "check-late-shifts",
        "check-missed-posts",
    ] {
        let path = format!("/api/cron/{route}");
        assert!(
            kubernetes.contains(&path) && github.contains(&path),
            "{path}"
        );
        assert!(
            folder
                .join(format!("systemd/tidemark-step@{route}.timer"))
                .exists()
        );
        let routed = manifest["trigger"]["http"].as_array().unwrap();
        assert!(
            routed
                .iter()
                .any(|one| one["route"].as_str() == Some(&path)),
            "{path}"
        );
    }
}
