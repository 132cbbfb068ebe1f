//! The program as it runs for its users.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// `tidemark up --demo` on a free port, what it prints kept in its folder; stopped with the test.
pub struct Running {
    child: Child,
    output: tempfile::TempDir,
}

impl Running {
    /// With `set` adding what a test needs: arguments, variables.
    pub fn start(set: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let output = tempfile::tempdir().unwrap();
        let file = |name: &str| File::create(output.path().join(name)).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidemark"));
        command
            .args(["up", "--demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(output.path().join("data"))
            .current_dir(root)
            .stdout(file("stdout"))
            .stderr(file("stderr"));
        let child = set(&mut command).spawn().unwrap();
        Self { child, output }
    }

    /// The rest of the line that it prints after `mark`.
    pub async fn printed(&self, mark: &str) -> String {
        // The components may have to be built first.
        for _ in 0..3_000 {
            if let Some((_, rest)) = self.read("stdout").split_once(mark) {
                return rest.lines().next().unwrap().trim().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{}", self.read("stderr"));
    }

    /// A file of its folder: `stdout`, `stderr`, or one in `data/`.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.output.path().join(name)).unwrap()
    }

    /// Asks it to end, and waits until it has.
    pub async fn end(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        for _ in 0..300 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it did not end: {}", self.read("stderr"));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
