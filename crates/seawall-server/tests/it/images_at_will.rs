//! What whoever names an image can bring about, and what that must not open or stop.

use std::sync::Arc;

use seawall_image::signature::policy::ImagePolicy;
use seawall_server::{Failure, ImageBounds, Rules};
use serde_json::{Value, json};

use crate::images::{ask, message, stand_with};
use crate::shop::{Says, Shop, of, pod, policy, signed};
use crate::stand::{Setup, Stand, run};
use crate::world::World;
use crate::world::image::image;

/// Demands a signature by the key of a world on every image.
fn everywhere(world: &World) -> ImagePolicy {
    policy(&format!(
        "{{name: all, images: ['**'], authorities: [{{name: release, key: {{data: {}}}}}]}}",
        json!(world.leaf_key.pem())
    ))
}

/// Where gaps are excused.
async fn lenient(world: &World, shop: &Arc<Shop>, policies: Vec<ImagePolicy>, bounds: ImageBounds) -> Stand {
    let rules = Rules { failure: Failure::Allow, ..Setup::default().rules };
    stand_with(world, shop, policies, bounds, Setup { rules, ..Setup::default() }).await
}

async fn answer(shop: Arc<Shop>, review: Value) -> Value {
    let world = World::new();
    let stand = lenient(&world, &shop, vec![everywhere(&world)], ImageBounds::default()).await;
    ask(&mut stand.client().await, &review).await
}

fn is_refused(response: &Value, reason: &str) -> bool {
    response["allowed"] == false && response["status"]["code"] == 403 && message(response).contains(reason)
}

#[test]
fn a_name_that_nobody_can_verify_is_refused_where_gaps_are_excused() {
    let digest = "a".repeat(128);
    for (image, reason) in [
        ("r.test/shop/../etc:1", "it is no reference that a registry could hold"),
        ("r.test./shop/app:1", "it is no reference that a registry could hold"),
        ("r.test:/shop/app:1", "it is no reference that a registry could hold"),
        ("r.test/shop/app@sha512:00", "it is no reference that a registry could hold"),
        ("r.test/shop/app@md5:00", "only digests by SHA-256 are verified"),
        (&format!("r.test/shop/app@sha512:{digest}"), "only digests by SHA-256 are verified"),
        ("sha256:0123456789ab", "it is the ID of an image on a node"),
        ("{{ image }}", "`spec.containers[0].image` is no reference of an image"),
        ("r.test/shop/later:1", "there is no such tag"),
        (&format!("r.test/shop/private@{}", image()), "access is refused"),
        ("evil.example/app:1", "nobody here names the registry `evil.example`"),
        ("slow.example/app:1", "nobody here names the registry `slow.example`"),
    ] {
        run(async move {
            let shop = Shop::of(&[
                ("r.test/shop/later:1", Says::Withholds),
                ("r.test/shop/private", Says::Withholds),
                ("evil.example/app:1", Says::Fails),
                ("slow.example/app:1", Says::Hangs),
            ]);
            let response = answer(shop, pod(&[image])).await;
            assert!(is_refused(&response, reason), "{image}: {response}");
        });
    }
}

#[test]
fn more_images_than_are_looked_up_are_refused_where_gaps_are_excused() {
    run(async {
        let images: Vec<String> = (0..33).map(|n| format!("r.test/shop/{n}:1")).collect();
        let images: Vec<&str> = images.iter().map(String::as_str).collect();
        let response = answer(Shop::of(&[]), pod(&images)).await;
        assert!(is_refused(&response, "`r.test/shop/32:1`"), "{response}");
        assert!(message(&response).contains("more unknown images than are looked up"), "{response}");
        assert!(!message(&response).contains("`r.test/shop/31:1`"), "the registry is named, and closed");
    });
}

#[test]
fn what_is_nobodys_doing_stays_a_gap() {
    run(async {
        // A registry that is named fails.
        let response = answer(Shop::of(&[("r.test/app:1", Says::Fails)]), pod(&["r.test/app:1"])).await;
        assert_eq!(response["allowed"], true, "{response}");
        assert!(response["warnings"][0].as_str().unwrap().contains("the registry is closed"), "{response}");
        // The lookup is at fault.
        let response =
            answer(Shop::of(&[("a.example/app:1", Says::Crashes)]), pod(&["a.example/app:1"])).await;
        assert_eq!(response["allowed"], true, "{response}");
        // A template that some controller fills in: its pods are judged when they are made.
        let spec = json!({"containers": [{"name": "c", "image": "{{ inputs.image }}"}]});
        let template = of("example.com", "Runner", "runners", &json!({"spec": {"pods": [spec]}}));
        let response = answer(Shop::of(&[]), template).await;
        assert_eq!(response["allowed"], true, "{response}");
    });
}

