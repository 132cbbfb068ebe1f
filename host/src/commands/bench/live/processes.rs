//! CPU time of other processes, as Linux tells it in `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tidemark_database::Pool;

/// Ticks per second in `/proc/<pid>/stat`: 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: u64 = 100;

/// CPU time used so far.
#[derive(Clone, Copy, Debug)]
pub struct Cpu {
    /// by the host
    pub host: Duration,
    /// by all processes of the database server; `None` where it is not on this machine
    pub database: Option<Duration>,
}

/// The processes that are watched.
pub struct Processes {
    host: u32,
    /// the parent of all processes of the server
    postmaster: Option<u32>,
}

/// What is read of a process.
struct Stat {
    parent: u32,
    /// its own, in ticks
    ticks: u64,
    /// of its children that have ended, in ticks
    ticks_of_ended: u64,
}

impl Processes {
    /// The host, and the server behind a pool.
    pub async fn of(host: u32, pool: &Pool) -> Result<Self> {
        let client = pool.get().await?;
        let row = client
            .query_one(
                "select pg_backend_pid(), current_setting('data_directory')",
                &[],
            )
            .await?;
        let (backend, folder): (i32, String) = (row.get(0), row.get(1));
        let parent = u32::try_from(backend)
            .ok()
            .and_then(stat)
            .map(|stat| stat.parent);
        // A process of that number is only the server's when its file says so.
        let written = fs::read_to_string(format!("{folder}/postmaster.pid")).ok();
        let written = written.and_then(|text| text.lines().next()?.trim().parse().ok());
        Ok(Self {
            host,
            postmaster: parent.filter(|parent| written == Some(*parent)),
        })
    }

    /// CPU time used so far.
    pub fn cpu(&self) -> Result<Cpu> {
        let host = stat(self.host).context("the host has ended")?;
        Ok(Cpu {
            host: time_of(host.ticks),
            database: self.postmaster.and_then(of_server),
        })
    }
}

fn of_server(postmaster: u32) -> Option<Duration> {
    let own = stat(postmaster)?;
    let running = fs::read_dir("/proc").ok()?;
    let children = running
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(stat)
        .filter(|child| child.parent == postmaster);
    let of_children: u64 = children.map(|child| child.ticks).sum();
    Some(time_of(own.ticks + own.ticks_of_ended + of_children))
}

fn stat(process: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything; the numbers come after it.
    let (_, numbers) = text.rsplit_once(')')?;
    let numbers: Vec<&str> = numbers.split_whitespace().collect();
    let number = |position: usize| numbers.get(position)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(1)?).ok()?,
        ticks: number(11)? + number(12)?,
        ticks_of_ended: number(13)? + number(14)?,
    })
}

fn time_of(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
}
