//! Fanvue remembers a summary for up to ten minutes per creator and parameter set.

use std::collections::HashMap;
use std::time::Duration;

use uuid::Uuid;

use crate::clock::Micros;
use crate::exchange::ApiResponse;

const REMEMBERED_FOR: Duration = Duration::from_mins(10);

/// Whose summary, and the query as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SummaryKey {
    pub(crate) account: Uuid,
    pub(crate) query: String,
}

#[derive(Debug, Default)]
pub(crate) struct SummaryCache(HashMap<SummaryKey, (Micros, ApiResponse)>);

impl SummaryCache {
    pub(crate) fn find(&self, key: &SummaryKey, now: Micros) -> Option<ApiResponse> {
        let (computed_at, response) = self.0.get(key)?;
        (now < computed_at.plus(REMEMBERED_FOR)).then(|| response.clone())
    }

    pub(crate) fn remember(&mut self, key: SummaryKey, response: ApiResponse, now: Micros) {
        self.0.insert(key, (now, response));
    }
}
