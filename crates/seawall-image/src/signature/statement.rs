//! In-toto statements: what somebody says of artifacts, known by their digests.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::encoding::from_hex;
use super::refusal::Refusal;

/// A statement about subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What the statement is about.
    pub subjects: Vec<Subject>,
    /// What kind of thing it says, as a URI.
    pub predicate_type: String,
    /// What it says, as JSON.
    pub predicate: String,
}

/// An artifact that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What the signer calls it; it proves nothing.
    pub name: String,
    /// Its digests by algorithm, in hexadecimal.
    pub digests: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Json<'a> {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(default)]
    subject: Vec<SubjectJson>,
    #[serde(default, rename = "predicateType")]
    predicate_type: String,
    #[serde(borrow)]
    predicate: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SubjectJson {
    #[serde(default)]
    name: String,
    #[serde(default)]
    digest: BTreeMap<String, String>,
}

impl Statement {
    /// Reads a statement of version 0.1 or 1.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, Refusal> {
        let json: Json<'_> =
            serde_json::from_slice(payload).map_err(|error| Refusal::Statement(error.to_string()))?;
        if !matches!(
            json.kind.as_str(),
            "https://in-toto.io/Statement/v1" | "https://in-toto.io/Statement/v0.1"
        ) {
            return Err(Refusal::StatementType(json.kind.chars().take(100).collect()));
        }
        let subjects =
            json.subject.into_iter().map(|one| Subject { name: one.name, digests: one.digest }).collect();
        let predicate = json.predicate.map_or("null", RawValue::get).to_owned();
        Ok(Statement { subjects, predicate_type: json.predicate_type, predicate })
    }

    /// Whether it is about the artifact with this digest by an algorithm.
    pub fn is_about(&self, algorithm: &str, digest: &[u8]) -> bool {
        self.subjects.iter().any(|subject| {
            let stated = subject.digests.get(algorithm).and_then(|hex| from_hex(hex));
            stated.is_some_and(|stated| stated == digest)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements() {
        let text = |kind: &str| {
            format!(
                r#"{{"_type":"{kind}","subject":[{{"name":"a","digest":{{"sha256":"AB01","sha512":"ff"}}}}],
                    "predicateType":"t","predicate":{{"b": 1.0}}}}"#
            )
        };
        let read = Statement::read(text("https://in-toto.io/Statement/v0.1").as_bytes()).unwrap();
        assert_eq!((read.predicate_type.as_str(), read.predicate.as_str()), ("t", r#"{"b": 1.0}"#));
        assert!(read.is_about("sha256", &[0xab, 1]));
        assert!(read.is_about("sha512", &[0xff]));
        assert!(!read.is_about("sha256", &[0xff]));
        assert!(!read.is_about("sha256", &[]));
        assert!(!read.is_about("md5", &[]));
        assert!(matches!(Statement::read(text("x").as_bytes()), Err(Refusal::StatementType(_))));
        assert!(matches!(Statement::read(b"{"), Err(Refusal::Statement(_))));
    }
}
