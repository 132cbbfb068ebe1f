//! The routes that Fanvue calls, or that lead a browser there and back.

use serde_json::{Value, json};

use super::{CONTENT_TYPE, described};

/// Their paths.
pub(super) fn paths() -> Value {
    json!({
        "/api/webhooks/fanvue": {"post": webhook()},
        "/connect/fanvue": {"get": {
            "operationId": "connectFanvue",
            "summary": "Leads an owner's browser to Fanvue's page of consent.",
            "security": [{"session": []}, {}],
            "responses": {
                "303": redirect("To Fanvue, or to the sign-in page."),
                "403": page("Only an owner can connect accounts."),
                "503": page("No OAuth client is configured, or a dependency is down."),
            },
        }},
        "/connect/fanvue/callback": {"get": {
            "operationId": "connectFanvueCallback",
            "summary": "Where Fanvue sends the browser back to: exchanges the code and stores the \
                        grant. Whatever goes wrong is a page that says what to do.",
            "security": [{"session": []}, {}],
            "parameters": [
                query("state", "What the browser took along; holds once, for ten minutes."),
                query("code", "What is exchanged for the grant."),
                query("error", "Why Fanvue gave none."),
            ],
            "responses": {
                "200": page("Connected, but the account shows no creators."),
                "303": redirect("To the overview with `connected=1`, or to the sign-in page."),
                "400": page("Denied, expired, or begun in another session."),
                "403": page("A role or a scope is missing."),
                "502": page("Fanvue refused the code, or does not answer."),
                "503": page("A dependency is down."),
            },
        }},
        "/connect/fanvue/disconnect": {"post": {
            "operationId": "disconnectFanvue",
            "summary": "Forgets the agency's grants; the ledger stays. Owners only.",
            "responses": {
                "200": {
                    "description": "How many connections were ended.",
                    "content": {CONTENT_TYPE: {"schema": {
                        "type": "object",
                        "required": ["disconnected"],
                        "properties": {"disconnected": {"type": "integer", "minimum": 0}},
                    }}},
                },
                "303": redirect("To the overview, for who accepts text/html."),
                "401": {"$ref": "#/components/responses/Unauthorized"},
                "403": described("Error", "Only an owner can disconnect accounts."),
                "503": {"$ref": "#/components/responses/Unavailable"},
            },
        }},
    })
}

fn webhook() -> Value {
    json!({
        "operationId": "receiveWebhook",
        "summary": "An event from Fanvue: verified over its raw bytes, stored once per event, \
                    answered after the commit. It is a hint; money comes from the earnings API.",
        "security": [],
        "parameters": [{
            "name": "X-Fanvue-Signature", "in": "header", "required": false,
            "description": "`t=<unix seconds>,v0=<hex HMAC-SHA256 of \"t.body\">`; several v0 are \
                            accepted, 300 s back and 60 s ahead.",
            "schema": {"type": "string"},
        }],
        "requestBody": {
            "description": "At most 1 MiB; whatever is signed is kept.",
            "content": {CONTENT_TYPE: {"schema": {}}},
        },
        "responses": {
            "202": {
                "description": "Stored, now or before.",
                "content": {CONTENT_TYPE: {"schema": {
                    "type": "object",
                    "required": ["status"],
                    "properties": {"status": {"const": "accepted"}},
                }}},
            },
            "400": {"$ref": "#/components/responses/BadRequest"},
            "401": described("Error", "Not signed by Fanvue; the same body whatever is wrong."),
            "413": described("Error", "Larger than 1 MiB."),
            "503": described("Error", "No secret is configured, or the database is down."),
        },
    })
}

fn query(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "query", "required": false, "description": description,
        "schema": {"type": "string"},
    })
}

fn redirect(description: &str) -> Value {
    json!({
        "description": description,
        "headers": {"Location": {"description": "Where to.", "schema": {"type": "string"}}},
    })
}

fn page(description: &str) -> Value {
    json!({
        "description": description,
        "content": {
            "text/html": {"schema": {"type": "string"}},
            CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Error"}},
        },
    })
}
