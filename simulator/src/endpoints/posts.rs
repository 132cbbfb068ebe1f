//! `GET …/posts`: pinned posts first, then newest; by page unversioned, by cursor in v1.

use std::cmp::Reverse;

use http::StatusCode;

use crate::cursor::{Cursor, Walk};
use crate::endpoints::Call;
use crate::endpoints::pages::{CursorPage, NumberedPage};
use crate::exchange::ApiResponse;
use crate::posts::{Post, PostRow};
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::Family;

const DEFAULT_SIZE: usize = 15;

pub(super) fn answer(call: Call<'_>, query: Query) -> Result<ApiResponse, Problem> {
    match call.family {
        Family::Unversioned => numbered_page(call, query),
        Family::V1 => cursor_page(call, query),
    }
}

fn numbered_page(call: Call<'_>, mut query: Query) -> Result<ApiResponse, Problem> {
    let page = query.page();
    let size = query.size(DEFAULT_SIZE);
    query.finish()?;
    let rows = feed(call).into_iter().map(Post::row);
    let page = NumberedPage::cut(rows, page, size);
    Ok(ApiResponse::json(StatusCode::OK, &page))
}

fn cursor_page(call: Call<'_>, mut query: Query) -> Result<ApiResponse, Problem> {
    let size = query.size(DEFAULT_SIZE);
    let cursor = query.cursor(Walk::Posts);
    query.finish()?;
    let posts = feed(call);
    let start = cursor.map_or(0, |cursor| usize::try_from(cursor.place).unwrap_or(0));
    let rest = posts.get(start..).unwrap_or_default();
    let data: Vec<PostRow<'_>> = rest.iter().take(size).map(|post| post.row()).collect();
    let end = start + data.len();
    let next_cursor = (end < posts.len()).then(|| {
        let place = i64::try_from(end).expect("invariant: posts fit into 32 bits");
        Cursor::new(place, 0).encode(Walk::Posts)
    });
    let page = CursorPage {
        data,
        next_cursor,
        total: Some(posts.len()),
    };
    Ok(ApiResponse::json(StatusCode::OK, &page))
}

fn feed(call: Call<'_>) -> Vec<&Post> {
    let posts = call.account.posts.iter();
    let mut published: Vec<&Post> = posts.filter(|post| post.published_at <= call.now).collect();
    published.sort_by_key(|post| (!post.is_pinned, Reverse(post.published_at)));
    published
}
