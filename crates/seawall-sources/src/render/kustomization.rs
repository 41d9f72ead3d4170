//! What a kustomization uses, read before any program runs: what is remote is refused, and what is used is not judged twice.
//!
//! The fields are those of <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use seawall_yaml::{Limits, Node, Text, read};

/// Names of the file, as kustomize looks for them.
const MARKERS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// Folders that one root may use.
const MAX_FOLDERS: usize = 10_000;

/// Fields whose items are paths.
const LISTS: [&str; 9] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "patchesStrategicMerge",
];

/// Fields whose items have a path.
const PATCHES: [&str; 3] = ["patches", "patchesJson6902", "replacements"];

/// Fields whose items name files to put into objects.
const GENERATORS: [&str; 2] = ["configMapGenerator", "secretGenerator"];

/// One file, and what it names.
#[derive(Debug)]
pub(super) struct Kustomization {
    /// Its folder, canonical.
    pub(super) folder: PathBuf,
    marker: PathBuf,
    pub(super) is_component: bool,
    /// Folders that it uses, canonical.
    pub(super) folders: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
    remote: Option<String>,
}

/// A root with everything that it uses, wherever that is.
#[derive(Debug)]
pub(super) struct Used {
    pub(super) folder: PathBuf,
    pub(super) marker: PathBuf,
    pub(super) folders: BTreeSet<PathBuf>,
    pub(super) files: BTreeSet<PathBuf>,
    /// Something that is not on this machine, and the file that names it.
    pub(super) remote: Option<(PathBuf, String)>,
}

pub(super) fn is_marker(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| MARKERS.contains(&name))
}

impl Kustomization {
    /// Reads a file by its canonical path; `None` when it is something else, for example an object of Flux.
    pub(super) fn read(marker: &Path) -> Option<Self> {
        let text = Text::new(crate::text::read_text(marker, MAX_BYTES).ok()?);
        let (documents, _) = read(&text, &Limits::default());
        let mut kustomization = Kustomization {
            folder: marker.parent()?.to_owned(),
            marker: marker.to_owned(),
            is_component: false,
            folders: BTreeSet::new(),
            files: BTreeSet::from([marker.to_owned()]),
            remote: None,
        };
        // One that cannot be read is one nevertheless: its program says what is wrong.
        let Some(root) = documents.first().map(|document| document.tree.root()) else {
            return Some(kustomization);
        };
        let ours = |version: &str| version.starts_with("kustomize.config.k8s.io/");
        if !root.str("apiVersion").is_none_or(ours) {
            return None;
        }
        kustomization.is_component = root.str("kind") == Some("Component");
        for named in named(root) {
            kustomization.take(named);
        }
        Some(kustomization)
    }

    /// That of a folder.
    fn of(folder: &Path) -> Option<Self> {
        MARKERS
            .iter()
            .map(|name| folder.join(name))
            .find(|path| path.is_file())
            .and_then(|path| Self::read(&path))
    }

    fn take(&mut self, named: &str) {
        match self.folder.join(named).canonicalize() {
            // A patch may stand there itself.
            _ if named.contains('\n') => {}
            Ok(path) if path.is_dir() => drop(self.folders.insert(path)),
            Ok(path) => drop(self.files.insert(path)),
            Err(_) if is_remote(named) => {
                self.remote.get_or_insert_with(|| without_credentials(named));
            }
            // Its program says that it is missing.
            Err(_) => {}
        }
    }

    /// Follows what it uses, each folder once.
    pub(super) fn all_used(&self) -> Used {
        let mut used = Used {
            folder: self.folder.clone(),
            marker: self.marker.clone(),
            folders: BTreeSet::from([self.folder.clone()]),
            files: self.files.clone(),
            remote: self.remote.clone().map(|remote| (self.marker.clone(), remote)),
        };
        let mut next: Vec<PathBuf> = self.folders.iter().cloned().collect();
        while let Some(folder) = next.pop() {
            if used.folders.len() >= MAX_FOLDERS || !used.folders.insert(folder.clone()) {
                continue;
            }
            let Some(one) = Kustomization::of(&folder) else { continue };
            used.files.extend(one.files);
            let remote = one.remote.map(|remote| (one.marker, remote));
            used.remote = used.remote.or(remote);
            next.extend(one.folders);
        }
        used
    }
}

/// Everything that a kustomization names.
fn named(root: Node<'_>) -> Vec<&str> {
    let lists = LISTS.iter().flat_map(|field| root.list(field)).filter_map(|item| item.as_str());
    let patches = PATCHES.iter().flat_map(|field| root.list(field)).filter_map(|item| item.str("path"));
    let schema = root.get("openapi").and_then(|openapi| openapi.str("path"));
    let generators = || GENERATORS.iter().flat_map(|field| root.list(field));
    let files = generators().flat_map(|item| item.list("files")).filter_map(|file| file.as_str());
    // `KEY=FILE`
    let files = files.map(|file| file.split_once('=').map_or(file, |(_, file)| file));
    let variables = generators().flat_map(|item| item.list("envs")).filter_map(|file| file.as_str());
    let variable = generators().filter_map(|item| item.str("env"));
    lists.chain(patches).chain(schema).chain(files).chain(variables).chain(variable).collect()
}

/// Whether kustomize would fetch this, given that no file is called so: an address, or a repository as `git` or the short
/// forms of <https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md> write it.
fn is_remote(named: &str) -> bool {
    let host = named.split(['/', ':']).next().unwrap_or("");
    named.contains("://")
        || named.contains("::")
        || named.contains("?ref=")
        || named.contains("?version=")
        || named.contains('@') && named.contains(':')
        || host.contains('.') && !host.starts_with('.') && named.matches('/').count() >= 2
}

/// An address without the name and password before its host.
fn without_credentials(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    match host.rsplit_once('@') {
        Some((_, host)) if !scheme.is_empty() => format!("{scheme}://{host}/{path}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_is_what_kustomize_would_fetch() {
        for remote in [
            "https://example.com/base.yaml",
            "github.com/acme/app//deploy?ref=v1",
            "github.com/acme/app/deploy",
            "git@example.com:acme/app.git",
            "git::https://example.com/app",
            "ssh://git@example.com/acme/app",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        for local in ["../base", "./x.yaml", "x.yaml", "dir/x.yaml", "../a.b/c/d", "a/b/c"] {
            assert!(!is_remote(local), "{local}");
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(
            without_credentials("https://me:t0ken@example.com/a?ref=1"),
            "https://example.com/a?ref=1"
        );
        assert_eq!(without_credentials("https://example.com/a@b"), "https://example.com/a@b");
        assert_eq!(without_credentials("git@example.com:acme/app"), "git@example.com:acme/app");
    }

    #[test]
    fn everything_that_is_named_is_found() {
        let text = Text::new(
            "resources: [a, {no: path}]\npatches: [{path: b}, {patch: 'x: 1'}]\nopenapi: {path: c}\nconfigMapGenerator: [{files: [d, k=e], envs: [f], literals: [g=h]}]\nsecretGenerator: [{env: i}]\nreplacements: [{path: j}]\ncomponents: [k]\n",
        );
        let (documents, _) = read(&text, &Limits::default());
        let mut found = named(documents[0].tree.root());
        found.sort_unstable();
        assert_eq!(found, ["a", "b", "c", "d", "e", "f", "i", "j", "k"]);
    }
}
