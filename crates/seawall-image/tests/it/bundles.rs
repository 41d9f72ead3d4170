//! What must verify.

use seawall_image::signature::{
    Artifact, Bundle, Identity, Instant, Limits, LogEvidence, Matcher, Requirements, Signer, TrustedRoot,
    verify,
};
use serde_json::json;

use crate::world::certificate::{ISSUER, SUBJECT, email, issuer_v1, user_name};
use crate::world::key::{base64, sha256};
use crate::world::timestamp::Stamp;
use crate::world::{ARTIFACT, AT, Kind, Signing, World};

const KINDS: [Kind; 5] = [Kind::HashedRekord1, Kind::Intoto2, Kind::Dsse1, Kind::HashedRekord2, Kind::Dsse2];

#[test]
fn every_kind_of_entry_in_every_version() {
    let world = World::new();
    for kind in KINDS {
        for media_type in [
            "application/vnd.dev.sigstore.bundle+json;version=0.1",
            "application/vnd.dev.sigstore.bundle+json;version=0.2",
            "application/vnd.dev.sigstore.bundle+json;version=0.3",
            "application/vnd.dev.sigstore.bundle.v0.3+json",
        ] {
            let v2 = matches!(kind, Kind::HashedRekord2 | Kind::Dsse2);
            if v2 && media_type.ends_with("0.1") {
                // There was no second log when that version was written, so it demands a promise.
                continue;
            }
            let verified = world.verify(&world.sign(&Signing { media_type, ..Signing::new(kind) }));
            let verified = verified.unwrap_or_else(|refusal| panic!("{kind:?} {media_type}: {refusal}"));
            assert_eq!(verified.identity, Some((SUBJECT.to_owned(), ISSUER.to_owned())));
            assert_eq!(verified.times, [Instant::from_unix(AT)]);
            let stated = verified.statement.map(|statement| statement.predicate_type);
            let enveloped = !matches!(kind, Kind::HashedRekord1 | Kind::HashedRekord2);
            assert_eq!(stated.is_some(), enveloped);
        }
    }
}

