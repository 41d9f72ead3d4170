//! What lies in a repository: manifests by tag and digest, blobs, lists of referrers.

use std::collections::HashMap;

use seawall_core::ImageDigest;
use seawall_registry::{Credentials, Host, Options, Registry};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::double::{Asked, Reply};

pub(crate) const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
pub(crate) const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

pub(crate) fn digest(bytes: &[u8]) -> ImageDigest {
    ImageDigest::from(<[u8; 32]>::from(Sha256::digest(bytes)))
}

/// The things of the repository `app`, by the end of their path.
#[derive(Clone, Default)]
pub(crate) struct Shelf(pub(crate) HashMap<String, Vec<u8>>);

impl Shelf {
    /// Puts a manifest there, by digest and under a tag.
    pub(crate) fn manifest(&mut self, manifest: &Value, tag: Option<&str>) -> ImageDigest {
        let bytes = manifest.to_string().into_bytes();
        let digest = digest(&bytes);
        self.0.extend(tag.map(|tag| (format!("manifests/{tag}"), bytes.clone())));
        self.0.insert(format!("manifests/{digest}"), bytes);
        digest
    }

    /// Puts a blob there; a layer of it.
    pub(crate) fn layer(&mut self, kind: &str, bytes: &[u8]) -> Value {
        let digest = digest(bytes);
        self.0.insert(format!("blobs/{digest}"), bytes.to_vec());
        json!({"mediaType": kind, "digest": digest.to_string(), "size": bytes.len(), "annotations": {"a": "b"}})
    }

    /// An image that is nothing but its name.
    pub(crate) fn image(&mut self, tag: &str) -> ImageDigest {
        self.manifest(&json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": []}), Some(tag))
    }

    /// Puts a manifest with one layer there; its descriptor.
    pub(crate) fn signature(
        &mut self,
        kind: &str,
        bytes: &[u8],
        subject: Option<ImageDigest>,
        tag: Option<&str>,
    ) -> Value {
        let layer = self.layer(kind, bytes);
        let mut manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [layer]});
        if let Some(subject) = subject {
            manifest["subject"] = json!({"digest": subject.to_string()});
        }
        let digest = self.manifest(&manifest, tag);
        json!({"mediaType": MANIFEST, "digest": digest.to_string(), "size": manifest.to_string().len(), "artifactType": kind})
    }

    /// Puts a list of referrers there.
    pub(crate) fn referrers(&mut self, image: ImageDigest, referrers: &[Value]) {
        let list = json!({"schemaVersion": 2, "manifests": referrers}).to_string();
        self.0.insert(format!("referrers/{image}"), list.into_bytes());
    }

    /// What a registry with this in it answers.
    pub(crate) fn answer(&self, asked: &Asked) -> Reply {
        let found = asked.path.strip_prefix("/v2/app/").and_then(|path| self.0.get(path));
        match found {
            Some(bytes) if asked.path.contains("/manifests/") => {
                Reply::ok(bytes.clone()).with("Docker-Content-Digest", &digest(bytes).to_string())
            }
            Some(bytes) => Reply::ok(bytes.clone()),
            None => Reply::status(404),
        }
    }
}

/// A client that may ask this machine.
pub(crate) fn client() -> Registry {
    client_with(Options::default())
}

pub(crate) fn client_with(options: Options) -> Registry {
    Registry::new(Options { loopback: true, ..options }).unwrap()
}

/// Options with credentials for some hosts.
pub(crate) fn known(logins: &[(&str, &str, &str)]) -> Options {
    let auths: serde_json::Map<String, Value> = logins
        .iter()
        .map(|(host, name, password)| ((*host).to_owned(), json!({"username": name, "password": password})))
        .collect();
    Options {
        credentials: Credentials::read(&json!({ "auths": auths }).to_string()).unwrap(),
        ..Options::default()
    }
}

/// Options in which a host has mirrors.
pub(crate) fn mirrored(host: &str, mirrors: &[&str]) -> Options {
    let mirrors = mirrors.iter().map(|mirror| (*mirror).to_owned()).collect();
    let known = Host { mirrors, plain: true, authorities: None };
    Options { hosts: [(host.to_owned(), known)].into(), ..Options::default() }
}
