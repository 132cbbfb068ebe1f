//! `GET /api/transactions`: the ledger as pages of JSON, or whole as CSV.

use http::HeaderMap;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, HeaderValue};
use tidemark_analytics::TransactionsQuery;
use tidemark_analytics::parameters::Format;
use tidemark_analytics::transactions::{CsvExport, transactions as list};
use tidemark_api::parameters::query_pairs;
use tidemark_api::{ApiError, Request, respond};
use tidemark_domain::AgencyId;
use tidemark_ports::{Bound, Platform, SqlError};
use tidemark_tenancy::token::Caller;

use crate::Reply;
use crate::figures::{bad_parameter, refused};

/// The rest of a CSV of one agency's ledger.
#[derive(Debug)]
pub struct CsvFile {
    export: CsvExport,
    agency: AgencyId,
}

impl CsvFile {
    /// The next part; `None` at the end.
    ///
    /// # Errors
    /// When the database fails; the file is then incomplete.
    pub async fn next_part(
        &mut self,
        platform: &impl Platform,
    ) -> Result<Option<String>, SqlError> {
        let tenant = Bound::tenant(platform, self.agency);
        self.export.next_part(&tenant).await
    }
}

/// Answers with a page of the ledger, or begins a CSV of all of it.
///
/// # Errors
/// 400, 404, 503
pub async fn transactions(
    platform: &impl Platform,
    caller: Caller,
    request: &Request,
) -> Result<Reply, ApiError> {
    let query = TransactionsQuery::parse(&query_pairs(request.uri())).map_err(bad_parameter)?;
    let asked = query.format;
    if asked.unwrap_or_else(|| preferred(request.headers())) == Format::Json {
        let body = list(platform, caller.agency, &query)
            .await
            .map_err(refused)?;
        let response = respond::tenant_json(request.headers(), &body.etag(), &body);
        return Ok(Reply::Whole(response));
    }
    let mut export = CsvExport::begin(platform, caller.agency, &query)
        .await
        .map_err(refused)?;
    // A database that is away is told by the status, which goes out before the file.
    let first = export.next_part(platform).await?.unwrap_or_default();
    let content_type = "text/csv; charset=utf-8; header=present";
    let mut head = respond::with_body(http::StatusCode::OK, content_type, first.into_bytes());
    let headers = head.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let attachment = HeaderValue::from_static("attachment; filename=\"transactions.csv\"");
    headers.insert(CONTENT_DISPOSITION, attachment);
    let agency = caller.agency;
    Ok(Reply::Csv(head, Box::new(CsvFile { export, agency })))
}

/// CSV for who asks for it and not for JSON as well.
fn preferred(headers: &HeaderMap) -> Format {
    let accepts = |wanted: &str| {
        headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|range| range.split(';').next())
            .any(|range| range.trim().eq_ignore_ascii_case(wanted))
    };
    if accepts("text/csv") && !accepts("application/json") {
        Format::Csv
    } else {
        Format::Json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_goes_to_who_asks_for_it() {
        let preferred_by = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            preferred(&headers)
        };
        assert_eq!(preferred_by("text/csv"), Format::Csv);
        assert_eq!(preferred_by("text/plain, Text/CSV;q=0.9"), Format::Csv);
        assert_eq!(
            preferred_by("application/json, text/csv;q=0.5"),
            Format::Json
        );
        assert_eq!(preferred_by("*/*"), Format::Json);
    }
}
