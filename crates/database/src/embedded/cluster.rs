//! The files of the embedded cluster: made in one rename, checked before anything opens them.
//!
//! pglite would take a folder without its marks for an interrupted installation and wipe it, and
//! its own installations are layers over files in the user's cache. So Tidemark unpacks the whole
//! cluster itself, beside its final place.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::EmbeddedError;

/// The major version that pglite embeds.
const POSTGRES_VERSION: &str = "17";

/// Size of `global/pg_control` in every version.
const CONTROL_FILE_SIZE: u64 = 8192;

/// Folders without which Postgres 17 does not start, or would start with less than it had.
const FOLDERS: [&str; 7] = [
    "base",
    "global",
    "pg_multixact/members",
    "pg_multixact/offsets",
    "pg_subtrans",
    "pg_wal",
    "pg_xact",
];

/// Makes sure that `folder` holds a whole cluster of this version: the one that is there, or a new
/// one where there is none. The caller holds the lock.
pub(super) fn prepare(folder: &Path) -> Result<(), EmbeddedError> {
    let unfinished = folder.with_extension("new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .map_err(|error| EmbeddedError::from_io(&unfinished, &error))?;
    }
    if is_absent(folder)? {
        install(folder, &unfinished)
    } else {
        inspect(folder)
    }
}

/// Where pglite keeps the cluster below the folder that it is given.
pub(super) fn data_folder(folder: &Path) -> PathBuf {
    folder.join("tmp/pglite/base")
}

fn is_absent(folder: &Path) -> Result<bool, EmbeddedError> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(EmbeddedError::from_io(folder, &error)),
    }
}

fn install(folder: &Path, unfinished: &Path) -> Result<(), EmbeddedError> {
    let failed = |error: &io::Error| EmbeddedError::from_io(unfinished, error);
    DirBuilder::new()
        .mode(0o700)
        .create(unfinished)
        .map_err(|error| failed(&error))?;
    let template = pglite_oxide::build_pgdata_template(unfinished).map_err(|error| {
        error
            .downcast_ref::<io::Error>()
            .map_or_else(|| EmbeddedError::NotStarted(format!("{error:#}")), failed)
    })?;
    unpack(&template.archive_path, &data_folder(unfinished)).map_err(|error| failed(&error))?;
    for file in [template.archive_path, template.manifest_path] {
        fs::remove_file(file).map_err(|error| failed(&error))?;
    }
    fs::rename(unfinished, folder).map_err(|error| EmbeddedError::from_io(folder, &error))
}

fn unpack(archive: &Path, destination: &Path) -> io::Result<()> {
    fs::create_dir_all(destination)?;
    let decoder = zstd::Decoder::new(File::open(archive)?)?;
    let mut archive = tar::Archive::new(decoder);
    // Written plainly: the crate's own unpacking asks the system four times as much per file.
    for entry in archive.entries()? {
        let mut entry = entry?;
        let target = destination.join(entry.path()?);
        if entry.header().entry_type().is_dir() {
            fs::create_dir_all(target)?;
        } else {
            io::copy(&mut entry, &mut File::create(target)?)?;
        }
    }
    Ok(())
}

/// Looks at the marks of a whole cluster and changes nothing. What it cannot see, such as a wrong
/// checksum, Postgres finds when it starts.
fn inspect(folder: &Path) -> Result<(), EmbeddedError> {
    let data = data_folder(folder);
    let damaged = |reason: String| EmbeddedError::Damaged {
        folder: folder.to_owned(),
        reason,
    };
    let version = fs::read_to_string(data.join("PG_VERSION"))
        .map_err(|error| damaged(format!("PG_VERSION cannot be read ({error})")))?;
    let version = version.trim();
    if version.is_empty()
        || !version
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return Err(damaged("PG_VERSION holds no version".to_owned()));
    }
    if version != POSTGRES_VERSION {
        return Err(EmbeddedError::OtherVersion {
            folder: folder.to_owned(),
            found: version.to_owned(),
            expected: POSTGRES_VERSION.to_owned(),
        });
    }
    let control = fs::metadata(data.join("global/pg_control"))
        .map_err(|error| damaged(format!("global/pg_control cannot be read ({error})")))?;
    if control.len() != CONTROL_FILE_SIZE {
        return Err(damaged(format!(
            "global/pg_control has {} bytes instead of {CONTROL_FILE_SIZE}",
            control.len()
        )));
    }
    for name in FOLDERS {
        if !data.join(name).is_dir() {
            return Err(damaged(format!("its folder {name} is missing")));
        }
    }
    Ok(())
}
