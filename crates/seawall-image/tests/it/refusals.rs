//! What must be refused: a good bundle with one property broken, and the reason that is given.

use seawall_image::signature::{
    Artifact, Bundle, CheckpointError, EntryFault, Identity, Instant, Limits, LogEvidence, NoPath, Refusal,
    Requirements, RootError, Signer, TimestampError, TrustedRoot, verify,
};
use serde_json::{Value, json};

use crate::world::certificate::{
    CODE_SIGNING, EXTENDED_KEY_USAGE, Extension, ISSUER, KEY_USAGE, Plan, SUBJECT, TIME_STAMPING, authority,
    signs, signs_certificates, uri, usage,
};
use crate::world::der::octets;
use crate::world::key::{Key, base64, sha256};
use crate::world::timestamp::{Authority, Stamp};
use crate::world::{ARTIFACT, AT, Kind, Signing, World, statement};

const V01: &str = "application/vnd.dev.sigstore.bundle+json;version=0.1";
const V02: &str = "application/vnd.dev.sigstore.bundle+json;version=0.2";

/// Why a good bundle of a kind is refused after a change.
fn changed(world: &World, kind: Kind, change: impl FnOnce(&mut Value)) -> Refusal {
    let mut bundle = world.sign(&Signing::new(kind));
    change(&mut bundle);
    world.verify(&bundle).unwrap_err()
}

fn planned(world: &World, signing: &Signing) -> Refusal {
    world.verify(&world.sign(signing)).unwrap_err()
}

fn entry(bundle: &mut Value) -> &mut Value {
    &mut bundle["verificationMaterial"]["tlogEntries"][0]
}

fn material(bundle: &mut Value) -> &mut Value {
    &mut bundle["verificationMaterial"]
}

