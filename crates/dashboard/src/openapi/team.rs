//! The routes of the team, which gamification-checks answers.

pub(super) mod schemas;

use serde_json::{Map, Value, json};

use super::schemas::reference;
use super::{described, error, tenant_data};

/// What a route is.
struct Route {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [&'static str],
    /// the schema of the body, `csv`, or nothing
    body: &'static str,
    /// the status and schema of success; 204 has none
    success: (&'static str, &'static str),
    /// what else it may answer
    failures: &'static [&'static str],
}

const READ: &[&str] = &["400", "401", "503"];
const ONE: &[&str] = &["400", "401", "404", "503"];
const WRITE: &[&str] = &["400", "401", "403", "409", "413", "503"];
const CHANGE: &[&str] = &["400", "401", "403", "404", "409", "413", "503"];
const IMPORT: &[&str] = &["400", "401", "403", "409", "413", "422", "503"];

const PLANNED: &[&str] = &["from", "to", "memberId", "modelId", "cursor", "limit"];

#[rustfmt::skip]
const ROUTES: &[Route] = &[
    route("get", "/api/team/members", "listMembers", "The members, by name.", &[], "", ("200", "Members"), READ),
    route("post", "/api/team/members", "addMember", "Adds a member.", &[], "NewMember", ("201", "Member"), WRITE),
    route("get", "/api/team/members/{id}", "getMember", "One member.", &[], "", ("200", "Member"), ONE),
    route("patch", "/api/team/members/{id}", "changeMember", "Changes a member; what is left out stays.", &[], "MemberChange", ("200", "Member"), CHANGE),
    route("delete", "/api/team/members/{id}", "retireMember", "Makes a member inactive; what is recorded stays.", &[], "", ("204", ""), CHANGE),
    route("post", "/api/team/members/import", "importMembers", "Imports members from CSV: display_name, role, timezone, fanvue_member_id. All or nothing.", &["dryRun"], "csv", ("200", "Import"), IMPORT),
    route("get", "/api/team/shifts", "listShifts", "Shifts by their start, page by page; from a week ago to in four weeks without bounds.", PLANNED, "", ("200", "Shifts"), ONE),
    route("post", "/api/team/shifts", "addShift", "Plans a shift.", &[], "NewShift", ("201", "Shift"), WRITE),
    route("get", "/api/team/shifts/{id}", "getShift", "One shift.", &[], "", ("200", "Shift"), ONE),
    route("patch", "/api/team/shifts/{id}", "changeShift", "Changes a shift; what is left out stays.", &[], "ShiftChange", ("200", "Shift"), CHANGE),
    route("delete", "/api/team/shifts/{id}", "cancelShift", "Cancels a shift and withdraws what was found of it.", &[], "", ("204", ""), CHANGE),
    route("post", "/api/team/shifts/import", "importShifts", "Imports shifts from CSV: member, model, starts_at, ends_at, notes. Times are RFC 3339 or the agency's wall clock. All or nothing.", &["dryRun"], "csv", ("200", "Import"), IMPORT),
    route("post", "/api/team/clock-in", "clockIn", "Clocks in to a shift that is on, or begins within 15 minutes.", &[], "Clocking", ("201", "Shift"), CHANGE),
    route("post", "/api/team/clock-out", "clockOut", "Clocks out.", &[], "Clocking", ("200", "Shift"), CHANGE),
    route("get", "/api/team/posts", "listPosts", "Planned posts by their time, page by page; from a week ago to in four weeks without bounds.", PLANNED, "", ("200", "Posts"), ONE),
    route("post", "/api/team/posts", "addPost", "Plans a post.", &[], "NewPost", ("201", "Post"), WRITE),
    route("get", "/api/team/posts/{id}", "getPost", "One planned post.", &[], "", ("200", "Post"), ONE),
    route("patch", "/api/team/posts/{id}", "changePost", "Changes a planned post; what is left out stays.", &[], "PostChange", ("200", "Post"), CHANGE),
    route("delete", "/api/team/posts/{id}", "cancelPost", "Cancels a planned post and withdraws what was found of it.", &[], "", ("204", ""), CHANGE),
    route("post", "/api/team/posts/import", "importPosts", "Imports planned posts from CSV: member, model, planned_at, notes. All or nothing.", &["dryRun"], "csv", ("200", "Import"), IMPORT),
    route("get", "/api/team/leaderboard", "getLeaderboard", "The points of a week or month of the agency.", &["period", "date"], "", ("200", "Leaderboard"), READ),
    route("get", "/api/team/rules", "getRules", "The rules in force, and all versions.", &[], "", ("200", "RuleBook"), READ),
    route("post", "/api/team/rules", "addRules", "Adds rules for what is planned or sold from an instant on.", &[], "NewRules", ("201", "RuleBook"), WRITE),
    route("post", "/api/team/rules/preview", "previewRules", "What other rules would have given over the last days; writes nothing.", &[], "Proposal", ("200", "Preview"), WRITE),
    route("get", "/api/team/alerts", "listAlerts", "Alerts, newest first, and whether they arrived.", &["from", "to", "cursor", "limit"], "", ("200", "Alerts"), READ),
    route("get", "/api/team/alerts/destinations", "listDestinations", "Where alerts go.", &[], "", ("200", "Destinations"), READ),
    route("post", "/api/team/alerts/destinations", "addDestination", "Adds a place that alerts go to; what it is reached by is sealed and not shown again.", &[], "NewDestination", ("201", "Destination"), WRITE),
    route("get", "/api/team/alerts/destinations/{id}", "getDestination", "One destination.", &[], "", ("200", "Destination"), ONE),
    route("patch", "/api/team/alerts/destinations/{id}", "changeDestination", "Changes a destination; what is left out stays.", &[], "DestinationChange", ("200", "Destination"), CHANGE),
    route("delete", "/api/team/alerts/destinations/{id}", "removeDestination", "Removes a destination.", &[], "", ("204", ""), CHANGE),
    route("post", "/api/team/alerts/destinations/{id}/test", "testDestination", "Sends a test, and says what became of it.", &[], "", ("200", "Delivered"), CHANGE),
];

