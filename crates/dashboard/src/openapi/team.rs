//! The routes of the team, which gamification-checks answers.

use serde_json::{Map, Value, json};

use super::schemas::{count, list, moment, object, or_null, reference, text, uuid};
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
    route("get", "/api/team/shifts", "listShifts", "Shifts by their start, page by page; from a week ago to in four weeks without bounds.", PLANNED, "", ("200", "Shifts"), READ),
    route("post", "/api/team/shifts", "addShift", "Plans a shift.", &[], "NewShift", ("201", "Shift"), WRITE),
    route("get", "/api/team/shifts/{id}", "getShift", "One shift.", &[], "", ("200", "Shift"), ONE),
    route("patch", "/api/team/shifts/{id}", "changeShift", "Changes a shift; what is left out stays.", &[], "ShiftChange", ("200", "Shift"), CHANGE),
    route("delete", "/api/team/shifts/{id}", "cancelShift", "Cancels a shift and withdraws what was found of it.", &[], "", ("204", ""), CHANGE),
    route("post", "/api/team/shifts/import", "importShifts", "Imports shifts from CSV: member, model, starts_at, ends_at, notes. Times are RFC 3339 or the agency's wall clock. All or nothing.", &["dryRun"], "csv", ("200", "Import"), IMPORT),
    route("post", "/api/team/clock-in", "clockIn", "Clocks in to a shift that is on, or begins within 15 minutes.", &[], "Clocking", ("201", "Shift"), CHANGE),
    route("post", "/api/team/clock-out", "clockOut", "Clocks out.", &[], "Clocking", ("200", "Shift"), CHANGE),
    route("get", "/api/team/posts", "listPosts", "Planned posts by their time, page by page; from a week ago to in four weeks without bounds.", PLANNED, "", ("200", "Posts"), READ),
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

