//! Reports of Grype: `grype IMAGE -o json`.
//!
//! Source: Grype's JSON presenter (`models.Document`). What VEX documents suppress stands under `ignoredMatches`, which is
//! not read.

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::{Names, Reading, Told, short};

impl Reading {
    pub(super) fn grype(&mut self, root: Node<'_>) {
        let source = root.get("source");
        let kind = source.and_then(|source| source.str("type")).unwrap_or("");
        let target = source.and_then(|source| source.get("target")).filter(|target| target.is_map());
        let Some(target) = target.filter(|_| kind == "image") else {
            let message = format!("a report about a `{}`, not an image: it is left out", short(kind));
            self.problem(ProblemSeverity::Error, message);
            return;
        };
        let mut names = Names::default();
        let input = target.str("userInput").unwrap_or("");
        // `docker:nginx`, `registry:nginx`: where the image was taken from.
        let bare = SCHEMES.iter().find_map(|scheme| input.strip_prefix(scheme)).unwrap_or(input);
        names.add(bare);
        for key in ["tags", "repoDigests"] {
            target.list(key).filter_map(Node::as_str).for_each(|name| names.add(name));
        }
        let digests = ["manifestDigest", "imageID"].iter().filter_map(|key| target.str(key));
        names.digests.extend(digests.filter_map(super::digest_of));
        let Some(image) = self.image(names, input) else { return };
        for found in root.list("matches") {
            let (Some(flaw), Some(package)) = (found.get("vulnerability"), found.get("artifact")) else {
                continue;
            };
            let fixed = flaw.path(&["fix", "versions"]).into_iter().flat_map(Node::items);
            image.add(Told {
                id: flaw.str("id").unwrap_or(""),
                package: package.str("name").unwrap_or(""),
                version: package.str("version").unwrap_or(""),
                fixed: fixed.filter_map(Node::as_str).collect::<Vec<_>>().join(", "),
                severity: flaw.str("severity").unwrap_or(""),
                vector: vector(flaw).or_else(|| found.list("relatedVulnerabilities").find_map(vector)),
                exploited: flaw.list("knownExploited").next().is_some(),
            });
        }
    }
}

const SCHEMES: &[&str] =
    &["docker:", "registry:", "podman:", "docker-archive:", "oci-archive:", "oci-dir:", "containerd:"];

/// That of the first source, in its newest version.
fn vector<'r>(flaw: Node<'r>) -> Option<&'r str> {
    let version = |score: &Node<'r>| score.str("version").unwrap_or("").to_owned();
    let scores =
        || flaw.list("cvss").filter(|score| score.str("vector").is_some_and(|text| !text.is_empty()));
    let primary = scores().filter(|score| score.str("type") == Some("Primary")).max_by_key(version);
    primary.or_else(|| scores().max_by_key(version))?.str("vector")
}
