//! TOML with positions and full key paths.

use std::ops::{Range, RangeInclusive};
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{ManifestError, ManifestProblem};

/// The text of a manifest.
pub(super) struct Document<'text> {
    file: &'text Path,
    text: &'text str,
}

impl<'text> Document<'text> {
    pub(super) fn new(file: &'text Path, text: &'text str) -> Self {
        Self { file, text }
    }

    pub(super) fn table(&self) -> Result<Spanned<DeTable<'text>>, ManifestError> {
        DeTable::parse(self.text).map_err(|error| {
            let message = error.message().replace('\n', " ");
            let start = error.span().map(|span| span.start);
            self.error(start, ManifestProblem::Syntax { message })
        })
    }

    fn error(&self, offset: Option<usize>, problem: ManifestProblem) -> ManifestError {
        let line = offset.map(|offset| self.line_at(offset));
        ManifestError::new(self.file, line, problem)
    }

    fn line_at(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        1 + before.matches('\n').count()
    }
}

/// A table and where it stands.
#[derive(Clone)]
pub(super) struct Section<'doc> {
    document: &'doc Document<'doc>,
    path: String,
    span: Range<usize>,
    table: &'doc DeTable<'doc>,
}

impl<'doc> Section<'doc> {
    pub(super) fn root(
        document: &'doc Document<'doc>,
        table: &'doc Spanned<DeTable<'doc>>,
    ) -> Self {
        Self {
            document,
            path: String::new(),
            span: table.span(),
            table: table.get_ref(),
        }
    }

    /// Refuses every key but the known ones; `unsupported` are those that Spin has besides.
    pub(super) fn allow(&self, known: &[&str], unsupported: &[&str]) -> Result<(), ManifestError> {
        for field in self.fields() {
            let name = field.name.as_str();
            if known.contains(&name) {
                continue;
            }
            let key = field.path.clone();
            return Err(field.error_at_key(if unsupported.contains(&name) {
                ManifestProblem::Unsupported { key }
            } else {
                let known = known.join(", ");
                ManifestProblem::UnknownKey { key, known }
            }));
        }
        Ok(())
    }

    /// All entries, in the order of the text.
    pub(super) fn fields(&self) -> Vec<Field<'doc>> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
            .into_iter()
            .map(|(key, value)| Field {
                document: self.document,
                path: join(&self.path, key.get_ref()),
                name: key.get_ref().to_string(),
                key_start: key.span().start,
                value,
            })
            .collect()
    }

    pub(super) fn field(&self, name: &str) -> Option<Field<'doc>> {
        let (key, value) = self.table.get_key_value(name)?;
        Some(Field {
            document: self.document,
            path: join(&self.path, name),
            name: name.to_owned(),
            key_start: key.span().start,
            value,
        })
    }

    /// A field that must be there; `example` would mend its absence.
    pub(super) fn required(&self, name: &str, example: &str) -> Result<Field<'doc>, ManifestError> {
        self.field(name).ok_or_else(|| {
            let problem = ManifestProblem::Missing {
                key: join(&self.path, name),
                example: example.to_owned(),
            };
            let start = (!self.path.is_empty()).then_some(self.span.start);
            self.document.error(start, problem)
        })
    }

    pub(super) fn required_section(
        &self,
        name: &str,
        example: &str,
    ) -> Result<Self, ManifestError> {
        self.required(name, example)?.section()
    }

    pub(super) fn optional_section(&self, name: &str) -> Result<Option<Self>, ManifestError> {
        self.field(name).map(|field| field.section()).transpose()
    }

    pub(super) fn optional_string(&self, name: &str) -> Result<Option<String>, ManifestError> {
        self.field(name).map(|field| field.string()).transpose()
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, ManifestError> {
        self.field(name).map_or(Ok(false), |field| field.boolean())
    }

    /// The items of an optional array.
    pub(super) fn items(&self, name: &str) -> Result<Vec<Field<'doc>>, ManifestError> {
        self.field(name)
            .map_or(Ok(Vec::new()), |field| field.items())
    }

    pub(super) fn strings(&self, name: &str) -> Result<Vec<String>, ManifestError> {
        self.items(name)?.iter().map(Field::string).collect()
    }
}

