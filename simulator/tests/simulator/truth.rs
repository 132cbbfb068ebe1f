use tidemark_simulator::{Feed, NewSale, Shape, Source};

use crate::support::{Scene, config, read_everything, truth};

#[test]
fn no_row_is_hidden_by_a_clock_that_is_ahead_or_behind() {
    for offset in [-600, 600] {
        let settings = config()
            .with_transactions(60_000)
            .with_server_clock_offset(offset);
        let mut scene = Scene::with(&settings);
        let sale = NewSale::new(Source::Tip, 500);
        scene
            .world
            .append_sale(scene.model(0), &sale, scene.now)
            .unwrap();
        scene.world.set_server_clock_offset(-offset, scene.now);
        let seen = read_everything(&mut scene, 0, Shape::V1);
        assert!(seen == truth(&scene, 0, Shape::V1), "{offset} seconds");
    }
}

#[test]
fn each_shape_has_its_rows_in_its_own_lists() {
    let scene = Scene::new();
    let ledger = scene.world.ledger(scene.model(0)).unwrap();
    for row in &ledger {
        assert_eq!(row.feed(Shape::V1), Some(Feed::Earnings));
        let expected = if row.source.is_reversal() {
            Feed::Spending
        } else {
            Feed::Earnings
        };
        assert_eq!(row.feed(Shape::Unversioned), Some(expected));
        assert_eq!(row.feed(Shape::Feb2026), Some(expected));
    }
    let mut experience = ledger[0].clone();
    experience.source = Source::FanExperience;
    assert_eq!(experience.feed(Shape::Unversioned), None);
    assert_eq!(experience.served(Shape::Feb2026), None);
    assert_eq!(experience.feed(Shape::V1), Some(Feed::Earnings));
}
