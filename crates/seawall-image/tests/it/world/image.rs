//! An image of this world, its cosign signatures, and a folder that holds them.

use std::collections::HashMap;

use seawall_core::ImageDigest;
use seawall_image::signature::Annotations;
use serde_json::{Value, json};

use super::key::{base64, pem, sha256};
use super::{AT, Kind, Signing, World};

/// The digest of the only image.
pub(crate) fn image() -> ImageDigest {
    ImageDigest::from(<[u8; 32]>::try_from(sha256(super::ARTIFACT)).unwrap())
}

pub(crate) fn payload(image: ImageDigest) -> Vec<u8> {
    let critical = json!({
        "identity": {"docker-reference": "r.test/app"},
        "image": {"docker-manifest-digest": image.to_string()},
        "type": "cosign container image signature",
    });
    json!({ "critical": critical, "optional": null }).to_string().into_bytes()
}

impl World {
    /// Annotations of a simple signature of some bytes, by certificate or by key.
    pub(crate) fn simple(&self, payload: &[u8], keyed: bool) -> Annotations {
        let signature = self.leaf_key.sign(payload);
        let leaf = self.leaf(&Signing::new(Kind::HashedRekord1).leaf);
        let verifier = if keyed { self.leaf_key.pem() } else { pem("CERTIFICATE", &leaf) };
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": {"hash": {"algorithm": "sha256", "value": super::key::hex(&sha256(payload))}},
                "signature": {"content": base64(&signature), "publicKey": {"content": base64(verifier.as_bytes())}},
            },
        });
        let mut annotations = self.logged(&body);
        annotations.insert("dev.cosignproject.cosign/signature".to_owned(), base64(&signature));
        if !keyed {
            self.certified(&leaf, &mut annotations);
        }
        annotations
    }

    /// An envelope with a statement about the image, and its annotations.
    pub(crate) fn attestation(&self, statement: &Value) -> (Vec<u8>, Annotations) {
        let signing = Signing { statement: Some(statement.clone()), ..Signing::new(Kind::Dsse1) };
        let bundle = self.sign(&signing);
        let entry = &bundle["verificationMaterial"]["tlogEntries"][0];
        let body = seawall_yaml::decode_base64(entry["canonicalizedBody"].as_str().unwrap()).unwrap();
        let mut annotations = self.logged(&serde_json::from_slice(&body).unwrap());
        let leaf = bundle["verificationMaterial"]["certificate"]["rawBytes"].as_str().unwrap();
        self.certified(&seawall_yaml::decode_base64(leaf).unwrap(), &mut annotations);
        (bundle["dsseEnvelope"].to_string().into_bytes(), annotations)
    }

    /// The same, logged as cosign did at first.
    pub(crate) fn old_attestation(&self, envelope: &[u8], annotations: &Annotations) -> Annotations {
        let certificate = &annotations["dev.sigstore.cosign/certificate"];
        let hash = json!({"algorithm": "sha256", "value": super::key::hex(&sha256(envelope))});
        let spec = json!({"content": {"hash": hash}, "publicKey": base64(certificate.as_bytes())});
        let mut old = annotations.clone();
        old.extend(self.logged(&json!({"apiVersion": "0.0.1", "kind": "intoto", "spec": spec})));
        old
    }

    fn certified(&self, leaf: &[u8], annotations: &mut Annotations) {
        let chain = format!("{}{}", pem("CERTIFICATE", &self.intermediate), pem("CERTIFICATE", &self.root));
        annotations.insert("dev.sigstore.cosign/certificate".to_owned(), pem("CERTIFICATE", leaf));
        annotations.insert("dev.sigstore.cosign/chain".to_owned(), chain);
    }

    fn logged(&self, body: &Value) -> Annotations {
        let body = body.to_string().into_bytes();
        let bundle = json!({
            "SignedEntryTimestamp": base64(&self.log1.signed_entry(&body, AT, 7)),
            "Payload": {
                "body": base64(&body),
                "integratedTime": AT,
                "logIndex": 7,
                "logID": super::key::hex(&self.log1.id()),
            },
        });
        Annotations::from([("dev.sigstore.cosign/bundle".to_owned(), bundle.to_string())])
    }
}

/// A folder in the OCI image layout.
#[derive(Default)]
pub(crate) struct Folder {
    pub(crate) files: HashMap<String, Vec<u8>>,
    pub(crate) index: Vec<Value>,
}

pub(crate) const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
pub(crate) const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

impl Folder {
    /// Stores bytes; the descriptor of them.
    pub(crate) fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = ImageDigest::from(<[u8; 32]>::try_from(sha256(bytes)).unwrap());
        self.files.insert(format!("blobs/sha256/{}", digest.hex()), bytes.to_vec());
        json!({"mediaType": media_type, "digest": digest.to_string(), "size": bytes.len()})
    }

    /// Stores a manifest with one layer; the descriptor of the manifest.
    pub(crate) fn manifest(
        &mut self,
        kind: &str,
        bytes: &[u8],
        annotations: &Annotations,
        subject: Option<ImageDigest>,
    ) -> Value {
        let mut layer = self.blob(kind, bytes);
        layer["annotations"] = json!(annotations);
        let mut manifest = json!({"schemaVersion": 2, "layers": [layer]});
        if let Some(subject) = subject {
            manifest["subject"] = json!({"digest": subject.to_string()});
        }
        self.blob("application/vnd.oci.image.manifest.v1+json", manifest.to_string().as_bytes())
    }

    /// Puts a descriptor into the index under a tag.
    pub(crate) fn tag(&mut self, mut descriptor: Value, tag: Option<String>) {
        if let Some(tag) = tag {
            descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
        }
        self.index.push(descriptor);
    }

    /// The files with `oci-layout` and `index.json`.
    pub(crate) fn finish(mut self) -> HashMap<String, Vec<u8>> {
        let index = json!({"schemaVersion": 2, "manifests": self.index});
        self.files.insert("index.json".to_owned(), index.to_string().into_bytes());
        self.files.insert("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec());
        self.files
    }
}
