use serde_json::Value;
use tidemark_simulator::Source;

use crate::support::Scene;

fn all_pages(scene: &mut Scene) -> Vec<Value> {
    let mut posts = Vec::new();
    for page in 1.. {
        let path = scene.twin(0, &format!("/posts?size=20&page={page}"));
        let body = scene.read(&path);
        posts.extend(body["data"].as_array().unwrap().iter().cloned());
        if body["pagination"]["hasMore"] == false {
            break;
        }
    }
    posts
}

#[test]
fn pages_and_cursors_give_the_same_feed_pinned_first_then_newest() {
    let mut scene = Scene::new();
    let pages = all_pages(&mut scene);
    let path = scene.twin(0, "/posts?size=7");
    assert_eq!(scene.walk(&format!("/v1{path}")), pages);
    assert!(pages.len() > 50);
    let order = |post: &Value| {
        let is_plain = post["isPinned"] == false;
        (
            is_plain,
            std::cmp::Reverse(post["createdAt"].as_str().unwrap().to_owned()),
        )
    };
    assert!(pages.is_sorted_by_key(order));
}

#[test]
fn the_v1_feed_says_how_many_there_are() {
    let mut scene = Scene::new();
    let total = all_pages(&mut scene).len();
    let path = scene.twin(0, "/posts");
    assert_eq!(scene.read(&format!("/v1{path}"))["total"], total);
    assert!(scene.read(&path).get("total").is_none());
}

#[test]
fn every_post_that_was_sold_is_in_the_feed() {
    let mut scene = Scene::new();
    let feed = all_pages(&mut scene);
    let rows = scene.world.ledger(scene.model(0)).unwrap();
    let mut sold = 0;
    for row in rows.iter().filter(|row| row.source == Source::Post) {
        let uuid = row.post.unwrap().to_string();
        let post = feed.iter().find(|post| post["uuid"] == uuid.as_str());
        let published_at = post.unwrap()["publishedAt"].as_str().unwrap();
        assert!(*published_at <= *row.occurred_at.to_string());
        sold += 1;
    }
    assert!(sold > 0);
}

#[test]
fn tips_on_posts_are_part_of_the_tips_of_the_ledger() {
    let mut scene = Scene::new();
    let on_posts: i64 = all_pages(&mut scene)
        .iter()
        .map(|post| post["tips"]["totalGross"].as_i64().unwrap())
        .sum();
    let rows = scene.world.ledger(scene.model(0)).unwrap();
    let all: i64 = rows
        .iter()
        .filter(|row| row.source == Source::Tip)
        .map(|row| row.gross_cents)
        .sum();
    assert!(0 < on_posts && on_posts < all);
}
