//! `spin up`, where a `spin` is installed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running `spin up`; killed with this value.
pub struct SpinProcess {
    child: Child,
    /// where it serves
    pub url: String,
}

/// Whether a `spin` is on the path.
pub fn is_installed() -> bool {
    let mut version = Command::new("spin");
    version.arg("--version");
    version.stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

impl SpinProcess {
    /// Starts the application and waits until it serves.
    ///
    /// # Panics
    /// When it does not within a minute.
    pub async fn start(manifest: &Path, listen: SocketAddr, variables: &[(&str, String)]) -> Self {
        let mut command = Command::new("spin");
        command.args(["up", "--quiet", "--from"]).arg(manifest);
        command.args(["--listen", &listen.to_string()]);
        for (name, value) in variables {
            command.env(format!("SPIN_VARIABLE_{name}"), value);
        }
        let folder = manifest.parent().expect("a folder");
        let child = command.current_dir(folder).stdout(Stdio::null()).spawn();
        let mut spin = Self {
            child: child.expect("spin starts"),
            url: format!("http://{listen}"),
        };
        let health = format!("{}/.well-known/spin/health", spin.url);
        for _ in 0..1200 {
            if reqwest::get(&health).await.is_ok() {
                return spin;
            }
            let ended = spin.child.try_wait().expect("its state");
            assert!(ended.is_none(), "spin up has ended: {ended:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("spin up does not answer");
    }
}

impl Drop for SpinProcess {
    fn drop(&mut self) {
        // It has a child of its own for the trigger, which ends when it is asked to, not killed.
        let asked = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
