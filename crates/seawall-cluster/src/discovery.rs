//! What an API server offers: every kind that can be listed, in the version it prefers.
//!
//! Aggregated discovery (KEP-3352, two requests) where the server has it, else one request for each group and version.

use std::collections::BTreeMap;

use seawall_yaml::json::read_json_bytes;
use seawall_yaml::{Limits, Node, Tree};

use crate::ClusterError;
use crate::client::Client;
use crate::kinds::{Listable, is_path_word};
use crate::retry::{Denied, Patience, Waiting, get};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
pub(crate) const PLAIN: &str = "application/json";

/// What was found out.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// By group and kind.
    pub(crate) kinds: Vec<Listable>,
    /// Groups that did not say what they have, with the reason.
    pub(crate) silent: BTreeMap<String, String>,
    /// Major, minor, and the whole version.
    pub(crate) version: [String; 3],
    /// The server's clock at the beginning.
    pub(crate) date: String,
}

/// Group, resource → what it is; the first version that has it wins, since servers name the preferred one first.
type Found = BTreeMap<(String, String), Listable>;

/// Asks the server what it has.
pub(crate) async fn discover(client: &Client, patience: &Patience) -> Result<Discovery, ClusterError> {
    let mut discovery = Discovery::default();
    // A server that cannot be reached at all is told at once, without patience.
    let first = client
        .get("/version", PLAIN)
        .await
        .map_err(|failure| ClusterError::Unreachable(failure.to_string()))?;
    discovery.date = first.date.clone().unwrap_or_default();
    match first.status {
        401 => return Err(ClusterError::Unauthenticated(first.refusal().await.message)),
        status if (200..300).contains(&status) => {
            let bytes =
                first.whole().await.map_err(|failure| ClusterError::Unreachable(failure.to_string()))?;
            if let (Some(tree), _) = read_json_bytes(&bytes, &Limits::default()) {
                let text = |key| tree.root().str(key).unwrap_or("").to_owned();
                discovery.version = [text("major"), text("minor"), text("gitVersion")];
            }
        }
        // Hardened servers keep their version to themselves.
        _ => {}
    }
    let mut found = Found::new();
    for root in ["/api", "/apis"] {
        let tree = json(client, root, AGGREGATED, patience).await.map_err(fatal)?;
        match tree.root().str("kind") {
            Some("APIGroupDiscoveryList") => aggregated(tree.root(), &mut found, &mut discovery.silent),
            Some("APIVersions") => {
                let versions: Vec<String> = tree
                    .root()
                    .list("versions")
                    .filter_map(|version| version.as_str())
                    .map(str::to_owned)
                    .collect();
                for version in versions {
                    resources(client, "", &version, patience, &mut found, &mut discovery.silent).await?;
                }
            }
            Some("APIGroupList") => {
                for (group, version) in group_versions(tree.root()) {
                    resources(client, &group, &version, patience, &mut found, &mut discovery.silent).await?;
                }
            }
            _ => return Err(ClusterError::Discovery(format!("`{root}` is no list of API groups"))),
        }
    }
    discovery.kinds = found.into_values().collect();
    discovery.kinds.sort();
    Ok(discovery)
}

/// Major and minor version, where the server says them. Some providers write `36+`.
pub(crate) fn release_of(major: &str, minor: &str) -> Option<(u32, u32)> {
    let number = |text: &str| text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    number(major).zip(number(minor))
}

fn fatal(denied: Denied) -> ClusterError {
    match denied.status() {
        Some(401) => ClusterError::Unauthenticated(denied.message()),
        Some(_) => ClusterError::Discovery(denied.message()),
        None => ClusterError::Unreachable(denied.message()),
    }
}

pub(crate) async fn json(
    client: &Client,
    path: &str,
    accept: &str,
    patience: &Patience,
) -> Result<Tree, Denied> {
    let answer = get(client, path, accept, &mut Waiting::new(patience)).await?;
    let bytes = answer.whole().await.map_err(Denied::Failed)?;
    let (tree, problems) = read_json_bytes(&bytes, &Limits::default());
    let cause = || problems.first().map_or(String::new(), |problem| problem.message.clone());
    tree.ok_or_else(|| {
        Denied::Failed(crate::answer::Failure::Broken(format!("the answer is not JSON: {}", cause())))
    })
}

/// Reads an `APIGroupDiscoveryList` (`apidiscovery.k8s.io/v2`, and `v2beta1`, which looks the same).
fn aggregated(list: Node<'_>, found: &mut Found, silent: &mut BTreeMap<String, String>) {
    for group in list.list("items") {
        let name = group.get("metadata").and_then(|metadata| metadata.str("name")).unwrap_or("");
        for version in group.list("versions") {
            let Some(version_name) = version.str("version") else { continue };
            if version.str("freshness") == Some("Stale") {
                let reason = format!("the server that has `{name}/{version_name}` does not answer");
                silent.entry(name.to_owned()).or_insert(reason);
            }
            for resource in version.list("resources") {
                let kind = resource.get("responseKind").and_then(|kind| kind.str("kind")).unwrap_or("");
                let namespaced = resource.str("scope") == Some("Namespaced");
                let plural = resource.str("resource").unwrap_or("");
                note(found, name, version_name, plural, kind, namespaced, resource);
            }
        }
    }
}

/// Groups with their versions, the preferred one first.
fn group_versions(list: Node<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for group in list.list("groups") {
        let name = group.str("name").unwrap_or("");
        let preferred = group.get("preferredVersion").and_then(|version| version.str("version"));
        let others = group.list("versions").filter_map(|version| version.str("version"));
        for version in preferred.into_iter().chain(others.filter(|version| Some(*version) != preferred)) {
            pairs.push((name.to_owned(), version.to_owned()));
        }
    }
    pairs
}

/// Asks for the resources of one group and version the old way.
async fn resources(
    client: &Client,
    group: &str,
    version: &str,
    patience: &Patience,
    found: &mut Found,
    silent: &mut BTreeMap<String, String>,
) -> Result<(), ClusterError> {
    if !(group.is_empty() || is_path_word(group)) || !is_path_word(version) {
        silent.entry(group.to_owned()).or_insert_with(|| "its name is none".to_owned());
        return Ok(());
    }
    let path = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
    // One group's own server that is down must not keep the others waiting.
    let hasty = Patience { tries: patience.tries.min(2), ..patience.clone() };
    match json(client, &path, PLAIN, &hasty).await {
        Ok(tree) => {
            for resource in tree.root().list("resources") {
                let namespaced = resource.bool("namespaced") == Some(true);
                let (plural, kind) = (resource.str("name").unwrap_or(""), resource.str("kind").unwrap_or(""));
                note(found, group, version, plural, kind, namespaced, resource);
            }
        }
        Err(denied) if denied.status() == Some(401) => return Err(fatal(denied)),
        Err(denied) => {
            silent.entry(group.to_owned()).or_insert_with(|| denied.message());
        }
    }
    Ok(())
}

fn note(
    found: &mut Found,
    group: &str,
    version: &str,
    plural: &str,
    kind: &str,
    namespaced: bool,
    resource: Node<'_>,
) {
    let lists = resource.list("verbs").any(|verb| verb.as_str() == Some("list"));
    let words = [plural, version].into_iter().all(is_path_word) && (group.is_empty() || is_path_word(group));
    if !lists || kind.is_empty() || !words {
        return;
    }
    found.entry((group.to_owned(), plural.to_owned())).or_insert_with(|| Listable {
        group: group.to_owned(),
        kind: kind.to_owned(),
        resource: plural.to_owned(),
        version: version.to_owned(),
        namespaced,
    });
}
