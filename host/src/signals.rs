//! Being asked to stop.

use anyhow::{Context as _, Result};
use tokio::signal::unix::{SignalKind, signal};

/// Returns when the process is asked to stop, by Ctrl-C or SIGTERM.
pub async fn stop_requested() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.context("Ctrl-C cannot be watched"),
        _ = terminate.recv() => Ok(()),
    }
}
