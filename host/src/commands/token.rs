//! `tidemark token …`

use anyhow::{Result, bail};
use serde_json::json;
use tidemark_native::NativePlatform;
use tidemark_ports::Clock as _;
use tidemark_tenancy::token::{self, TokenEntry};

use crate::cli::TokenCommand;
use crate::commands::output::Output;
use crate::project::{open_migrated_database, platform};

/// Runs a token command.
pub async fn run(command: TokenCommand, output: Output) -> Result<()> {
    let (TokenCommand::Create { database, .. }
    | TokenCommand::List { database, .. }
    | TokenCommand::Revoke { database, .. }) = &command;
    let opened = open_migrated_database(database).await?;
    let result = run_on(&platform(&opened)?, &command, output).await;
    opened.close().await?;
    result
}

async fn run_on(platform: &NativePlatform, command: &TokenCommand, output: Output) -> Result<()> {
    match command {
        TokenCommand::Create { agency, role, .. } => {
            if !tidemark_tenancy::agency::exists(platform, *agency).await? {
                bail!("there is no agency {agency}; create one with `tidemark agency create`");
            }
            let token = token::create(platform, *agency, *role, platform.now()).await?;
            let text = format!("Token (shown once): {}", token.expose());
            output.print(
                &text,
                &json!({ "token": token.expose(), "role": role.word() }),
            );
        }
        TokenCommand::List { agency, .. } => {
            let entries = token::list(platform, *agency).await?;
            let lines: Vec<String> = entries.iter().map(line_of).collect();
            let values: Vec<_> = entries.iter().map(value_of).collect();
            output.print(&lines.join("\n"), &values);
        }
        TokenCommand::Revoke { agency, token, .. } => {
            if !token::revoke(platform, *agency, *token, platform.now()).await? {
                bail!("agency {agency} has no valid token {token}; see `tidemark token list`");
            }
            output.print(&format!("Revoked {token}."), &json!({ "revoked": token }));
        }
    }
    Ok(())
}

fn line_of(entry: &TokenEntry) -> String {
    let revoked = entry
        .revoked_at
        .map_or_else(String::new, |at| format!(", revoked {at}"));
    let used = entry.last_used_at.map_or_else(
        || ", never used".to_owned(),
        |at| format!(", last used {at}"),
    );
    format!(
        "{}  {:8} made {}{used}{revoked}",
        entry.token,
        entry.role.word(),
        entry.created_at
    )
}

fn value_of(entry: &TokenEntry) -> serde_json::Value {
    json!({
        "token": entry.token,
        "role": entry.role.word(),
        "createdAt": entry.created_at.to_string(),
        "lastUsedAt": entry.last_used_at.map(|at| at.to_string()),
        "revokedAt": entry.revoked_at.map(|at| at.to_string()),
    })
}