#[test]
fn an_envelope_is_logged_by_its_encoding() {
    let world = World::new();
    for kind in [Kind::HashedRekord1, Kind::HashedRekord2] {
        let statement = Some(crate::world::statement(ARTIFACT));
        let verified = world.verify(&world.sign(&Signing { statement, ..Signing::new(kind) })).unwrap();
        let statement = verified.statement.unwrap();
        assert_eq!(statement.predicate, r#"{"buildDefinition":{"buildType":"https://ci.test/build"}}"#);
    }
}

#[test]
fn a_key_signs_without_a_certificate() {
    let world = World::new();
    for kind in KINDS {
        let bundle = world.sign(&Signing { keyed: true, ..Signing::new(kind) });
        let verified = world.verify_keyed(&bundle, &world.leaf_key).unwrap();
        assert_eq!(verified.identity, None);
    }
}

#[test]
fn a_timestamp_may_bring_its_certificate() {
    let world = World::new();
    let stamp = Stamp { brings_certificate: true, ..Stamp::at(AT) };
    let signing = Signing { stamp: Some(stamp), ..Signing::new(Kind::HashedRekord2) };
    world.verify(&world.sign(&signing)).unwrap();
    // A root that knows the authority only, not its signers.
    let mut root = world.trusted();
    root["timestampAuthorities"][0]["certChain"]["certificates"].as_array_mut().unwrap().remove(0);
    world.verify_with(&world.sign(&signing), &root, Requirements::default()).unwrap();
}

#[test]
fn both_clocks_count() {
    let world = World::new();
    let signing = Signing { stamp: Some(Stamp::at(AT + 1)), ..Signing::new(Kind::HashedRekord1) };
    let verified = world.verify(&world.sign(&signing)).unwrap();
    assert_eq!(verified.times, [Instant::from_unix(AT), Instant::from_unix(AT + 1)]);
}

#[test]
fn windows_include_both_ends() {
    let world = World::new();
    let mut root = world.trusted();
    let window = json!({"start": "2023-11-14T22:13:20Z", "end": "2023-11-14T22:13:20Z"});
    for place in
        ["tlogs/0/publicKey", "tlogs/1/publicKey", "certificateAuthorities/0", "timestampAuthorities/0"]
    {
        root.pointer_mut(&format!("/{place}")).unwrap()["validFor"] = window.clone();
    }
    for kind in KINDS {
        world.verify_with(&world.sign(&Signing::new(kind)), &root, Requirements::default()).unwrap();
    }
    for validity in [(AT, AT + 10), (AT - 10, AT)] {
        let mut signing = Signing::new(Kind::HashedRekord1);
        signing.leaf.validity = validity;
        world.verify(&world.sign(&signing)).unwrap();
    }
}

#[test]
fn names_and_issuers_of_every_form() {
    let world = World::new();
    let limits = Limits::default();
    let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
    let plan = Signing::new(Kind::HashedRekord1).leaf;
    for (leaf, name) in [
        (plan.clone().with(email("dev@org.test")), "dev@org.test"),
        (plan.clone().with(user_name("dev!org.test")), "dev!org.test"),
        (plan.without("1.3.6.1.4.1.57264.1.8").with(issuer_v1(ISSUER)), SUBJECT),
    ] {
        let bundle = world.sign(&Signing { leaf, ..Signing::new(Kind::HashedRekord1) });
        let bundle = Bundle::read(&bundle.to_string(), &limits).unwrap();
        let pattern =
            Identity { subject: Matcher::whole(&format!("{}.*", &name[..3])).unwrap(), issuer: Matcher::Any };
        for identity in [Identity::exact(name, ISSUER), pattern] {
            let signer = Signer::Identity(std::slice::from_ref(&identity));
            let artifact = Artifact::Bytes(ARTIFACT);
            let verified =
                verify(&bundle, artifact, signer, &root, Requirements::default(), &limits).unwrap();
            assert_eq!(verified.identity.unwrap().0, name);
        }
    }
}

#[test]
fn a_statement_is_verified_by_the_digest_alone() {
    let world = World::new();
    let limits = Limits::default();
    let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
    let bundle = Bundle::read(&world.sign(&Signing::new(Kind::Dsse1)).to_string(), &limits).unwrap();
    let expected = [Identity::exact(SUBJECT, ISSUER)];
    let digest: [u8; 32] = sha256(ARTIFACT).try_into().unwrap();
    let artifact = Artifact::Sha256(&digest);
    verify(&bundle, artifact, Signer::Identity(&expected), &root, Requirements::default(), &limits).unwrap();
}

#[test]
fn longer_hashes() {
    let world = World::new();
    let digest = ring::digest::digest(&ring::digest::SHA384, ARTIFACT).as_ref().to_vec();
    let mut bundle = world.sign(&Signing::new(Kind::HashedRekord1));
    bundle["messageSignature"]["messageDigest"] = json!({"algorithm": "SHA2_384", "digest": base64(&digest)});
    world.verify(&bundle).unwrap();
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [{"name": "app", "digest": {"sha384": crate::world::key::hex(&digest)}}],
    });
    let signing = Signing { statement: Some(statement), ..Signing::new(Kind::Dsse1) };
    let verified = world.verify(&world.sign(&signing)).unwrap();
    assert_eq!(verified.statement.unwrap().predicate, "null");
    let body = |body: &mut serde_json::Value| {
        let digest = ring::digest::digest(&ring::digest::SHA384, ARTIFACT);
        body["spec"]["hashedRekordV002"]["data"] =
            json!({"algorithm": "SHA2_384", "digest": base64(digest.as_ref())});
    };
    world.verify(&world.sign(&Signing { body, ..Signing::new(Kind::HashedRekord2) })).unwrap();
}

#[test]
fn a_promise_is_enough_only_when_asked_for() {
    let world = World::new();
    let signing = Signing {
        media_type: "application/vnd.dev.sigstore.bundle+json;version=0.1",
        ..Signing::new(Kind::HashedRekord1)
    };
    let mut bundle = world.sign(&signing);
    let entry = &mut bundle["verificationMaterial"]["tlogEntries"][0];
    entry["inclusionProof"]["checkpoint"].take();
    let requirements = Requirements { log: LogEvidence::ProofOrPromise, ..Requirements::default() };
    world.verify_with(&bundle, &world.trusted(), requirements).unwrap();
    world.verify(&bundle).unwrap_err();
    bundle["verificationMaterial"]["tlogEntries"][0].as_object_mut().unwrap().remove("inclusionProof");
    world.verify_with(&bundle, &world.trusted(), requirements).unwrap();
    world.verify(&bundle).unwrap_err();
}

#[test]
fn an_authority_may_be_brought_when_the_root_knows_who_issued_it() {
    let world = World::new();
    let mut root = world.trusted();
    root["certificateAuthorities"][0]["certChain"]["certificates"].as_array_mut().unwrap().remove(0);
    let signing = Signing {
        media_type: "application/vnd.dev.sigstore.bundle+json;version=0.2",
        ..Signing::new(Kind::HashedRekord1)
    };
    let mut bundle = world.sign(&signing);
    let chain = &mut bundle["verificationMaterial"]["x509CertificateChain"]["certificates"];
    chain.as_array_mut().unwrap().push(json!({"rawBytes": base64(&world.intermediate)}));
    world.verify_with(&bundle, &root, Requirements::default()).unwrap();
}
