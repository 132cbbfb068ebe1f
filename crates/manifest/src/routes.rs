//! Which component answers a request path.
//!
//! A route is a path whose segments are literal text or a `:parameter`, which takes any one
//! segment; a last segment `...` (or `*`) takes the rest of the path, be it empty. `/shop/...`
//! thus answers `/shop`, `/shop/` and `/shop/a/b`. As in Spin, slashes at the end of a route or
//! of a path do not count, a route need not start with a slash, and nothing is percent-decoded.
//!
//! Where several routes match, the segments decide from left to right: literal text before a
//! parameter, a parameter before the rest of the path. So an exact route beats a parameter, that
//! beats a wildcard, and the longest wildcard prefix wins; the order of the triggers never
//! matters. (Spin's own router, `routefinder`, agrees but for segments that start with a dot,
//! where it goes by the order of the triggers. Hence a matcher of our own.) Two routes that match
//! the very same paths are an error here; Spin keeps the later one.

mod pattern;

use std::fmt;

use crate::model::{HttpRoute, Manifest};
use pattern::Pattern;
pub use pattern::SegmentFault;

/// The paths that the host answers itself, under both hosts.
pub const RESERVED_PREFIX: &str = "/.well-known/spin/";

/// What can be wrong with a route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// A segment is malformed.
    #[error("the route {route:?} has the segment {segment:?}, {fault}; correct it")]
    Segment {
        /// The route as written.
        route: String,
        /// The segment at fault.
        segment: String,
        /// What is wrong with it.
        fault: SegmentFault,
    },
    /// The route lies in the paths that the host answers itself.
    #[error(
        "the route {route:?} can never be reached, as {RESERVED_PREFIX} is reserved; choose another"
    )]
    Reserved {
        /// The route as written.
        route: String,
    },
    /// Two routes match the same paths.
    #[error("{first} and {second} answer the same paths; change or remove one of them")]
    Conflict {
        /// The one that comes first in the manifest.
        first: Box<RouteOwner>,
        /// The other.
        second: Box<RouteOwner>,
    },
}

/// A route and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteOwner {
    /// The route as written.
    pub route: String,
    /// The trigger's id.
    pub trigger: String,
    /// The component's name.
    pub component: String,
}

impl fmt::Display for RouteOwner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            route,
            trigger,
            component,
        } = self;
        write!(
            formatter,
            "the route {route:?} of the component {component} (trigger {trigger:?})"
        )
    }
}

/// The routes of an application, the ones to be tried first in front.
#[derive(Clone, Debug)]
pub struct RouteTable {
    routes: Vec<Route>,
}

#[derive(Clone, Debug)]
struct Route {
    pattern: Pattern,
    owner: RouteOwner,
}

/// The answer of [`RouteTable::find`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteMatch<'table> {
    /// The name of the component to run.
    pub component: &'table str,
    /// The id of its trigger.
    pub trigger: &'table str,
    /// The route that matched, as written.
    pub route: &'table str,
    /// The values of the route's parameters, by name, from left to right.
    pub parameters: Vec<(String, String)>,
    /// What a trailing `...` took, from its slash on: for the route `/shop/...` it is `/a/b` of
    /// `/shop/a/b`, `/` of `/shop/` and empty of `/shop`. `None` without a trailing `...`.
    pub trailing: Option<String>,
}

impl RouteTable {
    /// Makes the table of a manifest's public HTTP triggers.
    ///
    /// # Errors
    /// A route is malformed or reserved, or two match the same paths.
    pub fn new(manifest: &Manifest) -> Result<Self, RouteError> {
        let mut routes: Vec<Route> = Vec::new();
        for trigger in &manifest.http_triggers {
            let HttpRoute::Path(route) = &trigger.route else {
                continue;
            };
            let pattern = parse_route(route)?;
            let owner = RouteOwner {
                route: route.clone(),
                trigger: trigger.id.clone(),
                component: trigger.component.clone(),
            };
            if let Some(earlier) = routes
                .iter()
                .find(|earlier| earlier.pattern.matches_the_same_as(&pattern))
            {
                return Err(RouteError::Conflict {
                    first: Box::new(earlier.owner.clone()),
                    second: Box::new(owner),
                });
            }
            routes.push(Route { pattern, owner });
        }
        routes.sort_by(|left, right| left.pattern.precedence(&right.pattern));
        Ok(Self { routes })
    }

    /// The component that answers a path (without its query).
    pub fn find(&self, path: &str) -> Option<RouteMatch<'_>> {
        self.routes.iter().find_map(|route| {
            let captures = route.pattern.captures(path)?;
            Some(RouteMatch {
                component: &route.owner.component,
                trigger: &route.owner.trigger,
                route: &route.owner.route,
                parameters: captures.parameters,
                trailing: captures.trailing,
            })
        })
    }

    /// Every route, the ones to be tried first in front.
    pub fn routes(&self) -> impl Iterator<Item = &RouteOwner> {
        self.routes.iter().map(|route| &route.owner)
    }
}

/// Reads one route by itself.
pub(crate) fn check_route(route: &str) -> Result<(), RouteError> {
    parse_route(route).map(drop)
}

fn parse_route(route: &str) -> Result<Pattern, RouteError> {
    let absolute = format!("/{}", route.trim_start_matches('/'));
    if absolute.starts_with(RESERVED_PREFIX) {
        let route = route.to_owned();
        return Err(RouteError::Reserved { route });
    }
    Pattern::parse(&absolute).map_err(|(segment, fault)| RouteError::Segment {
        route: route.to_owned(),
        segment: segment.to_owned(),
        fault,
    })
}
