//! The signatures beside an image.

use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::{Annotations, Cause, Found, Signed, SourceError};
use seawall_registry::Registry;
use serde_json::json;

use crate::double::{Double, Reply, run};
use crate::shelf::{BUNDLE, ENVELOPE, MANIFEST, SIMPLE, Shelf, client, client_with, mirrored};

async fn signatures(client: &Registry, host: &str, image: ImageDigest) -> Result<Found, SourceError> {
    let text = format!("{host}/app:1");
    client.signatures(&ImageReference::parse(&text).unwrap(), image).await
}

fn tag(image: ImageDigest, ending: &str) -> String {
    format!("sha256-{}{ending}", image.hex())
}

fn bundle(text: &str) -> Signed {
    Signed::Bundle(text.to_owned())
}

#[test]
fn tags_and_referrers() {
    run(async {
        let mut shelf = Shelf::default();
        let image = shelf.image("1");
        let other = shelf.image("2");
        assert_eq!(image, other, "one image by two names");
        shelf.signature(SIMPLE, b"simple", None, Some(&tag(image, ".sig")));
        shelf.signature(ENVELOPE, b"envelope", None, Some(&tag(image, ".att")));
        let elsewhere = ImageDigest::from([7; 32]);
        let referrers = [
            shelf.signature(BUNDLE, b"bundle", Some(image), None),
            shelf.signature(BUNDLE, b"of another image", Some(elsewhere), None),
            shelf.signature("application/spdx+json", b"sbom", Some(image), None),
        ];
        shelf.referrers(image, &referrers);
        let double = Double::start(move |asked| shelf.answer(asked)).await;
        let found = signatures(&client(), &double.host, image).await.unwrap();
        let annotations = Annotations::from([("a".to_owned(), "b".to_owned())]);
        assert_eq!(found.faults, Vec::<String>::new());
        assert_eq!(
            found.signed,
            [
                Signed::Simple { payload: b"simple".to_vec(), annotations: annotations.clone() },
                Signed::Attestation { envelope: b"envelope".to_vec(), annotations },
                bundle("bundle"),
            ]
        );
        let sbom = referrers[2]["digest"].as_str().unwrap();
        assert!(!double.paths().iter().any(|path| path.contains(sbom)), "it is nothing that signs");
    });
}

#[test]
fn a_registry_without_referrers_has_a_tag() {
    for status in [404, 405, 501] {
        run(async move {
            let mut shelf = Shelf::default();
            let image = shelf.image("1");
            let referrer = shelf.signature(BUNDLE, b"bundle", Some(image), None);
            shelf.manifest(&json!({"manifests": [referrer]}), Some(&tag(image, "")));
            let double = Double::start(move |asked| match asked.path.contains("/referrers/") {
                true => Reply::status(status),
                false => shelf.answer(asked),
            })
            .await;
            let found = signatures(&client(), &double.host, image).await.unwrap();
            assert_eq!(found.signed, [bundle("bundle")], "{status}");
        });
    }
}

#[test]
fn no_signatures_and_no_answer_are_two_things() {
    run(async {
        let mut shelf = Shelf::default();
        let image = shelf.image("1");
        let double = Double::start(move |asked| shelf.answer(asked)).await;
        assert_eq!(signatures(&client(), &double.host, image).await, Ok(Found::default()));
        for (part, status, cause) in [
            (".sig", 500, Cause::Registry),
            (".att", 403, Cause::Name),
            ("/referrers/", 503, Cause::Registry),
            ("/referrers/", 429, Cause::Registry),
            ("/referrers/", 401, Cause::Name),
            ("/referrers/", 400, Cause::Name),
        ] {
            let double = Double::start(move |asked| match asked.path.contains(part) {
                true => Reply::status(status),
                false => Reply::status(404),
            })
            .await;
            let error = signatures(&client(), &double.host, image).await.unwrap_err();
            assert!(
                matches!(&error, SourceError::Unreachable(gap) if gap.cause == cause),
                "{part} {status}: {error:?}"
            );
        }
    });
}

#[test]
fn pages_of_referrers() {
    run(async {
        let mut shelf = Shelf::default();
        let image = shelf.image("1");
        let first = shelf.signature(BUNDLE, b"first", Some(image), None);
        let second = shelf.signature(BUNDLE, b"second", Some(image), None);
        let page = |referrer| json!({ "manifests": [referrer] }).to_string();
        let (one, two) = (page(first), page(second));
        let path = format!("/v2/app/referrers/{image}");
        let double = Double::start({
            let path = path.clone();
            move |asked| {
                if asked.path == path {
                    // Whatever host it names, the next page is of this one.
                    return Reply::ok(one.clone())
                        .with("Link", &format!("<http://evil.test{path}?n=2>; rel=\"next\""));
                }
                if asked.path == format!("{path}?n=2") {
                    return Reply::ok(two.clone()).with("Link", "</v2/other/x>; rel=\"next\"");
                }
                shelf.answer(asked)
            }
        })
        .await;
        let found = signatures(&client(), &double.host, image).await.unwrap();
        assert_eq!(found.signed, [bundle("first"), bundle("second")]);
        assert!(!double.paths().iter().any(|path| path.contains("/v2/other")));
        let double = Double::start(move |asked| match asked.path.starts_with(&path) {
            true => Reply::ok("{}").with("Link", &format!("<{path}?n=2>; rel=\"next\"")),
            false => Reply::status(404),
        })
        .await;
        let found = signatures(&client(), &double.host, image).await.unwrap();
        assert_eq!(found.faults, ["more than 8 pages of referrers; the others were not looked at"]);
    });
}