/// The same members, none of which must be there.
fn all_optional(properties: Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn limited(description: &str, least: u32, most: u32) -> Value {
    json!({"type": "string", "minLength": least, "maxLength": most, "description": description})
}

/// The bodies.
pub(super) fn schemas() -> Value {
    let parts = [members(), plans(), board(), rules(), alerts()];
    let members = parts.into_iter().filter_map(|part| match part {
        Value::Object(members) => Some(members),
        _ => None,
    });
    Value::Object(members.flatten().collect())
}

fn page(name: &str, schema: &str) -> Value {
    object(json!({
        name: list(schema),
        "nextCursor": or_null(text("`cursor` of the next page; null on the last.")),
    }))
}

fn members() -> Value {
    let writable = json!({
        "displayName": limited("The name; no space at its ends.", 1, 100),
        "role": limited("What the member does.", 0, 100),
        "timezone": or_null(text("IANA zone; null for the agency's.")),
        "fanvueMemberId": or_null(uuid("The Fanvue team member.")),
        "active": {"type": "boolean"},
    });
    let mut member = writable.clone();
    member["memberId"] = uuid("The member.");
    member["createdAt"] = moment("When it was added.");
    json!({
        "Members": page("members", "Member"),
        "Member": object(member),
        "NewMember": all_optional(writable.clone(), &["displayName"]),
        "MemberChange": all_optional(writable, &[]),
        "Import": {
            "type": "object",
            "required": ["dryRun", "goodLines", "imported", "badLines"],
            "properties": {
                "dryRun": {"type": "boolean"},
                "goodLines": count("Lines that can be imported."),
                "imported": count("Lines that were."),
                "badLines": {"type": "array", "items": object(json!({
                    "line": count("From 1, which is the header."),
                    "field": text("The column; empty for the whole line."),
                    "reason": text("A sentence for people."),
                }))},
                "error": {"type": "object"},
            },
            "additionalProperties": false,
        },
    })
}

fn plans() -> Value {
    let state = json!({
        "enum": ["scheduled", "on_time", "late", "missed", "late_resolved", "withdrawn"],
        "description": "As the last check found it.",
    });
    let minutes = or_null(count("Whole minutes late, once it was done."));
    let notes = limited("Notes.", 0, 2_000);
    let new_shift = json!({
        "memberId": uuid("Who works."),
        "modelId": or_null(uuid("The model; null for all.")),
        "startsAt": moment("The start, 2015 to 2099."),
        "endsAt": moment("The end, at most 24 hours later."),
        "notes": notes,
    });
    let mut shift_change = new_shift.clone();
    shift_change["cancelled"] = json!({"type": "boolean"});
    let new_post = json!({
        "memberId": uuid("Who posts."),
        "modelId": uuid("The model."),
        "plannedAt": moment("When it should appear, 2015 to 2099."),
        "notes": notes,
    });
    let mut post_change = new_post.clone();
    post_change["cancelled"] = json!({"type": "boolean"});
    post_change["postedAt"] = or_null(moment("When it appeared, by a person's word."));
    let named = |mut properties: Value, more: Value| {
        if let (Some(properties), Value::Object(more)) = (properties.as_object_mut(), more) {
            properties.extend(more);
        }
        object(properties)
    };
    let common = json!({
        "memberName": text("The member's name."),
        "modelHandle": or_null(text("The model's handle.")),
        "cancelledAt": or_null(moment("When it was cancelled.")),
        "state": state,
        "minutesLate": minutes,
    });
    let (mut shift, mut post) = (common.clone(), common);
    shift["shiftId"] = uuid("The shift.");
    shift["clockIns"] = json!({"type": "array", "items": object(json!({
        "clockedInAt": moment("From when on."),
        "clockedOutAt": or_null(moment("Until when.")),
    }))});
    post["postId"] = uuid("The plan.");
    post["postedAt"] = or_null(moment("When it appeared."));
    post["fanvuePostId"] = or_null(uuid("The post on Fanvue that confirmed it."));
    json!({
        "Shifts": page("shifts", "Shift"),
        "Shift": named(new_shift.clone(), shift),
        "NewShift": all_optional(new_shift, &["memberId", "startsAt", "endsAt"]),
        "ShiftChange": all_optional(shift_change, &[]),
        "Clocking": all_optional(json!({
            "shiftId": uuid("The shift."),
            "memberId": uuid("Whose shift of that time, without shiftId."),
            "at": moment("When it was; now without it."),
        }), &[]),
        "Posts": page("posts", "Post"),
        "Post": named(new_post.clone(), post),
        "NewPost": all_optional(new_post, &["memberId", "modelId", "plannedAt"]),
        "PostChange": all_optional(post_change, &[]),
    })
}

fn board() -> Value {
    json!({
        "Leaderboard": object(json!({
            "period": {"enum": ["week", "month"]},
            "startDate": text("First local day."),
            "endDate": text("Last local day."),
            "timezone": text("The agency's zone."),
            "places": list("Place"),
        })),
        "Place": object(json!({
            "rank": count("From 1; the same points share it."),
            "previousRank": count("That of the period before."),
            "memberId": uuid("The member."),
            "displayName": text("The member's name."),
            "points": count("Points of the period."),
            "previousPoints": count("Points of the period before."),
            "shiftPoints": count("Those for shifts, penalties among them."),
            "postPoints": count("Those for posts."),
            "salePoints": count("Those for sales while on shift."),
            "totalPoints": count("Points of all time."),
            "level": count("floor(sqrt(totalPoints / 100)) + 1."),
            "beginsAt": count("Points at which the level began."),
            "nextAt": count("Points at which the next one begins."),
            "streak": object(json!({
                "current": count("Days in a row with a shift on time and none missed."),
                "best": count("The most of the last 400 days."),
            })),
            "badges": {"type": "array", "items": {"type": "string"}},
        })),
    })
}

fn rules() -> Value {
    let points = |description: &str| json!({"type": "integer", "minimum": -100_000, "maximum": 100_000, "description": description});
    let between = |description: &str, least: i32, most: i32| json!({"type": "integer", "minimum": least, "maximum": most, "description": description});
    json!({
        "Rules": object(json!({
            "shiftOnTime": points("For a shift begun in time."),
            "shiftLate": points("For a shift begun late."),
            "shiftMissed": points("For a shift that nobody began."),
            "postOnTime": points("For a post published in time."),
            "postLate": points("For a post published late."),
            "postMissed": points("For a post that was not published."),
            "salePer100Dollars": between("For 100 dollars of gross sales while on shift.", 0, 100_000),
            "lateAfterMinutes": between("A clock-in up to then is on time.", 0, 1_439),
            "missedAfterMinutes": between("Without a clock-in until then a shift is missed; more than lateAfterMinutes.", 1, 1_440),
            "postWithinMinutes": between("A post up to then is on time.", 1, 1_440),
        })),
        "RuleBook": object(json!({
            "current": reference("Rules"),
            "defaults": reference("Rules"),
            "versions": {"type": "array", "items": object(json!({
                "validFrom": moment("From when on."),
                "rules": reference("Rules"),
            }))},
        })),
        "NewRules": all_optional(json!({
            "rules": reference("Rules"),
            "validFrom": moment("From when on, not in the past; now without it."),
        }), &["rules"]),
        "Proposal": all_optional(json!({
            "rules": reference("Rules"),
            "days": between("Over how many days up to now; 7 without it.", 1, 35),
        }), &["rules"]),
        "Preview": object(json!({
            "from": moment("The beginning."),
            "to": moment("Now."),
            "members": {"type": "array", "items": object(json!({
                "memberId": uuid("The member."),
                "current": reference("RuleOutcome"),
                "proposed": reference("RuleOutcome"),
            }))},
            "truncated": {"type": "boolean", "description": "Whether only the newest 20,000 plans were looked at."},
        })),
        "RuleOutcome": object(json!({
            "onTime": count("Shifts and posts on time."),
            "late": count("Those that came late."),
            "missed": count("Those that were missed."),
            "planPoints": count("Points for them."),
            "salePoints": count("Points for sales."),
            "points": count("All points."),
        })),
    })
}

fn alerts() -> Value {
    let kinds = json!({"type": "array", "uniqueItems": true, "items": {"enum": [
        "shift_late", "shift_missed", "shift_late_resolved", "post_missed", "post_late_resolved",
        "stale_data", "reconnect",
    ]}});
    let name = limited("A name for people.", 1, 100);
    json!({
        "Alerts": page("alerts", "Alert"),
        "Alert": object(json!({
            "alertId": text("What it is about; each is raised once."),
            "kind": text("The kind."),
            "title": text("A line for people."),
            "detail": text("A sentence for people."),
            "raisedAt": moment("When it was raised."),
            "deliveries": {"type": "array", "items": object(json!({
                "destinationId": uuid("Where to."),
                "destinationName": text("Its name."),
                "state": {"enum": ["queued", "sent", "failed"]},
                "attempts": count("Attempts so far."),
                "nextAttemptAt": or_null(moment("When it is tried again.")),
                "lastStatus": or_null(count("The last answer's status.")),
                "lastError": or_null(text("Why the last attempt failed.")),
                "sentAt": or_null(moment("When it arrived.")),
            }))},
        })),
        "Destinations": page("destinations", "Destination"),
        "Destination": object(json!({
            "destinationId": uuid("The destination."),
            "kind": {"enum": ["slack", "discord", "telegram", "webhook"]},
            "name": name,
            "host": text("The host it is at; its address is a secret."),
            "chatId": or_null(text("Telegram's chat.")),
            "alertKinds": kinds,
            "state": {"enum": ["active", "paused", "disabled"]},
            "stateReason": or_null(text("Why it was disabled.")),
            "failingSince": or_null(moment("Since when nothing arrived.")),
            "createdAt": moment("When it was added."),
        })),
        "NewDestination": all_optional(json!({
            "kind": {"enum": ["slack", "discord", "telegram", "webhook"]},
            "name": name,
            "url": text("The webhook's address, https on the service's own host; of all but Telegram."),
            "botToken": text("Telegram's bot."),
            "chatId": text("Telegram's chat: a number, or @ and a name."),
            "alertKinds": kinds,
        }), &["kind", "name"]),
        "DestinationChange": all_optional(json!({
            "name": name,
            "alertKinds": kinds,
            "state": {"enum": ["active", "paused"], "description": "`active` also mends a disabled one."},
        }), &[]),
        "Delivered": object(json!({
            "state": {"enum": ["queued", "sent", "failed"]},
            "lastStatus": or_null(count("The answer's status.")),
            "lastError": or_null(text("Why it failed.")),
        })),
    })
}
