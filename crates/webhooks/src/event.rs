//! What an event is about.
//!
//! Two families come to the same address. An **envelope** is `{id, type, timestamp, data}`; its id
//! stays the same over retries. A **flat** body has neither id nor type: it is known by its bytes,
//! and its topic only by a header that Fanvue does not document. Members may be missing, and what is
//! not as documented is kept all the same.

use serde_json::Value;
use sha2_of_hmac::{Digest, Sha256};
use tidemark_domain::ModelId;
use uuid::Uuid;

use crate::topics::Meaning;

/// The header in which Fanvue is said to name the topic. It labels, it never identifies.
pub const TOPIC_HEADER: &str = "x-fanvue-topic";

/// Longer names of topics and orders are not kept beside the event; the body has them.
const LONGEST_WORD: usize = 100;

/// How a body is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `{id, type, timestamp, data}`
    Envelope,
    /// members on the first level, without id and type
    Flat,
    /// no JSON object
    Unreadable,
}

impl Family {
    /// The word in the table `webhook_events`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Flat => "flat",
            Self::Unreadable => "unreadable",
        }
    }
}

/// An event as far as Tidemark reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// SHA-256 of what identifies it: the envelope's id, else the whole body
    pub hash: [u8; 32],
    /// how the body is built
    pub family: Family,
    /// the topic, where one is named
    pub topic: Option<String>,
    /// what the topic means; unknown also where none is named
    pub meaning: Meaning,
    /// the creator it concerns, where one is named
    pub creator: Option<ModelId>,
    /// the order that it takes back, where it names that and no creator, as the creator's family does
    pub order: Option<String>,
}

impl Event {
    /// Reads a verified body. Every body is an event of some kind.
    pub fn read(body: &[u8], topic_header: Option<&str>) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(members)) => {
                Self::of_object(&Value::Object(members), body, topic_header)
            }
            _ => Self {
                hash: hash_of(b"body", body),
                family: Family::Unreadable,
                topic: None,
                meaning: Meaning::Unknown,
                creator: None,
                order: None,
            },
        }
    }

    fn of_object(event: &Value, body: &[u8], topic_header: Option<&str>) -> Self {
        let kind = text_at(event, "/type").filter(|_| event["data"].is_object());
        let (family, topic) = match kind {
            Some(kind) => (Family::Envelope, plain_word(kind)),
            None => (Family::Flat, topic_header.and_then(plain_word)),
        };
        // Two envelopes with one id are one event, whatever else is in them.
        let id = text_at(event, "/id").filter(|id| kind.is_some() && !id.is_empty());
        let meaning = match &topic {
            Some(topic) => Meaning::of(topic),
            None if is_message(event) => Meaning::Other,
            None => Meaning::Unknown,
        };
        let creator = creator_of(event);
        Self {
            hash: id.map_or_else(
                || hash_of(b"body", body),
                |id| hash_of(b"id", id.as_bytes()),
            ),
            family,
            topic,
            meaning,
            order: order_of(event).filter(|_| creator.is_none()),
            creator,
        }
    }
}

/// A flat body of the topic `message.received`, the one flat shape that is frequent and free.
fn is_message(event: &Value) -> bool {
    event["message"].is_object() && event["messageUuid"].is_string()
}

/// Where the families name the creator, the most telling place first.
fn creator_of(event: &Value) -> Option<ModelId> {
    const PLACES: [&str; 4] = [
        "/data/creator/uuid",
        "/data/payment/creator/uuid",
        "/data/recipientUuid",
        "/recipientUuid",
    ];
    PLACES
        .iter()
        .filter_map(|place| text_at(event, place))
        .find_map(|text| Uuid::try_parse(text).ok())
        .map(ModelId::new)
}

/// The payment that a refund or dispute is of.
fn order_of(event: &Value) -> Option<String> {
    ["/data/payment_id", "/data/payment/id"]
        .iter()
        .filter_map(|place| text_at(event, place))
        .find_map(plain_word)
}

/// A word that a column can hold and a person can read.
fn plain_word(word: &str) -> Option<String> {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_graphic());
    (is_plain && !word.is_empty() && word.len() <= LONGEST_WORD).then(|| word.to_owned())
}

fn text_at<'event>(event: &'event Value, pointer: &str) -> Option<&'event str> {
    event.pointer(pointer)?.as_str()
}

