//! A database for a benchmark: made on a server, and dropped afterwards unless it is to be kept.

use anyhow::{Context as _, Result};
use tidemark_database::{Pool, PoolOptions, migrations};
use tidemark_domain::Secret;
use uuid::Uuid;

/// A migrated database of its own.
pub struct Scratch {
    /// its URL
    pub url: String,
    /// its connections, opened after the migrations: settings that those make hold from then on
    pub pool: Pool,
    server: Pool,
    name: String,
    /// whether it stood there already, with what an earlier run left in it
    pub found: bool,
    kept: bool,
}

impl Scratch {
    /// Makes an empty one on a server whose user may create databases.
    pub async fn create(server_url: &str) -> Result<Self> {
        let name = format!("tidemark_bench_{}", Uuid::new_v4().simple());
        Self::open(server_url, name, false).await
    }

    /// Opens the one of that name, and makes it where there is none; it stays.
    pub async fn keep(server_url: &str, name: String) -> Result<Self> {
        Self::open(server_url, name, true).await
    }

    async fn open(server_url: &str, name: String, kept: bool) -> Result<Self> {
        let server = Pool::from_url(&Secret::new(server_url), PoolOptions::default())?;
        let mut url = url::Url::parse(server_url).context("--database-url is not a URL")?;
        url.set_path(&name);
        let client = server.get().await?;
        let known = "select from pg_database where datname = $1";
        let found = client.query_opt(known, &[&name]).await?.is_some();
        if !found {
            let create = format!("create database \"{name}\"");
            client.batch_execute(&create).await.context(
                "the bench's database cannot be made; name a server whose user may do so",
            )?;
        }
        drop(client);
        let open = || Pool::from_url(&Secret::new(url.as_str()), PoolOptions::default());
        migrations::migrate(&open()?).await?;
        Ok(Self {
            pool: open()?,
            url: url.to_string(),
            server,
            name,
            found,
            kept,
        })
    }

    /// Drops it, unless it is to be kept.
    pub async fn drop(self) -> Result<()> {
        if self.kept {
            return Ok(());
        }
        let client = self.server.get().await?;
        let statement = format!("drop database \"{}\" with (force)", self.name);
        Ok(client.batch_execute(&statement).await?)
    }
}