/// A value, its key and where they stand.
#[derive(Clone)]
pub(super) struct Field<'doc> {
    document: &'doc Document<'doc>,
    /// The full path of the key.
    pub(super) path: String,
    /// The last part of the path.
    pub(super) name: String,
    key_start: usize,
    value: &'doc Spanned<DeValue<'doc>>,
}

impl<'doc> Field<'doc> {
    fn get(&self) -> &'doc DeValue<'doc> {
        self.value.get_ref()
    }

    pub(super) fn is_table(&self) -> bool {
        self.get().is_table()
    }

    pub(super) fn is_string(&self) -> bool {
        self.get().is_str()
    }

    pub(super) fn is_array(&self) -> bool {
        self.get().is_array()
    }

    pub(super) fn is_whole_number(&self, number: u64) -> bool {
        self.whole_number() == Some(number)
    }

    fn whole_number(&self) -> Option<u64> {
        let integer = self.get().as_integer()?;
        u64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    pub(super) fn string(&self) -> Result<String, ManifestError> {
        let text = self
            .get()
            .as_str()
            .ok_or_else(|| self.wrong_type("a string"))?;
        Ok(text.to_owned())
    }

    /// A string that is more than blanks.
    pub(super) fn text(&self) -> Result<String, ManifestError> {
        let text = self.string()?;
        if text.trim().is_empty() {
            let key = self.path.clone();
            return Err(self.error(ManifestProblem::Empty { key }));
        }
        Ok(text)
    }

    pub(super) fn boolean(&self) -> Result<bool, ManifestError> {
        self.get()
            .as_bool()
            .ok_or_else(|| self.wrong_type("true or false"))
    }

    pub(super) fn number_in(&self, range: RangeInclusive<u64>) -> Result<u64, ManifestError> {
        self.whole_number()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                self.error(ManifestProblem::OutOfRange {
                    key: self.path.clone(),
                    minimum: *range.start(),
                    maximum: *range.end(),
                })
            })
    }

    pub(super) fn section(&self) -> Result<Section<'doc>, ManifestError> {
        let table = self
            .get()
            .as_table()
            .ok_or_else(|| self.wrong_type("a table"))?;
        Ok(Section {
            document: self.document,
            path: self.path.clone(),
            span: self.value.span(),
            table,
        })
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, ManifestError> {
        let array = self
            .get()
            .as_array()
            .ok_or_else(|| self.wrong_type("an array"))?;
        let items = array.iter().enumerate().map(|(index, value)| Self {
            document: self.document,
            path: format!("{}[{index}]", self.path),
            name: index.to_string(),
            key_start: value.span().start,
            value,
        });
        Ok(items.collect())
    }

    /// The value as written, for a message; only for keys that hold no secret.
    pub(super) fn excerpt(&self) -> String {
        let text = self.document.text.get(self.value.span());
        let first_line = text.and_then(|text| text.lines().next());
        first_line.unwrap_or_default().chars().take(40).collect()
    }

    pub(super) fn wrong_type(&self, expected: &'static str) -> ManifestError {
        self.error(ManifestProblem::WrongType {
            key: self.path.clone(),
            expected,
            found: self.get().type_str(),
        })
    }

    /// A fault of the value.
    pub(super) fn error(&self, problem: ManifestProblem) -> ManifestError {
        self.document.error(Some(self.value.span().start), problem)
    }

    /// A fault of the key.
    pub(super) fn error_at_key(&self, problem: ManifestProblem) -> ManifestError {
        self.document.error(Some(self.key_start), problem)
    }
}

fn join(path: &str, key: &str) -> String {
    let is_bare_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_bare = !key.is_empty() && key.bytes().all(is_bare_byte);
    let key = if is_bare {
        key.to_owned()
    } else {
        format!("{key:?}")
    };
    if path.is_empty() {
        key
    } else {
        format!("{path}.{key}")
    }
}
