//! What the bench's database holds, filled by the server itself.

use std::time::{Duration, Instant};

use anyhow::Result;
use tidemark_analytics::roll_up;
use tidemark_database::Pool;
use tidemark_domain::{AgencyId, ConnectionId, ModelId, Secret, Zone};
use tidemark_native::NativePlatform;
use tidemark_ports::{Clock as _, Sql as _};
use tidemark_tenancy::{Role, agency, token};
use uuid::Uuid;

/// Models of each agency.
const MODELS: u32 = 10;
/// The rows spread over so many days before now.
const DAYS: i64 = 730;
/// Rows of a fan on average; some buy far more often than others.
const ROWS_PER_FAN: u64 = 20;
/// Fans settled by one statement of the load.
const FANS_PER_STEP: i64 = 50_000;
const ZONE: &str = "Europe/Berlin";

/// The agencies in it, each with a token, and how long it took to make them.
pub struct World {
    /// ids and tokens
    pub agencies: Vec<(AgencyId, Secret)>,
    /// inserting the rows, where that was done
    pub load_time: Option<Duration>,
    /// making the roll-ups, where that was done
    pub roll_up_time: Option<Duration>,
}

impl World {
    /// What an earlier run left, with new tokens: the agencies that it had rolled up.
    pub async fn open(platform: &NativePlatform) -> Result<Self> {
        let mut agencies = Vec::new();
        for row in platform
            .query("select distinct agency_id from roll_ups where trusted", &[])
            .await?
        {
            let id = AgencyId::new(row.get(0)?);
            let viewer = token::create(platform, id, Role::Viewer, platform.now()).await?;
            agencies.push((id, viewer));
        }
        Ok(Self {
            agencies,
            load_time: None,
            roll_up_time: None,
        })
    }

    /// Fills a migrated, empty database.
    pub async fn load(
        platform: &NativePlatform,
        pool: &Pool,
        rows: u64,
        agency_count: u32,
    ) -> Result<Self> {
        let per_model = rows / u64::from(agency_count) / u64::from(MODELS);
        let fans = (per_model * u64::from(MODELS) / ROWS_PER_FAN).max(1);
        let mut agencies = Vec::new();
        let began = Instant::now();
        for _ in 0..agency_count {
            let id = AgencyId::new(Uuid::new_v4());
            let now = platform.now();
            agency::create(platform, id, "Bench", &Zone::parse(ZONE)?, now).await?;
            let viewer = token::create(platform, id, Role::Viewer, now).await?;
            add_models(platform, id).await?;
            // Without roll-ups the triggers have nothing to keep; they are built below, at once.
            let without = "delete from roll_ups where agency_id = $1";
            platform.query(without, &[id.into()]).await?;
            for model in 0..MODELS {
                let parameters = [
                    id.into(),
                    model_of(id, model).into(),
                    i64::try_from(per_model)?.into(),
                    DAYS.into(),
                    i64::try_from(fans)?.into(),
                    now.into(),
                ];
                platform
                    .query(include_str!("fill.sql"), &parameters)
                    .await?;
            }
            agencies.push((id, viewer));
        }
        let load_time = began.elapsed();
        let client = pool.get().await?;
        client.batch_execute("vacuum analyze").await?;
        let began = Instant::now();
        for (id, _) in &agencies {
            roll_up::forget(platform, *id).await?;
            while roll_up::step(platform, *id, FANS_PER_STEP).await?.more {}
            // Only what was checked is used.
            roll_up::check(platform, *id, &Zone::parse(ZONE)?).await?;
        }
        let roll_up_time = began.elapsed();
        client.batch_execute("vacuum analyze").await?;
        Ok(Self {
            agencies,
            load_time: Some(load_time),
            roll_up_time: Some(roll_up_time),
        })
    }
}

fn model_of(agency: AgencyId, number: u32) -> ModelId {
    ModelId::new(Uuid::new_v5(&agency.uuid(), &number.to_be_bytes()))
}

async fn add_models(platform: &NativePlatform, agency: AgencyId) -> Result<()> {
    let connection = ConnectionId::new(Uuid::new_v4());
    let statement = "insert into connections (agency_id, connection_id, access_token_sealed, \
                     refresh_token_sealed, obtained_at, expires_at) \
                     values ($1, $2, '', '', now(), now())";
    platform
        .query(statement, &[agency.into(), connection.into()])
        .await?;
    for number in 0..MODELS {
        let statement = "with model as (
                insert into models (agency_id, model_id, connection_id, own_account, handle, \
                display_name, created_at) values ($1, $2, $3, false, 'model', 'Model', now())
                returning agency_id, model_id
            ), proof as (
                insert into sync_state (agency_id, model_id, stream, proven_since, proven_until)
                select agency_id, model_id, stream, '2018-01-01Z', now()
                from model cross join unnest(array['transactions', 'audience']) as stream
            )
            insert into subscriber_history
            select agency_id, model_id, current_date - age, 100 + age % 40, 900 + age, now()
            from model cross join generate_series(0, 729) as age";
        let parameters = [
            agency.into(),
            model_of(agency, number).into(),
            connection.into(),
        ];
        platform.query(statement, &parameters).await?;
    }
    Ok(())
}
