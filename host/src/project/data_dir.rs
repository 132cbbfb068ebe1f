//! Files that `tidemark` keeps for itself beside the embedded database.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tidemark_domain::Secret;

const TOKEN_KEY_FILE: &str = "token_key";

/// The data directory.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Makes the directory if it is missing. Its path is absolute from then on, as the code cache
    /// needs it.
    pub fn open(path: &Path) -> Result<Self> {
        let made = fs::create_dir_all(path).and_then(|()| fs::canonicalize(path));
        let absolute = made.with_context(|| {
            format!(
                "the data directory {} cannot be made; choose another with --data-dir",
                path.display()
            )
        })?;
        Ok(Self(absolute))
    }

    /// Where compiled components are kept.
    pub fn code_cache(&self) -> PathBuf {
        self.0.join("code-cache")
    }

    /// The key that seals Fanvue tokens, made on first use. It must not be lost while the database
    /// is kept.
    pub fn token_key(&self) -> Result<Secret> {
        if let Some(key) = self.read(TOKEN_KEY_FILE)? {
            return Ok(Secret::new(key.trim()));
        }
        let key = tidemark_sealing::generate_key()?;
        self.write_private(TOKEN_KEY_FILE, key.expose())?;
        Ok(key)
    }

    /// A note kept as JSON; `None` when there is none.
    pub fn note<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.read(name)? else {
            return Ok(None);
        };
        let path = self.0.join(name);
        serde_json::from_str(&text).map(Some).with_context(|| {
            format!(
                "{} is damaged; remove it, or use another --data-dir",
                path.display()
            )
        })
    }

    /// Keeps a note as JSON, readable by its owner only.
    pub fn keep_note(&self, name: &str, note: &impl Serialize) -> Result<()> {
        self.write_private(name, &serde_json::to_string_pretty(note)?)
    }

    fn read(&self, name: &str) -> Result<Option<String>> {
        let path = self.0.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error)
                .with_context(|| format!("{} cannot be read; check who owns it", path.display())),
        }
    }

    /// Writes beside the target and renames, so that a reader never sees half a file.
    fn write_private(&self, name: &str, text: &str) -> Result<()> {
        let path = self.0.join(name);
        let partial = self.0.join(format!("{name}.partial"));
        let write = || {
            let mut file = OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(true)
                .mode(0o600)
                .open(&partial)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&partial, &path)
        };
        write().with_context(|| {
            format!(
                "{} cannot be written; check its folder's owner and space",
                path.display()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_key_is_made_once_and_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(folder.path()).unwrap();
        let key = data_dir.token_key().unwrap();
        assert_eq!(data_dir.token_key().unwrap(), key);
        let mode = fs::metadata(folder.path().join(TOKEN_KEY_FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_note_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("demo.json"), "{").unwrap();
        let error = DataDir::open(folder.path())
            .unwrap()
            .note::<u32>("demo.json")
            .unwrap_err();
        assert!(format!("{error:#}").contains("demo.json is damaged"));
    }
}