/// Flips the lowest bit of the last byte of a base64 text.
fn flip(text: &mut Value) {
    let mut bytes = seawall_yaml::decode_base64(text.as_str().unwrap()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    *text = base64(&bytes).into();
}

#[test]
fn the_form_of_a_bundle() {
    let world = World::new();
    let refused = |change: fn(&mut Value)| changed(&world, Kind::HashedRekord1, change);
    let of_kind = |text: &str| Refusal::MediaType(text.to_owned());
    assert_eq!(refused(|b| b["mediaType"] = "x".into()), of_kind("x"));
    let later = "application/vnd.dev.sigstore.bundle.v0.4+json";
    assert_eq!(
        refused(|b| b["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json".into()),
        of_kind(later)
    );
    assert_eq!(refused(|b| drop(b["verificationMaterial"].take())), Refusal::NoMaterial);
    assert_eq!(refused(|b| drop(material(b)["certificate"].take())), Refusal::NoMaterial);
    assert_eq!(refused(|b| material(b)["publicKey"] = json!({})), Refusal::SeveralMaterials);
    assert_eq!(refused(|b| drop(b["messageSignature"].take())), Refusal::NoContent);
    assert_eq!(
        refused(|b| b["dsseEnvelope"] = json!({"signatures": [{"sig": "AAAA"}]})),
        Refusal::SeveralContents
    );
    assert_eq!(refused(|b| b["messageSignature"]["signature"] = "".into()), Refusal::NoSignature);
    assert_eq!(refused(|b| b["messageSignature"]["signature"] = "*".into()), Refusal::Field("the signature"));
    assert_eq!(
        refused(|b| {
            let certificate = material(b)["certificate"].take();
            material(b)["x509CertificateChain"] = json!({ "certificates": [certificate] });
        }),
        Refusal::ChainNotAllowed
    );
    assert!(matches!(
        refused(|b| material(b)["certificate"]["rawBytes"] = "AAAA".into()),
        Refusal::Certificate(_)
    ));
    assert!(matches!(refused(|b| *b = json!([])), Refusal::Json(_)));
    assert_eq!(
        changed(&world, Kind::Dsse1, |b| {
            let signature = b["dsseEnvelope"]["signatures"][0].clone();
            b["dsseEnvelope"]["signatures"].as_array_mut().unwrap().push(signature);
        }),
        Refusal::EnvelopeSignatures(2)
    );
}

#[test]
fn a_root_in_the_bundle() {
    let world = World::new();
    let mut bundle = world.sign(&Signing { media_type: V02, ..Signing::new(Kind::HashedRekord1) });
    let chain = &mut material(&mut bundle)["x509CertificateChain"]["certificates"];
    chain.as_array_mut().unwrap().push(json!({"rawBytes": base64(&world.root)}));
    assert_eq!(world.verify(&bundle), Err(Refusal::RootInBundle));
}

#[test]
fn sizes_and_numbers_are_bounded() {
    let world = World::new();
    let bundle = world.sign(&Signing { media_type: V02, ..Signing::new(Kind::HashedRekord1) });
    let read = |bundle: &Value, limits: Limits| Bundle::read(&bundle.to_string(), &limits).unwrap_err();
    let limits = Limits::default();
    let bytes = bundle.to_string().len();
    assert_eq!(read(&bundle, Limits { bundle: 100, ..limits }), Refusal::TooLong { bytes, most: 100 });
    for (limits, what) in [
        (Limits { chain: 0, ..limits }, "certificates"),
        (Limits { entries: 0, ..limits }, "log entries"),
        (Limits { proof: 0, ..limits }, "hashes of an inclusion proof"),
    ] {
        assert_eq!(read(&bundle, limits), Refusal::TooMany { what, most: 0 });
    }
    let bundle = world.sign(&Signing::new(Kind::HashedRekord2));
    let what = "timestamps";
    assert_eq!(read(&bundle, Limits { timestamps: 0, ..limits }), Refusal::TooMany { what, most: 0 });
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(Bundle::read(&deep, &limits), Err(Refusal::Json(_))));
}

#[test]
fn who_signed() {
    let world = World::new();
    let limits = Limits::default();
    let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
    let bundle = Bundle::read(&world.sign(&Signing::new(Kind::Dsse1)).to_string(), &limits).unwrap();
    let by = |identities: &[Identity]| {
        let signer = Signer::Identity(identities);
        verify(&bundle, Artifact::Bytes(ARTIFACT), signer, &root, Requirements::default(), &limits)
            .unwrap_err()
    };
    assert_eq!(by(&[]), Refusal::NobodyExpected);
    for (subject, issuer) in
        [("https://ci.test/org/app", ISSUER), (SUBJECT, "https://other.test"), (ISSUER, SUBJECT)]
    {
        let refusal = by(&[Identity::exact(subject, issuer)]);
        assert!(
            matches!(&refusal, Refusal::Identity { found, .. } if *found == format!("`{SUBJECT}` by `{ISSUER}`"))
        );
    }
    let keyed = world.sign(&Signing { keyed: true, ..Signing::new(Kind::Dsse1) });
    assert_eq!(world.verify(&keyed), Err(Refusal::IdentityExpected));
    assert_eq!(world.verify_keyed(&keyed, &Key::p256()), Err(Refusal::Signature));
    let certified = world.sign(&Signing::new(Kind::Dsse1));
    assert_eq!(world.verify_keyed(&certified, &world.leaf_key), Err(Refusal::KeyExpected));
}

/// The reason why there is no path for a certificate.
fn path(world: &World, leaf: Plan) -> NoPath {
    match planned(world, &Signing { leaf, ..Signing::new(Kind::HashedRekord1) }) {
        Refusal::Path { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_certificate_of_the_signer() {
    let world = World::new();
    let leaf = || Plan::leaf(AT);
    let unknown = |critical| Extension { oid: "1.2.3.4", critical, value: octets(b"") };
    let mut named = leaf();
    named.issuer = "somebody else";
    for (plan, reason) in [
        (leaf().with(authority(None)), NoPath::LeafIsAuthority),
        (leaf().with(unknown(true)), NoPath::CriticalExtension),
        (leaf().without(KEY_USAGE), NoPath::KeyUsage),
        (leaf().with(signs_certificates()), NoPath::KeyUsage),
        (leaf().without(EXTENDED_KEY_USAGE), NoPath::ExtendedKeyUsage),
        (leaf().with(usage(false, &[TIME_STAMPING])), NoPath::ExtendedKeyUsage),
        (Plan { validity: (AT + 1, AT + 100), ..leaf() }, NoPath::NotValidThen),
        (Plan { validity: (AT - 100, AT - 1), ..leaf() }, NoPath::NotValidThen),
        (named, NoPath::NoAuthority),
    ] {
        assert_eq!(path(&world, plan), reason);
    }
    let harmless = Signing { leaf: leaf().with(unknown(false)), ..Signing::new(Kind::HashedRekord1) };
    world.verify(&world.sign(&harmless)).unwrap();
}

#[test]
fn a_certificate_by_somebody_with_the_name_of_the_authority() {
    let (world, other) = (World::new(), World::new());
    let mut bundle = other.sign(&Signing::new(Kind::HashedRekord1));
    // Log and certificate log are the same; the authority is another one.
    let root = other.trusted();
    let mut mixed = world.trusted();
    for field in ["tlogs", "ctlogs", "timestampAuthorities"] {
        mixed[field] = root[field].clone();
    }
    let at = Instant::from_unix(AT);
    let refusal = Refusal::Path { at, reason: NoPath::NoAuthority };
    assert_eq!(world.verify_with(&bundle, &mixed, Requirements::default()), Err(refusal.clone()));
    // Nor does it help to bring the other authority.
    bundle["mediaType"] = V02.into();
    let leaf = material(&mut bundle)["certificate"].take();
    material(&mut bundle)["x509CertificateChain"] =
        json!({"certificates": [leaf, {"rawBytes": base64(&other.intermediate)}]});
    assert_eq!(world.verify_with(&bundle, &mixed, Requirements::default()), Err(refusal));
}

#[test]
fn an_authority_that_may_not_issue_this() {
    let world = World::new();
    let (root_key, middle_key, last_key) = (Key::p256(), Key::p256(), Key::p256());
    let validity = (AT - 100, AT + 100);
    let plan = |subject, issuer, extensions| Plan { subject, issuer, serial: 3, validity, extensions };
    let root = |extensions| plan("r", "r", extensions).issue(&root_key, &root_key);
    let middle = |extensions| plan("m", "r", extensions).issue(&middle_key, &root_key);
    let last = |extensions| plan("intermediate", "m", extensions).issue(&last_key, &middle_key);
    let may = || vec![authority(None), signs_certificates()];
    let millis = u64::try_from(AT).unwrap() * 1_000;
    let leaf = Plan::leaf(AT).issue_logged(&world.leaf_key, &last_key, &world.certificate_log, millis);
    let body = world.sign(&Signing::new(Kind::HashedRekord1));
    let judged = |chain: [Vec<u8>; 3]| {
        let mut bundle = body.clone();
        material(&mut bundle)["certificate"]["rawBytes"] = base64(&leaf).into();
        let certificates: Vec<Value> = chain.iter().map(|der| json!({"rawBytes": base64(der)})).collect();
        let mut root = world.trusted();
        root["certificateAuthorities"][0]["certChain"]["certificates"] = certificates.into();
        match world.verify_with(&bundle, &root, Requirements::default()).unwrap_err() {
            Refusal::Path { reason, .. } => Some(reason),
            // The path holds; the log speaks of the world's own certificate.
            Refusal::BodyVerifier => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(judged([last(may()), middle(may()), root(may())]), None);
    let unknown = Extension { oid: "2.5.29.30", critical: true, value: octets(b"") };
    for bad in [
        vec![signs_certificates()],
        vec![authority(None), signs()],
        vec![authority(Some(0)), signs_certificates()],
        vec![authority(None), signs_certificates(), usage(false, &[TIME_STAMPING])],
        vec![authority(None), signs_certificates(), unknown],
    ] {
        assert_eq!(judged([last(may()), middle(bad), root(may())]), Some(NoPath::NoAuthority));
    }
    assert_eq!(
        judged([last(may()), middle(may()), root(vec![authority(Some(1)), signs_certificates()])]),
        Some(NoPath::NoAuthority)
    );
    assert_eq!(
        judged([last(may()), middle(may()), root(vec![authority(Some(2)), signs_certificates()])]),
        None
    );
    let good = vec![authority(None), signs_certificates(), usage(false, &[CODE_SIGNING])];
    assert_eq!(judged([last(good), middle(may()), root(may())]), None);
}

#[test]
fn a_chain_without_end() {
    let world = World::new();
    let bundle = world.sign(&Signing::new(Kind::HashedRekord1));
    let limits = Limits { chain: 2, ..Limits::default() };
    let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
    let bundle = Bundle::read(&bundle.to_string(), &limits).unwrap();
    let expected = [Identity::exact(SUBJECT, ISSUER)];
    let signer = Signer::Identity(&expected);
    let refusal = verify(&bundle, Artifact::Bytes(ARTIFACT), signer, &root, Requirements::default(), &limits);
    let at = Instant::from_unix(AT);
    assert_eq!(refusal, Err(Refusal::Path { at, reason: NoPath::Budget }));
}

#[test]
fn the_certificate_log() {
    let world = World::new();
    let bundle = world.sign(&Signing::new(Kind::HashedRekord1));
    let mut root = world.trusted();
    root["ctlogs"] = json!([]);
    assert_eq!(world.verify_with(&bundle, &root, Requirements::default()), Err(Refusal::NoSct));
    let lax = Requirements { certificate_log: false, ..Requirements::default() };
    world.verify_with(&bundle, &root, lax).unwrap();
    let mut root = world.trusted();
    root["ctlogs"][0]["publicKey"]["rawBytes"] = base64(&Key::p256().spki()).into();
    assert_eq!(world.verify_with(&bundle, &root, Requirements::default()), Err(Refusal::SctSignature));
    let mut root = world.trusted();
    root["ctlogs"][0]["publicKey"]["validFor"]["start"] = "2024-01-01T00:00:00Z".into();
    assert_eq!(world.verify_with(&bundle, &root, Requirements::default()), Err(Refusal::NoSct));
    // A certificate that no log has seen, and one with a broken list.
    let unlogged = Plan::leaf(AT).issue(&world.leaf_key, &world.intermediate_key);
    let mut changed = bundle.clone();
    material(&mut changed)["certificate"]["rawBytes"] = base64(&unlogged).into();
    assert_eq!(world.verify(&changed), Err(Refusal::NoSct));
    let list = Extension { oid: crate::world::certificate::SCTS, critical: false, value: octets(&[0, 9, 0]) };
    let broken = Plan::leaf(AT).with(list).issue(&world.leaf_key, &world.intermediate_key);
    material(&mut changed)["certificate"]["rawBytes"] = base64(&broken).into();
    assert_eq!(world.verify(&changed), Err(Refusal::SctMalformed));
}

#[test]
fn the_time() {
    let world = World::new();
    // Times of the log that nobody promised are not believed.
    let unpromised = |bundle: &mut Value| drop(entry(bundle)["inclusionPromise"].take());
    assert_eq!(changed(&world, Kind::HashedRekord1, unpromised), Refusal::NoTime(None));
    let unstamped = |bundle: &mut Value| drop(material(bundle)["timestampVerificationData"].take());
    assert_eq!(changed(&world, Kind::HashedRekord2, unstamped), Refusal::NoTime(None));
    // Both clocks must be inside the certificate's validity.
    let late = Instant::from_unix(AT + 1_000);
    let refusal = Refusal::Path { at: late, reason: NoPath::NotValidThen };
    let signing = Signing { integrated: AT + 1_000, ..Signing::new(Kind::HashedRekord1) };
    assert_eq!(planned(&world, &signing), refusal);
    let stamp = Some(Stamp::at(AT + 1_000));
    assert_eq!(planned(&world, &Signing { stamp, ..Signing::new(Kind::HashedRekord1) }), refusal);
    assert_eq!(planned(&world, &Signing { stamp, ..Signing::new(Kind::Dsse2) }), refusal);
}

#[test]
fn timestamps() {
    let world = World::new();
    let stamped =
        |stamp| planned(&world, &Signing { stamp: Some(stamp), ..Signing::new(Kind::HashedRekord2) });
    let counts_for_nothing = |reason| Refusal::NoTime(Some(reason));
    let good = Stamp::at(AT);
    assert_eq!(stamped(Stamp { status: 2, ..good }), Refusal::Timestamp(TimestampError::NotGranted));
    assert_eq!(
        stamped(Stamp { right_content: false, ..good }),
        counts_for_nothing(TimestampError::Attributes)
    );
    assert_eq!(
        stamped(Stamp { right_certificate: false, ..good }),
        counts_for_nothing(TimestampError::SigningCertificate)
    );
    let early = Instant::from_unix(AT - 50_000_000);
    assert_eq!(stamped(Stamp::at(AT - 50_000_000)), counts_for_nothing(TimestampError::NotValidThen(early)));
    assert_eq!(
        stamped(Stamp::at(AT + 1_500_000)),
        counts_for_nothing(TimestampError::Path(NoPath::NotValidThen))
    );
    let other = World::new();
    let of_other = |brings_certificate| {
        let mut bundle = world.sign(&Signing::new(Kind::HashedRekord2));
        let signature = bundle["messageSignature"]["signature"].as_str().unwrap();
        let signature = seawall_yaml::decode_base64(signature).unwrap();
        let response = other.stamps.stamp(&signature, Stamp { brings_certificate, ..good });
        let stamps = &mut material(&mut bundle)["timestampVerificationData"]["rfc3161Timestamps"];
        stamps[0]["signedTimestamp"] = base64(&response).into();
        bundle
    };
    // The other signer has the same name and number, and another key.
    assert_eq!(world.verify(&of_other(true)), Err(counts_for_nothing(TimestampError::SigningCertificate)));
    // Of something else, twice, and no timestamp at all.
    let elsewhere = world.stamps.stamp(b"something else", good);
    let put = |bundle: &mut Value, response: &[u8]| {
        let stamps = &mut material(bundle)["timestampVerificationData"]["rfc3161Timestamps"];
        stamps[0]["signedTimestamp"] = base64(response).into();
    };
    assert_eq!(
        changed(&world, Kind::HashedRekord2, |bundle| put(bundle, &elsewhere)),
        Refusal::Timestamp(TimestampError::Imprint)
    );
    assert!(matches!(
        changed(&world, Kind::HashedRekord2, |bundle| put(bundle, b"\x30\x00")),
        Refusal::Timestamp(TimestampError::Malformed(_))
    ));
    assert_eq!(
        changed(&world, Kind::HashedRekord2, |bundle| {
            let stamps = &mut material(bundle)["timestampVerificationData"]["rfc3161Timestamps"];
            let first = stamps[0].clone();
            stamps.as_array_mut().unwrap().push(first);
        }),
        Refusal::DuplicateTimestamp
    );
}

#[test]
fn timestamp_authorities_that_may_not_stamp() {
    let signer = |extensions| Plan {
        subject: "tsa",
        issuer: "tsa root",
        serial: 5,
        validity: (AT - 100, AT + 100),
        extensions,
    };
    for (extensions, reason) in [
        (vec![signs(), usage(false, &[TIME_STAMPING])], NoPath::ExtendedKeyUsage),
        (vec![signs(), usage(true, &[TIME_STAMPING, CODE_SIGNING])], NoPath::ExtendedKeyUsage),
        (vec![signs(), usage(true, &[CODE_SIGNING])], NoPath::ExtendedKeyUsage),
        (vec![usage(true, &[TIME_STAMPING])], NoPath::KeyUsage),
    ] {
        let mut world = World::new();
        world.stamps = Authority::of(AT, &signer(extensions));
        let refusal = planned(&world, &Signing::new(Kind::HashedRekord2));
        assert_eq!(refusal, Refusal::NoTime(Some(TimestampError::Path(reason))));
    }
}

#[test]
fn the_log_entry() {
    let world = World::new();
    let refused = |change: fn(&mut Value)| changed(&world, Kind::HashedRekord1, change);
    assert_eq!(
        changed(&world, Kind::HashedRekord2, |b| material(b)["tlogEntries"] = json!([])),
        Refusal::NoEntry
    );
    assert_eq!(refused(|b| drop(entry(b)["inclusionProof"].take())), Refusal::NoProof);
    assert_eq!(refused(|b| drop(entry(b)["inclusionProof"]["checkpoint"].take())), Refusal::NoProof);
    assert_eq!(
        refused(|b| flip(&mut entry(b)["inclusionPromise"]["signedEntryTimestamp"])),
        Refusal::Promise
    );
    assert_eq!(refused(|b| entry(b)["integratedTime"] = (AT + 1).to_string().into()), Refusal::Promise);
    assert_eq!(refused(|b| entry(b)["logIndex"] = "1005".into()), Refusal::Promise);
    assert_eq!(refused(|b| entry(b)["logIndex"] = "-1".into()), Refusal::Field("the index of a log entry"));
    assert_eq!(refused(|b| entry(b)["inclusionProof"]["logIndex"] = "5".into()), Refusal::Proof);
    assert_eq!(refused(|b| entry(b)["inclusionProof"]["treeSize"] = "12".into()), Refusal::CheckpointTree);
    assert_eq!(refused(|b| flip(&mut entry(b)["inclusionProof"]["rootHash"])), Refusal::Proof);
    assert_eq!(refused(|b| flip(&mut entry(b)["inclusionProof"]["hashes"][0])), Refusal::Proof);
    assert_eq!(
        refused(|b| {
            let first = entry(b).clone();
            material(b)["tlogEntries"].as_array_mut().unwrap().push(first);
        }),
        Refusal::DuplicateEntry
    );
    assert_eq!(refused(|b| entry(b)["kindVersion"]["kind"] = "dsse".into()), Refusal::BodyKind);
    let mut old = world.sign(&Signing { media_type: V01, ..Signing::new(Kind::HashedRekord1) });
    drop(entry(&mut old)["inclusionPromise"].take());
    assert_eq!(world.verify(&old), Err(Refusal::NoPromise));
}

#[test]
fn an_older_type_demands_no_less() {
    let world = World::new();
    for media_type in [V01, V02] {
        let signing = Signing { media_type, ..Signing::new(Kind::HashedRekord1) };
        for change in [
            (|b| flip(&mut entry(b)["inclusionProof"]["hashes"][0])) as fn(&mut Value),
            |b| drop(entry(b)["inclusionProof"].take()),
            |b| drop(entry(b)["inclusionProof"]["checkpoint"].take()),
        ] {
            let mut bundle = world.sign(&signing);
            change(&mut bundle);
            let refusal = world.verify(&bundle).unwrap_err();
            assert!(matches!(refusal, Refusal::Proof | Refusal::NoProof), "{media_type}: {refusal}");
        }
    }
    // What is there must hold, even where a promise would be enough.
    let lax = Requirements { log: LogEvidence::ProofOrPromise, ..Requirements::default() };
    let mut bundle = world.sign(&Signing { media_type: V01, ..Signing::new(Kind::HashedRekord1) });
    flip(&mut entry(&mut bundle)["inclusionProof"]["hashes"][0]);
    assert_eq!(world.verify_with(&bundle, &world.trusted(), lax), Err(Refusal::Proof));
}

#[test]
fn a_log_that_is_not_known_or_not_trusted_then() {
    let world = World::new();
    let bundle = world.sign(&Signing::new(Kind::HashedRekord2));
    let mut root = world.trusted();
    root["tlogs"].as_array_mut().unwrap().remove(1);
    assert!(matches!(
        world.verify_with(&bundle, &root, Requirements::default()),
        Err(Refusal::UnknownLog(_))
    ));
    for (kind, place) in [(Kind::HashedRekord1, 0), (Kind::HashedRekord2, 1)] {
        for window in [
            json!({"start": "2023-11-14T22:13:21Z"}),
            json!({"start": "2023-01-01T00:00:00Z", "end": "2023-11-14T22:13:19.999Z"}),
        ] {
            let mut root = world.trusted();
            root["tlogs"][place]["publicKey"]["validFor"] = window;
            let refusal = world.verify_with(&world.sign(&Signing::new(kind)), &root, Requirements::default());
            assert!(matches!(refusal, Err(Refusal::LogNotValidThen { .. })), "{refusal:?}");
        }
    }
}

#[test]
fn checkpoints() {
    let world = World::new();
    let root = sha256(b"another tree");
    for (kind, log) in [(Kind::HashedRekord1, &world.log1), (Kind::HashedRekord2, &world.log2)] {
        let bundle = world.sign(&Signing::new(kind));
        let put = |note: String| {
            let mut bundle = bundle.clone();
            entry(&mut bundle)["inclusionProof"]["checkpoint"]["envelope"] = note.into();
            world.verify(&bundle).unwrap_err()
        };
        let refused = |error| Refusal::Checkpoint(error);
        // A note of the log about another tree, however well signed.
        assert_eq!(put(log.checkpoint(&log.origin(), 11, &root)), Refusal::CheckpointTree);
        let proof = &bundle["verificationMaterial"]["tlogEntries"][0]["inclusionProof"];
        let note = proof["checkpoint"]["envelope"].as_str().unwrap().to_owned();
        let tree = seawall_yaml::decode_base64(proof["rootHash"].as_str().unwrap()).unwrap();
        let other = if kind == Kind::HashedRekord1 { &world.log2 } else { &world.log1 };
        let foreign = other.checkpoint(&other.origin(), 11, &tree);
        assert_eq!(put(foreign.clone()), refused(CheckpointError::NotSigned));
        assert_eq!(put(log.checkpoint("another.test", 11, &tree)), refused(CheckpointError::NotSigned));
        assert_eq!(
            put(note.replace(".test", ".tesu")),
            refused(match kind {
                // The name is a part of the second log's identity, and of what the first one signed.
                Kind::HashedRekord1 => CheckpointError::Signature,
                _ => CheckpointError::NotSigned,
            })
        );
        assert_eq!(put(note.replacen('\n', "\nmore\n", 3)), refused(CheckpointError::Size));
        assert_eq!(put("x".to_owned()), refused(CheckpointError::Note));
        // Signatures of others are passed over.
        let (_, line) = foreign.split_once("\n\n").unwrap();
        let mut bundle = bundle.clone();
        let proof = &mut entry(&mut bundle)["inclusionProof"];
        let note = format!("{}{line}", proof["checkpoint"]["envelope"].as_str().unwrap());
        proof["checkpoint"]["envelope"] = note.into();
        world.verify(&bundle).unwrap();
    }
}

#[test]
fn bodies_of_something_else() {
    let world = World::new();
    let body =
        |kind: Kind, change: fn(&mut Value)| planned(&world, &Signing { body: change, ..Signing::new(kind) });
    assert_eq!(
        body(Kind::HashedRekord1, |b| b["spec"]["signature"]["content"] = "AAAA".into()),
        Refusal::BodySignature
    );
    assert_eq!(
        body(Kind::HashedRekord1, |b| b["spec"]["data"]["hash"]["value"] = "00".repeat(32).into()),
        Refusal::BodyDigest
    );
    assert_eq!(
        body(Kind::HashedRekord1, |b| b["spec"]["data"]["hash"]["algorithm"] = "sha512".into()),
        Refusal::BodyDigest
    );
    assert_eq!(
        body(Kind::HashedRekord1, |b| b["spec"]["data"]["hash"]["algorithm"] = "md5".into()),
        Refusal::Body
    );
    let pem = |b: &mut Value| {
        b["spec"]["signature"]["publicKey"]["content"] = base64(Key::p256().pem().as_bytes()).into();
    };
    assert_eq!(body(Kind::HashedRekord1, pem), Refusal::BodyVerifier);
    assert_eq!(
        body(Kind::Dsse1, |b| b["spec"]["payloadHash"]["value"] = "00".repeat(32).into()),
        Refusal::BodyDigest
    );
    assert_eq!(
        body(Kind::Dsse1, |b| b["spec"]["signatures"][0]["signature"] = "AAAA".into()),
        Refusal::BodySignature
    );
    assert_eq!(body(Kind::Dsse1, |b| b["spec"]["signatures"] = json!([])), Refusal::BodySignature);
    assert_eq!(
        body(Kind::Intoto2, |b| b["spec"]["content"]["payloadHash"]["value"] = "00".repeat(32).into()),
        Refusal::BodyDigest
    );
    // Encoded once only.
    assert_eq!(
        body(Kind::Intoto2, |b| b["spec"]["content"]["envelope"]["signatures"][0]["sig"] = "AAAA".into()),
        Refusal::Body
    );
    assert_eq!(
        body(Kind::Dsse2, |b| flip(&mut b["spec"]["dsseV002"]["payloadHash"]["digest"])),
        Refusal::BodyDigest
    );
    assert_eq!(
        body(Kind::HashedRekord2, |b| flip(&mut b["spec"]["hashedRekordV002"]["data"]["digest"])),
        Refusal::BodyDigest
    );
    assert_eq!(
        body(Kind::HashedRekord2, |b| {
            let verifier = &mut b["spec"]["hashedRekordV002"]["signature"]["verifier"];
            *verifier = json!({"publicKey": {"rawBytes": base64(&Key::p256().spki())}});
        }),
        Refusal::BodyVerifier
    );
    assert_eq!(body(Kind::HashedRekord1, |b| b["kind"] = "rpm".into()), Refusal::Body);
    assert_eq!(body(Kind::HashedRekord1, |b| drop(b["spec"].take())), Refusal::Body);
}

#[test]
fn what_was_signed() {
    let world = World::new();
    let other = |kind: Kind, bytes: &[u8]| {
        let limits = Limits::default();
        let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
        let bundle = Bundle::read(&world.sign(&Signing::new(kind)).to_string(), &limits).unwrap();
        let expected = [Identity::exact(SUBJECT, ISSUER)];
        let signer = Signer::Identity(&expected);
        verify(&bundle, Artifact::Bytes(bytes), signer, &root, Requirements::default(), &limits).unwrap_err()
    };
    assert_eq!(other(Kind::HashedRekord1, b"another"), Refusal::Digest);
    assert_eq!(other(Kind::Dsse1, b"another"), Refusal::Subject);
    let digestless = |b: &mut Value| {
        b["messageSignature"]["messageDigest"].take();
        flip(&mut b["messageSignature"]["signature"]);
    };
    assert_eq!(changed(&world, Kind::HashedRekord1, digestless), Refusal::Signature);
    let mut stated = Signing::new(Kind::Dsse1);
    stated.statement = Some(json!({"_type": "https://example.test/other"}));
    assert_eq!(planned(&world, &stated), Refusal::StatementType("https://example.test/other".to_owned()));
    stated.statement = Some(json!([]));
    assert!(matches!(planned(&world, &stated), Refusal::Statement(_)));
    stated.statement = Some(statement(b"another"));
    assert_eq!(planned(&world, &stated), Refusal::Subject);
    // The type of the payload is signed.
    let retyped = |b: &mut Value| b["dsseEnvelope"]["payloadType"] = "text/plain".into();
    assert_eq!(changed(&world, Kind::Dsse1, retyped), Refusal::Signature);

    let limits = Limits::default();
    let root = TrustedRoot::read(&world.trusted().to_string(), &limits).unwrap();
    let bundle = Bundle::read(&world.sign(&Signing::new(Kind::HashedRekord1)).to_string(), &limits).unwrap();
    let expected = [Identity::exact(SUBJECT, ISSUER)];
    let digest: [u8; 32] = sha256(ARTIFACT).try_into().unwrap();
    let signer = Signer::Identity(&expected);
    let refusal = verify(&bundle, Artifact::Sha256(&digest), signer, &root, Requirements::default(), &limits);
    assert_eq!(refusal, Err(Refusal::NeedsArtifact));
}

#[test]
fn names_with_hidden_characters() {
    let world = World::new();
    let leaf = Plan::leaf(AT).with(uri("https://ci.test/\u{0}org"));
    let refusal = planned(&world, &Signing { leaf, ..Signing::new(Kind::HashedRekord1) });
    assert!(matches!(refusal, Refusal::Certificate(_)));
}

#[test]
fn trusted_roots() {
    let world = World::new();
    let limits = Limits::default();
    let read = |change: fn(&mut Value)| {
        let mut root = world.trusted();
        change(&mut root);
        TrustedRoot::read(&root.to_string(), &limits)
    };
    let fault = |result: Result<TrustedRoot, RootError>| match result.unwrap_err() {
        RootError::Entry { what, fault } => (what, fault),
        other => panic!("{other:?}"),
    };
    let start = |what: &str| (what.to_owned(), EntryFault::NoStart);
    assert_eq!(
        fault(read(|root| drop(root["tlogs"][1]["publicKey"]["validFor"]["start"].take()))),
        start("https://log2.test")
    );
    assert_eq!(
        fault(read(|root| drop(root["ctlogs"][0]["publicKey"]["validFor"].take()))),
        start("https://ct.test")
    );
    assert_eq!(
        fault(read(|root| root["certificateAuthorities"][0]["validFor"] = json!({}))),
        start("https://ca.test")
    );
    assert_eq!(
        fault(read(
            |root| root["timestampAuthorities"][0]["validFor"] = json!({"end": "2030-01-01T00:00:00Z"})
        )),
        start("https://tsa.test")
    );
    assert_eq!(
        fault(read(|root| root["tlogs"][0]["publicKey"]["validFor"]["end"] = "soon".into())).1,
        EntryFault::Time
    );
    assert_eq!(fault(read(|root| drop(root["tlogs"][0]["logId"].take()))).1, EntryFault::NoId);
    assert_eq!(fault(read(|root| drop(root["tlogs"][0]["publicKey"].take()))).1, EntryFault::NoKey);
    assert!(matches!(
        fault(read(|root| root["tlogs"][0]["publicKey"]["rawBytes"] = "AAAA".into())).1,
        EntryFault::Key(_)
    ));
    assert_eq!(
        fault(read(|root| root["certificateAuthorities"][0]["certChain"]["certificates"] = json!([]))).1,
        EntryFault::NoCertificate
    );
    assert!(matches!(read(|root| root["mediaType"] = "x".into()), Err(RootError::MediaType(_))));
    assert!(matches!(TrustedRoot::read("[", &limits), Err(RootError::Json(_))));
    let small = Limits { root: 10, ..limits };
    assert!(matches!(TrustedRoot::read(&world.trusted().to_string(), &small), Err(RootError::TooLong(_))));
    // P-521 is known to exist and not used.
    let left_out = read(|root| {
        let key = Key::p256().spki();
        let mut named: Vec<u8> = key.clone();
        named[22] = 0x23;
        root["tlogs"][0]["publicKey"]["rawBytes"] = base64(&named).into();
    });
    assert_eq!(left_out.unwrap().unsupported(), ["https://log1.test"]);
}
