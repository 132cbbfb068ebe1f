//! `GET /api/health`: is the service able to answer? No credentials, no tenant data.

use http::StatusCode;
use serde::Serialize;
use tidemark_api::{ApiError, Response, respond};
use tidemark_domain::Instant;
use tidemark_ports::{Bound, Platform, Sql as _, SqlError, sql::only_row};

/// The newest migration that this build works with.
const LATEST_MIGRATION: i32 = 15;

#[derive(Serialize)]
struct Body {
    /// ok or failing
    status: &'static str,
    /// ok or unreachable
    database: &'static str,
    migrations: Migrations,
    jobs: Vec<Job>,
}

#[derive(Default, Serialize)]
struct Migrations {
    /// null while the database is unreachable or empty
    applied: Option<i32>,
    expected: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    job: String,
    last_started_at: String,
    last_outcome: String,
}

/// Tells whether database, migrations and jobs are as they should be; 503 when not.
///
/// # Errors
/// None; a failing dependency is a body with status 503.
pub async fn health(platform: &impl Platform) -> Result<Response, ApiError> {
    let body = examine(platform).await.unwrap_or_else(|error| {
        eprintln!("health: {error}");
        let database = match error {
            SqlError::Unreachable(_) => "unreachable",
            SqlError::Refused { .. } | SqlError::Shape { .. } => "not migrated",
        };
        let migrations = Migrations {
            applied: None,
            expected: LATEST_MIGRATION,
        };
        Body {
            status: "failing",
            database,
            migrations,
            jobs: Vec::new(),
        }
    });
    let status = match body.status {
        "ok" => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = respond::json(status, &body);
    let no_store = http::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(http::header::CACHE_CONTROL, no_store);
    Ok(response)
}

async fn examine(platform: &impl Platform) -> Result<Body, SqlError> {
    // The last step of each job over all agencies, without a word about any of them.
    let platform = Bound::jobs(platform);
    let statement = "select max(version) from schema_migrations";
    let applied: Option<i32> = only_row(platform.query(statement, &[]).await?)?.get(0)?;
    let migrated = applied.is_some_and(|version| version >= LATEST_MIGRATION);
    let rows = platform
        .query(include_str!("sql/last_steps.sql"), &[])
        .await?;
    let jobs = rows
        .iter()
        .map(|row| {
            Ok(Job {
                job: row.get(0)?,
                last_started_at: row.get::<Instant>(1)?.to_string(),
                last_outcome: row.get(2)?,
            })
        })
        .collect::<Result<Vec<_>, SqlError>>()?;
    Ok(Body {
        status: if migrated { "ok" } else { "failing" },
        database: "ok",
        migrations: Migrations {
            applied,
            expected: LATEST_MIGRATION,
        },
        jobs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_migration_is_the_newest_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let newest = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                entry
                    .unwrap()
                    .file_name()
                    .to_str()?
                    .get(..4)?
                    .parse::<i32>()
                    .ok()
            })
            .max();
        assert_eq!(newest, Some(LATEST_MIGRATION));
    }
}
