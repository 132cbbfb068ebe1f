//! One field of a cron expression.

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// Sunday as the end of a range, as in `SAT-SUN`.
const SUNDAY_AFTER_SATURDAY: u8 = 7;

pub(super) const FIELDS: [Field; 6] = [
    Field::new("second", 0, 59),
    Field::new("minute", 0, 59),
    Field::new("hour", 0, 23),
    Field::new("day of month", 1, 31).or_any(),
    Field::new("month", 1, 12).named(&MONTHS),
    Field::new("day of week", 0, SUNDAY_AFTER_SATURDAY)
        .named(&WEEKDAYS)
        .or_any(),
];

/// What can be wrong with a field of a cron expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// A value is no number in the range of the field, and none of its names.
    #[error("{value:?} is not {expected}")]
    Value {
        /// The value as written.
        value: String,
        /// What the field takes.
        expected: String,
    },
    /// A range ends before it starts.
    #[error("the range {range:?} ends before it starts")]
    Reversed {
        /// The range as written.
        range: String,
    },
    /// A step is no number in the range of the field.
    #[error("the step {step:?} is not a number from 1 to {maximum}")]
    Step {
        /// The step as written.
        step: String,
        /// The largest step.
        maximum: u8,
    },
    /// `*` stands in a list.
    #[error("`*` must stand alone")]
    AllInList,
    /// A character that only the trigger's own reader knows.
    #[error("`L`, `W` and `#` are not supported by tidemark")]
    Extension,
}

/// The form of one field.
pub(super) struct Field {
    pub(super) name: &'static str,
    minimum: u8,
    maximum: u8,
    /// The names of the values from `minimum` on.
    names: &'static [&'static str],
    /// Whether `?` stands for `*`.
    takes_any: bool,
}

impl Field {
    const fn new(name: &'static str, minimum: u8, maximum: u8) -> Self {
        Self {
            name,
            minimum,
            maximum,
            names: &[],
            takes_any: false,
        }
    }

    const fn named(mut self, names: &'static [&'static str]) -> Self {
        self.names = names;
        self
    }

    const fn or_any(mut self) -> Self {
        self.takes_any = true;
        self
    }

    /// The values that the text selects, one bit each.
    pub(super) fn parse(&self, text: &str) -> Result<u64, FieldFault> {
        if self.is_all(text) {
            return Ok(self.select(self.minimum, self.maximum, 1));
        }
        let mut values = 0;
        for item in text.split(',') {
            values |= self.item(item)?;
        }
        Ok(values)
    }

    fn is_all(&self, text: &str) -> bool {
        text == "*" || (self.takes_any && text == "?")
    }

    fn item(&self, item: &str) -> Result<u64, FieldFault> {
        if self.is_all(item) {
            return Err(FieldFault::AllInList);
        }
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(self.step(step)?)),
            None => (item, None),
        };
        let (first, last) = if self.is_all(range) {
            (self.minimum, self.maximum)
        } else if let Some((first, last)) = range.split_once('-') {
            (self.value(first)?, self.end_value(last)?)
        } else {
            let first = self.value(range)?;
            // A step without an end runs to the end of the field.
            (first, if step.is_some() { self.maximum } else { first })
        };
        if first > last {
            let range = range.to_owned();
            return Err(FieldFault::Reversed { range });
        }
        Ok(self.select(first, last, step.unwrap_or(1)))
    }

    fn step(&self, text: &str) -> Result<u8, FieldFault> {
        number(text)
            .filter(|step| (1..=self.maximum).contains(step))
            .ok_or_else(|| FieldFault::Step {
                step: text.to_owned(),
                maximum: self.maximum,
            })
    }

    fn end_value(&self, text: &str) -> Result<u8, FieldFault> {
        if self.is_day_of_week() && text.eq_ignore_ascii_case(WEEKDAYS[0]) {
            return Ok(SUNDAY_AFTER_SATURDAY);
        }
        self.value(text)
    }

    fn value(&self, text: &str) -> Result<u8, FieldFault> {
        let named = (self.minimum..)
            .zip(self.names)
            .find(|(_, name)| name.eq_ignore_ascii_case(text))
            .map(|(value, _)| value);
        let value = named
            .or_else(|| number(text))
            .filter(|value| (self.minimum..=self.maximum).contains(value));
        value.ok_or_else(|| {
            if self.takes_any && is_extension(text) {
                return FieldFault::Extension;
            }
            FieldFault::Value {
                value: text.to_owned(),
                expected: self.expectation(),
            }
        })
    }

    fn expectation(&self) -> String {
        let numbers = format!("a number from {} to {}", self.minimum, self.maximum);
        match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) => format!("{numbers} or a name from {first} to {last}"),
            _ => numbers,
        }
    }

    fn select(&self, first: u8, last: u8, step: u8) -> u64 {
        let mut values = 0;
        for value in (first..=last).step_by(usize::from(step)) {
            let day_or_value = if self.is_day_of_week() {
                value % 7
            } else {
                value
            };
            values |= 1 << day_or_value;
        }
        values
    }

    /// The selected values as the `cron` crate writes them, which counts Sunday as 1.
    pub(super) fn for_cron_crate(&self, values: u64) -> String {
        if values == self.select(self.minimum, self.maximum, 1) {
            return "*".to_owned();
        }
        let shift = u8::from(self.is_day_of_week());
        let numbers: Vec<String> = (self.minimum..=self.maximum)
            .filter(|value| values & (1 << value) != 0)
            .map(|value| (value + shift).to_string())
            .collect();
        numbers.join(",")
    }

    fn is_day_of_week(&self) -> bool {
        self.maximum == SUNDAY_AFTER_SATURDAY
    }
}

/// Whether the text is one of the trigger's own forms: `L`, `15W`, `5L`, `5#2`.
fn is_extension(text: &str) -> bool {
    let letters = text.trim_start_matches(|character: char| character.is_ascii_digit());
    text.contains('#')
        || ["L", "W", "LW"]
            .iter()
            .any(|form| letters.eq_ignore_ascii_case(form))
}

fn number(text: &str) -> Option<u8> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { text.parse().ok() } else { None }
}
