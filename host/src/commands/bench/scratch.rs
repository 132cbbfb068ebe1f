//! A database for a benchmark: made on a server, and dropped afterwards.

use anyhow::{Context as _, Result};
use tidemark_database::{Pool, PoolOptions, migrations};
use tidemark_domain::Secret;
use uuid::Uuid;

/// A migrated, empty database of its own.
pub struct Scratch {
    /// its URL
    pub url: String,
    /// its connections, opened after the migrations: settings that those make hold from then on
    pub pool: Pool,
    server: Pool,
    name: String,
}

impl Scratch {
    /// Makes it on a server whose user may create databases.
    pub async fn create(server_url: &str) -> Result<Self> {
        let server = Pool::from_url(&Secret::new(server_url), PoolOptions::default())?;
        let name = format!("tidemark_bench_{}", Uuid::new_v4().simple());
        let mut url = url::Url::parse(server_url).context("--database-url is not a URL")?;
        url.set_path(&name);
        let create = format!("create database {name}");
        let client = server.get().await?;
        client
            .batch_execute(&create)
            .await
            .context("the bench's database cannot be made; name a server whose user may do so")?;
        drop(client);
        let open = || Pool::from_url(&Secret::new(url.as_str()), PoolOptions::default());
        migrations::migrate(&open()?).await?;
        Ok(Self {
            pool: open()?,
            url: url.to_string(),
            server,
            name,
        })
    }

    /// Drops it.
    pub async fn drop(self) -> Result<()> {
        let client = self.server.get().await?;
        let statement = format!("drop database {} with (force)", self.name);
        Ok(client.batch_execute(&statement).await?)
    }
}
