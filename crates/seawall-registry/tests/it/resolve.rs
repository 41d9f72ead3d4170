//! From a name to a digest.

use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::Cause;
use seawall_registry::{Registry, RegistryError};
use serde_json::json;

use crate::double::{Double, Reply, run};
use crate::shelf::{Shelf, client, client_with, mirrored};

pub(crate) async fn resolve(client: &Registry, image: &str) -> Result<ImageDigest, RegistryError> {
    client.resolve(&ImageReference::parse(image).unwrap()).await
}

#[test]
fn a_tag_is_resolved_without_reading_the_manifest() {
    run(async {
        let mut shelf = Shelf::default();
        let one = shelf.image("1");
        let latest = shelf.manifest(&json!({"manifests": []}), Some("latest"));
        let double = Double::start(move |asked| shelf.answer(asked)).await;
        let client = client();
        let host = &double.host;
        assert_eq!(resolve(&client, &format!("{host}/app:1")).await, Ok(one));
        assert_eq!(resolve(&client, &format!("{host}/app")).await, Ok(latest));
        assert_eq!(double.paths(), ["HEAD /v2/app/manifests/1", "HEAD /v2/app/manifests/latest"]);
        for kind in ["oci.image.index.v1", "oci.image.manifest.v1", "manifest.list.v2", "manifest.v2"] {
            assert!(double.asked()[0].accept.contains(kind), "{kind}");
        }
        // A digest is not asked for: it is what it is.
        assert_eq!(resolve(&client, &format!("{host}/app:9@{one}")).await, Ok(one));
        assert_eq!(double.asked().len(), 2);
    });
}

#[test]
fn a_registry_that_does_not_say_the_digest_is_asked_for_the_manifest() {
    for (status, body) in [(200, true), (405, true), (404, false)] {
        run(async move {
            let mut shelf = Shelf::default();
            let one = shelf.image("1");
            let double = Double::start(move |asked| match asked.method.as_str() {
                "HEAD" => Reply::status(status),
                _ => shelf.answer(asked),
            })
            .await;
            let resolved = resolve(&client(), &format!("{}/app:1", double.host)).await;
            assert_eq!(resolved.ok(), body.then_some(one), "{status}");
        });
    }
}

#[test]
fn what_is_not_there_is_said() {
    run(async {
        let double = Double::start(|_| Reply::status(404)).await;
        let image = format!("{}/app:1", double.host);
        let error = resolve(&client(), &image).await.unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` has no `app`, manifests/1", double.host));
        assert_eq!(error.cause(), Cause::Name, "anybody can name a tag that is pushed later");
        for image in ["r.test/a/../b:1", "r.test/a@sha256:00"] {
            let error = resolve(&client(), image).await.unwrap_err();
            assert!(matches!(error, RegistryError::Reference(_)), "{error}");
        }
        let nobody = "127.0.0.1:1/app:1";
        let error = resolve(&client(), nobody).await.unwrap_err();
        assert!(matches!(error, RegistryError::Connection { .. }), "{error}");
        assert_eq!(error.cause(), Cause::Registry);
    });
}

#[test]
fn the_manifest_of_a_platform() {
    run(async {
        let mut shelf = Shelf::default();
        let arm = shelf.image("arm");
        let index = json!({"manifests": [
            {"digest": arm.to_string(), "platform": {"os": "linux", "architecture": "arm64"}},
        ]});
        let index = shelf.manifest(&index, Some("1"));
        let double = Double::start(move |asked| shelf.answer(asked)).await;
        let text = format!("{}/app:1", double.host);
        let image = ImageReference::parse(&text).unwrap();
        let client = client();
        let of = |platform: &str| platform.parse().unwrap();
        assert_eq!(client.for_platform(&image, index, &of("linux/arm64")).await, Ok(arm));
        let none = client.for_platform(&image, index, &of("linux/amd64")).await;
        assert_eq!(none, Err(RegistryError::Platform("linux/amd64".to_owned())));
        assert_eq!(client.for_platform(&image, arm, &of("linux/amd64")).await, Ok(arm));
    });
}

#[test]
fn mirrors_are_asked_first_and_decide_nothing() {
    run(async {
        let (mut here, mut there) = (Shelf::default(), Shelf::default());
        let (own, both) = (here.image("own"), here.image("both"));
        there.image("both");
        let mirror = Double::start(move |asked| there.answer(asked)).await;
        let down = Double::start(|_| Reply::status(500)).await;
        let registry = Double::start(move |asked| here.answer(asked)).await;
        let host = &registry.host;
        let client = client_with(mirrored(host, &[&down.host, &mirror.host]));
        assert_eq!(resolve(&client, &format!("{host}/app:both")).await, Ok(both));
        assert!(registry.asked().is_empty() && down.asked().len() == 1);
        assert_eq!(resolve(&client, &format!("{host}/app:own")).await, Ok(own));
        assert_eq!(registry.paths(), ["HEAD /v2/app/manifests/own"]);
    });
}
