//! What a statement may leave behind in its session.
//!
//! The driver does not tell whether a transaction is open or a setting was changed, and asking
//! after every statement would cost a round trip. So the text decides, and in doubt against the
//! statement: a needless reset costs some microseconds in the background, a missing one would
//! hand one guest's transaction to the next.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What a statement may leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// Nothing but committed rows.
    None,
    /// A transaction, a setting, a lock, a temporary table or the like.
    Session,
    /// The same, and the prepared statements of the session may be gone.
    PreparedStatements,
}

/// Statements that leave nothing behind unless they contain one of [`LEAVES_STATE`].
const PLAIN: [&str; 8] = [
    "select", "insert", "update", "delete", "with", "values", "merge", "table",
];

/// Statements that prepare or drop prepared statements.
const PREPARES: [&str; 4] = ["prepare", "deallocate", "discard", "execute"];

/// Parts of a plain statement that leave something behind: session locks (their transaction
/// scoped siblings have `xact` in the name), temporary tables, functions with connections of their
/// own, and settings that are not local.
const LEAVES_STATE: [&str; 6] = [
    "pg_advisory_",
    "pg_try_advisory_",
    "temp",
    "dblink",
    "lo_",
    SETTING,
];

const SETTING: &str = "set_config";

static LEAVING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(LEAVES_STATE)
        .expect("invariant: the patterns are few and short")
});

/// Reads what a statement may leave behind from its text.
pub(crate) fn effect(statement: &str) -> Effect {
    let keyword = first_keyword(statement);
    let is_one_of =
        |keywords: &[&str]| keywords.iter().any(|one| one.eq_ignore_ascii_case(keyword));
    if is_one_of(&PREPARES) {
        Effect::PreparedStatements
    } else if is_one_of(&PLAIN) && !leaves_state(statement) {
        Effect::None
    } else {
        Effect::Session
    }
}

fn first_keyword(statement: &str) -> &str {
    let start = skip_blanks_and_comments(statement);
    let length = start
        .find(|character: char| !character.is_ascii_alphabetic())
        .unwrap_or(start.len());
    &start[..length]
}

fn skip_blanks_and_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(|character: char| {
            character.is_ascii_whitespace() || character == '('
        });
        if let Some(comment) = text.strip_prefix("--") {
            text = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(comment) = text.strip_prefix("/*") {
            text = comment.split_once("*/").map_or("", |(_, rest)| rest);
        } else {
            return text;
        }
    }
}

fn leaves_state(statement: &str) -> bool {
    LEAVING.find_overlapping_iter(statement).any(|found| {
        let part = LEAVES_STATE[found.pattern()];
        let rest = &statement[found.end()..];
        if part == SETTING {
            !is_local(rest)
        } else {
            !is_harmless(&statement[..found.start()], part, rest)
        }
    })
}

/// Whether a match is only a part of a longer name, or the transaction scoped variant of a lock.
fn is_harmless(before: &str, part: &str, rest: &str) -> bool {
    let inside_name = before.chars().next_back().is_some_and(is_name_character);
    let starts_with = |text: &str| {
        rest.get(..text.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(text))
    };
    let transaction_lock = part.contains("advisory") && starts_with("xact");
    let longer_word =
        part == "temp" && rest.starts_with(is_name_character) && !starts_with("orary");
    inside_name || transaction_lock || longer_word
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Whether a `set_config(…)` ends in `, true)`, given the text after its name: such a setting ends
/// with its statement when no transaction is open, and one that is open counts by itself.
fn is_local(call: &str) -> bool {
    last_argument(call).is_some_and(|argument| argument.eq_ignore_ascii_case("true"))
}

/// The last argument of a call, given the text after the function's name.
fn last_argument(call: &str) -> Option<&str> {
    let arguments = call.trim_start().strip_prefix('(')?;
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut last_comma = 0;
    for (index, character) in arguments.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' if depth == 0 => return Some(arguments[last_comma..index].trim()),
            ')' => depth -= 1,
            ',' if depth == 0 => last_comma = index + 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Effect, effect};

    #[test]
    fn queries_and_data_changes_leave_nothing_behind() {
        for statement in [
            "select 1",
            "  -- a comment\n (SELECT 1)",
            "/* a */ with moved as (delete from a returning *) insert into b select * from moved",
            "insert into attempts (id) values ($1)",
            "select temperature, attempt from readings",
            "select pg_try_advisory_xact_lock(7)",
            "select set_config('tidemark.agency', $1::text, true)",
            "select set_config('a.b', concat('x,', ')', upper('y')), true), now()",
            "values (1)",
        ] {
            assert_eq!(effect(statement), Effect::None, "{statement}");
        }
    }

    #[test]
    fn whatever_may_change_the_session_counts_as_doing_so() {
        for statement in [
            "begin",
            "START TRANSACTION",
            "set search_path = x",
            "savepoint a",
            "declare c cursor with hold for select 1",
            "listen x",
            "lock table a",
            "do $$ begin perform set_config('a', 'b', false); end $$",
            "select pg_advisory_lock(1)",
            "select pg_try_advisory_lock_shared(1)",
            "select 1 into temp t",
            "select 1 into temporary t",
            "select set_config('a.b', 'c', false)",
            "select set_config('a.b', 'c', $1)",
            "select set_config('a.b', 'c', true), set_config('a.b', 'c', false)",
            "create temp table t ()",
            "",
        ] {
            assert_eq!(effect(statement), Effect::Session, "{statement}");
        }
    }

    #[test]
    fn statements_about_prepared_statements_are_told_apart() {
        for statement in [
            "prepare a as select 1",
            "DEALLOCATE ALL",
            "discard all",
            "execute a",
        ] {
            assert_eq!(effect(statement), Effect::PreparedStatements, "{statement}");
        }
    }
}
