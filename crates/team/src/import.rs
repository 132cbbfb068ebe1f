//! Reading a CSV file of plans or members line by line: each bad line is told with its number, the
//! column and the reason. Pure.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, Trim};
use serde::Serialize;
use tidemark_domain::{Instant, Zone};
use uuid::Uuid;

/// The most lines of a file, its header aside.
pub const MOST_LINES: usize = 5_000;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// from 1, which is the header
    pub line: u64,
    /// the column
    pub field: String,
    /// a sentence for people
    pub reason: String,
}

/// A column of a file.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// its name in the header
    pub name: &'static str,
    /// whether it must be there, and every line have a value
    pub is_required: bool,
}

/// A column that must be there.
pub const fn required(name: &'static str) -> Column {
    Column {
        name,
        is_required: true,
    }
}

/// A column that may be left out.
pub const fn optional(name: &'static str) -> Column {
    Column {
        name,
        is_required: false,
    }
}

/// A line that has every value that it must have.
#[derive(Clone, Debug)]
pub struct Line {
    /// from 1, which is the header
    pub number: u64,
    cells: BTreeMap<&'static str, String>,
}

impl Line {
    /// A value; `None` where the cell is empty or its column not there.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// The value of a required column.
    pub fn required(&self, column: &str) -> &str {
        self.get(column).unwrap_or_default()
    }

    /// What is wrong with a value of it.
    pub fn wrong(&self, field: &str, reason: impl Into<String>) -> BadLine {
        BadLine {
            line: self.number,
            field: field.to_owned(),
            reason: reason.into(),
        }
    }
}

/// The good lines and the bad ones.
#[derive(Debug, Default)]
pub struct Table {
    /// lines to go on with
    pub lines: Vec<Line>,
    /// what is wrong with the others
    pub bad: Vec<BadLine>,
}

