//! Ids of another agency: in queries, paths and bodies, of every route that takes one.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tidemark_database::testing::for_each_database;
use tidemark_domain::{AgencyId, ModelId, Secret};
use tidemark_tenancy::permissions::least_role;
use tidemark_tests::World;

use crate::{ROLES, call, routes};

#[tokio::test]
async fn d139_another_agencys_ids_are_404_on_every_route() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(50).on(database).await;
        world.sync(None).await;
        let (agency, model, _) = world.another_agency().await;
        let mut asked = 0;
        for route in routes(&world).await {
            for name in &route.ids {
                let foreign = foreign_id(name, agency, model);
                let query = format!("?{name}={foreign}");
                let answer = call(&world, &route, &query, Some(world.owner.expose())).await;
                assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{route:?} {query}");
                let body = answer.text().await.unwrap();
                assert!(!body.contains("Other"), "{body}");
                asked += 1;
            }
        }
        assert!(asked >= 5, "only {asked} ids were asked for");
        let sync = world
            .request(Method::POST, "/api/sync")
            .bearer_auth(world.owner.expose())
            .json(&json!({"modelId": model}));
        assert_eq!(sync.send().await.unwrap().status(), StatusCode::NOT_FOUND);
    })
    .await;
}

fn foreign_id(name: &str, agency: AgencyId, model: ModelId) -> String {
    if name == "agencyId" {
        agency.to_string()
    } else {
        model.to_string()
    }
}

/// A thing of another agency: where its routes are, its id, and what would change it.
struct Thing {
    collection: &'static str,
    id: String,
    change: Value,
}

impl Thing {
    fn path(&self) -> String {
        format!("{}/{}", self.collection, self.id)
    }
}

/// One thing behind each `{id}` of the routes, which another agency adds itself.
async fn things_of(world: &World, model: ModelId, owner: &Secret) -> Vec<Thing> {
    let add = async |collection: &'static str, id: &str, body: Value, change: Value| {
        let (status, added) = ask(world, owner, (Method::POST, collection), body).await;
        assert_eq!(status, StatusCode::CREATED, "{added}");
        let id = added[id].as_str().unwrap().to_owned();
        Thing {
            collection,
            id,
            change,
        }
    };
    let (from, to) = ("2098-01-01T08:00:00Z", "2098-01-01T16:00:00Z");
    let new = json!({"displayName": "Other Ana"});
    let renamed = json!({"displayName": "Taken"});
    let member = add("/api/team/members", "memberId", new, renamed).await;
    let new = json!({"memberId": member.id, "modelId": model, "startsAt": from, "endsAt": to});
    let taken = json!({"notes": "taken"});
    let shift = add("/api/team/shifts", "shiftId", new, taken.clone()).await;
    let new = json!({"memberId": member.id, "modelId": model, "plannedAt": from});
    let planned = add("/api/team/posts", "postId", new, taken).await;
    let collection = "/api/team/alerts/destinations";
    let url = "https://hooks.slack.com/services/T000/B000/other";
    let new = json!({"kind": "slack", "name": "Other's channel", "url": url});
    let taken = json!({"name": "Taken"});
    let destination = add(collection, "destinationId", new, taken).await;
    vec![member, shift, planned, destination]
}

