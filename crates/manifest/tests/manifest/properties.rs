//! What holds for any input.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tidemark_manifest::{AllowedHosts, Resolved, RouteTable, Schedule};

use crate::routes::manifest_text;
use crate::{parse, parse_valid};

/// Routes of which no two match the very same paths.
const ROUTES: [&str; 14] = [
    "/",
    "/...",
    "/a",
    "/a/...",
    "/a/b",
    "/a/b/...",
    "/:x",
    "/:x/...",
    "/a/:x",
    "/:x/b",
    "/:x/:y",
    "/.a",
    "/.a/...",
    "/a/:x/...",
];

/// Words that manifests are made of.
const WORDS: [&str; 34] = [
    "spin_manifest_version",
    "application",
    "name",
    "component",
    "trigger",
    "http",
    "cron",
    "route",
    "cron_expression",
    "variables",
    "source",
    "build",
    "command",
    "watch",
    "tool",
    "tidemark",
    "default",
    "required",
    "private",
    "allowed_outbound_hosts",
    "\"/...\"",
    "\"{{ name }}\"",
    "\"0 * * * * *\"",
    "\"http://*:*\"",
    "2",
    "true",
    "=",
    ".",
    ",",
    "[",
    "]",
    "{",
    "}",
    "\n",
];

fn toml_like() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        12 => select(&WORDS[..]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    vec(word, 0..60).prop_map(|words| words.join(" "))
}

/// A whole manifest in which values may be of any kind.
fn manifest_like() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        select(
            &[
                "1",
                "-1",
                "true",
                "[]",
                "{}",
                "\"x\"",
                "[\"{{ v }}\"]",
                "1.5"
            ][..]
        )
        .prop_map(str::to_owned),
        "\\PC{0,12}".prop_map(|text| format!("{text:?}")),
    ];
    let key = select(
        &[
            "name",
            "source",
            "route",
            "component",
            "id",
            "cron_expression",
            "build",
            "files",
            "variables",
            "allowed_outbound_hosts",
            "tool",
            "environment",
            "default",
        ][..],
    );
    let header = select(
        &[
            "[application]",
            "[application.tool.tidemark]",
            "[variables.v]",
            "[component.c]",
            "[component.c.build]",
            "[[trigger.http]]",
            "[[trigger.cron]]",
        ][..],
    );
    let line = prop_oneof![
        header.prop_map(str::to_owned),
        (key, value).prop_map(|(key, value)| format!("{key} = {value}")),
    ];
    vec(line, 0..20).prop_map(|lines| format!("spin_manifest_version = 2\n{}", lines.join("\n")))
}

proptest! {
    #[test]
    fn reading_never_panics_and_every_error_is_one_line(
        text in prop_oneof![".{0,80}", toml_like(), manifest_like()],
    ) {
        if let Err(error) = parse(&text) {
            prop_assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn the_order_of_the_triggers_never_decides_which_route_answers(
        routes in subsequence(ROUTES.to_vec(), 1..ROUTES.len()).prop_shuffle(),
        paths in vec(vec(select(&["a", "b", "c", ".a", ""][..]), 0..4), 1..8),
    ) {
        let mut sorted = routes.clone();
        sorted.sort_unstable();
        let one = RouteTable::new(&parse_valid(&manifest_text(&routes))).expect("no conflict");
        let other = RouteTable::new(&parse_valid(&manifest_text(&sorted))).expect("no conflict");
        for path in paths {
            let path = format!("/{}", path.join("/"));
            let found = one.find(&path).map(|found| (found.route, found.trailing));
            let expected = other.find(&path).map(|found| (found.route, found.trailing));
            prop_assert_eq!(found, expected, "{}", path);
        }
    }

    #[test]
    fn the_answering_route_is_the_first_by_the_rank_of_its_segments(
        routes in subsequence(ROUTES.to_vec(), 1..ROUTES.len()).prop_shuffle(),
        path in vec(select(&["a", "b", "c", ".a"][..]), 0..4),
    ) {
        let table = RouteTable::new(&parse_valid(&manifest_text(&routes))).expect("no conflict");
        let expected = routes
            .iter()
            .filter(|route| matches(route, &path))
            .min_by_key(|route| ranks(route));
        let found = table.find(&format!("/{}", path.join("/"))).map(|found| found.route);
        prop_assert_eq!(found, expected.copied());
    }

    #[test]
    fn no_instant_before_the_next_firing_fits_the_expression(
        second in 0_u32..60,
        step in 1_u32..60,
        hours in subsequence((0_u32..24).collect::<Vec<_>>(), 1..6),
        weekdays in subsequence((0_u32..7).collect::<Vec<_>>(), 1..4),
        start in 0_i64..2_000_000_000,
    ) {
        let expression =
            format!("{second} */{step} {} * * {}", list(&hours), list(&weekdays));
        let schedule = Schedule::parse(&expression).expect("well formed");
        let fits = |instant: i64| {
            let days = instant.div_euclid(86_400);
            let within = u32::try_from(instant.rem_euclid(86_400)).expect("below a day");
            // 1 January 1970 was a Thursday.
            let weekday = u32::try_from((days + 4).rem_euclid(7)).expect("below a week");
            within % 60 == second
                && within / 60 % 60 % step == 0
                && hours.contains(&(within / 3600))
                && weekdays.contains(&weekday)
        };
        let one_week = start + 7 * 86_400;
        let expected = (start + 1..=one_week).find(|instant| fits(*instant)).expect("it fires");
        prop_assert_eq!(schedule.next_after(start * 1_000_000), Some(expected * 1_000_000));
    }

    #[test]
    fn reading_a_schedule_or_an_outbound_host_never_panics(
        text in "[*?0-9a-zA-Z,/:.{}\\[\\]# -]{0,24}|.{0,24}",
    ) {
        let schedule = Schedule::parse(&text);
        if let Ok(schedule) = schedule {
            prop_assert!(schedule.next_after(0).is_some());
        }
        if let Ok(allowed) = AllowedHosts::parse(&[Resolved::from(text.as_str())]) {
            prop_assert!(!allowed.permits("none", "", None));
        }
    }
}

fn list(numbers: &[u32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    numbers.join(",")
}

fn segments(route: &str) -> Vec<&str> {
    route
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect()
}

/// Matching by the definition, segment by segment.
fn matches(route: &str, path: &[&str]) -> bool {
    let segments = segments(route);
    let (fixed, takes_rest) = match segments.split_last() {
        Some((&"...", fixed)) => (fixed, true),
        _ => (segments.as_slice(), false),
    };
    let long_enough = path.len() == fixed.len() || (takes_rest && path.len() > fixed.len());
    let mut pairs = fixed.iter().zip(path);
    long_enough && pairs.all(|(segment, part)| segment.starts_with(':') || segment == part)
}

/// Literal text, parameter, end, rest: the smaller the more specific.
fn ranks(route: &str) -> Vec<u8> {
    let mut ranks: Vec<u8> = segments(route)
        .iter()
        .map(|segment| match *segment {
            "..." => 3,
            parameter if parameter.starts_with(':') => 1,
            _ => 0,
        })
        .collect();
    if ranks.last() != Some(&3) {
        ranks.push(2);
    }
    ranks
}
