//! Signatures as cosign has stored them before bundles.

use seawall_core::ImageDigest;
use seawall_image::signature::{
    Annotations, Identity, Instant, Limits, LogEvidence, PublicKey, Refusal, Requirements, Signer,
    TrustedRoot, Verified, verify_attestation, verify_simple,
};
use serde_json::json;

use crate::world::certificate::{ISSUER, SUBJECT};
use crate::world::image::{image, payload};
use crate::world::key::Key;
use crate::world::{ARTIFACT, AT, World, statement};

fn root(world: &World) -> TrustedRoot {
    TrustedRoot::read(&world.trusted().to_string(), &Limits::default()).unwrap()
}

fn keyless(world: &World, payload: &[u8], annotations: &Annotations) -> Result<Verified, Refusal> {
    let expected = [Identity::exact(SUBJECT, ISSUER)];
    let (root, limits) = (root(world), Limits::default());
    verify_simple(
        payload,
        annotations,
        image(),
        Signer::Identity(&expected),
        &root,
        Requirements::default(),
        &limits,
    )
}

fn keyed(world: &World, key: &Key, annotations: &Annotations, log: LogEvidence) -> Result<Verified, Refusal> {
    let key = PublicKey::from_pem(&key.pem()).unwrap();
    let requirements = Requirements { log, ..Requirements::default() };
    let limits = Limits::default();
    verify_simple(
        &payload(image()),
        annotations,
        image(),
        Signer::Key(&key),
        &root(world),
        requirements,
        &limits,
    )
}

#[test]
fn simple_signatures() {
    let world = World::new();
    let payload = payload(image());
    let verified = keyless(&world, &payload, &world.simple(&payload, false)).unwrap();
    assert_eq!(verified.identity, Some((SUBJECT.to_owned(), ISSUER.to_owned())));
    assert_eq!(verified.times, [Instant::from_unix(AT)]);
    let annotations = world.simple(&payload, true);
    keyed(&world, &world.leaf_key, &annotations, LogEvidence::Proof).unwrap();
    assert_eq!(keyed(&world, &Key::p256(), &annotations, LogEvidence::Proof), Err(Refusal::Signature));
}

#[test]
fn a_key_without_a_log() {
    let world = World::new();
    let mut annotations = world.simple(&payload(image()), true);
    annotations.remove("dev.sigstore.cosign/bundle");
    keyed(&world, &world.leaf_key, &annotations, LogEvidence::NotNeeded).unwrap();
    assert_eq!(keyed(&world, &world.leaf_key, &annotations, LogEvidence::Proof), Err(Refusal::NoTime(None)));
    assert_eq!(keyed(&world, &Key::p256(), &annotations, LogEvidence::NotNeeded), Err(Refusal::Signature));
}

#[test]
fn simple_signatures_that_are_refused() {
    let world = World::new();
    let good = payload(image());
    let annotations = world.simple(&good, false);
    let other = payload(ImageDigest::from([7; 32]));
    assert_eq!(keyless(&world, &other, &world.simple(&other, false)), Err(Refusal::PayloadDigest));
    assert_eq!(keyless(&world, &other, &annotations), Err(Refusal::Signature));
    let without = |name: &str| {
        let mut annotations = annotations.clone();
        annotations.remove(name).unwrap();
        keyless(&world, &good, &annotations).unwrap_err()
    };
    assert_eq!(without("dev.cosignproject.cosign/signature"), Refusal::NoSignature);
    assert_eq!(without("dev.sigstore.cosign/certificate"), Refusal::IdentityExpected);
    assert_eq!(without("dev.sigstore.cosign/bundle"), Refusal::NoTime(None));
    let with = |name: &str, value: &str| {
        let mut annotations = annotations.clone();
        annotations.insert(name.to_owned(), value.to_owned());
        keyless(&world, &good, &annotations).unwrap_err()
    };
    assert_eq!(with("dev.cosignproject.cosign/signature", "*"), Refusal::Field("the signature"));
    assert!(matches!(with("dev.sigstore.cosign/bundle", "{}"), Refusal::Json(_)));
    assert_eq!(with("dev.sigstore.cosign/certificate", "x"), Refusal::Field("the certificate"));
    // The promise is of another signature of the same bytes.
    let again = world.simple(&good, false);
    assert_eq!(
        with("dev.sigstore.cosign/bundle", &again["dev.sigstore.cosign/bundle"]),
        Refusal::BodySignature
    );
    let later = annotations["dev.sigstore.cosign/bundle"].replace(&AT.to_string(), &(AT + 1).to_string());
    assert_eq!(with("dev.sigstore.cosign/bundle", &later), Refusal::Promise);
    let kind =
        json!({"critical": {"image": {"docker-manifest-digest": image().to_string()}, "type": "other"}});
    let kind = kind.to_string().into_bytes();
    assert_eq!(
        keyless(&world, &kind, &world.simple(&kind, false)),
        Err(Refusal::PayloadKind("other".to_owned()))
    );
}

#[test]
fn attestations() {
    let world = World::new();
    let expected = [Identity::exact(SUBJECT, ISSUER)];
    let attested = |envelope: &[u8], annotations: &Annotations, image| {
        let (root, limits) = (root(&world), Limits::default());
        let signer = Signer::Identity(&expected);
        verify_attestation(envelope, annotations, image, signer, &root, Requirements::default(), &limits)
    };
    let (envelope, annotations) = world.attestation(&statement(ARTIFACT));
    let statement = attested(&envelope, &annotations, image()).unwrap().statement.unwrap();
    assert_eq!(statement.predicate_type, "https://slsa.dev/provenance/v1");
    assert_eq!(attested(&envelope, &annotations, ImageDigest::from([7; 32])), Err(Refusal::Subject));
    // The oldest kind of entry holds the hash of the whole envelope.
    let old = world.old_attestation(&envelope, &annotations);
    attested(&envelope, &old, image()).unwrap();
    let spaced = [&envelope[..], b" "].concat();
    assert_eq!(attested(&spaced, &old, image()), Err(Refusal::BodyDigest));
    attested(&spaced, &annotations, image()).unwrap();
    assert!(matches!(attested(b"{", &annotations, image()), Err(Refusal::Json(_))));
}
