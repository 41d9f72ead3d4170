//! A store of images that says what a test wants, and reviews of what uses them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::policy::ImagePolicy;
use seawall_image::signature::policy::import::read_written;
use seawall_image::signature::{Cause, Found, Gap, Limits, Signed, SourceError, TrustedRoot};
use seawall_server::{Asking, ImageBounds, ImageStore, Images};
use seawall_yaml::{Text, read};
use serde_json::{Value, json};

use crate::stand::{NOW, TestClock};
use crate::world::World;
use crate::world::image::{image, payload};

/// What the store says of a tag or of the signatures in a repository.
#[derive(Clone)]
pub(crate) enum Says {
    Digest(ImageDigest),
    Signed(Vec<Signed>),
    Fails,
    /// It answers, and not with what it is asked for.
    Withholds,
    /// It never answers.
    Hangs,
    Crashes,
}

/// The store: by `registry/repository:tag` and by `registry/repository`.
#[derive(Default)]
pub(crate) struct Shop {
    says: Mutex<HashMap<String, Says>>,
    asked: Mutex<Vec<String>>,
}

impl Shop {
    pub(crate) fn of(says: &[(&str, Says)]) -> Arc<Shop> {
        let says = says.iter().map(|(name, says)| ((*name).to_owned(), says.clone())).collect();
        Arc::new(Shop { says: Mutex::new(says), asked: Mutex::default() })
    }

    /// What was asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn say(&self, name: &str, says: Says) {
        self.says.lock().unwrap().insert(name.to_owned(), says);
    }

    async fn answer(&self, name: String) -> Says {
        self.asked.lock().unwrap().push(name.clone());
        let says = self.says.lock().unwrap().get(&name).cloned().unwrap_or(Says::Fails);
        match says {
            Says::Hangs => std::future::pending().await,
            Says::Crashes => panic!("the store crashes"),
            says => says,
        }
    }
}

/// Why the store does not say.
fn closed() -> Gap {
    Gap::new(Cause::Registry, "the registry is closed")
}

impl ImageStore for Shop {
    /// The registries of `.test` are named, and those of others are not.
    fn is_named(&self, registry: &str) -> bool {
        registry.ends_with(".test")
    }

    fn resolve<'a>(&'a self, image: &'a ImageReference<'a>) -> Asking<'a, Result<ImageDigest, Gap>> {
        let name = format!("{}/{}:{}", image.registry, image.repository, image.tag.unwrap_or("latest"));
        Box::pin(async {
            match self.answer(name).await {
                Says::Digest(digest) => Ok(digest),
                Says::Withholds => Err(Gap::new(Cause::Name, "there is no such tag")),
                _ => Err(closed()),
            }
        })
    }

    fn signatures<'a>(
        &'a self,
        image: &'a ImageReference<'a>,
        _: ImageDigest,
    ) -> Asking<'a, Result<Found, SourceError>> {
        let name = format!("{}/{}", image.registry, image.repository);
        Box::pin(async {
            match self.answer(name).await {
                Says::Signed(signed) => Ok(Found { signed, faults: Vec::new() }),
                Says::Withholds => Err(SourceError::Unreachable(Gap::new(Cause::Name, "access is refused"))),
                _ => Err(SourceError::Unreachable(closed())),
            }
        })
    }
}

/// A policy as `admission.images.policies` has it.
pub(crate) fn policy(text: &str) -> ImagePolicy {
    let (documents, problems) = read(&Text::new(text), &seawall_yaml::Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let (policy, problems) = read_written(documents[0].tree.root());
    assert!(problems.is_empty(), "{problems:?}");
    policy.with_keys(|file| Err(format!("there is no `{file}`"))).unwrap()
}

/// Demands a signature by the key of a world on images of `r.test/shop`.
pub(crate) fn by_key(world: &World) -> ImagePolicy {
    policy(&format!(
        "{{name: shop, images: ['r.test/shop/**'], authorities: [{{name: release, key: {{data: {}}}}}]}}",
        json!(world.leaf_key.pem())
    ))
}

/// A signature of the image of a world by its key.
pub(crate) fn signed(world: &World) -> Says {
    let payload = payload(image());
    Says::Signed(vec![Signed::Simple { annotations: world.simple(&payload, true), payload }])
}

/// The service over a store, on the runtime of the test.
pub(crate) fn images(
    world: &World,
    shop: &Arc<Shop>,
    policies: Vec<ImagePolicy>,
    bounds: ImageBounds,
) -> Arc<Images> {
    let root = TrustedRoot::read(&world.trusted().to_string(), &Limits::default()).unwrap();
    let clock = Arc::new(TestClock(NOW.into()));
    let store = Arc::clone(shop) as Arc<dyn ImageStore>;
    Images::new(store, policies, root, bounds, clock, tokio::runtime::Handle::current())
}

/// A review of a pod with these images.
pub(crate) fn pod(images: &[&str]) -> Value {
    let containers: Vec<Value> = images.iter().map(|image| json!({"name": "c", "image": image})).collect();
    of("", "Pod", "pods", &json!({"spec": {"containers": containers}}))
}

/// A review of a new object of a kind.
pub(crate) fn of(group: &str, kind: &str, resource: &str, object: &Value) -> Value {
    let mut review = crate::stand::review("shop", "web");
    let request = &mut review["request"];
    request["kind"] = json!({"group": group, "version": "v1", "kind": kind});
    request["resource"] = json!({"group": group, "version": "v1", "resource": resource});
    let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let mut whole =
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": "web", "namespace": "shop"}});
    for (key, value) in object.as_object().unwrap() {
        whole[key] = value.clone();
    }
    request["object"] = whole;
    review
}

/// The same as an update of another object.
pub(crate) fn update(mut review: Value, before: &Value) -> Value {
    review["request"]["operation"] = "UPDATE".into();
    review["request"]["oldObject"] = before["request"]["object"].clone();
    review
}