#[expect(clippy::too_many_arguments, reason = "a row of the table above")]
const fn route(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [&'static str],
    body: &'static str,
    success: (&'static str, &'static str),
    failures: &'static [&'static str],
) -> Route {
    Route {
        method,
        path,
        id,
        summary,
        parameters,
        body,
        success,
        failures,
    }
}

/// The paths.
pub(super) fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for route in ROUTES {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method] = operation(route);
    }
    paths
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    if route.path.contains("{id}") {
        parameters.push(json!({
            "name": "id", "in": "path", "required": true, "description": "Which one.",
            "schema": {"type": "string", "format": "uuid"},
        }));
    }
    parameters.extend(route.parameters.iter().map(|name| parameter(name)));
    let mut responses = Map::new();
    let (status, schema) = route.success;
    responses.insert(
        status.to_owned(),
        match (schema, route.method) {
            ("", _) => json!({"description": "Done."}),
            (schema, "get") => tenant_data(schema, "What was asked for."),
            (schema, _) => described(schema, "What came of it."),
        },
    );
    if route.method == "get" {
        let unchanged = json!({"$ref": "#/components/responses/NotModified"});
        responses.insert("304".to_owned(), unchanged);
    }
    for status in route.failures {
        responses.insert((*status).to_owned(), failure(status));
    }
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = body(route.body) {
        operation["requestBody"] = body;
    }
    operation
}

fn failure(status: &str) -> Value {
    match status {
        "403" => error("The caller's role does not allow it."),
        "409" => error("It contradicts what is there, such as another shift at that time."),
        "413" => error("The body has more than 1 MiB."),
        "422" => described("Import", "Some lines are bad: nothing was imported."),
        status => {
            let name = match status {
                "400" => "BadRequest",
                "401" => "Unauthorized",
                "404" => "NotFound",
                _ => "Unavailable",
            };
            json!({"$ref": format!("#/components/responses/{name}")})
        }
    }
}

fn body(schema: &str) -> Option<Value> {
    let content = match schema {
        "" => return None,
        // Any text is answered: a dry run tells what is wrong with it.
        "csv" => json!({"text/csv": {}}),
        schema => json!({"application/json": {"schema": reference(schema)}}),
    };
    Some(json!({"required": true, "content": content}))
}

fn parameter(name: &str) -> Value {
    let bound = json!({"anyOf": [
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
    ]});
    let (description, schema) = match name {
        "from" => ("First local day, or the instant from which on.", bound),
        "to" => ("Last local day, or the instant before which.", bound),
        "memberId" => ("One member.", json!({"type": "string", "format": "uuid"})),
        "modelId" => ("One model.", json!({"type": "string", "format": "uuid"})),
        "cursor" => (
            "`nextCursor` of the page before.",
            json!({"type": "string", "pattern": "^[0-9a-f]+$"}),
        ),
        "limit" => (
            "How many entries at most.",
            json!({"type": "integer", "minimum": 1, "maximum": 500, "default": 100}),
        ),
        "dryRun" => (
            "Whether to report only.",
            json!({"type": "boolean", "default": false}),
        ),
        "period" => (
            "An ISO week or a calendar month of the agency's zone.",
            json!({"enum": ["week", "month"], "default": "week"}),
        ),
        _ => (
            "A local day of the period; today without it.",
            json!({"type": "string", "format": "date"}),
        ),
    };
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}
