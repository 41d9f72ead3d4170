//! The OpenAPI documents of a server (KEP-2896): an index, and a document for each group and version, with a hash that says
//! whether it is still the same.
//!
//! Every authenticated user may read them (`system:discovery`). Asked for are those of groups that Kubernetes does not have,
//! and of its own where the server is of another release than the types that are known anyway.
//!
//! Invariants: what a server of an extension says of groups that are not its own is not taken. A document that cannot be had
//! is told with its reason, and what was read before stays. Number and bytes of all documents are bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use seawall_schema::Schemas;
use seawall_yaml::json::read_json_bytes;
use seawall_yaml::{Limits, Node, Tree};

use crate::Refused;
use crate::answer::Failure;
use crate::client::Client;
use crate::discovery::{PLAIN, json};
use crate::kinds::is_path_word;
use crate::retry::{Denied, Patience, Waiting, get};

const INDEX: &str = "/openapi/v3";

/// Bytes of all documents: those of Kubernetes itself come to 12 MB, that of a large operator to 5.
const MOST_BYTES: usize = 64 << 20;
/// Bytes of one document.
const MOST_ONE: usize = 16 << 20;
/// Documents.
const MOST: usize = 1_000;
/// Documents that cannot be had before no more are asked for: the server is not well.
const MOST_REFUSED: usize = 8;

/// The OpenAPI documents of a server, as far as they could be read.
#[derive(Debug, Default)]
pub struct Documents {
    read: BTreeMap<String, Document>,
    refused: Vec<Refused>,
}

#[derive(Debug)]
struct Document {
    /// With its hash, if it has one.
    address: String,
    bytes: usize,
    tree: Arc<Tree>,
}

impl Documents {
    /// The documents, in the order of groups and versions.
    pub fn trees(&self) -> impl Iterator<Item = Arc<Tree>> {
        self.read.values().map(|document| Arc::clone(&document.tree))
    }

    /// What could not be read when it was asked for last.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Brings all up to date; whether any is another one than before.
    pub(crate) async fn refresh(
        &mut self,
        client: &Client,
        patience: &Patience,
        version: Option<(u32, u32)>,
    ) -> bool {
        self.refused.clear();
        // Nothing waits for these as it does for objects.
        let hasty = Patience { tries: patience.tries.min(2), ..patience.clone() };
        let index = match json(client, INDEX, PLAIN, &hasty).await {
            Ok(index) => index,
            Err(denied) => {
                self.refuse(INDEX, denied.message());
                return false;
            }
        };
        let wanted = wanted(index.root(), version);
        let before = self.read.len();
        self.read.retain(|key, _| wanted.contains_key(key));
        let mut changed = self.read.len() != before;
        for (at, (key, address)) in wanted.iter().enumerate() {
            let is_same = |known: &Document| known.address == *address && address.contains("hash=");
            if self.read.get(key).is_some_and(is_same) {
                continue;
            }
            let others: usize =
                self.read.iter().filter(|(other, _)| *other != key).map(|(_, document)| document.bytes).sum();
            let left = MOST_BYTES.saturating_sub(others).min(MOST_ONE);
            if at >= MOST || left == 0 || self.refused.len() >= MOST_REFUSED {
                let why = "it was not asked for: there are too many before it, too large or refused";
                self.refuse(&format!("{INDEX}/{key} and those behind it"), why.to_owned());
                break;
            }
            match document(client, address, left, &hasty).await {
                Ok((tree, bytes)) if speaks_of(tree.root(), key) => {
                    let document = Document { address: address.clone(), bytes, tree: Arc::new(tree) };
                    self.read.insert(key.clone(), document);
                    changed = true;
                }
                Ok(_) => self.refuse(&format!("{INDEX}/{key}"), "it is about something else".to_owned()),
                Err(denied) => self.refuse(&format!("{INDEX}/{key}"), denied.message()),
            }
        }
        changed
    }

    fn refuse(&mut self, what: &str, reason: String) {
        self.refused.push(Refused { what: what.to_owned(), reason });
    }
}

/// The documents that are wanted, `apis/apps/v1` and the like, with their addresses.
fn wanted(index: Node<'_>, version: Option<(u32, u32)>) -> BTreeMap<String, String> {
    let builtin = Schemas::builtin();
    let known: BTreeSet<&str> = builtin.resources().map(|resource| resource.group()).collect();
    let is_other = version.is_some_and(|(major, minor)| format!("{major}.{minor}") != builtin.release());
    let mut wanted = BTreeMap::new();
    for (key, entry) in index.get("paths").into_iter().flat_map(Node::entries) {
        let group = match key.split('/').collect::<Vec<_>>().as_slice() {
            ["api", version] if is_path_word(version) => "",
            ["apis", group, version] if is_path_word(group) && is_path_word(version) => *group,
            _ => continue,
        };
        if is_other || !known.contains(group) {
            wanted.insert(key.to_owned(), address(key, entry.str("serverRelativeURL")));
        }
    }
    wanted
}

/// Where a document is. What a server says of itself must not lead a request elsewhere.
fn address(key: &str, said: Option<&str>) -> String {
    let plain = format!("{INDEX}/{key}");
    let hash = said.and_then(|said| said.strip_prefix(&plain)?.strip_prefix("?hash="));
    let is_hash = |hash: &&str| hash.len() <= 256 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match hash.filter(is_hash) {
        Some(hash) => format!("{plain}?hash={hash}"),
        None => plain,
    }
}

async fn document(
    client: &Client,
    address: &str,
    most: usize,
    patience: &Patience,
) -> Result<(Tree, usize), Denied> {
    let answer = get(client, address, PLAIN, &mut Waiting::new(patience)).await?;
    let bytes = answer.bytes(most).await.map_err(Denied::Failed)?;
    match read_json_bytes(&bytes, &Limits::default()) {
        (Some(tree), _) => Ok((tree, bytes.len())),
        (None, _) => Err(Denied::Failed(Failure::Broken("the answer is not JSON".to_owned()))),
    }
}

/// Whether a document is about its own group and version, and no other.
fn speaks_of(document: Node<'_>, key: &str) -> bool {
    let is_own = |path: &str| {
        let below = path.strip_prefix('/').and_then(|path| path.strip_prefix(key));
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    };
    let paths = document.get("paths");
    paths.is_some_and(|paths| !paths.is_empty() && paths.entries().all(|(path, _)| is_own(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_nowhere_else() {
        let of = |said| address("apis/a.b/v1", Some(said));
        assert_eq!(of("/openapi/v3/apis/a.b/v1?hash=0Af"), "/openapi/v3/apis/a.b/v1?hash=0Af");
        for said in [
            "//elsewhere/openapi/v3/apis/a.b/v1?hash=0",
            "/openapi/v3/apis/a.b/v1?hash=0&x=1",
            "/openapi/v3/apis/a.b/v2?hash=0",
            "/openapi/v3/apis/a.b/v1/../../../api/v1/secrets?hash=0",
            "",
        ] {
            assert_eq!(of(said), "/openapi/v3/apis/a.b/v1", "{said}");
        }
    }
}
