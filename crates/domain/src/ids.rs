//! Identifiers that cannot be mixed up: each is a UUID with a name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to name such a thing.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for SQL parameters and URLs.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// A tenant: one agency.
    AgencyId
}
uuid_id! {
    /// A creator as Fanvue names it (`creatorUserUuid`); unique within an agency.
    ModelId
}
uuid_id! {
    /// One OAuth grant of an agency.
    ConnectionId
}
uuid_id! {
    /// A fan as Fanvue names it (`user.uuid`).
    FanId
}
