//! Lists the files of `migrations/` as Rust, so that they travel inside the program.
//!
//! The whole folder is watched: a new file is noticed as well as an edited one.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../../migrations")
        .canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "sql")
        {
            names.push(name);
        }
    }
    names.sort();
    let mut list = String::from("&[\n");
    for name in names {
        let path = folder.join(&name);
        let path = path.to_str().expect("a path in UTF-8");
        writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("a string takes it");
    }
    list.push(']');
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("migrations.rs");
    fs::write(target, list)
}
