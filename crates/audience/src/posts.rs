//! The number of posts, where Fanvue only tells whether a page is followed by another one.
//!
//! The last page tells it: full pages before it, and its own posts. It is looked for where it was
//! last, then in growing steps, then between what is known; usually the first look finds it.

use serde::{Deserialize, Serialize};
use tidemark_fanvue::audience::{POSTS_PER_PAGE, PostPage};

/// What is known of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PageSearch {
    /// a page that is followed by another one
    full: u32,
    /// an empty page, 0 for none
    empty: u32,
    /// what the last page was likely to be when the search began
    guess: u32,
}

impl PageSearch {
    /// A search that begins where the last page was when there were `posts`.
    pub fn near(posts: Option<i64>) -> Self {
        let last = posts.unwrap_or(0).saturating_sub(1).max(0);
        let page = last / i64::from(POSTS_PER_PAGE) + 1;
        Self {
            guess: u32::try_from(page).unwrap_or(1),
            ..Self::default()
        }
    }

    /// Whether it is under way.
    pub fn is_open(self) -> bool {
        self.full > 0 || self.empty > 0
    }

    /// The page to look at, from 1.
    pub fn page(self) -> u32 {
        match (self.full, self.empty) {
            (0, 0) => self.guess.max(1),
            (full, 0) => full.saturating_add(full.saturating_sub(self.guess).max(1)),
            (full, empty) => (full + empty).div_ceil(2).clamp(full + 1, empty.max(2) - 1),
        }
    }

    /// Takes in what [`PageSearch::page`] shows; the number of posts when that decides it.
    pub fn look(&mut self, shown: PostPage) -> Option<i64> {
        let page = self.page();
        if shown.has_more {
            self.full = page;
        } else if shown.posts > 0 || page == 1 {
            let before = i64::from(page - 1) * i64::from(POSTS_PER_PAGE);
            *self = Self::default();
            return Some(before + i64::from(shown.posts));
        } else {
            self.empty = page;
        }
        if self.empty > 0 && self.full + 1 >= self.empty {
            // Posts went away meanwhile: what is known is no longer so.
            *self = Self::default();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(posts: u32, page: u32) -> PostPage {
        let before = (page - 1) * POSTS_PER_PAGE;
        PostPage {
            posts: posts.saturating_sub(before).min(POSTS_PER_PAGE),
            has_more: posts > before + POSTS_PER_PAGE,
        }
    }

    fn looks(posts: u32, known: Option<i64>) -> u32 {
        let mut search = PageSearch::near(known);
        for look in 1..100 {
            if let Some(count) = search.look(shown(posts, search.page())) {
                assert_eq!(count, i64::from(posts));
                assert!(!search.is_open());
                return look;
            }
        }
        panic!("{posts} posts are never counted");
    }

    #[test]
    fn d077_a_count_comes_from_the_last_page_and_is_exact() {
        for posts in (0..600).chain([4_999, 5_000, 5_001, 123_456]) {
            assert!(looks(posts, None) <= 30, "{posts}");
            assert_eq!(looks(posts, Some(i64::from(posts))), 1, "{posts}");
            assert!(looks(posts + 1, Some(i64::from(posts))) <= 2, "{posts}");
        }
    }

    #[test]
    fn posts_that_go_away_are_noticed() {
        for posts in [0, 1, 49, 50, 51, 700] {
            assert!(looks(posts, Some(2_000)) <= 30, "{posts}");
        }
    }
}
