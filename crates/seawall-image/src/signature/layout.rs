//! Signatures in a folder of the OCI image layout.
//!
//! Sources: `opencontainers/image-spec` (`image-layout.md`), `sigstore/cosign` (`cosign save`). What names of tags and media
//! types mean is said in [`stored`](super::stored).
//!
//! Files are handed in by a function, so that nothing here touches a disk. A blob that has not the digest it is asked by is
//! refused. Layers that are no signatures are not fetched.

use seawall_core::ImageDigest;
use serde_json::Value;

use super::encoding::hex;
use super::gap::{Cause, Gap};
use super::key::sha256;
use super::limits::Limits;
use super::source::{Found, SignatureSource, SourceError};
use super::stored::{self, list, text};

const TAG: &str = "org.opencontainers.image.ref.name";
/// What `cosign save` says of what it saves beside an image.
const COSIGN_KINDS: [&str; 2] = ["dev.cosignproject.cosign/sigs", "dev.cosignproject.cosign/atts"];

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
                .map_err(|reason| SourceError::Unreachable(Gap::new(Cause::Here, reason)))?
                .ok_or_else(|| SourceError::Malformed(format!("there is no `{path}`")))
        };
        let marker = json(&file("oci-layout")?, &limits).map_err(SourceError::Malformed)?;
        if marker.get("imageLayoutVersion").and_then(Value::as_str) != Some("1.0.0") {
            return Err(SourceError::Malformed("`oci-layout` is not of version 1.0.0".to_owned()));
        }
        let index = json(&file("index.json")?, &limits).map_err(SourceError::Malformed)?;
        Ok(Layout { read, index, limits })
    }

    /// The images of the layout with what they are called in it: everything in the index that belongs to no other image.
    pub fn images(&self) -> Vec<(ImageDigest, Option<&str>)> {
        let of_signatures = |descriptor: &Value| {
            let tag = tag_of(descriptor).is_some_and(|tag| {
                let rest = tag.strip_prefix("sha256-").and_then(|rest| rest.get(64..));
                rest.is_some_and(|ending| ending.is_empty() || ending.starts_with('.'))
            });
            let kind = descriptor.pointer("/annotations/kind").and_then(Value::as_str);
            tag || kind.is_some_and(|kind| COSIGN_KINDS.contains(&kind))
                || !text(descriptor, "artifactType").is_empty()
        };
        let own = list(&self.index, "manifests").iter().take(self.limits.manifests);
        let named = own.filter(|descriptor| !of_signatures(descriptor)).filter_map(|descriptor| {
            let digest = ImageDigest::parse(text(descriptor, "digest"))?;
            Some((digest, tag_of(descriptor)))
        });
        let refers = |digest: ImageDigest| {
            let manifest = self.blob(digest).and_then(|bytes| json(&bytes, &self.limits));
            manifest.is_ok_and(|manifest| stored::subject(&manifest).is_some())
        };
        named.filter(|(digest, _)| !refers(*digest)).collect()
    }

    /// The blob with this digest.
    fn blob(&self, digest: ImageDigest) -> Result<Vec<u8>, String> {
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
        for layer in stored::layers(manifest, &self.limits) {
            if found.is_full(&self.limits) {
                return;
            }
            found.add(layer.and_then(|layer| {
                let bytes = self.blob(layer.digest)?;
                layer.read(bytes)
            }));
        }
    }

    /// Adds what a descriptor of the index or of the list of referrers holds, when it belongs to the image.
    fn descriptor(&self, descriptor: &Value, image: ImageDigest, found: &mut Found) {
        let belongs = belongs(descriptor, image);
        if belongs == Belongs::No || text(descriptor, "digest") == image.to_string() {
            return;
        }
        let manifest = stored::digest_of(descriptor, self.limits.manifest)
            .and_then(|digest| self.blob(digest))
            .and_then(|bytes| json(&bytes, &self.limits));
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(fault) => {
                found.fault(fault);
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
        if belongs == Belongs::ByTag || stored::subject(&manifest) == Some(image) {
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
    let name = stored::tag(image);
    match tag_of(descriptor).and_then(|tag| tag.strip_prefix(name.as_str())) {
        Some("") => return Belongs::AsReferrers,
        Some(ending) if stored::ENDINGS.contains(&ending) => return Belongs::ByTag,
        _ => {}
    }
    let kind = descriptor.pointer("/annotations/kind").and_then(Value::as_str);
    match kind {
        Some(kind) if COSIGN_KINDS.contains(&kind) => Belongs::ByTag,
        _ if belongs_by_subject(descriptor) => Belongs::BySubject,
        _ => Belongs::No,
    }
}

/// The name of a descriptor; some tools write the whole reference, of which the tag counts.
fn tag_of(descriptor: &Value) -> Option<&str> {
    let tag = descriptor.pointer("/annotations").and_then(|all| all.get(TAG)).and_then(Value::as_str)?;
    Some(tag.rsplit_once(':').map_or(tag, |(_, tag)| tag))
}

/// Only manifests have a subject that matters here; indexes of platforms are not opened.
fn belongs_by_subject(descriptor: &Value) -> bool {
    text(descriptor, "mediaType") == stored::MANIFEST
}

fn json(bytes: &[u8], limits: &Limits) -> Result<Value, String> {
    if bytes.len() > limits.manifest {
        return Err(format!("a document of {} bytes is longer than is read", bytes.len()));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| format!("`sha256:{}` is no JSON: {error}", hex(&sha256(bytes))))
}

impl<F: Fn(&str) -> Result<Option<Vec<u8>>, String>> SignatureSource for Layout<F> {
    fn signatures(&self, image: ImageDigest) -> Result<Found, SourceError> {
        let mut found = Found::default();
        let descriptors = list(&self.index, "manifests");
        for descriptor in descriptors.iter().take(self.limits.manifests) {
            self.descriptor(descriptor, image, &mut found);
        }
        if descriptors.len() > self.limits.manifests {
            found.fault(format!(
                "more than {} manifests; the others were not looked at",
                self.limits.manifests
            ));
        }
        Ok(found)
    }
}
