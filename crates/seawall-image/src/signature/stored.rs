//! How signatures are stored beside an image: tags, referrers, layers.
//!
//! Sources: `opencontainers/image-spec` (`manifest.md`: `subject`), `opencontainers/distribution-spec` (referrers and their
//! tag), `sigstore/cosign` (`specs/SIGNATURE_SPEC.md`: tags `sha256-….sig` and `.att`; `specs/BUNDLE_SPEC.md`).

use seawall_core::ImageDigest;
use serde_json::Value;

use super::cosign::Annotations;
use super::limits::Limits;
use super::source::{Found, Signed};

const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
/// Cosign's artifacts, as it called them before bundles.
const ARTIFACT: &str = "application/vnd.dev.cosign.artifact.";

/// The media type of manifests.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The endings of tags under which cosign stores signatures and attestations.
pub const ENDINGS: [&str; 2] = [".sig", ".att"];

/// What tags of things that belong to an image begin with; without an ending, the tag of the list of its referrers.
pub fn tag(image: ImageDigest) -> String {
    format!("sha256-{}", image.hex())
}

/// A layer that holds a signature or an attestation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLayer {
    /// Its digest.
    pub digest: ImageDigest,
    kind: String,
    annotations: Annotations,
}

impl StoredLayer {
    /// The signature in the bytes of the layer.
    ///
    /// # Errors
    ///
    /// When it is no text and should be.
    pub fn read(self, bytes: Vec<u8>) -> Result<Signed, String> {
        let StoredLayer { kind, annotations, .. } = self;
        match kind.as_str() {
            SIMPLE => Ok(Signed::Simple { payload: bytes, annotations }),
            ENVELOPE => Ok(Signed::Attestation { envelope: bytes, annotations }),
            _ => String::from_utf8(bytes).map(Signed::Bundle).map_err(|_| "a bundle is no text".to_owned()),
        }
    }
}

/// The layers of a manifest that hold signatures, or what is wrong with one; others are left out.
pub fn layers(manifest: &Value, limits: &Limits) -> Vec<Result<StoredLayer, String>> {
    let holds = |kind: &str| kind == SIMPLE || kind == ENVELOPE || kind.starts_with(BUNDLE);
    let wanted = list(manifest, "layers").iter().filter(|layer| holds(text(layer, "mediaType")));
    let read = |layer: &Value| {
        let digest = digest_of(layer, limits.bundle)?;
        Ok(StoredLayer { digest, kind: text(layer, "mediaType").to_owned(), annotations: annotations(layer) })
    };
    wanted.map(read).collect()
}

/// Whether what a descriptor of a list of referrers leads to may hold signatures: it is a manifest, and of a type that does
/// or of none.
pub fn may_hold(referrer: &Value) -> bool {
    let artifact = text(referrer, "artifactType");
    let known = [SIMPLE, ENVELOPE].contains(&artifact)
        || artifact.starts_with(BUNDLE)
        || artifact.starts_with(ARTIFACT);
    text(referrer, "mediaType") == MANIFEST && (artifact.is_empty() || known)
}

/// The digest of a descriptor, when what it leads to is not longer than that many bytes.
///
/// # Errors
///
/// When it is longer, or names no SHA-256.
pub fn digest_of(descriptor: &Value, most: usize) -> Result<ImageDigest, String> {
    let digest = ImageDigest::parse(text(descriptor, "digest"))
        .ok_or_else(|| "a descriptor has no SHA-256".to_owned())?;
    if descriptor.get("size").and_then(Value::as_u64).is_none_or(|size| size > most as u64) {
        return Err(format!("`{digest}` is longer than {most} bytes, or does not state its size"));
    }
    Ok(digest)
}

/// The digest of what a manifest says it refers to.
pub fn subject(manifest: &Value) -> Option<ImageDigest> {
    manifest.pointer("/subject/digest").and_then(Value::as_str).and_then(ImageDigest::parse)
}

impl Found {
    /// Adds a signature, or what is wrong with it.
    pub fn add(&mut self, signed: Result<Signed, String>) {
        match signed {
            Ok(signed) => self.signed.push(signed),
            Err(fault) => self.fault(fault),
        }
    }

    /// Adds what is wrong with something, once; a store of nothing else is not listed to its end.
    pub fn fault(&mut self, fault: String) {
        /// More are not told.
        const TOLD: usize = 20;
        if self.faults.len() < TOLD && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Whether no more signatures are looked at; then a fault says so.
    pub fn is_full(&mut self, limits: &Limits) -> bool {
        let full = self.signed.len() >= limits.signatures;
        if full {
            let fault = format!("more than {} signatures; the others were not looked at", limits.signatures);
            self.fault(fault);
        }
        full
    }
}

fn annotations(layer: &Value) -> Annotations {
    let all = layer.get("annotations").and_then(Value::as_object);
    all.into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

pub(super) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn referrers_that_may_hold_signatures() {
        for (artifact, kind, may) in [
            ("application/vnd.dev.sigstore.bundle.v0.3+json", MANIFEST, true),
            ("application/vnd.dev.cosign.artifact.sig.v1+json", MANIFEST, true),
            (SIMPLE, MANIFEST, true),
            ("", MANIFEST, true),
            ("application/spdx+json", MANIFEST, false),
            (SIMPLE, "application/vnd.oci.image.index.v1+json", false),
        ] {
            assert_eq!(may_hold(&json!({"mediaType": kind, "artifactType": artifact})), may, "{artifact}");
        }
    }
}
