//! Signatures of images at admission.

use std::sync::Arc;
use std::time::Duration;

use seawall_core::ImageDigest;
use seawall_image::signature::policy::ImagePolicy;
use seawall_server::{Failure, ImageBounds, ImagePolicies, Judge, Rules};
use serde_json::{Value, json};

use crate::client::Client;
use crate::shop::{Says, Shop, by_key, images, of, pod, policy, signed, update};
use crate::stand::{Setup, Stand, refuses, run};
use crate::world::World;
use crate::world::image::image;

pub(crate) async fn stand_with(
    world: &World,
    shop: &Arc<Shop>,
    policies: Vec<ImagePolicy>,
    bounds: ImageBounds,
    mut setup: Setup,
) -> Stand {
    setup.judges.push(Arc::new(ImagePolicies::new(images(world, shop, policies, bounds))));
    Stand::start(setup).await
}

async fn stand(world: &World, shop: &Arc<Shop>, policies: Vec<ImagePolicy>) -> Stand {
    stand_with(world, shop, policies, ImageBounds::default(), Setup::default()).await
}

pub(crate) async fn ask(client: &mut Client, review: &Value) -> Value {
    client.post("/validate?timeout=10s", review.to_string().as_bytes()).await.unwrap().json()["response"]
        .clone()
}

pub(crate) fn message(response: &Value) -> &str {
    response["status"]["message"].as_str().unwrap_or("")
}

#[test]
fn a_signed_image_passes_and_a_tag_is_told() {
    run(async {
        let world = World::new();
        let shop =
            Shop::of(&[("r.test/shop/app:1", Says::Digest(image())), ("r.test/shop/app", signed(&world))]);
        let stand = stand(&world, &shop, vec![by_key(&world)]).await;
        let mut client = stand.client().await;
        let response = ask(&mut client, &pod(&[&format!("r.test/shop/app:1@{}", image())])).await;
        assert_eq!((&response["allowed"], &response["warnings"]), (&true.into(), &Value::Null));
        assert_eq!(shop.asked(), ["r.test/shop/app"], "a digest is not resolved");
        let response = ask(&mut client, &pod(&["r.test/shop/app:1"])).await;
        assert_eq!(response["allowed"], true);
        assert_eq!(
            response["warnings"][0],
            format!(
                "the image `r.test/shop/app:1` (`spec.containers[0].image`) was verified as `{}`, and nodes pull what the tag means then; write the digest, or let it be pinned (`admission.images.pin`)",
                image()
            )
        );
        assert_eq!(shop.asked()[1..], ["r.test/shop/app:1"], "what was verified is known");
        // Images that no policy is about are nobody's business.
        assert_eq!(ask(&mut client, &pod(&["other.test/app:1"])).await["allowed"], true);
        assert_eq!(shop.asked().len(), 2);
    });
}

#[test]
fn a_refusal_names_image_authority_and_reason() {
    run(async {
        let (world, other) = (World::new(), World::new());
        let shop = Shop::of(&[
            ("r.test/shop/app:1", Says::Digest(image())),
            ("r.test/shop/app", signed(&other)),
            ("r.test/shop/bare:1", Says::Digest(image())),
            ("r.test/shop/bare", Says::Signed(Vec::new())),
            ("r.test/shop/copied:1", Says::Digest(ImageDigest::from([7; 32]))),
            ("r.test/shop/copied", signed(&world)),
        ]);
        let stand = stand(&world, &shop, vec![by_key(&world)]).await;
        let mut client = stand.client().await;
        for (name, reason) in [
            ("app", "nothing that is trusted says when it was signed"),
            ("bare", "the image has no signature and no attestation"),
            ("copied", "the signature is of another image"),
        ] {
            let response = ask(&mut client, &pod(&[&format!("r.test/shop/{name}:1")])).await;
            let message = message(&response);
            let start = format!(
                "image-signature/shop: the image `r.test/shop/{name}:1` (`spec.containers[0].image`) is not vouched for: release: no signature that is accepted"
            );
            assert!(message.starts_with(&start) && message.contains(reason), "{message}");
            assert_eq!(response["status"]["code"], 403);
        }
        let (_, events) = stand.stop().finish().await;
        assert!(events.iter().all(|event| event["policy"] == "image-signature/shop"), "{events:?}");
    });
}

