//! Which paths exist, in which families, with which creator twins and behind which scopes.

use uuid::Uuid;

use crate::problem::Problem;

/// The two generations of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Unversioned,
    V1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    CurrentUser,
    Creators,
    Earnings,
    EarningsSummary,
    Spending,
    SubscriberDays,
    SmartLists,
    Unread,
    Posts,
}

#[derive(Debug)]
struct Definition {
    endpoint: Endpoint,
    path: &'static str,
    in_v1: bool,
    has_twin: bool,
    scopes: &'static [&'static str],
}

static DEFINITIONS: [Definition; 9] = [
    Definition {
        endpoint: Endpoint::CurrentUser,
        path: "users/me",
        in_v1: true,
        has_twin: false,
        scopes: &["read:self"],
    },
    Definition {
        endpoint: Endpoint::Creators,
        path: "creators",
        in_v1: false,
        has_twin: false,
        scopes: &["read:creator"],
    },
    Definition {
        endpoint: Endpoint::Earnings,
        path: "insights/earnings",
        in_v1: true,
        has_twin: true,
        scopes: &["read:insights"],
    },
    Definition {
        endpoint: Endpoint::EarningsSummary,
        path: "insights/earnings/summary",
        in_v1: true,
        has_twin: true,
        scopes: &["read:insights"],
    },
    Definition {
        endpoint: Endpoint::Spending,
        path: "insights/spending",
        in_v1: false,
        has_twin: false,
        scopes: &["read:insights"],
    },
    Definition {
        endpoint: Endpoint::SubscriberDays,
        path: "insights/subscribers",
        in_v1: true,
        has_twin: true,
        scopes: &["read:insights"],
    },
    Definition {
        endpoint: Endpoint::SmartLists,
        path: "chats/lists/smart",
        in_v1: true,
        has_twin: true,
        scopes: &["read:chat", "read:fan"],
    },
    Definition {
        endpoint: Endpoint::Unread,
        path: "chats/unread",
        in_v1: true,
        has_twin: false,
        scopes: &["read:chat"],
    },
    Definition {
        endpoint: Endpoint::Posts,
        path: "posts",
        in_v1: true,
        has_twin: true,
        scopes: &["read:post"],
    },
];

/// Scope that every creator twin needs besides its own.
const TWIN_SCOPE: &str = "read:creator";

/// A path that exists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    definition: &'static Definition,
    pub(crate) family: Family,
    /// The creator of a twin, still as text.
    creator: Option<CreatorSegment>,
}

#[derive(Debug, Clone, Copy)]
enum CreatorSegment {
    Valid(Uuid),
    Malformed,
}

impl Route {
    /// Finds the route of a path; `None` where there is none in any family.
    pub(crate) fn find(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let (family, rest) = match path.strip_prefix("v1/") {
            Some(rest) => (Family::V1, rest),
            None => (Family::Unversioned, path),
        };
        let (creator, rest) = split_creator(rest);
        let definition = DEFINITIONS.iter().find(|definition| {
            definition.path == rest
                && (family == Family::Unversioned || definition.in_v1)
                && (creator.is_none() || definition.has_twin)
        })?;
        Some(Self {
            definition,
            family,
            creator,
        })
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        self.definition.endpoint
    }

    /// The creator of a twin; a segment that is no UUID is refused.
    pub(crate) fn creator(&self) -> Result<Option<Uuid>, Problem> {
        match self.creator {
            None => Ok(None),
            Some(CreatorSegment::Valid(uuid)) => Ok(Some(uuid)),
            Some(CreatorSegment::Malformed) => Err(Problem::MalformedIdentifier),
        }
    }

    pub(crate) fn scopes(&self) -> impl Iterator<Item = &'static str> {
        let twin_scope = self.creator.map(|_| TWIN_SCOPE);
        self.definition.scopes.iter().copied().chain(twin_scope)
    }

    /// The path with a placeholder for the creator.
    pub(crate) fn template(&self) -> String {
        let family = match self.family {
            Family::Unversioned => "",
            Family::V1 => "/v1",
        };
        let twin = self.creator.map_or("", |_| "/creators/{id}");
        format!("{family}{twin}/{}", self.definition.path)
    }
}

fn split_creator(path: &str) -> (Option<CreatorSegment>, &str) {
    let twin = path
        .strip_prefix("creators/")
        .and_then(|rest| rest.split_once('/'));
    let Some((segment, rest)) = twin else {
        return (None, path);
    };
    let creator = Uuid::try_parse(segment).map_or(CreatorSegment::Malformed, CreatorSegment::Valid);
    (Some(creator), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_and_families_exist_exactly_where_the_reference_says() {
        let id = Uuid::nil();
        let exists = |path: String| Route::find(&path).is_some();
        for (path, in_v1, has_twin) in [
            ("users/me", true, false),
            ("creators", false, false),
            ("insights/earnings", true, true),
            ("insights/earnings/summary", true, true),
            ("insights/spending", false, false),
            ("insights/subscribers", true, true),
            ("chats/lists/smart", true, true),
            ("chats/unread", true, false),
            ("posts", true, true),
        ] {
            assert!(exists(format!("/{path}")));
            assert_eq!(exists(format!("/v1/{path}")), in_v1, "{path}");
            assert_eq!(exists(format!("/creators/{id}/{path}")), has_twin, "{path}");
            let v1_twin = format!("/v1/creators/{id}/{path}");
            assert_eq!(exists(v1_twin), has_twin && in_v1, "{path}");
        }
    }

    #[test]
    fn a_trailing_slash_is_another_path() {
        assert!(Route::find("/users/me/").is_none());
        assert!(Route::find("users/me").is_none());
    }

    #[test]
    fn the_template_hides_the_creator() {
        let path = format!("/v1/creators/{}/posts", Uuid::nil());
        let template = Route::find(&path).map(|route| route.template());
        assert_eq!(template.as_deref(), Some("/v1/creators/{id}/posts"));
    }
}
