//! A small world: a ledger, an audience and a clock in memory, behind the same ports as the real
//! ones. It answers the three statements as Postgres does, row by row and without cleverness.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tidemark_analytics::{Answer, Dashboard, DashboardError, DashboardQuery, answer, statements};
use tidemark_domain::{AgencyId, FanId, Instant, LocalDay, ModelId};
use tidemark_ports::{
    Actor, Clock, Http, HttpError, HttpRequest, HttpResponse, Row, Sql, SqlError, Value,
};
use uuid::Uuid;

pub const AGENCY: AgencyId = AgencyId::new(Uuid::from_u128(0xA));

#[derive(Clone, Debug)]
pub struct LedgerRow {
    pub model: ModelId,
    pub at: Instant,
    pub source: String,
    pub gross: i64,
    pub net: i64,
    pub fan: Option<FanId>,
}

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub model: ModelId,
    pub day: LocalDay,
    pub subscribers: i64,
    /// none where the level was derived, not observed
    pub followers: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct ModelState {
    pub id: ModelId,
    pub active: bool,
    pub ledger: Option<(Instant, Instant)>,
    pub audience_until: Option<Instant>,
}

#[derive(Debug)]
pub struct World {
    pub now: Instant,
    pub zone: &'static str,
    pub models: Vec<ModelState>,
    pub rows: Vec<LedgerRow>,
    pub snapshots: Vec<Snapshot>,
    pub database_down: bool,
    /// the statement that fails, from 1
    pub fails_at: Option<usize>,
    /// how often the ledger and the audience have changed; as the triggers would count
    pub revision: i64,
    pub statements_run: Cell<usize>,
    pub clock_reads: Cell<usize>,
}

pub fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub fn day(text: &str) -> LocalDay {
    LocalDay::parse(text).unwrap()
}

pub fn model(number: u128) -> ModelId {
    ModelId::new(Uuid::from_u128(0x1000 + number))
}

pub fn fan(number: u128) -> FanId {
    FanId::new(Uuid::from_u128(0xF000 + number))
}

pub fn query(pairs: &[(&str, &str)]) -> DashboardQuery {
    let owned: Vec<_> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    DashboardQuery::parse(&owned).unwrap()
}

/// Runs a future that never has to wait.
pub fn finished<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a world in memory never waits"),
    }
}

impl World {
    /// One agency in a zone with `model_count` models that were all proven a moment ago.
    pub fn new(now: &str, zone: &'static str, model_count: u128) -> Self {
        let now = instant(now);
        let fresh = |number| ModelState {
            id: model(number),
            active: true,
            ledger: Some((instant("2018-01-01T00:00:00Z"), now)),
            audience_until: Some(now),
        };
        Self {
            now,
            zone,
            models: (1..=model_count).map(fresh).collect(),
            rows: Vec::new(),
            snapshots: Vec::new(),
            database_down: false,
            fails_at: None,
            revision: 0,
            statements_run: Cell::new(0),
            clock_reads: Cell::new(0),
        }
    }

    /// Adds a row of model 1; net is four fifths.
    pub fn sale(&mut self, at: &str, source: &str, gross: i64, fan_number: u128) -> &mut Self {
        self.revision += 1;
        self.rows.push(LedgerRow {
            model: model(1),
            at: instant(at),
            source: source.to_owned(),
            gross,
            net: gross * 4 / 5,
            fan: Some(fan(fan_number)),
        });
        self
    }

    pub fn observe(&mut self, model_number: u128, on: &str, subscribers: i64) -> &mut Self {
        self.revision += 1;
        self.snapshots.push(Snapshot {
            model: model(model_number),
            day: day(on),
            subscribers,
            followers: Some(subscribers * 10),
        });
        self
    }

    pub fn derive(&mut self, model_number: u128, on: &str, subscribers: i64) -> &mut Self {
        self.revision += 1;
        self.snapshots.push(Snapshot {
            model: model(model_number),
            day: day(on),
            subscribers,
            followers: None,
        });
        self
    }

    pub fn answer(&self, pairs: &[(&str, &str)]) -> Result<Dashboard, DashboardError> {
        self.answer_to(&query(pairs))
    }

    pub fn answer_to(&self, query: &DashboardQuery) -> Result<Dashboard, DashboardError> {
        self.tagged(query, None)
            .map(|(body, _)| body.expect("a body"))
    }

