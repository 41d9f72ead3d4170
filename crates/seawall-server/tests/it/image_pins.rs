//! Tags that become digests.

use std::sync::Arc;

use seawall_core::ImageDigest;
use seawall_image::signature::policy::Glob;
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_server::{
    Budget, Desk, Events, Hook, ImageBounds, ImagePins, Metrics, Mode, Modes, PinSettings, Review,
    ReviewLimits, Rules,
};
use seawall_yaml::{Text, decode_base64, read};
use serde_json::{Value, json};

use crate::shop::{Says, Shop, images, of, pod, update};
use crate::stand::{NOW, TestClock, run};
use crate::world::World;

fn digest() -> ImageDigest {
    ImageDigest::from([1; 32])
}

fn pinned(text: &str) -> String {
    format!("{text}@{}", digest())
}

fn by_pattern(pattern: &str) -> PinSettings {
    PinSettings { images: vec![Glob::new(pattern).unwrap()], labelled: false }
}

const LABELLED: PinSettings = PinSettings { images: Vec::new(), labelled: true };

fn namespace(label: &str) -> Inventory {
    let text = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{admission.seawall.dev/pin-images: '{label}'}}}}\n"
    );
    let (documents, _) = read(&Text::new(text.as_str()), &seawall_yaml::Limits::default());
    let tree = Arc::new(documents.into_iter().next().unwrap().tree);
    let origin = seawall_core::Origin {
        file: "namespaces".into(),
        document: 0,
        line: 1,
        kind: seawall_core::OriginKind::Cluster,
    };
    let root = tree.root().id();
    let mut builder = InventoryBuilder::new();
    builder.push(Resource::new(tree, root, origin, None).unwrap());
    builder.build()
}

/// The answer to a review, and the operations of its patch.
async fn mutate(
    shop: &Arc<Shop>,
    settings: PinSettings,
    known: Inventory,
    mode: Mode,
    review: &Value,
) -> (Value, Value) {
    let service = images(&World::new(), shop, Vec::new(), ImageBounds::default());
    let rules = Rules { modes: Modes { rules: Vec::new(), default: mode }, ..Rules::default() };
    let clock = Arc::new(TestClock(NOW.into()));
    let desk = Desk::new(rules, clock, Arc::new(Metrics::default()), Events::none());
    desk.set_changers(vec![Arc::new(ImagePins::new(service, settings))]);
    desk.set_inventory(known);
    let review = Review::read(review.to_string().as_bytes(), &ReviewLimits::default()).unwrap();
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    let looked = match desk.look_up(&review, Hook::Mutate, until) {
        Some(seawall_server::LookUp::Asking(asking)) => asking.await,
        Some(seawall_server::LookUp::Known(looked)) => looked,
        None => Default::default(),
    };
    let answer = desk.decide(&review.with(looked), Hook::Mutate, &Budget::default());
    let json: Value = serde_json::from_str(&answer.to_json()).unwrap();
    let response = json["response"].clone();
    let patch = response["patch"]
        .as_str()
        .map_or(Value::Null, |patch| serde_json::from_slice(&decode_base64(patch).unwrap()).unwrap());
    (response, patch)
}

async fn patch(shop: &Arc<Shop>, settings: PinSettings, review: &Value) -> Value {
    mutate(shop, settings, Inventory::default(), Mode::Enforce, review).await.1
}

fn store() -> Arc<Shop> {
    Shop::of(&[
        ("r.test/app:1", Says::Digest(digest())),
        ("docker.io/library/nginx:latest", Says::Digest(digest())),
    ])
}

fn replace(path: &str, image: &str) -> Value {
    json!({"op": "replace", "path": path, "value": image})
}

#[test]
fn tags_become_digests_where_a_pattern_says_so() {
    run(async {
        let images = ["r.test/app:1", "other.test/app:1", &pinned("r.test/app:1")];
        let changed = patch(&store(), by_pattern("r.test/**"), &pod(&images)).await;
        assert_eq!(changed, json!([replace("/spec/containers/0/image", &pinned("r.test/app:1"))]));
        // A name without a tag means `latest`, which is looked up and not written.
        let changed = patch(&store(), by_pattern("**"), &pod(&["nginx"])).await;
        assert_eq!(changed, json!([replace("/spec/containers/0/image", &pinned("nginx"))]));
    });
}

