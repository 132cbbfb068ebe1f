//! A world with a token, and the requests tests make of it.

use std::time::Duration;

use serde_json::Value;
use tidemark_simulator::{
    ApiRequest, ApiResponse, Feed, Micros, ScriptedFault, ServedRow, Shape, SimulatorConfig,
    Source, World,
};
use uuid::Uuid;

pub const EPOCH: &str = "2026-11-22T10:00:00.000Z";

pub fn epoch() -> Micros {
    Micros::parse(EPOCH).unwrap()
}

/// Settings of a small world without limits.
pub fn config() -> SimulatorConfig {
    SimulatorConfig::default()
        .with_epoch(epoch())
        .with_transactions(1_000)
        .with_rate_limit(0)
}

/// A world, the agency's token, and an instant that moves when told to.
pub struct Scene {
    pub world: World,
    pub token: String,
    pub now: Micros,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(&config())
    }

    pub fn with(config: &SimulatorConfig) -> Self {
        let now = epoch();
        let mut world = World::new(config, now);
        let token = world.agency_grant(now).access_token;
        Self { world, token, now }
    }

    /// The creator at a position.
    pub fn model(&self, position: usize) -> Uuid {
        self.world.models()[position].id
    }

    /// A creator's path.
    pub fn twin(&self, position: usize, path: &str) -> String {
        format!("/creators/{}{path}", self.model(position))
    }

    /// From now on the creator asks, no longer the agency.
    pub fn become_creator(&mut self, position: usize) {
        let grant = self.world.creator_grant(self.model(position), self.now);
        self.token = grant.unwrap().access_token;
    }

    pub fn wait(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
    }

    pub fn send(&mut self, request: &ApiRequest) -> ApiResponse {
        self.world.respond(request, self.now)
    }

    pub fn get(&mut self, path: &str) -> ApiResponse {
        let request = ApiRequest::api(path, &self.token);
        self.send(&request)
    }

    /// The answer to a request that a scripted fault befalls.
    pub fn get_under(&mut self, fault: ScriptedFault, path: &str) -> ApiResponse {
        self.world.script_fault(fault);
        self.get(path)
    }

    /// The body of a request that must succeed.
    pub fn read(&mut self, path: &str) -> Value {
        let response = self.get(path);
        assert_eq!(response.status, 200, "{path}: {:?}", response.json_body());
        response.json_body().unwrap()
    }

    /// Every row of a list that is walked by cursor.
    pub fn walk(&mut self, path: &str) -> Vec<Value> {
        let mut page = self.read(path);
        let mut rows = Vec::new();
        loop {
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match self.next_page(path, &page) {
                Some(next) => page = next,
                None => return rows,
            }
        }
    }

    /// The page after this one, if it has a cursor.
    pub fn next_page(&mut self, path: &str, page: &Value) -> Option<Value> {
        let cursor = page["nextCursor"].as_str()?;
        let separator = if path.contains('?') { '&' } else { '?' };
        Some(self.read(&format!("{path}{separator}cursor={cursor}")))
    }
}

/// The members of a JSON object, sorted.
pub fn members(object: &Value) -> Vec<&str> {
    let mut members: Vec<&str> = object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    members.sort_unstable();
    members
}

/// A response's status and JSON body.
pub fn answer_of(response: &ApiResponse) -> (u16, Value) {
    let body = response.json_body().unwrap_or(Value::Null);
    (response.status.as_u16(), body)
}

/// A client's walk over everything a creator has in one shape, in no particular order. The
/// creator's own token reads both lists.
pub fn read_everything(scene: &mut Scene, position: usize, shape: Shape) -> Vec<ServedRow> {
    scene.become_creator(position);
    let rows = match shape {
        Shape::V1 => scene.walk("/v1/insights/earnings?size=50"),
        Shape::Feb2026 | Shape::Unversioned => scene.walk("/insights/earnings?size=50"),
    };
    let mut seen: Vec<ServedRow> = rows
        .iter()
        .map(|row| seen_row(row, Feed::Earnings))
        .collect();
    if shape != Shape::V1 {
        let reversals = scene.walk("/insights/spending?size=50");
        seen.extend(reversals.iter().map(|row| seen_row(row, Feed::Spending)));
    }
    seen.sort();
    seen
}

/// What a client should have read in one shape.
pub fn truth(scene: &Scene, position: usize, shape: Shape) -> Vec<ServedRow> {
    let ledger = scene.world.ledger(scene.model(position)).unwrap();
    let mut rows: Vec<ServedRow> = ledger.iter().filter_map(|row| row.served(shape)).collect();
    rows.sort();
    rows
}

/// The rows of a page as a client reads them.
pub fn rows_seen(page: &Value, feed: Feed) -> Vec<ServedRow> {
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| seen_row(row, feed)).collect()
}

fn seen_row(row: &Value, feed: Feed) -> ServedRow {
    let text = |member: &str| row[member].as_str().map(str::to_owned);
    let uuid = |value: &Value| value.as_str().map(|text| text.parse().unwrap());
    ServedRow {
        feed,
        occurred_at: Micros::parse(row["date"].as_str().unwrap()).unwrap(),
        source: Source::parse(row["source"].as_str().unwrap()).unwrap(),
        gross_cents: row["gross"].as_i64().unwrap(),
        net_cents: row["net"].as_i64().unwrap(),
        total_cents: row["total"].as_i64(),
        order_id: text("transactionOrderId"),
        fan: uuid(&row["user"]["uuid"]),
        message: uuid(&row["messageUuid"]),
        post: uuid(&row["postUuid"]),
        reverses: text("reversedTransactionOrderId"),
    }
}
