//! Rows with a member that no client can read, and rows of a contract nobody announced.

use serde_json::{Map, Value, json};

use crate::exchange::ApiResponse;
use crate::faults::pages::{rows_of, with_page};
use crate::randomness::Randomness;

/// Members a row can do without, the name they drift to, and whether that changes what identifies
/// the row: a message or a post does so where there is no order id.
const OPTIONAL_MEMBERS: [(&str, &str, bool); 4] = [
    ("total", "totalAmount", false),
    ("messageUuid", "messageId", true),
    ("postUuid", "postId", true),
    ("currency", "fanCurrency", false),
];

/// Makes one row of a page unreadable.
pub(super) fn spoil_one(response: &mut ApiResponse, randomness: &mut Randomness) -> bool {
    with_page(response, |page| {
        let rows = rows_of(page)?;
        if rows.is_empty() {
            return Some(false);
        }
        let position = randomness.position(rows.len());
        let row = rows[position].as_object_mut()?;
        spoil(row, randomness.below(6));
        Some(true)
    })
}

fn spoil(row: &mut Map<String, Value>, way: u32) {
    let (member, value) = match way {
        0 => ("date", Some(json!("yesterday"))),
        1 => ("gross", Some(json!(12.5))),
        2 => ("source", None),
        3 => ("net", Some(json!("free"))),
        4 => ("date", None),
        _ => ("gross", Some(Value::Null)),
    };
    match value {
        Some(value) => row.insert(member.to_owned(), value),
        None => row.remove(member),
    };
}

/// Serves a page by a contract of its own.
pub(super) fn drift(response: &mut ApiResponse, randomness: &mut Randomness) -> bool {
    let way = randomness.below(4);
    let number = randomness.below(1_000);
    with_page(response, |page| {
        if way == 0 {
            page[format!("meta{number}")] = json!({ "generatedBy": "edge" });
            return Some(true);
        }
        let rows = rows_of(page)?;
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            match way {
                1 => {
                    row.insert(format!("feature{number}"), json!(number));
                }
                2 => {
                    let nested = json!({ "origin": { "channel": "web", "step": number } });
                    row.insert("attribution".to_owned(), nested);
                }
                _ => rename_one(row),
            }
        }
        Some(!rows.is_empty())
    })
}

/// Gives the first member the row can do without another name.
fn rename_one(row: &mut Map<String, Value>) {
    let is_identified = row.contains_key("transactionOrderId");
    for (name, new_name, identifies) in OPTIONAL_MEMBERS {
        if identifies && !is_identified {
            continue;
        }
        if let Some(value) = row.remove(name) {
            row.insert(new_name.to_owned(), value);
            return;
        }
    }
}
