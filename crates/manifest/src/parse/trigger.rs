//! `[[trigger.http]]` and `[[trigger.cron]]`.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Field, Section};
use crate::error::{ManifestError, ManifestProblem};
use crate::model::{Component, CronTrigger, HttpRoute, HttpTrigger, Manifest};
use crate::routes::{self, RouteError, RouteTable};
use crate::schedule::Schedule;

const KINDS: [&str; 2] = ["cron", "http"];
const UNSUPPORTED_KINDS: [&str; 4] = ["command", "mqtt", "redis", "sqs"];
const HTTP_KEYS: [&str; 3] = ["component", "id", "route"];
const HTTP_UNSUPPORTED_KEYS: [&str; 4] =
    ["components", "dependencies", "executor", "static_response"];
const CRON_KEYS: [&str; 3] = ["component", "cron_expression", "id"];
const CRON_UNSUPPORTED_KEYS: [&str; 2] = ["components", "dependencies"];

pub(super) struct Triggers<'doc> {
    pub(super) http: Vec<HttpTrigger>,
    /// The routes of `http`, one each.
    pub(super) routes: Vec<Field<'doc>>,
    pub(super) cron: Vec<CronTrigger>,
}

type Components = BTreeMap<String, Component>;

pub(super) fn parse<'doc>(
    root: &Section<'doc>,
    components: &Components,
) -> Result<Triggers<'doc>, ManifestError> {
    let mut triggers = Triggers {
        http: Vec::new(),
        routes: Vec::new(),
        cron: Vec::new(),
    };
    let Some(section) = root.optional_section("trigger")? else {
        return Ok(triggers);
    };
    section.allow(&KINDS, &UNSUPPORTED_KINDS)?;
    let mut ids = Ids::given(&section)?;
    for field in entries(&section, "http")? {
        let section = field.section()?;
        triggers.http.push(http(&section, components, &mut ids)?);
        triggers.routes.extend(section.field("route"));
    }
    for field in entries(&section, "cron")? {
        let section = field.section()?;
        triggers.cron.push(cron(&section, components, &mut ids)?);
    }
    Ok(triggers)
}

/// The triggers of one kind.
fn entries<'doc>(triggers: &Section<'doc>, kind: &str) -> Result<Vec<Field<'doc>>, ManifestError> {
    match triggers.field(kind) {
        Some(field) if field.is_array() => field.items(),
        Some(field) => Err(field.wrong_type("an array of tables, each headed [[trigger.KIND]]")),
        None => Ok(Vec::new()),
    }
}

fn http(
    section: &Section<'_>,
    components: &Components,
    ids: &mut Ids,
) -> Result<HttpTrigger, ManifestError> {
    section.allow(&HTTP_KEYS, &HTTP_UNSUPPORTED_KEYS)?;
    let component = component_name(section, components)?;
    Ok(HttpTrigger {
        id: ids.of(section, "http", &component)?,
        component,
        route: route(&section.required("route", "route = \"/...\"")?)?,
    })
}

fn cron(
    section: &Section<'_>,
    components: &Components,
    ids: &mut Ids,
) -> Result<CronTrigger, ManifestError> {
    section.allow(&CRON_KEYS, &CRON_UNSUPPORTED_KEYS)?;
    let component = component_name(section, components)?;
    let id = ids.of(section, "cron", &component)?;
    let field = section.required("cron_expression", "cron_expression = \"0 */15 * * * *\"")?;
    let expression = field.string()?;
    let schedule = Schedule::parse(&expression).map_err(|source| {
        field.error(ManifestProblem::Cron {
            key: field.path.clone(),
            trigger: id.clone(),
            source,
        })
    })?;
    Ok(CronTrigger {
        id,
        component,
        expression,
        schedule,
    })
}

fn component_name(section: &Section<'_>, components: &Components) -> Result<String, ManifestError> {
    let field = section.required("component", "component = \"NAME\"")?;
    if field.is_table() {
        let key = field.path.clone();
        return Err(field.error(ManifestProblem::InlineComponent { key }));
    }
    let component = field.text()?;
    if components.contains_key(&component) {
        return Ok(component);
    }
    let known: Vec<&str> = components.keys().map(String::as_str).collect();
    let mend = if known.is_empty() {
        "add its [component.NAME] table".to_owned()
    } else {
        format!(
            "add its [component.NAME] table or use one of {}",
            known.join(", ")
        )
    };
    Err(field.error(ManifestProblem::UndefinedComponent {
        key: field.path.clone(),
        component,
        mend,
    }))
}

fn route(field: &Field<'_>) -> Result<HttpRoute, ManifestError> {
    if field.is_table() {
        let section = field.section()?;
        section.allow(&["private"], &[])?;
        if section.flag("private")? {
            return Ok(HttpRoute::Private);
        }
        let key = field.path.clone();
        return Err(field.error(ManifestProblem::NotPrivate { key }));
    }
    if !field.is_string() {
        return Err(field.wrong_type("a string or a table"));
    }
    let route = field.string()?;
    routes::check_route(&route).map_err(|source| {
        let key = field.path.clone();
        field.error(ManifestProblem::Route { key, source })
    })?;
    Ok(HttpRoute::Path(route))
}

/// Checks that no two routes conflict; the second of them is at fault. `fields` are the routes of
/// the manifest's HTTP triggers.
pub(super) fn check_routes(fields: &[Field<'_>], manifest: &Manifest) -> Result<(), ManifestError> {
    let Err(source) = RouteTable::new(manifest) else {
        return Ok(());
    };
    let position = match &source {
        RouteError::Conflict { second, .. } => manifest
            .http_triggers
            .iter()
            .position(|trigger| trigger.id == second.trigger),
        // Each route by itself was checked when it was read.
        RouteError::Segment { .. } | RouteError::Reserved { .. } => None,
    };
    match position.and_then(|index| fields.get(index)) {
        Some(field) => {
            let key = field.path.clone();
            Err(field.error(ManifestProblem::Route { key, source }))
        }
        None => Err(manifest.error(ManifestProblem::Route {
            key: "trigger.http".to_owned(),
            source,
        })),
    }
}

/// The ids of all triggers, given or, as Spin does it, derived.
struct Ids {
    used: BTreeSet<String>,
}

impl Ids {
    fn given(triggers: &Section<'_>) -> Result<Self, ManifestError> {
        let mut used = BTreeSet::new();
        for kind in KINDS {
            for trigger in entries(triggers, kind)? {
                let Some(field) = trigger.section()?.field("id") else {
                    continue;
                };
                let id = field.text()?;
                if !used.insert(id.clone()) {
                    let key = field.path.clone();
                    return Err(field.error(ManifestProblem::DuplicateTrigger { key, id }));
                }
            }
        }
        Ok(Self { used })
    }

    fn of(
        &mut self,
        section: &Section<'_>,
        kind: &str,
        component: &str,
    ) -> Result<String, ManifestError> {
        if let Some(given) = section.optional_string("id")? {
            return Ok(given);
        }
        let natural = format!("{component}-{kind}-trigger");
        let counted = (1_u64..).map(|count| format!("{kind}-trigger{count}"));
        let id = std::iter::once(natural)
            .chain(counted)
            .find(|id| !self.used.contains(id))
            .expect("invariant: there are more numbers than triggers");
        self.used.insert(id.clone());
        Ok(id)
    }
}
