//! The bodies.

use serde_json::{Map, Value, json};
use tidemark_analytics::definitions;
use tidemark_analytics::kpi::Unit;

/// All schemas by name.
pub(super) fn all() -> Value {
    let parts = [
        of_dashboard(),
        of_freshness(),
        of_lists(),
        of_models(),
        super::team::schemas(),
    ];
    let members = parts.into_iter().filter_map(|part| match part {
        Value::Object(members) => Some(members),
        _ => None,
    });
    Value::Object(members.flatten().collect())
}

fn of_dashboard() -> Value {
    json!({
        "Error": object(json!({
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": text("A stable machine code."),
                    "message": text("A sentence for people."),
                    "field": text("The parameter that is wrong."),
                },
                "additionalProperties": false,
            },
        })),
        "Dashboard": object(json!({
            "chartData": list("ChartPoint"),
            "kpiMetrics": reference("KpiMetrics"),
            "comparison": {"anyOf": [reference("Comparison"), {"type": "null"}]},
            "categoryBreakdown": list("CategoryShare"),
            "meta": reference("Meta"),
        })),
        "ChartPoint": object(json!({
            "date": {"type": "string", "format": "date",
                     "description": "The bucket's first local day inside the window."},
            "subscriptions": money("Gross of subscription and renewal sales."),
            "tips": money("Gross of tip sales."),
            "messages": money("Gross of message sales."),
            "posts": money("Gross of post and mediaLink sales."),
            "other": money("Gross of every other sale."),
            "refunds": money("Gross of refunds and chargebacks on their own date; 0 or less."),
            "total": money("All of it. The points add up to totalRevenue."),
            "net": reference("NetAmounts"),
            "transactions": count("Number of sales."),
            "subscribers": or_null(count("Last known level of the bucket.")),
            "followers": or_null(count("Last known level of the bucket.")),
            "audienceDerived": {"type": "boolean",
                "description": "Whether the subscriber level was derived from Fanvue's events, not \
                                observed."},
            "partial": {"type": "boolean", "description": "Whether the bucket contains now."},
        })),
        "NetAmounts": object(net_amounts()),
        "KpiMetrics": object(kpis()),
        "Comparison": object(json!({
            "startDate": text("First local day."),
            "endDate": text("Last local day; that of the cut for a window that includes today."),
            "kpiMetrics": reference("KpiMetrics"),
        })),
        "CategoryShare": object(json!({
            "category": text("Fanvue's source."),
            "amount": money("Gross; negative for refund and chargeback."),
            "net": money("Net as Fanvue reports it."),
            "percentage": or_null(json!({
                "type": "number", "minimum": 0, "maximum": 100,
                "description": "Share of gross sales; they add up to 100. Null for reversals.",
            })),
            "transactionCount": count("Number of rows."),
        })),
        "Meta": object(meta(json!({
            "granularity": {"enum": ["day", "week", "month"]},
            "definitions": count("Version of the KPI definitions."),
            "audienceDerived": {"type": "boolean",
                "description": "Whether subscriber levels of the window were derived from Fanvue's \
                                events, not observed."},
        }))),
    })
}

fn of_freshness() -> Value {
    json!({
        "Freshness": object(json!({
            "asOf": or_null(moment("The earliest, over the models, of the instant up to which the \
                                    data are proven.")),
            "ageSeconds": or_null(count("From then to now.")),
            "maxAgeSeconds": count("The age up to which data are fresh."),
            "state": {"enum": ["fresh", "late", "stale", "never"]},
        })),
        "Families": object(json!({
            "transactions": reference("Freshness"),
            "audience": reference("Freshness"),
        })),
        "Coverage": object(json!({
            "complete": {"type": "boolean"},
            "completeSince": or_null(moment("Since when the ledgers of all models are complete.")),
            "models": list("ModelCoverage"),
        })),
        "ModelCoverage": object(json!({
            "modelId": uuid("The model."),
            "state": {"enum": ["complete", "backfilling", "never"]},
        })),
    })
}

fn of_lists() -> Value {
    json!({
        "ListMeta": object(meta(json!({}))),
        "TopFans": object(json!({
            "topFans": list("TopFan"),
            "meta": reference("ListMeta"),
        })),
        "TopFan": object(json!({
            "fanId": uuid("The fan."),
            "handle": or_null(text("The handle in the fan's newest row.")),
            "gross": money("Gross in the window, reversals taken off."),
            "net": money("Net as Fanvue reports it."),
            "purchases": count("Number of paid sales."),
            "lastPurchaseAt": moment("The last of them."),
            "models": {"type": "array", "items": uuid("A model bought from.")},
        })),
        "Transactions": object(json!({
            "transactions": list("Transaction"),
            "nextCursor": or_null(text("`cursor` of the next page; null on the last.")),
            "meta": reference("ListMeta"),
        })),
        "Transaction": object(json!({
            "occurredAt": moment("When the sale or reversal was made."),
            "modelId": uuid("The model."),
            "rowKey": text("What identifies the row among the model's."),
            "category": text("Fanvue's source."),
            "gross": money("Negative where money was taken back."),
            "net": money("As Fanvue reports it."),
            "currency": or_null(text("The currency that Fanvue names.")),
            "orderId": or_null(text("Fanvue's order.")),
            "orderStatus": or_null(text("Its status.")),
            "reversesOrderId": or_null(text("The order that this row takes back.")),
            "fanId": or_null(uuid("Who bought.")),
            "fanHandle": or_null(text("That fan's handle at the time.")),
            "messageId": or_null(uuid("The message sold.")),
            "postId": or_null(uuid("The post sold.")),
        })),
        "Status": {"type": "object",
                   "required": ["connections", "models", "drifts", "jobs", "schedules",
                                "rateBudget"]},
        "Health": {"type": "object", "required": ["status", "database", "migrations", "jobs"]},
    })
}

