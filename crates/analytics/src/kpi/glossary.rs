//! The glossary as a document: `docs/METRICS.md` is this text, and a test holds the two together.

use std::fmt::Write as _;

use super::{Unit, VERSION, definitions};

const HEAD: &str = "\
<!-- Made from crates/analytics/src/kpi/definitions.rs. To renew it:
     TIDEMARK_WRITE_DOCS=1 cargo test -p tidemark-analytics glossary -->

# Metrics

What each figure of the dashboard is, as its card's tooltip and `/openapi.json` say too.

- **R** is the ledger rows of the scope (the agency, or one model) that occurred in the window. Rows
  that Fanvue has withdrawn are none of them.
- A **window** is half-open and cut at local midnights of its zone; days of 23 and 25 hours are right.
- A **sale** is a row whose source is not `refund` or `chargeback`; a **reversal** is one whose source
  is. Reversals count on their own date. A **paid sale** has gross > 0.
- A **fan** is counted once per agency, whatever models they bought from. Rows without a fan count for
  none.
- An audience **level** is a model's subscriber count on a local day of the agency: the last one
  observed that day or, where there was none, one derived from a later head-count and Fanvue's starts
  and ends of each UTC day since; points and `meta` say so (`audienceDerived`). Followers are only ever
  observed. A level holds until the next one; before the first, and where a derived one would fall
  below zero, there is none. Starts and ends themselves are flows and part of no level.
- Sums are exact. What is divided is rounded once, at the end, half away from zero.
- A dash (`null` in JSON) is unknown or undefined; 0 is a measured zero.
";

/// The whole document.
pub fn glossary() -> String {
    let mut text = HEAD.to_owned();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\nVersion {VERSION} of the definitions.\n\n\
         | key | what it is | unit, rounding | none when |\n| --- | --- | --- | --- |\n"
    );
    for definition in definitions() {
        let unit = match definition.unit {
            Unit::Dollars => "US dollars",
            Unit::Percent => "percent",
            Unit::Ratio => "ratio",
            Unit::Count => "number",
        };
        let rounding = match definition.unit {
            Unit::Count => String::new(),
            _ => format!(", {}", definition.rounding()),
        };
        let _ = writeln!(
            text,
            "| `{}` | {} | {unit}{rounding} | {} |",
            definition.id,
            definition.sentence,
            definition.null_when.unwrap_or("never")
        );
    }
    text.push_str(
        "\nThe chart's groups: `subscriptions` = subscription and renewal, `tips` = tip, `messages` = \
         message,\n`posts` = post and mediaLink, `other` = every other sale, `refunds` = refund and \
         chargeback. They add\nup to `total`, and the totals of all points to `totalRevenue`, to the \
         cent.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(path: &str) -> String {
        format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn d085_metric_text_stale_the_glossary_is_made_from_the_definitions() {
        let path = repository("docs/METRICS.md");
        if std::env::var_os("TIDEMARK_WRITE_DOCS").is_some() {
            std::fs::write(&path, glossary()).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(
            kept == glossary(),
            "docs/METRICS.md is stale; renew it as its first lines say"
        );
    }

    #[test]
    fn the_cards_of_the_page_show_the_same_sentences() {
        let script =
            std::fs::read_to_string(repository("crates/page/assets/definitions.js")).unwrap();
        let quoted = |line: &str, name: &str| {
            let (_, rest) = line.split_once(&format!("{name}: \""))?;
            rest.split_once('"').map(|(text, _)| text.to_owned())
        };
        let keys = script.lines().filter_map(|line| quoted(line, "key"));
        let shown = script.lines().filter_map(|line| quoted(line, "definition"));
        let shown: Vec<_> = keys.zip(shown).collect();
        assert!(shown.len() >= 10);
        for (key, sentence) in shown {
            let definition = definitions().iter().find(|definition| definition.id == key);
            assert_eq!(definition.unwrap().sentence, sentence, "{key}");
        }
    }
}
