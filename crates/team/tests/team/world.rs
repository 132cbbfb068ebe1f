//! One agency, a clock that is told the time, and a network that remembers what was sent.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tidemark_connections::ConnectionSettings;
use tidemark_database::testing::TestDatabase;
use tidemark_domain::{AgencyId, Instant, Secret};
use tidemark_fanvue::FanvueSettings;
use tidemark_jobs::{StepReport, StepRequest};
use tidemark_native::{ManualClock, NativePlatform, SqlPool};
use tidemark_ports::{Http, HttpError, HttpRequest, HttpResponse, Row, Sql as _, Value};
use tidemark_sealing::{KeyRing, TokenKind, generate_key};
use tidemark_team::{TeamSettings, check_late_shifts, check_missed_posts};
use uuid::Uuid;

/// Noon of a Sunday in Berlin, five weeks after its clocks went back.
pub const NOON: &str = "2026-11-22T11:00:00Z";

/// What answers a request.
type Answer = dyn Fn(&HttpRequest) -> Result<HttpResponse, HttpError>;

/// A network that remembers.
#[derive(Clone)]
pub struct Network {
    pub sent: Rc<RefCell<Vec<HttpRequest>>>,
    answer: Rc<RefCell<Box<Answer>>>,
}

impl Network {
    fn new() -> Self {
        Self {
            sent: Rc::default(),
            answer: Rc::new(RefCell::new(Box::new(|_| Ok(status(200))))),
        }
    }

    pub fn answers(
        &self,
        answer: impl Fn(&HttpRequest) -> Result<HttpResponse, HttpError> + 'static,
    ) {
        *self.answer.borrow_mut() = Box::new(answer);
    }
}

/// An empty answer.
pub fn status(status: u16) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

impl Http for Network {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = self.answer.borrow()(&request);
        self.sent.borrow_mut().push(request);
        answer
    }
}

pub struct World {
    pub platform: NativePlatform<ManualClock, Network>,
    pub settings: TeamSettings,
    pub agency: AgencyId,
}

pub fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

impl World {
    /// A new agency at that time.
    pub async fn new(database: &TestDatabase, zone: &str, now: Instant) -> Self {
        let keys = KeyRing::parse(&generate_key().unwrap()).unwrap();
        let world = Self {
            platform: NativePlatform {
                clock: ManualClock::at(now),
                http: Network::new(),
                sql: SqlPool::new(database.pool().clone()),
            },
            settings: TeamSettings {
                connections: ConnectionSettings {
                    fanvue: FanvueSettings {
                        api_url: "https://api.fanvue.test".to_owned(),
                        auth_url: "https://auth.fanvue.test".to_owned(),
                        api_version: "2025-06-26".to_owned(),
                        client_id: "client".to_owned(),
                        client_secret: Secret::new("secret"),
                    },
                    keys,
                },
                step_budget: Duration::from_secs(20),
                alert_base_url: String::new(),
            },
            agency: AgencyId::new(Uuid::new_v4()),
        };
        let statement = "insert into agencies values ($1, 'Blue Hour', $2, instant_of($3))";
        let parameters = [world.agency.into(), zone.into(), now.into()];
        world.run(statement, &parameters).await;
        world
    }

    pub fn set(&self, now: Instant) {
        self.platform.clock.set(now);
    }

