//! What each role may do: one table, from which routes take who may call them.
//!
//! A route that is not in it answers nobody but who may call it without credentials.

use crate::Role;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// the method; `GET` stands for `HEAD` as well
    pub method: &'static str,
    /// the path as in `/openapi.json`: `{…}` stands for one segment
    pub path: &'static str,
    /// the least powerful role that may
    pub least: Role,
}

const fn rule(method: &'static str, path: &'static str, least: Role) -> Rule {
    Rule {
        method,
        path,
        least,
    }
}

/// Every route that needs credentials of an agency.
pub const RULES: [Rule; 39] = [
    rule("GET", "/api/analytics/dashboard", Role::Viewer),
    rule("GET", "/api/analytics/top-fans", Role::Viewer),
    rule("GET", "/api/models", Role::Viewer),
    rule("GET", "/api/status", Role::Viewer),
    rule("GET", "/api/transactions", Role::Viewer),
    rule("POST", "/api/sync", Role::Manager),
    rule("GET", "/api/audit", Role::Owner),
    rule("GET", "/api/team/members", Role::Viewer),
    rule("POST", "/api/team/members", Role::Manager),
    rule("GET", "/api/team/members/{id}", Role::Viewer),
    rule("PATCH", "/api/team/members/{id}", Role::Manager),
    rule("DELETE", "/api/team/members/{id}", Role::Manager),
    rule("POST", "/api/team/members/import", Role::Manager),
    rule("GET", "/api/team/shifts", Role::Viewer),
    rule("POST", "/api/team/shifts", Role::Manager),
    rule("GET", "/api/team/shifts/{id}", Role::Viewer),
    rule("PATCH", "/api/team/shifts/{id}", Role::Manager),
    rule("DELETE", "/api/team/shifts/{id}", Role::Manager),
    rule("POST", "/api/team/shifts/import", Role::Manager),
    rule("POST", "/api/team/clock-in", Role::Manager),
    rule("POST", "/api/team/clock-out", Role::Manager),
    rule("GET", "/api/team/posts", Role::Viewer),
    rule("POST", "/api/team/posts", Role::Manager),
    rule("GET", "/api/team/posts/{id}", Role::Viewer),
    rule("PATCH", "/api/team/posts/{id}", Role::Manager),
    rule("DELETE", "/api/team/posts/{id}", Role::Manager),
    rule("POST", "/api/team/posts/import", Role::Manager),
    rule("GET", "/api/team/leaderboard", Role::Viewer),
    rule("GET", "/api/team/rules", Role::Viewer),
    rule("POST", "/api/team/rules", Role::Owner),
    rule("POST", "/api/team/rules/preview", Role::Manager),
    rule("GET", "/api/team/alerts", Role::Viewer),
    rule("GET", "/api/team/alerts/destinations", Role::Viewer),
    rule("POST", "/api/team/alerts/destinations", Role::Owner),
    rule("GET", "/api/team/alerts/destinations/{id}", Role::Viewer),
    rule("PATCH", "/api/team/alerts/destinations/{id}", Role::Owner),
    rule("DELETE", "/api/team/alerts/destinations/{id}", Role::Owner),
    rule(
        "POST",
        "/api/team/alerts/destinations/{id}/test",
        Role::Owner,
    ),
    rule("POST", "/connect/fanvue/disconnect", Role::Owner),
];

/// The least powerful role that may call a route; `None` for a route that is not in the table.
pub fn least_role(method: &str, path: &str) -> Option<Role> {
    let method = if method == "HEAD" { "GET" } else { method };
    RULES
        .iter()
        .find(|rule| rule.method == method && matches(rule.path, path))
        .map(|rule| rule.least)
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    pattern.split('/').all(|wanted| {
        segments.next().is_some_and(|segment| {
            wanted == segment || (wanted.starts_with('{') && !segment.is_empty())
        })
    }) && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_that_nobody_listed_is_open_to_nobody() {
        assert_eq!(least_role("GET", "/api/new"), None);
        assert_eq!(least_role("DELETE", "/api/models"), None);
        assert_eq!(least_role("HEAD", "/api/models"), Some(Role::Viewer));
    }

    #[test]
    fn a_placeholder_stands_for_one_segment() {
        assert!(matches("/api/team/{member}", "/api/team/7"));
        assert!(!matches("/api/team/{member}", "/api/team/"));
        assert!(!matches("/api/team/{member}", "/api/team/7/shifts"));
        assert!(!matches("/api/team/{member}", "/api/team"));
    }
}
