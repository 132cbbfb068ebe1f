//! The migration files, and what makes a set of them sound.

use sha2::{Digest, Sha256};

/// Names and texts of the files in `migrations/`, sorted by name.
pub(super) static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// One migration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its number, from 1.
    pub version: i32,
    /// Its name, such as `0001_foundation.sql`.
    pub name: String,
    /// Its text.
    pub sql: String,
    /// SHA-256 of the text, lower-case hexadecimal.
    pub checksum: String,
}

/// Why a set of files is no history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The name has no number in front.
    #[error("migration file {0} must be named like 0007_what_it_does.sql")]
    BadName(String),
    /// Two files have one number.
    #[error("migration files {0} and {1} have the same number; renumber the newer one")]
    Duplicate(String, String),
}

/// A sound set of migrations: every number once. Numbers may be left out, so that work on
/// different subjects need not agree on who comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrations(Vec<Migration>);

impl Migrations {
    /// The files that were in `migrations/` when this program was built.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn embedded() -> Result<Self, FileError> {
        Self::new(EMBEDDED.iter().copied())
    }

    /// A set from names and texts, in any order.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FileError> {
        let mut migrations = files
            .into_iter()
            .map(|(name, sql)| Migration::read(name, sql))
            .collect::<Result<Vec<_>, _>>()?;
        migrations
            .sort_by(|one, other| (one.version, &one.name).cmp(&(other.version, &other.name)));
        for pair in migrations.windows(2) {
            if pair[0].version == pair[1].version {
                let [older, newer] = [&pair[0].name, &pair[1].name].map(String::clone);
                return Err(FileError::Duplicate(older, newer));
            }
        }
        Ok(Self(migrations))
    }

    /// The files in order.
    pub fn files(&self) -> &[Migration] {
        &self.0
    }

    /// The newest number; 0 for no files.
    pub fn latest(&self) -> i32 {
        self.0.last().map_or(0, |migration| migration.version)
    }
}

impl Migration {
    fn read(name: &str, sql: &str) -> Result<Self, FileError> {
        let bad_name = || FileError::BadName(name.to_owned());
        let stem = name.strip_suffix(".sql").ok_or_else(bad_name)?;
        let (number, title) = stem.split_once('_').ok_or_else(bad_name)?;
        let all_digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits || title.is_empty() {
            return Err(bad_name());
        }
        Ok(Self {
            version: number.parse().map_err(|_| bad_name())?,
            name: name.to_owned(),
            sql: sql.to_owned(),
            checksum: hex::encode(Sha256::digest(sql)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[&str]) -> Result<Vec<String>, FileError> {
        let set = Migrations::new(files.iter().map(|&name| (name, "select 1")))?;
        Ok(set.files().iter().map(|file| file.name.clone()).collect())
    }

    #[test]
    fn files_are_ordered_by_their_number() {
        assert_eq!(
            names(&["0002_team.sql", "0001_base.sql"]).unwrap(),
            ["0001_base.sql", "0002_team.sql"]
        );
    }

    #[test]
    fn numbers_may_be_left_out() {
        let found = names(&["0010_more.sql", "0001_base.sql"]).unwrap();
        assert_eq!(found, ["0001_base.sql", "0010_more.sql"]);
    }

    #[test]
    fn a_duplicate_and_a_nameless_file_are_refused() {
        assert_eq!(
            names(&["0001_base.sql", "0001_again.sql"]),
            Err(FileError::Duplicate(
                "0001_again.sql".into(),
                "0001_base.sql".into()
            ))
        );
        for name in [
            "base.sql",
            "1_base.sql",
            "0001-base.sql",
            "0001_.sql",
            "0001_base.txt",
        ] {
            assert_eq!(names(&[name]), Err(FileError::BadName(name.into())));
        }
    }

    #[test]
    fn the_programs_own_files_are_sound() {
        let migrations = Migrations::embedded().unwrap();
        assert!(migrations.latest() >= 2);
        assert_eq!(migrations.latest(), super::super::latest());
    }

    #[test]
    fn a_checksum_is_the_sha_256_of_the_text() {
        let set = Migrations::new([("0001_a.sql", "abc")]).unwrap();
        assert_eq!(
            set.files()[0].checksum,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
