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

    /// Writes the Secret: as a new one without `version`, else over exactly that version. Gives what is stored then.
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
        let body = body(namespace, word(name)?, data, version).into_bytes();
        let (method, path) = match version {
            None => (Method::POST, collection),
            Some(_) => (Method::PUT, format!("{collection}/{name}")),
        };
        match self.exchange(method, &path, "application/json", body).await? {
            Some(tree) => stored(&tree),
            None if version.is_some() => Err(WriteError::Conflict("it is gone".to_owned())),
            None => Err(WriteError::Refused(format!("there is no namespace `{namespace}`"))),
        }
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

fn body(namespace: &str, name: &str, data: &BTreeMap<String, Vec<u8>>, version: Option<&str>) -> String {
    let mut out = String::from(
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"Opaque\",\"metadata\":{\"namespace\":",
    );
    write_string(namespace, &mut out);
    out.push_str(",\"name\":");
    write_string(name, &mut out);
    if let Some(version) = version {
        out.push_str(",\"resourceVersion\":");
        write_string(version, &mut out);
    }
    out.push_str("},\"data\":{");
    for (at, (key, value)) in data.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(key, &mut out);
        out.push(':');
        write_string(&STANDARD.encode(value), &mut out);
    }
    out.push_str("}}");
    out
}
