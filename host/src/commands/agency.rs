//! `tidemark agency …`

use std::time::Duration;

use anyhow::Result;
use tidemark_connections::store::{self, NewGrant};
use tidemark_domain::{AgencyId, ConnectionId, Secret};
use tidemark_ports::Clock as _;
use tidemark_sealing::KeyRing;
use tidemark_tenancy::{Role, agency, token};
use uuid::Uuid;

use crate::cli::{AgencyCommand, DatabaseArguments};
use crate::commands::output::Output;
use crate::project::{DataDir, open_migrated_database, platform, token_key};

/// Runs an agency command.
pub async fn run(command: AgencyCommand, output: Output) -> Result<()> {
    match command {
        AgencyCommand::Create {
            database,
            name,
            timezone,
        } => {
            let opened = open_migrated_database(&database).await?;
            let platform = platform(&opened)?;
            let id = AgencyId::new(Uuid::new_v4());
            agency::create(&platform, id, &name, &timezone, platform.now()).await?;
            let owner = token::create(&platform, id, Role::Owner, platform.now()).await?;
            opened.close().await?;
            let text = format!("Agency {id}\nOwner token (shown once): {}", owner.expose());
            let value = serde_json::json!({ "agencyId": id, "token": owner.expose() });
            output.print(&text, &value);
            Ok(())
        }
        AgencyCommand::SetTimezone {
            database,
            agency,
            timezone,
        } => {
            let opened = open_migrated_database(&database).await?;
            let platform = platform(&opened)?;
            let found = agency::set_zone(&platform, agency, &timezone, platform.now()).await?;
            opened.close().await?;
            if !found {
                anyhow::bail!(
                    "there is no agency {agency}; create one with `tidemark agency create`"
                );
            }
            let name = timezone.name();
            let text = format!(
                "Days of {agency} are now those of {name}. Its figures are right at once; their \
                 roll-ups follow in the background, or now with `tidemark rebuild --agency {agency}`."
            );
            let value = serde_json::json!({ "agencyId": agency, "timezone": name });
            output.print(&text, &value);
            Ok(())
        }
        AgencyCommand::Connect {
            database,
            agency,
            access_token,
            refresh_token,
            expires_in,
        } => {
            let grant = NewGrant {
                access_token: Secret::new(access_token),
                refresh_token: Secret::new(refresh_token),
                expires_in: Duration::from_secs(expires_in),
            };
            connect(&database, agency, &grant, output).await
        }
    }
}

async fn connect(
    arguments: &DatabaseArguments,
    agency: AgencyId,
    grant: &NewGrant,
    output: Output,
) -> Result<()> {
    let keys = KeyRing::parse(&token_key(&DataDir::open(&arguments.data_dir)?)?)?;
    let opened = open_migrated_database(arguments).await?;
    let platform = platform(&opened)?;
    if !agency::exists(&platform, agency).await? {
        anyhow::bail!("there is no agency {agency}; create one with `tidemark agency create`");
    }
    let connection = ConnectionId::new(Uuid::new_v4());
    store::connect(
        &platform,
        &keys,
        (agency, connection),
        grant,
        platform.now(),
    )
    .await?;
    opened.close().await?;
    let text = format!("Connected ({connection}); its creators are found by the next sync.");
    output.print(&text, &serde_json::json!({ "connectionId": connection }));
    Ok(())
}