/// Where the tag is made later, or the registry answers later, whoever named it must not get around its being pinned.
#[test]
fn what_whoever_names_an_image_brings_about_is_refused() {
    run(async {
        let shop = Shop::of(&[("r.test/later:1", Says::Withholds), ("r.test/down:1", Says::Fails)]);
        for (image, code) in [("r.test/later:1", 403), ("evil.example/app:1", 403), ("r.test/down:1", 500)] {
            let (response, patch) =
                mutate(&shop, by_pattern("**"), Inventory::default(), Mode::Enforce, &pod(&[image])).await;
            assert_eq!((&response["status"]["code"], &patch), (&code.into(), &Value::Null), "{response}");
            let message = response["status"]["message"].as_str().unwrap();
            let start = if code == 403 { "image-pin: the image" } else { "image-pin: could not be judged: " };
            assert!(message.starts_with(start), "{message}");
        }
        let review = pod(&["r.test/later:1"]);
        let (response, _) = mutate(&shop, by_pattern("**"), Inventory::default(), Mode::Audit, &review).await;
        assert_eq!(response["allowed"], true);
        assert!(response["auditAnnotations"].to_string().contains("cannot be pinned"), "{response}");
    });
}

#[test]
fn a_second_run_changes_nothing() {
    run(async {
        let shop = store();
        assert_eq!(patch(&shop, by_pattern("**"), &pod(&[&pinned("r.test/app:1")])).await, Value::Null);
        assert!(shop.asked().is_empty());
    });
}

#[test]
fn what_was_there_before_stays() {
    run(async {
        let shop = store();
        let before = pod(&["r.test/app:1"]);
        let update_of = |images: &[&str]| update(pod(images), &before);
        assert_eq!(patch(&shop, by_pattern("**"), &update_of(&["r.test/app:1"])).await, Value::Null);
        assert!(shop.asked().is_empty());
        let changed = patch(&shop, by_pattern("**"), &update_of(&["r.test/app:1", "nginx"])).await;
        assert_eq!(changed, json!([replace("/spec/containers/1/image", &pinned("nginx"))]));
        let mut deleted = before.clone();
        deleted["request"]["operation"] = "DELETE".into();
        assert_eq!(patch(&shop, by_pattern("**"), &deleted).await, Value::Null);
    });
}

#[test]
fn templates_are_pinned_and_what_others_write_is_not() {
    run(async {
        let spec = json!({"containers": [], "initContainers": [{"name": "i", "image": "r.test/app:1"}],
            "volumes": [{"name": "v", "image": {"reference": "nginx"}}]});
        let template = json!({"spec": {"template": {"spec": spec}}});
        let changed =
            patch(&store(), by_pattern("**"), &of("apps", "Deployment", "deployments", &template)).await;
        let expected = [
            replace("/spec/template/spec/initContainers/0/image", &pinned("r.test/app:1")),
            replace("/spec/template/spec/volumes/0/image/reference", &pinned("nginx")),
        ];
        assert_eq!(changed, json!(expected));
        let custom = json!({"spec": {"containers": [{"name": "c", "image": "r.test/app:1"}]}});
        let custom = of("example.com", "Runner", "runners", &custom);
        assert_eq!(patch(&store(), by_pattern("**"), &custom).await, Value::Null);
    });
}

#[test]
fn the_label_of_a_namespace() {
    run(async {
        let review = pod(&["r.test/app:1"]);
        let of = |known: Inventory| {
            let review = review.clone();
            async move { mutate(&store(), LABELLED, known, Mode::Enforce, &review).await }
        };
        assert!(of(namespace("true")).await.1.is_array());
        assert_eq!(of(namespace("false")).await.1, Value::Null);
        let (response, patch) = of(Inventory::default()).await;
        assert_eq!((patch, &response["allowed"]), (Value::Null, &false.into()));
        assert_eq!(
            response["status"]["message"],
            "image-pin: could not be judged: the labels of the namespace `shop` are not known"
        );
    });
}

#[test]
fn an_image_that_is_not_known_is_a_gap_and_stays() {
    run(async {
        let review = pod(&["r.test/app:1", "r.test/gone:1"]);
        let settings = || by_pattern("r.test/**");
        let (response, patch) =
            mutate(&store(), settings(), Inventory::default(), Mode::Enforce, &review).await;
        assert_eq!((patch, &response["allowed"]), (Value::Null, &false.into()), "nothing is half done");
        let message = response["status"]["message"].as_str().unwrap();
        assert!(
            message.starts_with("image-pin: could not be judged: the image `r.test/gone:1`"),
            "{message}"
        );
        // Who does not enforce changes nothing and refuses nothing.
        let (response, patch) =
            mutate(&store(), settings(), Inventory::default(), Mode::Audit, &review).await;
        assert_eq!((patch, &response["allowed"]), (Value::Null, &true.into()));
        let notes = response["auditAnnotations"].to_string();
        assert!(
            notes.contains("image-pin: would change the object") && notes.contains("r.test/gone:1"),
            "{notes}"
        );
    });
}