    pub async fn run(&self, statement: &str, parameters: &[Value]) -> Vec<Row> {
        let rows = self.platform.sql.query(statement, parameters).await;
        rows.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    /// The number that a query about the agency (`$1`) counts.
    pub async fn count(&self, statement: &str) -> i64 {
        let rows = self.run(statement, &[self.agency.into()]).await;
        rows[0].get(0).unwrap()
    }

    pub async fn member(&self, name: &str) -> Uuid {
        let member = Uuid::new_v4();
        let statement = "insert into team_members (agency_id, member_id, display_name, created_at) \
                         values ($1, $2, $3, now())";
        let parameters = [self.agency.into(), member.into(), name.into()];
        self.run(statement, &parameters).await;
        member
    }

    /// A model on a connection in that state.
    pub async fn model(&self, connection_state: &str) -> Uuid {
        let (model, connection) = (Uuid::new_v4(), Uuid::new_v4());
        let (agency, keys) = (self.agency, &self.settings.connections.keys);
        let sealed = |kind| keys.seal(agency, kind, &Secret::new("token")).unwrap();
        self.run(
            "insert into connections (agency_id, connection_id, access_token_sealed, \
             refresh_token_sealed, obtained_at, expires_at, state) \
             values ($1, $2, $3, $4, '2026-01-01Z', '2126-01-01Z', $5)",
            &[
                agency.into(),
                connection.into(),
                sealed(TokenKind::Access).into(),
                sealed(TokenKind::Refresh).into(),
                connection_state.into(),
            ],
        )
        .await;
        self.run(
            "insert into models (agency_id, model_id, connection_id, own_account, handle, \
             display_name, created_at) values ($1, $2, $3, false, 'mia', 'Mia', now())",
            &[agency.into(), model.into(), connection.into()],
        )
        .await;
        model
    }

    pub async fn shift(
        &self,
        member: Uuid,
        model: Option<Uuid>,
        (starts_at, ends_at): (Instant, Instant),
    ) -> Uuid {
        let shift = Uuid::new_v4();
        self.run(
            "insert into shifts (agency_id, shift_id, member_id, model_id, starts_at, ends_at, notes) \
             values ($1, $2, $3, $4, instant_of($5), instant_of($6), 'bring cake')",
            &[
                self.agency.into(),
                shift.into(),
                member.into(),
                model.into(),
                starts_at.into(),
                ends_at.into(),
            ],
        )
        .await;
        shift
    }

    pub async fn clock_in(&self, shift: Uuid, at: Instant) {
        self.run(
            "insert into clock_ins (agency_id, clock_in_id, shift_id, clocked_in_at) \
             values ($1, gen_random_uuid(), $2, instant_of($3))",
            &[self.agency.into(), shift.into(), at.into()],
        )
        .await;
    }

    pub async fn post(&self, member: Uuid, model: Uuid, planned_at: Instant) -> Uuid {
        let post = Uuid::new_v4();
        self.run(
            "insert into planned_posts (agency_id, post_plan_id, member_id, model_id, planned_at) \
             values ($1, $2, $3, $4, instant_of($5))",
            &[
                self.agency.into(),
                post.into(),
                member.into(),
                model.into(),
                planned_at.into(),
            ],
        )
        .await;
        post
    }

    pub async fn set_of_post(&self, post: Uuid, column: &str, at: Instant) {
        let statement = format!(
            "update planned_posts set {column} = instant_of($3) \
             where agency_id = $1 and post_plan_id = $2"
        );
        let parameters = [self.agency.into(), post.into(), at.into()];
        self.run(&statement, &parameters).await;
    }

    pub async fn cancel_shift(&self, shift: Uuid, at: Instant) {
        let statement = "update shifts set cancelled_at = instant_of($3) \
                         where agency_id = $1 and shift_id = $2";
        let parameters = [self.agency.into(), shift.into(), at.into()];
        self.run(statement, &parameters).await;
    }

    pub fn request(&self) -> StepRequest {
        StepRequest {
            agency: Some(self.agency),
            ..StepRequest::default()
        }
    }

    pub async fn check_shifts(&self) -> StepReport {
        check_late_shifts(&self.platform, &self.settings, &self.request())
            .await
            .unwrap()
    }

    pub async fn check_posts(&self) -> StepReport {
        check_missed_posts(&self.platform, &self.settings, &self.request())
            .await
            .unwrap()
    }

    /// The events of the agency that stand, by kind.
    pub async fn standing(&self) -> Vec<String> {
        let rows = self
            .run(
                "select kind from team_events as found where agency_id = $1 and not withdrawal \
                 and not exists (select from team_events as gone where gone.agency_id = $1 \
                 and gone.subject_id = found.subject_id and gone.kind = found.kind \
                 and gone.occurrence = found.occurrence and gone.withdrawal) order by kind",
                &[self.agency.into()],
            )
            .await;
        rows.iter().map(|row| row.get(0).unwrap()).collect()
    }

    /// The points of a member.
    pub async fn points(&self, member: Uuid) -> i64 {
        let statement = "select coalesce(sum(points), 0)::bigint from points_ledger \
                         where agency_id = $1 and member_id = $2";
        let rows = self
            .run(statement, &[self.agency.into(), member.into()])
            .await;
        rows[0].get(0).unwrap()
    }
}
