//! Whatever Fanvue answers, every parser gives a value or a typed error: none panics, and none takes a
//! body without the members that matter for an empty result.

use std::time::Duration;

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Map, Value};
use tidemark_domain::{Instant, ModelId, Secret};
use tidemark_fanvue::earnings::EarningsRequest;
use tidemark_fanvue::{Account, Family, FanvueClient, FanvueSettings, Surface, oauth};
use tidemark_ports::{
    Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value as SqlValue,
};
use uuid::Uuid;

/// A Fanvue that gives the same answer to everything.
struct Answering {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Clock for Answering {
    fn now(&self) -> Instant {
        Instant::from_micros(1_800_000_000_000_000)
    }

    async fn sleep(&self, _span: Duration) {}
}

impl Http for Answering {
    async fn send(&self, _request: HttpRequest) -> Result<HttpResponse, HttpError> {
        Ok(HttpResponse {
            status: self.status,
            headers: self.headers.clone(),
            body: self.body.clone(),
        })
    }
}

impl Sql for Answering {
    fn actor(&self) -> Actor {
        Actor::Jobs
    }

    async fn query_as(&self, _: Actor, _: &str, _: &[SqlValue]) -> Result<Vec<Row>, SqlError> {
        Err(SqlError::Unreachable(
            "there is no database here".to_owned(),
        ))
    }
}

fn settings() -> FanvueSettings {
    FanvueSettings {
        api_url: "https://fanvue.test".to_owned(),
        auth_url: "https://fanvue.test".to_owned(),
        api_version: "2025-06-26".to_owned(),
        client_id: "client".to_owned(),
        client_secret: Secret::new("secret"),
    }
}

/// Lets every parser read the answer; how many took it for data.
fn read_everywhere(answer: &Answering) -> usize {
    let settings = settings();
    let client = FanvueClient::new(answer, &settings, Secret::new("token"));
    let at = answer.now();
    let account = Account::Managed(ModelId::new(Uuid::from_u128(1)));
    let mut taken = 0;
    for (family, surface) in [
        (Family::V1, Surface::Earnings),
        (Family::Unversioned, Surface::Earnings),
        (Family::Unversioned, Surface::Spending),
    ] {
        let request = EarningsRequest {
            family,
            surface,
            account,
            from: at,
            to: at,
            cursor: None,
        };
        taken += usize::from(block_on(client.earnings(request)).is_ok());
    }
    taken += usize::from(block_on(client.principal()).is_ok());
    taken += usize::from(block_on(client.managed_creators(1)).is_ok());
    taken += usize::from(block_on(client.audience(account)).is_ok());
    taken += usize::from(block_on(client.unread_messages()).is_ok());
    taken += usize::from(block_on(client.daily_gross(account, Family::V1, (at, at))).is_ok());
    let secret = Secret::new("secret");
    taken += usize::from(block_on(oauth::refresh(answer, &settings, &secret)).is_ok());
    let exchanged = oauth::exchange(answer, &settings, (&secret, &secret), "https://here.test");
    taken + usize::from(block_on(exchanged).is_ok())
}

const NAMES: [&str; 24] = [
    "data",
    "nextCursor",
    "date",
    "gross",
    "net",
    "total",
    "currency",
    "source",
    "user",
    "uuid",
    "handle",
    "displayName",
    "isCreator",
    "pagination",
    "hasMore",
    "count",
    "name",
    "transactionOrderId",
    "reversedTransactionOrderId",
    "access_token",
    "refresh_token",
    "expires_in",
    "scope",
    "error",
];

/// JSON of any shape under the names that parsers look for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::from("2026-11-01T00:00:00.000Z")),
        Just(Value::from("+292277-01-01T00:00:00Z")),
        Just(Value::from(Uuid::from_u128(7).to_string())),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let member = (proptest::sample::select(NAMES.to_vec()), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(member, 0..8).prop_map(|members| {
                let members = members.into_iter();
                let members: Map<String, Value> = members
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect();
                Value::Object(members)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_an_error(
        status in prop_oneof![Just(200_u16), 100..600_u16],
        body in proptest::collection::vec(any::<u8>(), 0..200),
        limit in ".{0,20}",
    ) {
        let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
        let headers = names.map(|name| (name.to_owned(), limit.clone())).to_vec();
        let taken = read_everywhere(&Answering { status, headers, body });
        prop_assert!(taken == 0 || (200..300).contains(&status));
    }

    #[test]
    fn any_json_is_a_value_or_an_error(body in any_json()) {
        let body = body.to_string().into_bytes();
        read_everywhere(&Answering { status: 200, headers: Vec::new(), body });
    }

    #[test]
    fn an_answer_that_lacks_everything_is_never_taken_for_data(
        body in proptest::sample::select(vec!["{}", "null", "0", "\"\"", "{\"error\":\"x\"}", "<html>", ""]),
    ) {
        let body = body.as_bytes().to_vec();
        let taken = read_everywhere(&Answering { status: 200, headers: Vec::new(), body });
        prop_assert_eq!(taken, 0);
    }
}
