//! Any bytes as what a registry stores beside an image: no panic, and nothing that is verified.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use seawall_core::ImageDigest;
use seawall_image::signature::{
    Annotations, Found, Identity, Limits, LogEvidence, Payload, Requirements, Signed, Signer, TrustedRoot, stored,
};

/// Anybody at all, so that nothing is refused for the name alone.
static ANYBODY: LazyLock<[Identity; 1]> = LazyLock::new(|| {
    use seawall_image::signature::Matcher;
    [Identity { subject: Matcher::Any, issuer: Matcher::Any }]
});

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let image = ImageDigest::from([7; 32]);
    let root = TrustedRoot::default();
    _ = Payload::read(bytes);
    let text = String::from_utf8_lossy(bytes).into_owned();
    _ = TrustedRoot::read(&text, &limits);
    let mut annotations = Annotations::new();
    for name in [
        "dev.cosignproject.cosign/signature",
        "dev.sigstore.cosign/certificate",
        "dev.sigstore.cosign/chain",
        "dev.sigstore.cosign/bundle",
        "dev.sigstore.cosign/rfc3161timestamp",
    ] {
        annotations.insert(name.to_owned(), text.clone());
    }
    let signed = [
        Signed::Simple { payload: bytes.to_vec(), annotations: annotations.clone() },
        Signed::Attestation { envelope: bytes.to_vec(), annotations },
        Signed::Bundle(text),
    ];
    for one in &signed {
        for log in [LogEvidence::Proof, LogEvidence::ProofOrPromise, LogEvidence::NotNeeded] {
            let requirements = Requirements { log, certificate_log: false };
            // The trusted root is empty: whatever is accepted is accepted wrongly.
            let verified = one.verify(image, Signer::Identity(&*ANYBODY), &root, requirements, &limits);
            assert!(verified.is_err(), "{verified:?}");
        }
    }
    if let Ok(manifest) = serde_json::from_slice(bytes) {
        let mut found = Found::default();
        for layer in stored::layers(&manifest, &limits).into_iter().flatten() {
            found.add(layer.read(bytes.to_vec()));
        }
        _ = (stored::subject(&manifest), stored::may_hold(&manifest), stored::digest_of(&manifest, 10));
    }
});