    /// The body, unless the caller has it by that tag, and its tag.
    pub fn tagged(
        &self,
        query: &DashboardQuery,
        known: Option<&str>,
    ) -> Result<(Option<Dashboard>, String), DashboardError> {
        Ok(match finished(answer(self, AGENCY, query, known))? {
            Answer::Same(tag) => (None, tag),
            Answer::Whole(body, tag) => (Some(*body), tag),
        })
    }

    /// The body, decoded.
    pub fn body(&self, pairs: &[(&str, &str)]) -> serde_json::Value {
        serde_json::from_str(&self.answer(pairs).unwrap().to_json()).unwrap()
    }
}

impl Clock for World {
    fn now(&self) -> Instant {
        self.clock_reads.set(self.clock_reads.get() + 1);
        self.now
    }

    async fn sleep(&self, _span: Duration) {
        panic!("an answer never waits");
    }
}

impl Http for World {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::NotAllowed(request.url))
    }
}

impl Sql for World {
    fn actor(&self) -> Actor {
        Actor::Tenant(AGENCY)
    }

    async fn query_as(
        &self,
        actor: Actor,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        assert_eq!(
            actor,
            Actor::Tenant(AGENCY),
            "every statement runs for the tenant"
        );
        self.statements_run.set(self.statements_run.get() + 1);
        if self.database_down || self.fails_at == Some(self.statements_run.get()) {
            return Err(SqlError::Unreachable("connection refused".to_owned()));
        }
        assert_eq!(
            parameters[0],
            AGENCY.into(),
            "every statement names the tenant"
        );
        let answered = match statement {
            statements::SCOPE => self.scope(parameters),
            statements::AGGREGATES => self.aggregates(parameters),
            statements::AUDIENCE => self.audience(parameters),
            other => panic!("unknown statement: {other}"),
        };
        Ok(answered.into_iter().map(Row::new).collect())
    }
}

impl World {
    fn rows_of(&self, wanted: &Value) -> impl Iterator<Item = &LedgerRow> {
        let wanted = model_of(wanted);
        self.rows
            .iter()
            .filter(move |row| wanted.is_none_or(|id| id == row.model))
    }

    fn scope(&self, parameters: &[Value]) -> Vec<Vec<Value>> {
        let wanted = model_of(&parameters[1]);
        let first: Option<Instant> = if parameters[2] == Value::Bool(true) {
            self.rows_of(&parameters[1]).map(|row| row.at).min()
        } else {
            None
        };
        let in_scope = |state: &&ModelState| wanted.map_or(state.active, |id| id == state.id);
        let line = |state: Option<&ModelState>| {
            let ledger = state.and_then(|it| it.ledger);
            vec![
                self.zone.into(),
                state.map(|it| it.id).into(),
                ledger.map(|(since, _)| since).into(),
                ledger.map(|(_, until)| until).into(),
                state.and_then(|it| it.audience_until).into(),
                first.into(),
                self.revision.into(),
                Value::Null,
            ]
        };
        let lines: Vec<_> = self
            .models
            .iter()
            .filter(in_scope)
            .map(|state| line(Some(state)))
            .collect();
        if lines.is_empty() {
            vec![line(None)]
        } else {
            lines
        }
    }

