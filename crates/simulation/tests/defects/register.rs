//! `docs/REGRESSIONS.md` against the sources.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::support::root;

/// The names of all functions in the workspace's sources, tests among them, and of the browser's tests.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let members = ["components", "crates", "host", "simulator", "tests"];
    let mut folders: Vec<PathBuf> = members.iter().map(|member| root().join(member)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                // What npm installs is not ours.
                if !path.ends_with("node_modules") {
                    folders.push(path);
                }
                continue;
            }
            let name_of = match path.extension().and_then(|ending| ending.to_str()) {
                Some("rs") => function_of,
                Some("js") => browser_test_of,
                _ => continue,
            };
            let text = std::fs::read_to_string(&path).expect("text");
            names.extend(text.lines().filter_map(name_of));
        }
    }
    names
}

fn function_of(line: &str) -> Option<String> {
    let line = line.trim_start();
    let line = line.strip_prefix("async ").unwrap_or(line);
    let (name, _) = line.strip_prefix("fn ")?.split_once('(')?;
    Some(name.to_owned())
}

/// A test of the page that is named like a function.
fn browser_test_of(line: &str) -> Option<String> {
    let (name, _) = line.trim_start().strip_prefix("test(\"")?.split_once('"')?;
    (!name.contains(' ')).then(|| name.to_owned())
}

/// The word after a defect's or a conformance row's number, where a name begins with one.
fn is_numbered(name: &str) -> bool {
    let number = name.strip_prefix("cf").or_else(|| name.strip_prefix('d'));
    let digits = number.and_then(|rest| rest.split_once('_'));
    digits.is_some_and(|(digits, _)| {
        digits.len() >= 2 && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/REGRESSIONS.md")).expect("the page")
}

#[test]
fn every_test_that_the_register_names_exists_and_every_numbered_test_is_in_it() {
    let (page, functions) = (page(), functions());
    let named: BTreeSet<&str> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|word| !word.contains(['/', ' ']) && word.contains('_'))
        .collect();
    for name in &named {
        assert!(functions.contains(*name), "there is no test {name}");
    }
    for name in functions.iter().filter(|name| is_numbered(name)) {
        assert!(
            named.contains(name.as_str()),
            "{name} is not in the register"
        );
    }
}

#[test]
fn every_defect_of_the_ledger_the_sync_and_the_team_is_in_the_register() {
    let page = page();
    for number in (1..=48).chain(99..=135).chain(158..=167) {
        let row = format!("| D{number} | ");
        assert_eq!(page.matches(&row).count(), 1, "D{number}");
    }
    for number in (5..=8).chain(11..=22) {
        let row = format!("| CF{number} | ");
        assert_eq!(page.matches(&row).count(), 1, "CF{number}");
    }
}
