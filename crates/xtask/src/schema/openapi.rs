//! Reads OpenAPI v3 documents: the types, and which resource takes which kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

/// A group, version and kind.
pub(super) type Gvk = (String, String, String);

/// What the documents say.
#[derive(Debug, Default)]
pub(super) struct Api {
    /// The schemas by their short name.
    pub(super) types: BTreeMap<String, Value>,
    /// The type of each kind.
    pub(super) kinds: BTreeMap<Gvk, String>,
    /// Group, version and resource (with its subresource), and the kind it takes.
    pub(super) resources: BTreeMap<(String, String, String), Resource>,
}

/// What a resource takes.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) namespaced: bool,
    pub(super) kind: Gvk,
}

/// Reads the documents of a folder.
pub(super) fn read(folder: &Path) -> Result<Api> {
    let failed = || format!("cannot read `{}`", folder.display());
    let mut api = Api::default();
    let mut paths: Vec<_> =
        fs::read_dir(folder).with_context(failed)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "json")) {
        let text = fs::read_to_string(path).with_context(failed)?;
        let document: Value =
            serde_json::from_str(&text).with_context(|| format!("in `{}`", path.display()))?;
        api.document(&document);
    }
    Ok(api)
}

/// What stands before the names of types in the documents; groups that are not Kubernetes' own are left out.
const PREFIXES: [&str; 4] = [
    "io.k8s.apimachinery.pkg.apis.",
    "io.k8s.apiextensions-apiserver.pkg.apis.",
    "io.k8s.kube-aggregator.pkg.apis.",
    "io.k8s.api.",
];

/// The short name of a type: `core.v1.Pod`.
pub(super) fn short(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

impl Api {
    fn document(&mut self, document: &Value) {
        for (name, schema) in entries(&document["components"]["schemas"]) {
            if !name.starts_with("io.k8s.") {
                continue;
            }
            let gvks: BTreeSet<Gvk> = schema["x-kubernetes-group-version-kind"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(gvk)
                .collect();
            // Types such as DeleteOptions belong to every group and are no objects.
            if let [gvk] = gvks.into_iter().collect::<Vec<_>>().as_slice()
                && !is_list(schema)
            {
                self.kinds.insert(gvk.clone(), short(name).to_owned());
            }
            self.types.entry(short(name).to_owned()).or_insert_with(|| schema.clone());
        }
        for (path, item) in entries(&document["paths"]) {
            self.path(path, item);
        }
    }

    fn path(&mut self, path: &str, item: &Value) {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return,
        };
        let (namespaced, resource) = match rest {
            ["watch", ..] => return,
            ["namespaces", "{namespace}", plural] => (true, (*plural).to_owned()),
            ["namespaces", "{namespace}", plural, "{name}"] => (true, (*plural).to_owned()),
            ["namespaces", "{namespace}", plural, "{name}", sub] => (true, format!("{plural}/{sub}")),
            [plural] | [plural, "{name}"] => (false, (*plural).to_owned()),
            [plural, "{name}", sub] => (false, format!("{plural}/{sub}")),
            _ => return,
        };
        let operations = ["post", "put", "patch", "delete", "get"];
        let Some(kind) =
            operations.iter().find_map(|verb| gvk(&item[*verb]["x-kubernetes-group-version-kind"]))
        else {
            return;
        };
        let key = (group.to_owned(), version.to_owned(), resource);
        let found = self.resources.entry(key).or_insert(Resource { namespaced, kind });
        // A namespaced resource can also be listed without a namespace.
        found.namespaced |= namespaced;
    }
}

fn is_list(schema: &Value) -> bool {
    schema["properties"]["metadata"].to_string().contains("meta.v1.ListMeta")
}

/// The entries of a JSON object.
pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn gvk(value: &Value) -> Option<Gvk> {
    let part = |key: &str| value[key].as_str().map(str::to_owned);
    Some((part("group")?, part("version")?, part("kind")?))
}
