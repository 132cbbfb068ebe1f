use std::collections::BTreeSet;
use std::time::Duration;

use tidemark_simulator::{FaultProfile, Feed, NewSale, ServedRow, Shape, Source};

use crate::support::{Scene, config, read_everything, rows_seen, truth};

#[test]
fn after_the_calm_a_walk_is_exactly_the_ledger() {
    for profile in FaultProfile::ALL {
        for shape in [Shape::Feb2026, Shape::Unversioned, Shape::V1] {
            let settings = config().with_fault_profile(profile).with_shape(shape);
            let mut scene = Scene::with(&settings);
            for step in 0..40 {
                scene.wait(Duration::from_secs(30));
                scene.world.churn(step, scene.now);
                let path = scene.twin(0, "/insights/earnings?size=7");
                scene.get(&path);
            }
            scene.world.calm();
            for position in 0..3 {
                let seen = read_everything(&mut scene, position, shape);
                assert_eq!(seen, truth(&scene, position, shape), "{profile} {shape:?}");
            }
        }
    }
}

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

/// A client that asks until it has read every page of earnings.
fn patient_walk(scene: &mut Scene, position: usize) -> BTreeSet<ServedRow> {
    let path = format!("/v1{}", scene.twin(position, "/insights/earnings?size=11"));
    let mut seen = BTreeSet::new();
    let mut cursor = String::new();
    for _ in 0..2_000 {
        scene.wait(Duration::from_secs(1));
        let response = scene.get(&format!("{path}{cursor}"));
        let arrived = response.arriving_body() == Some(response.body.as_slice());
        match response.status.as_u16() {
            _ if !arrived => {}
            200 => {
                let page = response.json_body().unwrap();
                seen.extend(rows_seen(&page, Feed::Earnings));
                match page["nextCursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return seen,
                }
            }
            400 => cursor.clear(),
            401 => scene.token = scene.world.agency_grant(scene.now).access_token,
            _ => {}
        }
    }
    panic!("the walk does not end");
}

#[test]
fn a_patient_client_reads_the_whole_ledger_through_any_fault_that_leaves_rows_alone() {
    for profile in [
        FaultProfile::Network,
        FaultProfile::Limits,
        FaultProfile::Paging,
        FaultProfile::Auth,
    ] {
        for seed in 1..=5 {
            let settings = config().with_seed(seed).with_fault_profile(profile);
            let mut scene = Scene::with(&settings);
            let seen: Vec<ServedRow> = patient_walk(&mut scene, 0).into_iter().collect();
            assert!(
                seen == truth(&scene, 0, Shape::V1),
                "{profile}, seed {seed}"
            );
            let befallen = scene.world.request_log().faults.len();
            assert!(befallen > 0, "{profile}, seed {seed}");
        }
    }
}
