//! Results on standard output: text for people, JSON for programs.

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
            println!("{}", serde_json::json!(value));
        } else {
            println!("{text}");
        }
    }

    /// Prints a remark for people only.
    pub fn remark(self, text: &str) {
        if !self.json {
            println!("{text}");
        }
    }
}