#[test]
fn what_cannot_be_used_is_told_and_the_rest_counts() {
    run(async {
        let mut shelf = Shelf::default();
        let image = shelf.image("1");
        let good = shelf.signature(BUNDLE, b"good", Some(image), None);
        let bad = shelf.signature(BUNDLE, b"changed", Some(image), None);
        let layer = crate::shelf::digest(b"changed");
        shelf.0.insert(format!("blobs/{layer}"), b"other".to_vec());
        let gone =
            json!({"mediaType": MANIFEST, "digest": ImageDigest::from([3; 32]).to_string(), "size": 3});
        let huge =
            json!({"mediaType": MANIFEST, "digest": ImageDigest::from([4; 32]).to_string(), "size": 5 << 20});
        let wrong = shelf.signature(BUNDLE, b"manifest", Some(image), None);
        shelf.0.insert(format!("manifests/{}", wrong["digest"].as_str().unwrap()), b"{}".to_vec());
        shelf.referrers(image, &[bad, gone, huge, wrong, good]);
        shelf.0.insert(format!("manifests/{}", tag(image, ".sig")), b"no json".to_vec());
        let double = Double::start(move |asked| shelf.answer(asked)).await;
        let found = signatures(&client(), &double.host, image).await.unwrap();
        assert_eq!(found.signed, [bundle("good")]);
        let said = found.faults.join("\n");
        for part in [
            "cannot be read: no JSON at line 1, column 2",
            "is longer than 4194304 bytes",
            &format!("blobs/{layer}: it has the digest"),
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        assert_eq!(found.faults.len(), 4, "{said}");
        assert!(!said.contains("no json"), "nothing of a body is repeated");
    });
}

#[test]
fn too_many_signatures_are_not_fetched() {
    run(async {
        let mut shelf = Shelf::default();
        let image = shelf.image("1");
        let referrers: Vec<_> =
            (0..70_u8).map(|number| shelf.signature(BUNDLE, &[b'a', number], Some(image), None)).collect();
        shelf.referrers(image, &referrers);
        let double = Double::start(move |asked| shelf.answer(asked)).await;
        let found = signatures(&client(), &double.host, image).await.unwrap();
        assert_eq!(found.signed.len(), 64);
        assert_eq!(found.faults, ["more than 64 signatures; the others were not looked at"]);
        let blobs = double.paths().iter().filter(|path| path.contains("/blobs/")).count();
        assert_eq!(blobs, 64);
    });
}

#[test]
fn signatures_that_are_large_together() {
    run(async {
        let mut shelf = Shelf::default();
        let image = shelf.image("1");
        let large = |number: u8| vec![b'a' + number; 1 << 20];
        let referrers: Vec<_> =
            (0..10).map(|number| shelf.signature(BUNDLE, &large(number), Some(image), None)).collect();
        shelf.referrers(image, &referrers);
        let double = Double::start(move |asked| shelf.answer(asked)).await;
        let found = signatures(&client(), &double.host, image).await.unwrap();
        assert_eq!((found.signed.len(), found.faults.len()), (8, 2));
        assert!(found.faults[0].contains("sends more than 0 bytes"), "{}", found.faults[0]);
    });
}

#[test]
fn a_mirror_without_signatures_does_not_hide_those_of_the_registry() {
    run(async {
        let mut shelf = Shelf::default();
        let image = shelf.image("1");
        let bare = shelf.clone();
        shelf.signature(SIMPLE, b"simple", None, Some(&tag(image, ".sig")));
        let full = shelf.clone();
        let mirror = Double::start(move |asked| bare.answer(asked)).await;
        let registry = Double::start(move |asked| shelf.answer(asked)).await;
        let client = client_with(mirrored(&registry.host, &[&mirror.host]));
        let found = signatures(&client, &registry.host, image).await.unwrap();
        assert_eq!(found.signed.len(), 1);
        // One that has them is enough.
        let mirror = Double::start(move |asked| full.answer(asked)).await;
        let down = Double::start(|_| Reply::status(500)).await;
        let client = client_with(mirrored(&down.host, &[&mirror.host]));
        assert_eq!(signatures(&client, &down.host, image).await.unwrap().signed.len(), 1);
        assert!(down.asked().is_empty());
    });
}
