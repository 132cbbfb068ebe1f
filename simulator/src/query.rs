//! Query parameters. Everything wrong with a query is collected and answered at once.

use crate::clock::Micros;
use crate::cursor::{Cursor, Walk};
use crate::ledger::Window;
use crate::problem::Problem;
use crate::source::Source;

const LARGEST_SIZE: usize = 50;

#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    errors: Vec<String>,
}

impl Query {
    pub(crate) fn parse(encoded: &str) -> Self {
        Self {
            pairs: form_urlencoded::parse(encoded.as_bytes())
                .into_owned()
                .collect(),
            errors: Vec::new(),
        }
    }

    /// The first parameter of that name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn refuse(&mut self, error: String) {
        self.errors.push(error);
    }

    /// `size`, 1 to 50.
    pub(crate) fn size(&mut self, default: usize) -> usize {
        self.number("size", default, LARGEST_SIZE)
    }

    /// `page`, from 1.
    pub(crate) fn page(&mut self) -> usize {
        self.number("page", 1, usize::from(u16::MAX))
    }

    fn number(&mut self, name: &str, default: usize, largest: usize) -> usize {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.parse() {
            Ok(number) if (1..=largest).contains(&number) => number,
            _ => {
                self.refuse(format!("{name} must be an integer from 1 to {largest}"));
                default
            }
        }
    }

    /// `startDate` (included) and `endDate` (not included).
    pub(crate) fn window(&mut self) -> Window {
        let start = self.instant("startDate");
        let end = self.instant("endDate");
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            self.refuse("startDate must not be after endDate".to_owned());
        }
        Window {
            start: start.unwrap_or(Micros(i64::MIN)),
            end: end.unwrap_or(Micros(i64::MAX)),
        }
    }

    fn instant(&mut self, name: &str) -> Option<Micros> {
        let text = self.text(name)?;
        let instant = Micros::parse(text);
        if instant.is_none() {
            self.refuse(format!(
                "{name} must be an ISO 8601 date-time with an offset"
            ));
        }
        instant
    }

    /// `source`, comma separated; `None` is every source.
    pub(crate) fn sources(&mut self, known: impl Fn(Source) -> bool) -> Option<Vec<Source>> {
        let text = self.text("source")?.to_owned();
        let mut sources = Vec::new();
        let mut asks_for_all = false;
        for word in text.split(',') {
            if word == "all" {
                asks_for_all = true;
                continue;
            }
            let found = Source::ALL
                .into_iter()
                .find(|source| source.as_str() == word && known(*source));
            match found {
                Some(source) => sources.push(source),
                None => self.refuse(format!("source has an unknown value: {word:?}")),
            }
        }
        (!asks_for_all).then_some(sources)
    }

    /// `cursor`, absent on the first page.
    pub(crate) fn cursor(&mut self, walk: Walk) -> Option<Cursor> {
        let text = self.text("cursor")?;
        let cursor = Cursor::decode(text, walk);
        if cursor.is_none() {
            self.refuse("cursor is malformed".to_owned());
        }
        cursor
    }

    /// Refuses the query if any parameter was wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::Validation(self.errors))
        }
    }
}
