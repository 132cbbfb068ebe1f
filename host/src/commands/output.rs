//! Results on standard output: text for people, JSON for programs.

use std::io::Write as _;

use serde::Serialize;

/// How results are printed.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// whether `--json` was given
    pub json: bool,
}

impl Output {
    /// Prints a result: `text` for people, or `value` as one line of JSON.
    pub fn print(self, text: &str, value: &impl Serialize) {
        if self.json {
            write_line(&serde_json::json!(value).to_string());
        } else {
            write_line(text);
        }
    }

    /// Prints a remark for people only.
    pub fn remark(self, text: &str) {
        if !self.json {
            write_line(text);
        }
    }
}

/// A reader that has gone away, as `head` does, is no reason to fail.
fn write_line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