impl Table {
    /// Reads a file with these columns.
    pub fn read(file: &[u8], columns: &[Column]) -> Self {
        let mut table = Self::default();
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .trim(Trim::All)
            .from_reader(file);
        let Ok(header) = reader.headers() else {
            table.refuse(1, "", "the header is not UTF-8 text");
            return table;
        };
        let places = table.places(header, columns);
        if !table.bad.is_empty() {
            return table;
        }
        let width = places.len();
        for record in reader.into_records() {
            match record {
                Ok(record) => table.take(&record, (&places, width), columns),
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    table.refuse(line, "", "the line is not UTF-8 text");
                }
            }
        }
        if table.lines.is_empty() && table.bad.is_empty() {
            table.refuse(1, "", "the file has no lines below its header");
        }
        if table.lines.len() > MOST_LINES {
            let reason = format!("a file may have {MOST_LINES} lines");
            table.refuse(u64::try_from(MOST_LINES).unwrap_or(0) + 2, "", &reason);
        }
        table
    }

    fn refuse(&mut self, line: u64, field: &str, reason: &str) {
        self.bad.push(BadLine {
            line,
            field: field.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// The column at each place of a line.
    fn places(&mut self, header: &StringRecord, columns: &[Column]) -> Vec<&'static str> {
        let mut places: Vec<&'static str> = Vec::new();
        for name in header {
            let name = name.trim_start_matches('\u{feff}');
            match columns.iter().find(|column| column.name == name) {
                Some(column) if places.contains(&column.name) => {
                    self.refuse(1, name, "the column comes twice");
                }
                Some(column) => places.push(column.name),
                None => {
                    let known: Vec<&str> = columns.iter().map(|column| column.name).collect();
                    let reason = format!("there is no such column; use {}", known.join(", "));
                    self.refuse(1, name, &reason);
                }
            }
        }
        for column in columns.iter().filter(|column| column.is_required) {
            if !places.contains(&column.name) {
                self.refuse(1, column.name, "the column is missing");
            }
        }
        places
    }

    fn take(
        &mut self,
        record: &StringRecord,
        (places, width): (&[&'static str], usize),
        columns: &[Column],
    ) {
        let number = record.position().map_or(0, csv::Position::line);
        if record.len() != width {
            let reason = format!("has {} values where the header has {width}", record.len());
            self.refuse(number, "", &reason);
            return;
        }
        let cells = places.iter().copied().zip(record);
        let cells: BTreeMap<&'static str, String> = cells
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        let before = self.bad.len();
        for column in columns {
            match cells.get(column.name) {
                None if column.is_required => self.refuse(number, column.name, "is empty"),
                Some(value) if value.contains('\0') || value.chars().count() > 2_000 => {
                    self.refuse(number, column.name, "is too long, or no text");
                }
                _ => {}
            }
        }
        if self.bad.len() == before {
            self.lines.push(Line { number, cells });
        }
    }
}

/// Names that lines may use instead of ids.
#[derive(Debug, Default)]
pub struct Directory(Vec<(Uuid, String)>);

impl Directory {
    /// Names without regard to case; a thing may have several.
    pub fn new(names: impl IntoIterator<Item = (Uuid, String)>) -> Self {
        let lower = names.into_iter();
        Self(lower.map(|(id, name)| (id, name.to_lowercase())).collect())
    }

    /// Finds an id by itself or by a name.
    ///
    /// # Errors
    /// The reason, where it is none or several.
    pub fn find(&self, text: &str) -> Result<Uuid, String> {
        let wanted = text.trim_start_matches('@').to_lowercase();
        let is_meant = |(id, name): &&(Uuid, String)| *name == wanted || id.to_string() == wanted;
        let mut found: Vec<Uuid> = self.0.iter().filter(is_meant).map(|(id, _)| *id).collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [id] => Ok(*id),
            [] => Err(format!("{text:?} is nobody in this agency")),
            _ => Err(format!("{text:?} is the name of several; use the id")),
        }
    }
}

/// RFC 3339, or what clocks of the zone show, such as `2026-11-22 09:30`.
///
/// # Errors
/// The reason, also for a time that clocks skip.
pub fn time(text: &str, zone: &Zone) -> Result<Instant, String> {
    let instant = Instant::parse(text)
        .ok()
        .or_else(|| zone.at_wall_clock(text));
    let year_is_known = |instant: &Instant| {
        (1_420_070_400_000_000..4_102_444_800_000_000).contains(&instant.micros())
    };
    instant.filter(year_is_known).ok_or_else(|| {
        format!(
            "{text:?} is no time such as 2026-11-22 09:30 ({}) or 2026-11-22T08:30:00Z",
            zone.name()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [required("member"), required("starts_at"), optional("notes")];

    fn bad(file: &str) -> Vec<(u64, String)> {
        let table = Table::read(file.as_bytes(), &COLUMNS);
        let bad = table.bad.into_iter();
        bad.map(|line| (line.line, line.field)).collect()
    }

    #[test]
    fn every_bad_line_is_told_with_its_number_and_column() {
        let file = "member,starts_at,notes\nAna,x,\n,x,\"two\nlines\"\nBea,x\nCem,,\nDia,x,ok\n";
        assert_eq!(
            bad(file),
            [
                (3, "member".to_owned()),
                (5, String::new()),
                (6, "starts_at".to_owned())
            ]
        );
        let table = Table::read(file.as_bytes(), &COLUMNS);
        let good: Vec<u64> = table.lines.iter().map(|line| line.number).collect();
        assert_eq!(good, [2, 7]);
    }

    #[test]
    fn a_header_that_does_not_fit_is_told() {
        assert_eq!(
            bad("member,begin\n"),
            [(1, "begin".to_owned()), (1, "starts_at".to_owned())]
        );
        assert_eq!(bad("\u{feff}member,starts_at\nAna,x\n"), []);
        assert_eq!(bad("member,starts_at\n"), [(1, String::new())]);
        assert_eq!(
            bad(""),
            [(1, "member".to_owned()), (1, "starts_at".to_owned())]
        );
    }

    #[test]
    fn names_are_found_and_doubtful_ones_refused() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let names = [
            (one, "Ana"),
            (one, "anah"),
            (two, "Bea"),
            (Uuid::from_u128(3), "bea"),
        ];
        let directory = Directory::new(names.map(|(id, name)| (id, name.to_owned())));
        assert_eq!(directory.find("ANA"), Ok(one));
        assert_eq!(directory.find("@anah"), Ok(one));
        assert_eq!(directory.find(&two.to_string()), Ok(two));
        assert!(directory.find("Bea").is_err() && directory.find("Cem").is_err());
    }

    #[test]
    fn times_are_local_unless_they_say_otherwise() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let instant = Instant::parse("2026-11-22T08:30:00Z").unwrap();
        assert_eq!(time("2026-11-22 09:30", &berlin), Ok(instant));
        assert_eq!(time("2026-11-22T08:30:00Z", &berlin), Ok(instant));
        for text in ["2026-03-29 02:30", "22.11.2026", "0001-01-01 00:00", ""] {
            assert!(time(text, &berlin).is_err(), "{text}");
        }
    }
}
