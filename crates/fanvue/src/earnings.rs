//! Earnings rows: the only source of money.
//!
//! Source: <https://api.fanvue.com/docs/api-reference/reference/insights/get-earnings>.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use serde_json::value::RawValue;
use tidemark_domain::{Cents, FanId, Instant, Source};
use tidemark_ports::Platform;
use uuid::Uuid;

use crate::client::{Account, Answer, FanvueClient, query_value};
use crate::error::FanvueError;

/// Rows per page: the most that Fanvue allows.
pub const PAGE_SIZE: u32 = 50;

/// Which of Fanvue's two path families to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `/v1/…`: rows include reversals.
    V1,
    /// The older paths: reversals only in `/insights/spending`.
    Unversioned,
}

impl Family {
    /// The word in the table `sync_state`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::Unversioned => "unversioned",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::V1, Self::Unversioned]
            .into_iter()
            .find(|family| family.word() == word)
    }

    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::V1 => "/v1",
            Self::Unversioned => "",
        }
    }
}

/// Where rows are read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Surface {
    /// `/insights/earnings`: sales, and in the v1 family reversals too.
    #[default]
    Earnings,
    /// `/insights/spending`: the reversals of the older family, for one's own account only.
    Spending,
}

/// What identifies a row and what its amounts mean: rows of one transaction may differ between
/// shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Without an order id: rows of February 2026, rewards, reversals of the older family.
    Bare,
    /// With an order id, from the older family: gross is what the fan paid.
    Unversioned,
    /// With an order id, from `/v1`: gross is the creator's price.
    V1,
}

impl Shape {
    /// The word in the table `fanvue_transactions`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Unversioned => "unversioned",
            Self::V1 => "v1",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Bare, Self::Unversioned, Self::V1]
            .into_iter()
            .find(|shape| shape.word() == word)
    }
}

/// One transaction as Fanvue reports it. Amounts are US cents; negative for reversals.
#[derive(Clone, Debug)]
pub struct EarningsRow {
    /// which shape it came in
    pub shape: Shape,
    /// payment time
    pub occurred_at: Instant,
    /// the creator's price (see fanvue-api C3)
    pub gross: Cents,
    /// the creator's part after Fanvue's fees
    pub net: Cents,
    /// what left the fan's card, where told
    pub total: Option<Cents>,
    /// the fan's currency; informational
    pub currency: Option<String>,
    /// what was sold, or refund or chargeback
    pub source: Source,
    /// Fanvue's order id; missing in old shapes and on some reward and refund rows
    pub order_id: Option<String>,
    /// pendingBalance, later availableForPayout
    pub order_status: Option<String>,
    /// on reversals: the order that was reversed
    pub reverses_order_id: Option<String>,
    /// the message sold
    pub message_id: Option<Uuid>,
    /// the post sold
    pub post_id: Option<Uuid>,
    /// who paid; `None` for rewards
    pub fan: Option<FanId>,
    /// the row as it came
    pub raw: Box<RawValue>,
}

/// A row that cannot be read, kept whole for the quarantine.
#[derive(Clone, Debug)]
pub struct UnreadableRow {
    /// the row as it came
    pub raw: Box<RawValue>,
    /// what is wrong with it
    pub reason: String,
}

/// One page, newest rows first.
#[derive(Clone, Debug)]
pub struct EarningsPage {
    /// rows that can be read, in Fanvue's order
    pub rows: Vec<EarningsRow>,
    /// rows that cannot
    pub unreadable: Vec<UnreadableRow>,
    /// where the next page begins; `None` at the end
    pub next_cursor: Option<String>,
}

/// The window and place of a page.
#[derive(Clone, Copy, Debug)]
pub struct EarningsRequest<'a> {
    /// path family
    pub family: Family,
    /// sales, or the older family's reversals
    pub surface: Surface,
    /// whose rows
    pub account: Account,
    /// first instant, included
    pub from: Instant,
    /// end, excluded
    pub to: Instant,
    /// `None` for the first page
    pub cursor: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePage {
    data: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRow {
    date: String,
    gross: Number,
    net: Number,
    total: Option<Number>,
    currency: Option<String>,
    source: String,
    transaction_order_id: Option<String>,
    transaction_order_status: Option<String>,
    reversed_transaction_order_id: Option<String>,
    message_uuid: Option<Uuid>,
    post_uuid: Option<Uuid>,
    user: Option<WireFan>,
}

#[derive(Deserialize)]
struct WireFan {
    uuid: FanId,
}

impl<P: Platform> FanvueClient<'_, P> {
    /// Reads one page of earnings rows.
    ///
    /// # Errors
    /// [`FanvueError`]; a single unreadable row is not an error.
    pub async fn earnings(
        &self,
        request: EarningsRequest<'_>,
    ) -> Result<Answer<EarningsPage>, FanvueError> {
        let (endpoint, resource) = match (request.surface, request.family) {
            (Surface::Spending, _) => ("/insights/spending", "/insights/spending".to_owned()),
            (Surface::Earnings, Family::V1) => {
                let resource = request.account.path("/insights/earnings");
                ("/v1/insights/earnings", format!("/v1{resource}"))
            }
            (Surface::Earnings, Family::Unversioned) => {
                let resource = request.account.path("/insights/earnings");
                ("/insights/earnings", resource)
            }
        };
        let mut path = format!(
            "{resource}?startDate={}&endDate={}&size={PAGE_SIZE}",
            query_value(&milliseconds(request.from)),
            query_value(&milliseconds(request.to)),
        );
        if let Some(cursor) = request.cursor {
            path.push_str("&cursor=");
            path.push_str(&query_value(cursor));
        }
        let answer: Answer<WirePage> = self.get(request.account.bucket(), endpoint, &path).await?;
        Ok(answer.map(|page| read_page(page, request.family)))
    }
}

