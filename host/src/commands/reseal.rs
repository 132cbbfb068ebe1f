//! `tidemark reseal`: the end of a rotation of `token_key`.

use anyhow::Result;
use tidemark_connections::rotation;
use tidemark_sealing::KeyRing;

use crate::cli::DatabaseArguments;
use crate::commands::output::Output;
use crate::project::{DataDir, open_migrated_database, platform, token_key};

/// Seals every stored token with the first key.
pub async fn run(arguments: &DatabaseArguments, output: Output) -> Result<()> {
    let data_dir = DataDir::open(&arguments.data_dir)?;
    let keys = KeyRing::parse(&token_key(&data_dir)?)?;
    let database = open_migrated_database(arguments).await?;
    let platform = platform(&database)?;
    let resealed = rotation::reseal(&platform, &keys).await;
    let sealed = rotation::examine(&platform, &keys).await;
    database.close().await?;
    let (resealed, sealed) = (resealed?, sealed?);
    let text = format!(
        "{resealed} connections sealed anew; {} need the first key alone, {} another one, {} open \
         with none and must be connected again",
        sealed.with_first, sealed.with_another, sealed.unopenable
    );
    let value = serde_json::json!({
        "resealed": resealed,
        "withFirst": sealed.with_first,
        "withAnother": sealed.with_another,
        "unopenable": sealed.unopenable,
    });
    output.print(&text, &value);
    Ok(())
}