    fn aggregates(&self, parameters: &[Value]) -> Vec<Vec<Value>> {
        let Value::TextArray(reversals) = &parameters[2] else {
            panic!("$3 is text[]")
        };
        let rows: Vec<&LedgerRow> = self.rows_of(&parameters[1]).collect();
        let paid = |row: &LedgerRow| row.gross > 0 && !reversals.contains(&row.source);
        let mut lines = Vec::new();

        for (slot, start, end) in bounds(&parameters[5], &parameters[6]) {
            let mut sums: BTreeMap<&str, [i64; 5]> = BTreeMap::new();
            for row in rows.iter().filter(|row| start <= row.at && row.at < end) {
                let sum = sums.entry(&row.source).or_default();
                let paid = i64::from(paid(row));
                let parts = [1, paid, row.gross, row.net, paid * row.gross];
                sum.iter_mut()
                    .zip(parts)
                    .for_each(|(total, part)| *total += part);
            }
            lines.extend(
                sums.into_iter()
                    .map(|(source, sum)| line("sums", slot, source, &sum)),
            );
        }
        for (slot, start, end) in bounds(&parameters[7], &parameters[8]) {
            let inside = |row: &LedgerRow| start <= row.at && row.at < end;
            let buyers = |sources: Option<&Value>| {
                let bought = |row: &&&LedgerRow| match sources {
                    Some(Value::TextArray(names)) => names.contains(&row.source),
                    _ => true,
                };
                let paying = rows.iter().filter(|row| paid(row) && inside(row));
                let fans: BTreeSet<FanId> =
                    paying.filter(bought).filter_map(|row| row.fan).collect();
                i64::try_from(fans.len()).unwrap()
            };
            let counts = [
                buyers(None),
                buyers(Some(&parameters[3])),
                buyers(Some(&parameters[4])),
            ];
            lines.push(line("payers", slot, Value::Null, &counts));

            let known: Vec<_> = rows
                .iter()
                .filter(|row| row.fan.is_some() && row.at < end)
                .collect();
            let mut first_paid: BTreeMap<FanId, Instant> = BTreeMap::new();
            for row in known.iter().filter(|row| paid(row)) {
                let first = first_paid.entry(row.fan.unwrap()).or_insert(row.at);
                *first = row.at.min(*first);
            }
            let new = first_paid.values().filter(|first| **first >= start).count();
            let gross = known.iter().map(|row| row.gross).sum();
            let counts = [first_paid.len(), new].map(|count| i64::try_from(count).unwrap());
            lines.push(line(
                "lifetime",
                slot,
                Value::Null,
                &[counts[0], counts[1], gross],
            ));
        }
        if let (Value::Int8(from), Value::Int8(until)) = (&parameters[9], &parameters[10]) {
            let ahead = |row: &&&LedgerRow| (*from..*until).contains(&row.at.micros());
            let next = rows.iter().filter(ahead).map(|row| row.at).min();
            let mut found = line("next", 1, Value::Null, &[]);
            found[3] = next.into();
            lines.push(found);
        }
        lines
    }

    fn audience(&self, parameters: &[Value]) -> Vec<Vec<Value>> {
        let Value::TextArray(models) = &parameters[1] else {
            panic!("$2 is text[]")
        };
        let Value::Text(last) = &parameters[3] else {
            panic!("$4 is text")
        };
        let mut of_models = Vec::new();
        for model in models {
            let is_its = |snapshot: &&Snapshot| {
                snapshot.model.to_string() == *model && snapshot.day <= day(last)
            };
            let mut snapshots: Vec<_> = self.snapshots.iter().filter(is_its).collect();
            snapshots.sort_by_key(|snapshot| snapshot.day);
            let column = |of: &dyn Fn(&Snapshot) -> i64| {
                Value::Int8Array(snapshots.iter().map(|snapshot| of(snapshot)).collect())
            };
            let line = vec![
                column(&|snapshot| snapshot.day.days_since(LocalDay::EPOCH).into()),
                column(&|snapshot| snapshot.subscribers),
                column(&|snapshot| snapshot.followers.unwrap_or_default()),
                column(&|snapshot| snapshot.followers.is_none().into()),
            ];
            if !snapshots.is_empty() {
                of_models.push(line);
            }
        }
        of_models
    }
}

fn model_of(value: &Value) -> Option<ModelId> {
    match value {
        Value::Uuid(id) => Some(ModelId::new(*id)),
        _ => None,
    }
}

fn bounds(starts: &Value, ends: &Value) -> Vec<(i64, Instant, Instant)> {
    let (Value::Int8Array(starts), Value::Int8Array(ends)) = (starts, ends) else {
        panic!("bounds are int8[]")
    };
    let pairs = starts.iter().zip(ends);
    (1..)
        .zip(pairs)
        .map(|(slot, (start, end))| {
            (
                slot,
                Instant::from_micros(*start),
                Instant::from_micros(*end),
            )
        })
        .collect()
}

fn line(kind: &str, slot: i64, source: impl Into<Value>, numbers: &[i64]) -> Vec<Value> {
    let mut values = vec![kind.into(), slot.into(), source.into()];
    values.extend(numbers.iter().map(|number| Value::from(*number)));
    values.resize(8, Value::Null);
    values
}