/// Fanvue documents milliseconds; what lies below is cut off.
pub(crate) fn milliseconds(instant: Instant) -> String {
    Instant::from_micros(instant.micros().div_euclid(1000) * 1000).to_string()
}

fn read_page(page: WirePage, family: Family) -> EarningsPage {
    let mut rows = Vec::with_capacity(page.data.len());
    let mut unreadable = Vec::new();
    for raw in page.data {
        match read_row(&raw, family) {
            Ok(row) => rows.push(row),
            Err(reason) => unreadable.push(UnreadableRow { raw, reason }),
        }
    }
    EarningsPage {
        rows,
        unreadable,
        next_cursor: page.next_cursor,
    }
}

/// Reads one row, as a page or the quarantine holds it.
///
/// # Errors
/// What is wrong with it, for the quarantine.
pub fn read_row(raw: &RawValue, family: Family) -> Result<EarningsRow, String> {
    let row: WireRow = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
    let shape = match (&row.transaction_order_id, family) {
        (None, _) => Shape::Bare,
        (Some(_), Family::Unversioned) => Shape::Unversioned,
        (Some(_), Family::V1) => Shape::V1,
    };
    Ok(EarningsRow {
        shape,
        occurred_at: Instant::parse(&row.date).map_err(|error| error.to_string())?,
        gross: whole_cents("gross", &row.gross)?,
        net: whole_cents("net", &row.net)?,
        total: row
            .total
            .as_ref()
            .map(|number| whole_cents("total", number))
            .transpose()?,
        currency: row.currency,
        source: Source::new(row.source),
        order_id: row.transaction_order_id,
        order_status: row.transaction_order_status,
        reverses_order_id: row.reversed_transaction_order_id,
        message_id: row.message_uuid,
        post_id: row.post_uuid,
        fan: row.user.map(|fan| fan.uuid),
        raw: raw.to_owned(),
    })
}

/// Amounts are JSON numbers that must be whole cents; `1250.0` is whole, `12.5` is not.
pub(crate) fn whole_cents(member: &str, number: &Number) -> Result<Cents, String> {
    if let Some(cents) = number.as_i64() {
        return Ok(Cents::new(cents));
    }
    let text = number.to_string();
    text.split_once('.')
        .filter(|(_, fraction)| fraction.bytes().all(|digit| digit == b'0'))
        .and_then(|(whole, _)| whole.parse().ok())
        .map(Cents::new)
        .ok_or_else(|| format!("{member} {text} is not a whole number of cents"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &str) -> EarningsPage {
        read_page(
            serde_json::from_str(&format!(r#"{{"data":[{rows}],"nextCursor":null}}"#)).unwrap(),
            Family::V1,
        )
    }

    const MEMBERS: &str = r#""date":"2026-11-22T10:00:00.123Z","gross":1000.0,"net":800,"currency":"EUR","source":"tip""#;

    #[test]
    fn a_row_of_february_2026_is_read_without_an_id() {
        let page = page(&format!("{{{MEMBERS},\"user\":null}}"));
        let row = &page.rows[0];
        assert_eq!(
            (row.gross, row.net, row.fan),
            (Cents::new(1000), Cents::new(800), None)
        );
        assert_eq!((&row.order_id, row.total), (&None, None));
    }

    #[test]
    fn a_v1_row_keeps_unknown_members_in_its_raw_text() {
        let page = page(&format!(
            r#"{{{MEMBERS},"total":1210,"transactionOrderId":"FV-ORDER-1","mood":"good",
                "user":{{"uuid":"5ad1b0a7-6e3c-4b52-9a51-6f27d9a7a001","handle":"fan"}}}}"#
        ));
        let row = &page.rows[0];
        assert_eq!(row.total, Some(Cents::new(1210)));
        assert_eq!(row.order_id.as_deref(), Some("FV-ORDER-1"));
        assert!(row.raw.get().contains("mood"));
    }

    #[test]
    fn d009_a_bad_date_goes_to_quarantine_and_never_becomes_now() {
        let page = page(&format!(
            r#"{{"date":"yesterday","gross":1,"net":1,"source":"tip"}},{{{MEMBERS}}}"#
        ));
        assert_eq!((page.rows.len(), page.unreadable.len()), (1, 1));
        assert!(page.unreadable[0].reason.contains("yesterday"));
    }

    #[test]
    fn a_fraction_of_a_cent_is_not_money() {
        let page = page(r#"{"date":"2026-11-22T10:00:00Z","gross":12.5,"net":1,"source":"tip"}"#);
        assert_eq!(
            page.unreadable[0].reason,
            "gross 12.5 is not a whole number of cents"
        );
    }
}