/// A point's amounts once more, after fees.
fn net_amounts() -> Value {
    let groups = ["subscriptions", "tips", "messages", "posts", "other"];
    let sales = groups.map(|group| {
        let description = format!("Net of the point's {group}, as Fanvue reports it.");
        (group.to_owned(), money(&description))
    });
    let others = [
        ("refunds", "Net of refunds and chargebacks; 0 or less."),
        ("total", "All of it. The points add up to netRevenue."),
    ];
    let others = others.map(|(name, description)| (name.to_owned(), money(description)));
    Value::Object(sales.into_iter().chain(others).collect())
}

fn of_models() -> Value {
    let age = reference("CountAge");
    json!({
        "Models": object(json!({
            "agency": reference("Agency"),
            "models": list("Model"),
        })),
        "Agency": object(json!({
            "agencyId": uuid("The tenant."),
            "name": text("Its name."),
            "timezone": text("IANA zone of its local days."),
            "role": {"enum": ["owner", "manager", "viewer"], "description": "The caller's."},
        })),
        "Model": object(json!({
            "modelId": uuid("The model."),
            "handle": text("Its handle at Fanvue."),
            "displayName": text("Its name at Fanvue."),
            "subscribers": or_null(count("Active subscribers; null until first counted.")),
            "followers": or_null(count("Followers who do not subscribe.")),
            "unreadMessages": or_null(count("Null for managed creators: Fanvue has no count.")),
            "posts": or_null(count("Published posts.")),
            "counts": described(
                object(json!({
                    "subscribers": age, "followers": age, "unreadMessages": age, "posts": age,
                })),
                "How old each count is; a call that fails leaves both.",
            ),
            "flows": or_null(reference("Flows")),
            "sync": object(json!({
                "state": {"enum": ["complete", "backfilling", "failed", "reconnect", "never"]},
                "provenSince": or_null(moment("The ledger is complete from here on.")),
                "provenUntil": or_null(moment("The ledger is complete up to here.")),
                "error": or_null(text("What went wrong last.")),
            })),
            "freshness": reference("Families"),
        })),
        "CountAge": object(json!({
            "asOf": or_null(moment("When it was counted.")),
            "ageSeconds": or_null(count("Whole seconds since.")),
        })),
        "Flows": object(json!({
            "days": count("UTC days added up, today among them."),
            "newSubscribers": count("Subscriptions that began: starts, not people."),
            "cancelledSubscribers": count("Subscriptions that ended for good."),
            "asOf": moment("When Fanvue's events were read last."),
        })),
    })
}

fn kpis() -> Value {
    let described = definitions().iter().map(|definition| {
        let null_when = definition
            .null_when
            .map_or(String::new(), |reason| format!(" Null when {reason}."));
        let description = format!("{}{null_when}", definition.sentence);
        let schema = match definition.unit {
            Unit::Count => json!({"type": "integer"}),
            Unit::Dollars | Unit::Percent | Unit::Ratio => json!({"type": "number"}),
        };
        let schema = described(schema, &description);
        let nullable = definition.null_when.is_some();
        let schema = if nullable { or_null(schema) } else { schema };
        (definition.id.to_owned(), schema)
    });
    Value::Object(described.collect())
}

fn meta(more: Value) -> Value {
    let mut members = json!({
        "agencyId": uuid("The tenant."),
        "modelId": or_null(uuid("The model; null for the whole agency.")),
        "startDate": text("First local day, or the instant that was asked for."),
        "endDate": text("Last local day, or the instant that was asked for."),
        "timezone": text("IANA zone of the local days."),
        "currency": {"const": "USD"},
        "freshness": reference("Families"),
        "coverage": reference("Coverage"),
    });
    if let (Some(members), Value::Object(more)) = (members.as_object_mut(), more) {
        members.extend(more);
    }
    members
}

/// An object with exactly these members.
pub(super) fn object(properties: Value) -> Value {
    let required: Vec<String> = properties
        .as_object()
        .map(Map::keys)
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

pub(super) fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

pub(super) fn list(schema: &str) -> Value {
    json!({"type": "array", "items": reference(schema)})
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

pub(super) fn text(description: &str) -> Value {
    described(json!({"type": "string"}), description)
}

pub(super) fn uuid(description: &str) -> Value {
    described(json!({"type": "string", "format": "uuid"}), description)
}

pub(super) fn moment(description: &str) -> Value {
    described(
        json!({"type": "string", "format": "date-time"}),
        description,
    )
}

fn money(description: &str) -> Value {
    described(json!({"type": "number"}), description)
}

pub(super) fn count(description: &str) -> Value {
    described(json!({"type": "integer"}), description)
}

/// The schema, or null.
pub(super) fn or_null(schema: Value) -> Value {
    let mut either = json!({"anyOf": [schema, {"type": "null"}]});
    if let Some(description) = either["anyOf"][0]
        .as_object_mut()
        .and_then(|members| members.remove("description"))
    {
        either["description"] = description;
    }
    either
}