/// What a policy says of every image needs no registry, and so no registry keeps it from saying it.
#[test]
fn an_image_that_no_signature_saves_is_refused_without_asking() {
    run(async {
        let world = World::new();
        let shop = Shop::of(&[]);
        let never = policy(
            "{name: never, images: ['evil.test/**'], authorities: [{static: {action: fail, message: gone}}]}",
        );
        let all = policy("{name: all, images: ['**'], authorities: [{static: {action: pass}}]}");
        let stand = lenient(&world, &shop, vec![never, all], ImageBounds::default()).await;
        let mut client = stand.client().await;
        for image in ["evil.test/app:1", "EVIL.test:443/app:1", "evil.test./app:1", "evil.test/app@sha512:00"]
        {
            let response = ask(&mut client, &pod(&[image])).await;
            assert!(is_refused(&response, "image-signature/never"), "{image}: {response}");
        }
        for image in ["good.test/app:1", "good.test/app@sha512:00"] {
            let response = ask(&mut client, &pod(&[image])).await;
            assert_eq!((&response["allowed"], &response["warnings"]), (&true.into(), &Value::Null));
        }
        assert!(shop.asked().is_empty());
    });
}

#[test]
fn a_registry_that_hangs_keeps_nobody_from_another_one() {
    run(async {
        let world = World::new();
        let hanging: Vec<String> = (0..8).map(|n| format!("slow.test/{n}:1")).collect();
        let mut says: Vec<(&str, Says)> = hanging.iter().map(|name| (name.as_str(), Says::Hangs)).collect();
        says.extend([("r.test/shop/app:1", Says::Digest(image())), ("r.test/shop/app", signed(&world))]);
        let shop = Shop::of(&says);
        let bounds =
            ImageBounds { at_once: 2, registry_at_once: 1, registry_open: 4, ..ImageBounds::default() };
        let stand = lenient(&world, &shop, vec![everywhere(&world)], bounds).await;
        let mut slow = stand.client().await;
        let images: Vec<&str> = hanging.iter().map(String::as_str).collect();
        let review = pod(&images);
        let waiting = tokio::spawn(async move { ask(&mut slow, &review).await });
        while shop.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        let response = ask(&mut stand.client().await, &pod(&["r.test/shop/app:1"])).await;
        assert_eq!(response["allowed"], true, "{response}");
        assert!(response["warnings"][0].as_str().unwrap().contains("was verified"), "{response}");
        assert_eq!(shop.asked().len(), 3, "one at once of the registry that hangs");
        let response = waiting.await.unwrap();
        let told = response["warnings"].to_string();
        assert!(told.contains("too many images of its registry are looked up at once"), "{response}");
        assert!(told.contains("did not answer in time"), "{response}");
    });
}

#[test]
fn registries_that_nobody_names_keep_nobody_from_those_that_are() {
    run(async {
        let world = World::new();
        let hanging: Vec<String> = (0..8).map(|n| format!("{n}.example/app:1")).collect();
        let mut says: Vec<(&str, Says)> = hanging.iter().map(|name| (name.as_str(), Says::Hangs)).collect();
        says.extend([("r.test/shop/app:1", Says::Digest(image())), ("r.test/shop/app", signed(&world))]);
        let shop = Shop::of(&says);
        let bounds = ImageBounds { at_once: 2, open: 8, ..ImageBounds::default() };
        let stand = lenient(&world, &shop, vec![everywhere(&world)], bounds).await;
        let mut slow = stand.client().await;
        let images: Vec<&str> = hanging.iter().map(String::as_str).collect();
        let review = pod(&images);
        let waiting = tokio::spawn(async move { ask(&mut slow, &review).await });
        while shop.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        let response = ask(&mut stand.client().await, &pod(&["r.test/shop/app:1"])).await;
        assert!(response["warnings"][0].as_str().unwrap().contains("was verified"), "{response}");
        let response = waiting.await.unwrap();
        assert!(is_refused(&response, "too many images of registries that nobody names"), "{response}");
    });
}