#[test]
fn what_is_not_known_is_a_gap_and_the_settings_say_what_it_does() {
    let late = "the registry did not answer in time";
    for (tag, signatures, reason) in [
        (Says::Fails, Says::Fails, "the registry is closed"),
        (Says::Hangs, Says::Fails, late),
        (Says::Crashes, Says::Fails, "the lookup crashed"),
        (
            Says::Digest(image()),
            Says::Fails,
            "the store of signatures cannot be read: the registry is closed",
        ),
        (Says::Digest(image()), Says::Hangs, late),
        (Says::Digest(image()), Says::Crashes, "the lookup crashed"),
    ] {
        for failure in [Failure::Refuse, Failure::Allow] {
            let (tag, signatures) = (tag.clone(), signatures.clone());
            run(async move {
                let world = World::new();
                let shop = Shop::of(&[("r.test/shop/app:1", tag), ("r.test/shop/app", signatures)]);
                let defaults = Setup::default();
                let rules = Rules { failure, ..defaults.rules };
                let setup = Setup { rules, ..Setup::default() };
                let bounds = ImageBounds::default();
                let stand = stand_with(&world, &shop, vec![by_key(&world)], bounds, setup).await;
                let response = ask(&mut stand.client().await, &pod(&["r.test/shop/app:1"])).await;
                let said = format!(
                    "image-signature/shop: could not be judged: the image `r.test/shop/app:1` (`spec.containers[0].image`): {reason}"
                );
                let (allowed, text) = match failure {
                    Failure::Refuse => (false, message(&response)),
                    Failure::Allow => (true, response["warnings"][0].as_str().unwrap()),
                };
                assert_eq!((response["allowed"].as_bool(), text), (Some(allowed), said.as_str()));
                let (_, events) = stand.stop().finish().await;
                let told = format!("{events:?}");
                assert!(told.contains("ImageNotKnown") && !told.contains("r.test"), "{told}");
            });
        }
    }
}

#[test]
fn a_failure_is_not_asked_about_again_at_once() {
    run(async {
        let world = World::new();
        let shop = Shop::of(&[]);
        let stand = stand(&world, &shop, vec![by_key(&world)]).await;
        let mut client = stand.client().await;
        for _ in 0..3 {
            assert_eq!(ask(&mut client, &pod(&["r.test/shop/app:1"])).await["allowed"], false);
        }
        assert_eq!(shop.asked(), ["r.test/shop/app:1"]);
    });
}

#[test]
fn many_pods_of_one_image_are_one_lookup() {
    run(async {
        let world = World::new();
        let shop =
            Shop::of(&[("r.test/shop/app:1", Says::Digest(image())), ("r.test/shop/app", signed(&world))]);
        let stand = stand(&world, &shop, vec![by_key(&world)]).await;
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let mut client = stand.client().await;
            asking.spawn(async move { ask(&mut client, &pod(&["r.test/shop/app:1"])).await });
        }
        for response in asking.join_all().await {
            assert_eq!(response["allowed"], true, "{response}");
        }
        assert_eq!(shop.asked(), ["r.test/shop/app:1", "r.test/shop/app"]);
    });
}

#[test]
fn nobody_who_judges_waits_for_a_registry() {
    run(async {
        let world = World::new();
        let shop = Shop::of(&[("r.test/shop/app:1", Says::Hangs)]);
        let mut setup =
            Setup { judges: vec![refuses("no-db", |request| request.name == "db")], ..Setup::default() };
        setup.limits.workers = 1;
        let bounds = ImageBounds { lookup: Duration::from_secs(3_600), ..ImageBounds::default() };
        let stand = stand_with(&world, &shop, vec![by_key(&world)], bounds, setup).await;
        let (mut slow, mut quick) = (stand.client().await, stand.client().await);
        let waiting = tokio::spawn(async move { ask(&mut slow, &pod(&["r.test/shop/app:1"])).await });
        while shop.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        // The only worker is free, and the other review is answered while the first one still waits.
        assert_eq!(ask(&mut quick, &pod(&["other.test/app:1"])).await["allowed"], true);
        assert!(!waiting.is_finished());
        let response = waiting.await.unwrap();
        assert!(message(&response).contains("did not answer in time"), "{response}");
    });
}

#[test]
fn lookups_that_find_no_room_are_gaps() {
    run(async {
        let world = World::new();
        let shop = Shop::of(&[("r.test/shop/a:1", Says::Hangs), ("r.test/shop/b:1", Says::Hangs)]);
        let bounds = ImageBounds { open: 1, ..ImageBounds::default() };
        let stand = stand_with(&world, &shop, vec![by_key(&world)], bounds, Setup::default()).await;
        let response = ask(&mut stand.client().await, &pod(&["r.test/shop/a:1", "r.test/shop/b:1"])).await;
        let message = message(&response);
        assert!(message.contains("did not answer in time"), "{message}");
        assert!(message.contains("too many images are looked up at once"), "{message}");
        assert_eq!(shop.asked().len(), 1);
    });
}

#[test]
fn every_image_of_whatever_makes_pods() {
    let spec = json!({
        "initContainers": [{"name": "i", "image": "r.test/shop/init:1"}],
        "containers": [{"name": "c", "image": "r.test/shop/main:1"}],
        "ephemeralContainers": [{"name": "e", "image": "r.test/shop/debug:1"}],
        "volumes": [{"name": "v", "image": {"reference": "r.test/shop/data:1"}}],
    });
    let template = json!({"template": {"spec": spec}});
    let kinds = [
        of("", "Pod", "pods", &json!({ "spec": spec })),
        of("apps", "Deployment", "deployments", &json!({ "spec": template })),
        of("batch", "CronJob", "cronjobs", &json!({"spec": {"jobTemplate": {"spec": template}}})),
        of("example.com", "Runner", "runners", &json!({"spec": {"pods": [spec]}})),
    ];
    for review in kinds {
        run(async move {
            let world = World::new();
            let shop = Shop::of(&[]);
            let stand = stand(&world, &shop, vec![by_key(&world)]).await;
            let response = ask(&mut stand.client().await, &review).await;
            let mut asked = shop.asked();
            asked.sort();
            assert_eq!(
                asked,
                ["r.test/shop/data:1", "r.test/shop/debug:1", "r.test/shop/init:1", "r.test/shop/main:1"]
            );
            assert!(message(&response).contains("ephemeralContainers[0].image"), "{response}");
        });
    }
}

