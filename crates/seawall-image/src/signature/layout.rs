//! Signatures in a folder of the OCI image layout.
//!
//! Sources: `opencontainers/image-spec` (`image-layout.md`, `manifest.md`: `subject`), `opencontainers/distribution-spec`
//! (the tag of referrers), `sigstore/cosign` (`specs/SIGNATURE_SPEC.md`: tags `sha256-….sig` and `.att`; `cosign save`).
//!
//! Files are handed in by a function, so that nothing here touches a disk. A blob that has not the digest it is asked by is
//! refused. Layers that are no signatures are not fetched.

use serde_json::Value;

use super::cosign::Annotations;
use super::encoding::hex;
use super::key::sha256;
use super::limits::Limits;
use super::source::{Found, SignatureSource, Signed, SourceError};
use crate::digest::ImageDigest;

const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const TAG: &str = "org.opencontainers.image.ref.name";

/// A folder in the OCI image layout.
pub struct Layout<F> {
    read: F,
    index: Value,
    limits: Limits,
}

impl<F: Fn(&str) -> Result<Option<Vec<u8>>, String>> Layout<F> {
    /// Opens a layout by a function that reads its files by their path, `None` for one that does not exist.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is none.
    pub fn open(read: F, limits: Limits) -> Result<Self, SourceError> {
        let file = |path: &str| {
            read(path)
                .map_err(SourceError::Unreachable)?
                .ok_or_else(|| SourceError::Malformed(format!("there is no `{path}`")))
        };
        let marker = json(&file("oci-layout")?, &limits).map_err(SourceError::Malformed)?;
        if marker.get("imageLayoutVersion").and_then(Value::as_str) != Some("1.0.0") {
            return Err(SourceError::Malformed("`oci-layout` is not of version 1.0.0".to_owned()));
        }
        let index = json(&file("index.json")?, &limits).map_err(SourceError::Malformed)?;
        Ok(Layout { read, index, limits })
    }

    /// The blob of a descriptor, with the digest that it must have.
    fn blob(&self, descriptor: &Value, most: usize) -> Result<Vec<u8>, String> {
        let digest = descriptor.get("digest").and_then(Value::as_str).unwrap_or_default();
        let digest = ImageDigest::parse(digest).ok_or_else(|| "a descriptor has no SHA-256".to_owned())?;
        if descriptor.get("size").and_then(Value::as_u64).is_none_or(|size| size > most as u64) {
            return Err(format!("`{digest}` is longer than {most} bytes, or does not state its size"));
        }
        let path = format!("blobs/sha256/{}", digest.hex());
        let bytes = (self.read)(&path)?.ok_or_else(|| format!("`{digest}` is missing"))?;
        if sha256(&bytes) == digest.bytes() {
            Ok(bytes)
        } else {
            Err(format!("`{digest}` has other content"))
        }
    }

    /// Adds what the layers of a manifest hold.
    fn layers(&self, manifest: &Value, found: &mut Found) {
        for layer in list(manifest, "layers") {
            let kind = text(layer, "mediaType");
            if kind != SIMPLE && kind != ENVELOPE && !kind.starts_with(BUNDLE) {
                continue;
            }
            if found.signed.len() >= self.limits.signatures {
                found.faults.push(format!(
                    "more than {} signatures; the others were not looked at",
                    self.limits.signatures
                ));
                return;
            }
            match self
                .blob(layer, self.limits.bundle)
                .and_then(|bytes| signed(kind, bytes, annotations(layer)))
            {
                Ok(signed) => found.signed.push(signed),
                Err(fault) => found.faults.push(fault),
            }
        }
    }

    /// Adds what a descriptor of the index or of the list of referrers holds, when it belongs to the image.
    fn descriptor(&self, descriptor: &Value, image: ImageDigest, found: &mut Found) {
        let belongs = belongs(descriptor, image);
        if belongs == Belongs::No || text(descriptor, "digest") == image.to_string() {
            return;
        }
        let manifest =
            match self.blob(descriptor, self.limits.manifest).and_then(|bytes| json(&bytes, &self.limits)) {
                Ok(manifest) => manifest,
                Err(fault) => {
                    found.faults.push(fault);
                    return;
                }
            };
        if belongs == Belongs::AsReferrers {
            for referrer in list(&manifest, "manifests").iter().take(self.limits.manifests) {
                if belongs_by_subject(referrer) {
                    self.descriptor(referrer, image, found);
                }
            }
            return;
        }
        let subject = manifest.pointer("/subject/digest").and_then(Value::as_str);
        if belongs == Belongs::ByTag || subject == Some(image.to_string().as_str()) {
            self.layers(&manifest, found);
        }
    }
}

/// How a descriptor may belong to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belongs {
    /// By its name, for certain.
    ByTag,
    /// It is the list of what refers to the image.
    AsReferrers,
    /// If its manifest says so.
    BySubject,
    No,
}

fn belongs(descriptor: &Value, image: ImageDigest) -> Belongs {
    let tag = descriptor.pointer("/annotations").and_then(|all| all.get(TAG)).and_then(Value::as_str);
    // Some tools write the whole reference.
    let tag = tag.map(|tag| tag.rsplit_once(':').map_or(tag, |(_, tag)| tag));
    let name = format!("sha256-{}", image.hex());
    match tag.and_then(|tag| tag.strip_prefix(name.as_str())) {
        Some(".sig" | ".att") => return Belongs::ByTag,
        Some("") => return Belongs::AsReferrers,
        _ => {}
    }
    let kind = descriptor.pointer("/annotations/kind").and_then(Value::as_str);
    match kind {
        Some("dev.cosignproject.cosign/sigs" | "dev.cosignproject.cosign/atts") => Belongs::ByTag,
        _ if belongs_by_subject(descriptor) => Belongs::BySubject,
        _ => Belongs::No,
    }
}

/// Only manifests have a subject that matters here; indexes of platforms are not opened.
fn belongs_by_subject(descriptor: &Value) -> bool {
    text(descriptor, "mediaType") == "application/vnd.oci.image.manifest.v1+json"
}

fn signed(kind: &str, bytes: Vec<u8>, annotations: Annotations) -> Result<Signed, String> {
    match kind {
        SIMPLE => Ok(Signed::Simple { payload: bytes, annotations }),
        ENVELOPE => Ok(Signed::Attestation { envelope: bytes, annotations }),
        _ => String::from_utf8(bytes).map(Signed::Bundle).map_err(|_| "a bundle is no text".to_owned()),
    }
}

fn annotations(layer: &Value) -> Annotations {
    let all = layer.get("annotations").and_then(Value::as_object);
    all.into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn json(bytes: &[u8], limits: &Limits) -> Result<Value, String> {
    if bytes.len() > limits.manifest {
        return Err(format!("a document of {} bytes is longer than is read", bytes.len()));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| format!("`sha256:{}` is no JSON: {error}", hex(&sha256(bytes))))
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl<F: Fn(&str) -> Result<Option<Vec<u8>>, String>> SignatureSource for Layout<F> {
    fn signatures(&self, image: ImageDigest) -> Result<Found, SourceError> {
        let mut found = Found::default();
        let descriptors = list(&self.index, "manifests");
        for descriptor in descriptors.iter().take(self.limits.manifests) {
            self.descriptor(descriptor, image, &mut found);
        }
        if descriptors.len() > self.limits.manifests {
            found.faults.push(format!(
                "more than {} manifests; the others were not looked at",
                self.limits.manifests
            ));
        }
        Ok(found)
    }
}
