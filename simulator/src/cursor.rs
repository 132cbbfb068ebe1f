//! Opaque cursors: a place in a walk that only the endpoint that issued it can read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The walk a cursor belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    Earnings,
    Spending,
    SubscriberDays,
    Posts,
}

/// The last item of the page before: its instant or day, and what tells it from its equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) place: i64,
    pub(crate) tie: u64,
    /// Tells cursors that lead to the same place apart.
    pub(crate) detours: u32,
}

impl Walk {
    const fn tag(self) -> &'static str {
        match self {
            Self::Earnings => "earnings",
            Self::Spending => "spending",
            Self::SubscriberDays => "subscriber-days",
            Self::Posts => "posts",
        }
    }
}

impl Cursor {
    /// Before everything, for walks that go from new to old.
    pub(crate) const START: Self = Self {
        place: i64::MAX,
        tie: u64::MAX,
        detours: 0,
    };

    pub(crate) fn new(place: i64, tie: u64) -> Self {
        Self {
            place,
            tie,
            detours: 0,
        }
    }

    /// Another cursor that leads to the same place.
    pub(crate) fn detour(self) -> Self {
        Self {
            detours: self.detours.wrapping_add(1),
            ..self
        }
    }

    pub(crate) fn encode(self, walk: Walk) -> String {
        let mut text = format!("{}.{}.{}", walk.tag(), self.place, self.tie);
        if self.detours > 0 {
            text = format!("{text}.{}", self.detours);
        }
        URL_SAFE_NO_PAD.encode(text)
    }

    pub(crate) fn decode(text: &str, walk: Walk) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = String::from_utf8(bytes).ok()?;
        let mut parts = plain.split('.');
        let tag = parts.next()?;
        let place = parts.next()?.parse().ok()?;
        let tie = parts.next()?.parse().ok()?;
        let detours = parts.next().map_or(Some(0), |part| part.parse().ok())?;
        (tag == walk.tag() && parts.next().is_none()).then_some(Self {
            place,
            tie,
            detours,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_by_its_own_walk_only() {
        let cursor = Cursor::new(-5, 7);
        let text = cursor.encode(Walk::Earnings);
        assert_eq!(Cursor::decode(&text, Walk::Earnings), Some(cursor));
        assert_eq!(Cursor::decode(&text, Walk::Spending), None);
    }

    #[test]
    fn a_detour_is_another_text_for_the_same_place() {
        let cursor = Cursor::new(5, 7);
        let text = cursor.detour().encode(Walk::Earnings);
        assert_ne!(text, cursor.encode(Walk::Earnings));
        let read = Cursor::decode(&text, Walk::Earnings).unwrap();
        assert_eq!((read.place, read.tie), (5, 7));
    }

    #[test]
    fn a_mangled_cursor_is_refused() {
        let text = Cursor::new(5, 7).encode(Walk::Posts);
        assert_eq!(Cursor::decode(&text[1..], Walk::Posts), None);
        assert_eq!(Cursor::decode("", Walk::Posts), None);
        assert_eq!(Cursor::decode("2026-11-22", Walk::Posts), None);
    }
}