#[test]
fn an_update_is_about_what_is_new() {
    run(async {
        let world = World::new();
        let shop = Shop::of(&[]);
        let stand = stand(&world, &shop, vec![by_key(&world)]).await;
        let mut client = stand.client().await;
        let before = pod(&["r.test/shop/a:1", "r.test/shop/b:1"]);
        let same = update(pod(&["r.test/shop/b:1", "r.test/shop/a:1"]), &before);
        assert_eq!(ask(&mut client, &same).await["allowed"], true);
        assert!(shop.asked().is_empty());
        let changed = update(pod(&["r.test/shop/a:1", "r.test/shop/b:2"]), &before);
        assert_eq!(ask(&mut client, &changed).await["allowed"], false);
        let mut debug = update(pod(&["r.test/shop/a:1"]), &before);
        debug["request"]["subResource"] = "ephemeralcontainers".into();
        debug["request"]["object"]["spec"]["ephemeralContainers"] =
            json!([{"name": "e", "image": "r.test/shop/debug:1"}]);
        assert_eq!(ask(&mut client, &debug).await["allowed"], false);
        let mut status = pod(&["r.test/shop/c:1"]);
        status["request"]["subResource"] = "status".into();
        assert_eq!(ask(&mut client, &status).await["allowed"], true);
        assert_eq!(shop.asked(), ["r.test/shop/b:2", "r.test/shop/debug:1"]);
    });
}

#[test]
fn a_policy_that_warns_and_one_that_passes_everything() {
    run(async {
        let world = World::new();
        let shop = Shop::of(&[
            ("r.test/shop/app:1", Says::Digest(image())),
            ("r.test/shop/app", Says::Signed(Vec::new())),
        ]);
        let warns = ImagePolicy { mode: seawall_image::signature::policy::Mode::Warn, ..by_key(&world) };
        let all = policy("{name: all, images: ['**'], authorities: [{static: {action: pass}}]}");
        let stand = stand(&world, &shop, vec![warns, all]).await;
        let response = ask(&mut stand.client().await, &pod(&[&format!("r.test/shop/app@{}", image())])).await;
        assert_eq!(response["allowed"], true);
        let warning = response["warnings"][0].as_str().unwrap();
        assert!(warning.starts_with("image-signature/shop: the image"), "{warning}");
        // Whoever takes every image has verified none, so there is nothing that a tag could escape from.
        shop.say("other.test/app:1", Says::Digest(image()));
        shop.say("other.test/app", Says::Signed(Vec::new()));
        let response = ask(&mut stand.client().await, &pod(&["other.test/app:1"])).await;
        assert_eq!((&response["allowed"], &response["warnings"]), (&true.into(), &Value::Null));
    });
}

/// A verdict is about an image in a repository: what lies in another one says nothing of it.
#[test]
fn a_refusal_in_one_repository_is_none_in_another() {
    run(async {
        let world = World::new();
        let shop =
            Shop::of(&[("r.test/shop/copy", Says::Signed(Vec::new())), ("r.test/shop/app", signed(&world))]);
        let stand = stand(&world, &shop, vec![by_key(&world)]).await;
        let mut client = stand.client().await;
        let at = |name: &str| pod(&[&format!("r.test/shop/{name}@{}", image())]);
        assert_eq!(ask(&mut client, &at("copy")).await["allowed"], false);
        assert_eq!(ask(&mut client, &at("app")).await["allowed"], true);
        assert_eq!(ask(&mut client, &at("copy")).await["allowed"], false);
        assert_eq!(shop.asked(), ["r.test/shop/copy", "r.test/shop/app"]);
    });
}

#[test]
fn verdicts_and_tags_end() {
    run(async {
        let world = World::new();
        let shop =
            Shop::of(&[("r.test/shop/app:1", Says::Digest(image())), ("r.test/shop/app", signed(&world))]);
        let service =
            images(&world, &shop, vec![by_key(&world)], ImageBounds { tag: 0, ..ImageBounds::default() });
        let judge: Arc<dyn Judge> = Arc::new(ImagePolicies::new(service));
        let stand = Stand::start(Setup { judges: vec![judge], ..Setup::default() }).await;
        let mut client = stand.client().await;
        assert_eq!(ask(&mut client, &pod(&["r.test/shop/app:1"])).await["allowed"], true);
        // The tag means something else now, which nobody signed.
        shop.say("r.test/shop/app:1", Says::Digest(ImageDigest::from([9; 32])));
        assert_eq!(ask(&mut client, &pod(&["r.test/shop/app:1"])).await["allowed"], false);
    });
}
