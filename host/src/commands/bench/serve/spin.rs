//! The same components under `spin up`, where a `spin` is installed.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, bail};
use tidemark::serve::http::HEALTH_PATH;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::project::Project;

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_mins(1);

/// A running `spin up`; it is killed with this value.
pub struct SpinServer {
    /// where it listens
    pub address: SocketAddr,
    child: Child,
}

impl SpinServer {
    /// Starts it from `spin-cloud.toml`, which needs no trigger plugin. `None` without a `spin`.
    pub async fn start(project: &Project, database_url: &str) -> Result<Option<Self>> {
        let probe = Command::new("spin").arg("--version").output().await;
        if probe.is_err() {
            return Ok(None);
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = free.local_addr()?;
        drop(free);
        let child = Command::new("spin")
            .args(["up", "--quiet", "--from"])
            .arg(project.root.join("spin-cloud.toml"))
            .args(["--listen", &address.to_string()])
            .env("SPIN_VARIABLE_DATABASE_URL", database_url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let url = format!("http://{address}{HEALTH_PATH}");
        let is_up = async {
            while reqwest::get(&url).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(LONGEST_START, is_up).await.is_err() {
            bail!("spin up does not answer; start it by hand with spin-cloud.toml to see why");
        }
        Ok(Some(Self { address, child }))
    }

    /// Ends it.
    pub async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}