/// Asks with a body; the status and the JSON, null for none.
async fn ask(
    world: &World,
    token: &Secret,
    (method, path): (Method, &str),
    body: Value,
) -> (StatusCode, Value) {
    let request = world.request(method, path).bearer_auth(token.expose());
    let response = request.json(&body).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// Everything that an agency's owner sees of the things.
async fn seen_by(world: &World, owner: &Secret, things: &[Thing]) -> Vec<Value> {
    let mut seen = Vec::new();
    for thing in things {
        let request = world.request(Method::GET, &thing.path());
        let answer = request.bearer_auth(owner.expose()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", thing.path());
        seen.push(answer.json().await.unwrap());
    }
    seen
}

#[tokio::test]
async fn d139_another_agencys_things_are_404_in_every_path_and_stay_as_they_are() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        let (_, model, other) = world.another_agency().await;
        let things = things_of(&world, model, &other).await;
        let before = seen_by(&world, &other, &things).await;
        let mut untried: BTreeSet<&str> = things.iter().map(|thing| thing.collection).collect();
        for role in ROLES {
            let token = world.token(role).await;
            for route in routes(&world).await {
                let Some((collection, rest)) = route.path.split_once("/{id}") else {
                    assert!(!route.path.contains('{'), "{route:?} names another thing");
                    continue;
                };
                let thing = things.iter().find(|thing| thing.collection == collection);
                let thing = thing.unwrap_or_else(|| panic!("nothing for {route:?}"));
                untried.remove(thing.collection);
                let path = format!("{}{rest}", thing.path());
                let method = (route.method.clone(), path.as_str());
                let (status, error) = ask(&world, &token, method, thing.change.clone()).await;
                let may = role >= least_role(route.method.as_str(), &route.path).unwrap();
                let expected = if may {
                    StatusCode::NOT_FOUND
                } else {
                    StatusCode::FORBIDDEN
                };
                assert_eq!(status, expected, "{route:?} {role}: {error}");
                assert!(!error.to_string().contains("Other"), "{error}");
            }
        }
        assert!(untried.is_empty(), "no route has {untried:?}");
        assert_eq!(seen_by(&world, &other, &things).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_names_another_agencys_thing_is_answered_as_one_that_names_nothing() {
    for_each_database(async |database| {
        let world = World::with_models(1).transactions(1).on(database).await;
        world.sync(None).await;
        let (_, model, other) = world.another_agency().await;
        let foreign = things_of(&world, model, &other).await;
        let own_model = world.json("/api/models").await["models"][0]["modelId"].clone();
        let own_model = ModelId::new(own_model.as_str().unwrap().parse().unwrap());
        let own = things_of(&world, own_model, &world.owner).await;
        let before = (
            seen_by(&world, &other, &foreign).await,
            seen_by(&world, &world.owner, &own).await,
        );
        let (member, shift, model) = (&foreign[0].id, &foreign[1].id, model.to_string());
        let (from, to) = ("2098-02-01T08:00:00Z", "2098-02-01T16:00:00Z");
        let of_own = |key: &str, id: &str| {
            let mut body = json!({"memberId": own[0].id, "modelId": own_model});
            body[key] = json!(id);
            body
        };
        let with = |mut body: Value, more: Value| {
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            body
        };
        let nobody = uuid::Uuid::from_u128(7).to_string();
        let mut tried = 0;
        for (key, id) in [("memberId", member), ("modelId", &model)] {
            let (shift_path, post_path) = (own[1].path(), own[2].path());
            let times = json!({"startsAt": from, "endsAt": to});
            for (method, path, more) in [
                (Method::POST, "/api/team/shifts", times),
                (Method::POST, "/api/team/posts", json!({"plannedAt": from})),
                (Method::PATCH, shift_path.as_str(), json!({})),
                (Method::PATCH, post_path.as_str(), json!({})),
            ] {
                let mut answers = Vec::new();
                for named in [id, &nobody] {
                    let body = with(of_own(key, named), more.clone());
                    answers.push(ask(&world, &world.owner, (method.clone(), path), body).await);
                }
                assert_eq!(answers[0], answers[1], "{method} {path} {key}");
                assert!(answers[0].0.is_client_error(), "{answers:?}");
                tried += 1;
            }
        }
        for path in ["/api/team/clock-in", "/api/team/clock-out"] {
            for (key, id) in [("shiftId", shift), ("memberId", member)] {
                let of_them = ask(&world, &world.owner, (Method::POST, path), json!({key: id}));
                let of_nobody = ask(
                    &world,
                    &world.owner,
                    (Method::POST, path),
                    json!({key: nobody}),
                );
                let (of_them, of_nobody) = (of_them.await, of_nobody.await);
                let of_them = (of_them.0, of_them.1.to_string().replace(id, &nobody));
                assert_eq!(
                    of_them,
                    (of_nobody.0, of_nobody.1.to_string()),
                    "{path} {key}"
                );
                assert!(of_them.0.is_client_error(), "{of_them:?}");
                tried += 1;
            }
        }
        assert_eq!(tried, 12);
        let after = (
            seen_by(&world, &other, &foreign).await,
            seen_by(&world, &world.owner, &own).await,
        );
        assert_eq!(after, before);
    })
    .await;
}
