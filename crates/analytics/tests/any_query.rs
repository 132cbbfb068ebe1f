//! Whatever stands in a query string, its parsers give a query or name the parameter that is wrong.

use proptest::prelude::*;
use tidemark_analytics::{DashboardQuery, TopFansQuery, TransactionsQuery};

const NAMES: [&str; 15] = [
    "agencyId",
    "modelId",
    "timeRange",
    "startDate",
    "endDate",
    "tz",
    "granularity",
    "compare",
    "limit",
    "cursor",
    "category",
    "format",
    "",
    "unknown",
    "modelid",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,40}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "[+-]?[0-9]{1,30}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})",
        "(7d|30d|1y|all|week|month|previous|none|csv|tip|Europe/Berlin|UTC)",
        "([0-9a-f]{2}){0,80}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ]
}

proptest! {
    #[test]
    fn any_pairs_are_a_query_or_an_error_that_names_a_parameter(
        pairs in proptest::collection::vec(
            (proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned), value()), 0..6),
    ) {
        let named = |field: &str| pairs.iter().any(|(name, _)| name == field);
        if let Err(error) = DashboardQuery::parse(&pairs) {
            prop_assert!(named(&error.parameter), "{:?}", error);
        }
        if let Err(error) = TopFansQuery::parse(&pairs) {
            prop_assert!(named(&error.parameter), "{:?}", error);
        }
        if let Err(error) = TransactionsQuery::parse(&pairs) {
            prop_assert!(named(&error.parameter), "{:?}", error);
        }
    }
}
