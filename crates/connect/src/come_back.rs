//! `GET /connect/fanvue/callback`: back from Fanvue, with a code or a refusal.

use std::time::Duration;

use http::HeaderValue;
use tidemark_api::parameters::{query_pairs, value_of};
use tidemark_api::{Request, Response};
use tidemark_connections::store::{self, NewGrant};
use tidemark_connections::{Caller, ConnectionError, discover};
use tidemark_domain::{AgencyId, ConnectionId, Secret};
use tidemark_fanvue::{Account, FanvueClient, FanvueError, oauth};
use tidemark_jobs::{StepRequest, run};
use tidemark_ports::{Bound, HttpError, Platform};
use uuid::Uuid;

use crate::attempt::{self, Found};
use crate::notice::Notice;
use crate::{ConnectSettings, Stop, owner, redirect};

/// The job that reads what was connected.
const SYNC_JOB: &str = "sync-transactions";

/// Names a job for the host to run at once; elsewhere it means nothing.
const RUN_HEADER: &str = "tidemark-run";

/// Where the page shows how the first read gets on.
const PROGRESS: &str = "/?connected=1";

/// Time for finding the creators, while the browser waits.
const TIME_TO_DISCOVER: Duration = Duration::from_secs(15);

/// Without these nothing can be read; further scopes that were asked for add figures.
const NEEDED_SCOPES: [&str; 3] = ["read:self", "read:creator", "read:insights"];

/// Exchanges the code, stores the grant, finds its creators and opens their first read.
pub(crate) async fn come_back(
    gate: &impl Platform,
    settings: &ConnectSettings,
    request: &Request,
) -> Result<Response, Stop> {
    let owner = owner::signed_in(gate, request).await?;
    let platform = &Bound::tenant(gate, owner.agency);
    let agency = owner.agency;
    let pairs = query_pairs(request.uri());
    let state = value_of(&pairs, "state").unwrap_or_default();
    let keys = &settings.connections.keys;
    let session = (agency, owner.session_hash);
    let verifier = match attempt::end(platform, keys, session, state, gate.now()).await? {
        Found::Verifier(verifier) => verifier,
        Found::Expired => return Err(Stop::Notice(Notice::Expired)),
        Found::Nothing => return Err(Stop::Notice(Notice::WrongState)),
    };
    if let Some(refusal) = value_of(&pairs, "error") {
        return Err(Stop::Notice(Notice::of_refusal(refusal)));
    }
    let Some(code) = value_of(&pairs, "code") else {
        return Err(Stop::Notice(Notice::WrongState));
    };
    let code = Secret::new(code);
    let grant = grant_for(platform, settings, &code, &verifier).await?;
    let connection = keep(platform, settings, agency, &grant).await?;
    let found = find_creators(platform, settings, (agency, connection)).await?;
    if found == Some(0) {
        return Err(Stop::Notice(Notice::NoCreators));
    }
    let first_read = StepRequest {
        agency: Some(agency),
        ..StepRequest::default()
    };
    run::open(platform, SYNC_JOB, &first_read, gate.now()).await?;
    let mut response = redirect(PROGRESS);
    if let Ok(job) = HeaderValue::from_str(&format!("{SYNC_JOB}; agency={agency}")) {
        response.headers_mut().insert(RUN_HEADER, job);
    }
    Ok(response)
}

/// A grant that can be used.
async fn grant_for(
    platform: &impl Platform,
    settings: &ConnectSettings,
    code: &Secret,
    verifier: &Secret,
) -> Result<NewGrant, Stop> {
    let fanvue = &settings.connections.fanvue;
    let redirect_uri = settings.redirect_uri();
    let answer = oauth::exchange(platform, fanvue, (code, verifier), &redirect_uri);
    let pair = answer.await.map_err(|error| {
        eprintln!("connect: {error}");
        Stop::Notice(Notice::of_failed_exchange(&error))
    })?;
    // Where Fanvue names no scopes, it granted those asked for (RFC 6749, 5.1).
    let lacking = pair.scopes.as_ref().map_or_else(Vec::new, |granted| {
        let is_lacking = |scope: &&&str| !granted.iter().any(|name| name == **scope);
        NEEDED_SCOPES.iter().filter(is_lacking).copied().collect()
    });
    if !lacking.is_empty() {
        return Err(Stop::Notice(Notice::LacksScopes(lacking)));
    }
    let Some(refresh_token) = pair.refresh_token else {
        return Err(Stop::Notice(Notice::LacksScopes(vec!["offline_access"])));
    };
    Ok(NewGrant {
        access_token: pair.access_token,
        refresh_token,
        expires_in: pair.expires_in,
    })
}

/// Stores the grant: in the connection of whoever granted it, where there is one.
async fn keep(
    platform: &impl Platform,
    settings: &ConnectSettings,
    agency: AgencyId,
    grant: &NewGrant,
) -> Result<ConnectionId, Stop> {
    let fanvue = &settings.connections.fanvue;
    let client = FanvueClient::new(platform, fanvue, grant.access_token.clone());
    let principal = client.principal().await.map_err(|error| {
        eprintln!("connect: {error}");
        match error {
            FanvueError::Forbidden { .. } => Stop::Notice(Notice::LacksScopes(vec!["read:self"])),
            _ => Stop::Notice(Notice::NoAnswer),
        }
    })?;
    let keys = &settings.connections.keys;
    let fresh = ConnectionId::new(Uuid::new_v4());
    let id = (agency, fresh);
    let now = platform.now();
    let kept = store::connect_principal(platform, keys, id, principal.data.uuid, grant, now).await;
    match kept {
        Ok(connection) => Ok(connection),
        Err(ConnectionError::Database(error)) => Err(error.into()),
        Err(error) => Err(tidemark_api::ApiError::not_configured(error.to_string()).into()),
    }
}

/// How many creators the grant shows; `None` where Fanvue does not say now, and the next step asks.
async fn find_creators(
    platform: &impl Platform,
    settings: &ConnectSettings,
    id: (AgencyId, ConnectionId),
) -> Result<Option<usize>, Stop> {
    let deadline = platform.now().plus(TIME_TO_DISCOVER);
    let connections = &settings.connections;
    let mut caller = Caller::new(platform, connections, id, Account::Own, deadline);
    match discover::discover(platform, &mut caller, id, platform.now()).await {
        Ok(count) => Ok(Some(count)),
        Err(ConnectionError::Database(error)) => Err(error.into()),
        Err(error) => {
            eprintln!("connect: the creators are listed later: {error}");
            Ok(None)
        }
    }
}

impl Notice {
    fn of_failed_exchange(error: &FanvueError) -> Self {
        match error {
            FanvueError::GrantRevoked => Self::CodeRefused,
            FanvueError::Unauthorized { .. } | FanvueError::Refused { .. } => Self::ClientRefused,
            FanvueError::NoAnswer {
                cause: HttpError::NotAllowed(_),
                ..
            } => Self::NoClient,
            _ => Self::NoAnswer,
        }
    }
}