/// Hashed, because an id may be of any length and hold what no column does; with its kind, so that
/// an id never meets a body.
fn hash_of(kind: &[u8], identity: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(kind);
    hasher.update(b":");
    hasher.update(identity);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const CREATOR: &str = "6f1b8c1e-0000-4000-8000-000000000001";

    fn read(body: &Value) -> Event {
        Event::read(body.to_string().as_bytes(), None)
    }

    fn payment() -> Value {
        json!({
            "id": "evt_1", "type": "creator.payment.succeeded", "timestamp": "2026-11-01T00:00:00Z",
            "data": {"object": "payment", "id": "FV-1", "gross": 500, "creator": {"uuid": CREATOR}},
        })
    }

    #[test]
    fn d043_both_families_are_read_as_documented_and_neither_is_guessed() {
        let envelope = read(&payment());
        assert_eq!(envelope.family, Family::Envelope);
        assert_eq!(envelope.topic.as_deref(), Some("creator.payment.succeeded"));
        assert_eq!(envelope.creator.unwrap().to_string(), CREATOR);
        assert!(envelope.meaning.is_hint());

        let purchase =
            json!({"postUuid": "p", "price": 500, "recipientUuid": CREATOR, "sender": {}});
        let body = purchase.to_string();
        let flat = Event::read(body.as_bytes(), Some("purchase.new"));
        assert_eq!((flat.family, flat.meaning), (Family::Flat, Meaning::Money));
        assert_eq!(flat.creator, envelope.creator);
        let unnamed = read(&purchase);
        assert_eq!((unnamed.topic, unnamed.meaning), (None, Meaning::Unknown));
        assert_eq!(unnamed.hash, flat.hash, "the header identifies nothing");
    }

    #[test]
    fn a_retry_of_an_envelope_is_the_same_event_and_other_bytes_of_a_flat_one_are_not() {
        let mut later = payment();
        later["data"]["gross"] = json!(600);
        assert_eq!(read(&payment()).hash, read(&later).hash);
        let flat = |price: u32| read(&json!({"price": price, "recipientUuid": CREATOR})).hash;
        assert_eq!(flat(1), flat(1));
        assert_ne!(flat(1), flat(2));
        // An id of a flat body is any member.
        assert_ne!(read(&json!({"id": "evt_1"})).hash, read(&payment()).hash);
    }

    #[test]
    fn what_leaves_the_ledger_alone_is_no_hint() {
        let message =
            json!({"message": {"uuid": "m"}, "messageUuid": "m", "recipientUuid": CREATOR});
        assert!(!read(&message).meaning.is_hint());
        let mut event = payment();
        for (topic, is_hint) in [
            ("creator.message.received", false),
            ("creator.refund.created", true),
            ("creator.something.new", true),
        ] {
            event["type"] = json!(topic);
            assert_eq!(read(&event).meaning.is_hint(), is_hint, "{topic}");
        }
    }

    #[test]
    fn a_reversal_that_names_no_creator_names_its_order() {
        let of = |data: Value| {
            read(&json!({"id": "evt_2", "type": "creator.refund.created", "data": data}))
        };
        for data in [
            json!({"id": "FVC-1", "payment_id": "FV-1", "amount": 500}),
            json!({"id": "FVC-1", "payment": {"id": "FV-1", "purchaser": {}}}),
        ] {
            let refund = of(data);
            assert_eq!(refund.order.as_deref(), Some("FV-1"));
            assert!(refund.creator.is_none() && refund.meaning.is_hint());
        }
        let named = of(json!({"payment_id": "FV-1", "creator": {"uuid": CREATOR}}));
        assert_eq!((named.creator.is_some(), named.order), (true, None));
        for strange in [
            json!(null),
            json!(7),
            json!("nul\u{0}"),
            json!("x".repeat(101)),
        ] {
            assert_eq!(of(json!({"payment_id": strange})).order, None);
        }
    }

    #[test]
    fn what_no_column_can_hold_is_kept_in_the_body_alone() {
        let mut event = payment();
        for topic in ["nul\u{0}", "two words", "", &"x".repeat(101)] {
            event["type"] = json!(topic);
            assert_eq!(read(&event).topic, None, "{topic:?}");
        }
        event["id"] = json!("\u{0}".repeat(100_000));
        event["data"]["creator"]["uuid"] = json!("nobody");
        assert_eq!(read(&event).creator, None);
    }

    #[test]
    fn a_body_that_is_no_object_is_an_event_that_says_nothing() {
        for body in ["", "null", "[]", "{", "\u{feff}{}", "\"text\""] {
            let event = Event::read(body.as_bytes(), Some("tip.new"));
            assert_eq!(event.family, Family::Unreadable, "{body:?}");
            assert_eq!(event.creator, None);
        }
        let deep = "[".repeat(100_000);
        assert_eq!(
            Event::read(deep.as_bytes(), None).family,
            Family::Unreadable
        );
    }

    /// JSON of any shape, with the members that are looked at among the names.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            Just(Value::from(CREATOR)),
            ".{0,20}".prop_map(Value::from),
        ];
        let name = prop_oneof![
            Just("id"),
            Just("type"),
            Just("data"),
            Just("creator"),
            Just("uuid"),
            Just("payment"),
            Just("recipientUuid"),
            Just("message"),
            Just("messageUuid"),
            Just("other"),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_event(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let event = Event::read(&body, None);
            prop_assert_eq!(event, Event::read(&body, None));
        }

        #[test]
        fn any_json_is_an_event_whose_columns_postgres_can_hold(body in any_json(), header in ".{0,30}") {
            let event = Event::read(body.to_string().as_bytes(), Some(&header));
            prop_assert!(event.topic.is_none_or(|topic| !topic.contains('\0') && topic.len() <= 100));
        }
    }
}
