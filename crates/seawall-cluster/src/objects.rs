//! From the bytes of an item to the tree of an object that says what it is.

use seawall_yaml::json::JsonReader;
use seawall_yaml::{Limits, Tree};

use crate::kinds::{Listable, Reading};

/// Where apiVersion and kind come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// The item says it itself.
    Own,
    /// It stands before the item's own keys: built-in kinds leave it to the list.
    Before,
    /// It stands behind them and wins: the item says `PartialObjectMetadata`.
    Behind,
}

/// Reads the items of one list.
#[derive(Debug)]
pub(crate) struct Objects {
    reader: JsonReader,
    limits: Limits,
    identity: Identity,
    stated: String,
    buffer: Vec<u8>,
    api_version: String,
    kind: String,
}

impl Objects {
    pub(crate) fn new(listable: &Listable, limits: &Limits) -> Self {
        let reading = listable.reading();
        let mut stated = String::from("\"apiVersion\":");
        crate::json::write_string(&listable.api_version(), &mut stated);
        stated.push_str(",\"kind\":");
        crate::json::write_string(&listable.kind, &mut stated);
        Objects {
            reader: if reading == Reading::Withholding {
                JsonReader::withholding()
            } else {
                JsonReader::new()
            },
            limits: *limits,
            identity: if reading == Reading::Metadata { Identity::Behind } else { Identity::Own },
            stated,
            buffer: Vec::new(),
            api_version: listable.api_version(),
            kind: listable.kind.clone(),
        }
    }

    /// The object, or why there is none.
    pub(crate) fn read(&mut self, item: &[u8]) -> Result<Tree, String> {
        let mut tree = self.parse(item, self.identity)?;
        if self.identity != Identity::Behind {
            // Items of one list are alike, so the other way is tried once or twice a list.
            let other = match (self.identity, tree.root().str("kind")) {
                (Identity::Own, None) => Some(Identity::Before),
                (Identity::Before, Some(kind)) if kind != self.kind => Some(Identity::Own),
                _ => None,
            };
            if let Some(other) = other {
                tree = self.parse(item, other)?;
                self.identity = other;
            }
        }
        let root = tree.root();
        let group =
            |version: &str| version.split_once('/').map_or(String::new(), |(group, _)| group.to_owned());
        let version = root.str("apiVersion").unwrap_or("");
        if root.str("kind") != Some(&self.kind) || group(version) != group(&self.api_version) {
            return Err("an object says that it is of another kind".to_owned());
        }
        Ok(tree)
    }

    fn parse(&mut self, item: &[u8], identity: Identity) -> Result<Tree, String> {
        let inside = item.strip_prefix(b"{").and_then(|item| item.strip_suffix(b"}")).unwrap_or(b"");
        let empty = inside.trim_ascii().is_empty();
        let comma: &[u8] = if empty { b"" } else { b"," };
        let stated = self.stated.as_bytes();
        let parts: [&[u8]; 5] = match identity {
            Identity::Own => [item, b"", b"", b"", b""],
            Identity::Before => [b"{", stated, comma, inside, b"}"],
            Identity::Behind => [b"{", inside, comma, stated, b"}"],
        };
        self.buffer.clear();
        parts.iter().for_each(|part| self.buffer.extend_from_slice(part));
        let (tree, problems) = self.reader.read_bytes(&self.buffer, &self.limits);
        tree.ok_or_else(|| {
            let cause = problems.last().map_or(String::new(), |problem| problem.message.clone());
            format!("an object could not be read: {cause}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listable(group: &str, kind: &str) -> Listable {
        Listable {
            group: group.into(),
            kind: kind.into(),
            resource: "x".into(),
            version: "v1".into(),
            namespaced: true,
        }
    }

    fn read(listable: &Listable, items: &[&str]) -> Vec<Result<String, String>> {
        let mut objects = Objects::new(listable, &Limits::default());
        let json = |tree: Tree| {
            let mut out = String::new();
            tree.root().write_json(&mut out);
            out
        };
        items.iter().map(|item| objects.read(item.as_bytes()).map(json)).collect()
    }

    #[test]
    fn every_object_says_what_it_is() {
        let stated = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}"#;
        let items = [r#"{"metadata":{"name":"a"}}"#, stated, r#"{"metadata":{"name":"a"}}"#];
        assert_eq!(
            read(&listable("", "Pod"), &items),
            [Ok(stated.into()), Ok(stated.into()), Ok(stated.into())]
        );
        assert_eq!(read(&listable("", "Pod"), &["{}"]), [Ok(r#"{"apiVersion":"v1","kind":"Pod"}"#.into())]);
    }

    #[test]
    fn partial_objects_get_their_own_kind() {
        let partial =
            r#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a"}}"#;
        let want = r#"{"metadata":{"name":"a"},"apiVersion":"coordination.k8s.io/v1","kind":"Lease"}"#;
        assert_eq!(read(&listable("coordination.k8s.io", "Lease"), &[partial]), [Ok(want.into())]);
    }

    #[test]
    fn values_of_secrets_are_gone_and_their_keys_stay() {
        let secret = r#"{"metadata":{"name":"a","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{hunter2}","b":"c"},"managedFields":[{}]},"data":{"password":"aHVudGVyMg==","a\"b":"eA=="},"stringData":{"x":"hunter2"},"type":"Opaque"}"#;
        let want = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","annotations":{"b":"c"}},"data":{"password":null,"a\"b":null},"stringData":{"x":null},"type":"Opaque"}"#;
        assert_eq!(read(&listable("", "Secret"), &[secret]), [Ok(want.into())]);
        for hostile in [
            r#"{"data":"aHVudGVyMg=="}"#,
            r#"{"data":["aHVudGVyMg=="]}"#,
            r#"{"data":{"a":{"b":"aHVudGVyMg=="}}}"#,
            r#"{"data" : { } ,"data":"aHVudGVyMg=="}"#,
        ] {
            let read = read(&listable("", "Secret"), &[hostile]).remove(0).unwrap();
            assert!(!read.contains("aHVudGVyMg"), "{read}");
        }
    }

    #[test]
    fn another_kind_is_no_object_of_this_list() {
        let secret = r#"{"apiVersion":"v1","kind":"Secret","data":{"a":"b"}}"#;
        let read = read(&listable("", "Pod"), &[secret, "{", r#"{"apiVersion":"apps/v1","kind":"Pod"}"#]);
        assert!(read.iter().all(Result::is_err), "{read:?}");
    }
}
