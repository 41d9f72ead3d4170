//! One Secret, read and written whole: certificates and keys that several replicas share.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use seawall_yaml::Tree;

use super::{WriteError, Writer, word};
use crate::json::write_string;

/// The data of a Secret and the version that it has.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Values by key, decoded.
    pub data: BTreeMap<String, Vec<u8>>,
    /// What a change must name, so that it changes this state and no other.
    pub version: String,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("keys", &self.data.keys())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// The Secret of this name; `None` when there is none.
    ///
    /// # Errors
    /// When the server refuses or its answer is no Secret.
    pub async fn secret(&self, namespace: &str, name: &str) -> Result<Option<Stored>, WriteError> {
        let path = format!("/api/v1/namespaces/{}/secrets/{}", word(namespace)?, word(name)?);
        let found = self.exchange(Method::GET, &path, "application/json", Vec::new()).await?;
        found.as_ref().map(stored).transpose()
    }

    /// Writes the data of the Secret: as a new one without `version`, else over exactly that version. Labels, annotations
    /// and owners stay as somebody else set them. Gives what is stored then.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when it is there already, or has changed: the caller reads what the winner wrote.
    pub async fn put_secret(
        &self,
        namespace: &str,
        name: &str,
        data: &BTreeMap<String, Vec<u8>>,
        version: Option<&str>,
    ) -> Result<Stored, WriteError> {
        let collection = format!("/api/v1/namespaces/{}/secrets", word(namespace)?);
        let Some(version) = version else {
            let body = created(namespace, word(name)?, data).into_bytes();
            let made = self.exchange(Method::POST, &collection, "application/json", body).await?;
            let made =
                made.ok_or_else(|| WriteError::Refused(format!("there is no namespace `{namespace}`")))?;
            return stored(&made);
        };
        let gone = || WriteError::Conflict("it is gone".to_owned());
        let before = self.secret(namespace, name).await?.ok_or_else(gone)?;
        let body = patch(data, &before, version).into_bytes();
        let path = format!("{collection}/{name}");
        let changed = self.exchange(Method::PATCH, &path, "application/merge-patch+json", body).await?;
        stored(&changed.ok_or_else(gone)?)
    }
}

fn stored(tree: &Tree) -> Result<Stored, WriteError> {
    let wrong = |what: &str| WriteError::Answer(what.to_owned());
    let root = tree.root();
    if root.str("kind") != Some("Secret") {
        return Err(wrong("it is no Secret"));
    }
    let version = root.path(&["metadata", "resourceVersion"]).and_then(|version| version.as_str());
    let mut data = BTreeMap::new();
    for (key, value) in root.get("data").into_iter().flat_map(|data| data.entries()) {
        let value = value.as_str().and_then(|text| STANDARD.decode(text).ok());
        data.insert(key.to_owned(), value.ok_or_else(|| wrong("a value is not base64"))?);
    }
    Ok(Stored { data, version: version.ok_or_else(|| wrong("it has no version"))?.to_owned() })
}

fn created(namespace: &str, name: &str, data: &BTreeMap<String, Vec<u8>>) -> String {
    let mut out = String::from(
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"Opaque\",\"metadata\":{\"namespace\":",
    );
    write_string(namespace, &mut out);
    out.push_str(",\"name\":");
    write_string(name, &mut out);
    out.push_str("},\"data\":{");
    entries(data, &mut out);
    out.push_str("}}");
    out
}

/// A merge patch (RFC 7386) that fits one version only, and leaves no other data than this.
fn patch(data: &BTreeMap<String, Vec<u8>>, before: &Stored, version: &str) -> String {
    let mut out = String::from("{\"metadata\":{\"resourceVersion\":");
    write_string(version, &mut out);
    out.push_str("},\"data\":{");
    entries(data, &mut out);
    let mut empty = data.is_empty();
    for key in before.data.keys().filter(|key| !data.contains_key(*key)) {
        if !std::mem::take(&mut empty) {
            out.push(',');
        }
        write_string(key, &mut out);
        out.push_str(":null");
    }
    out.push_str("}}");
    out
}

fn entries(data: &BTreeMap<String, Vec<u8>>, out: &mut String) {
    for (at, (key, value)) in data.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(key, out);
        out.push(':');
        write_string(&STANDARD.encode(value), out);
    }
}
