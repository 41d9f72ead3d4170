//! Reports of Trivy: `trivy image -f json` and `trivy k8s --report all -f json`.
//!
//! Source: the types `types.Report` of Trivy (schema version 2) and `report.Report` of its Kubernetes command. What VEX
//! documents suppress, Trivy itself takes out of `Vulnerabilities`.

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::{Image, Names, Reading, Told};

/// Whose vectors are believed, in this order; any other comes after.
const SOURCES: &[&str] = &["nvd", "ghsa", "redhat"];
/// The newest first.
const VECTORS: &[&str] = &["V40Vector", "V3Vector", "V2Vector"];

impl Reading {
    pub(super) fn trivy_image(&mut self, root: Node<'_>) {
        let kind = root.str("ArtifactType").unwrap_or("container_image");
        if kind != "container_image" {
            let kind = super::short(kind);
            let message = format!("a report about a `{kind}`, not an image: it is left out");
            self.problem(ProblemSeverity::Error, message);
            return;
        }
        let artifact = root.str("ArtifactName").unwrap_or("");
        let mut names = Names::default();
        names.add(artifact);
        root.get("Metadata").into_iter().for_each(|metadata| of_metadata(&mut names, metadata));
        if let Some(image) = self.image(names, artifact) {
            root.list("Results").for_each(|result| of_result(image, result));
        }
    }

    /// One entry a workload, with the results of all its images: each result is that of the image that it names, or of
    /// the only one.
    pub(super) fn trivy_cluster(&mut self, root: Node<'_>) {
        // Reports of older versions list workloads with flaws apart from those with bad settings.
        let mut unplaced = 0usize;
        for list in ["Resources", "Findings", "Vulnerabilities"] {
            unplaced += root.list(list).map(|workload| self.trivy_workload(workload)).sum::<usize>();
        }
        if unplaced > 0 {
            let message = format!(
                "{unplaced} results do not say which image of their workload they are about: they are left out"
            );
            self.problem(ProblemSeverity::Warning, message);
        }
    }

    /// How many results name no image is returned.
    fn trivy_workload(&mut self, workload: Node<'_>) -> usize {
        let metadata: Vec<Node<'_>> = match workload.get("Metadata") {
            Some(one) if one.is_map() => vec![one],
            Some(list) => list.items().collect(),
            None => Vec::new(),
        };
        let images: Vec<Names> = metadata
            .into_iter()
            .map(|metadata| {
                let mut names = Names::default();
                of_metadata(&mut names, metadata);
                names
            })
            .filter(|names| !names.is_empty())
            .collect();
        let mut unplaced = 0;
        // A workload that was judged by its settings alone has no results with flaws.
        let flawed = |result: &Node<'_>| result.list("Vulnerabilities").next().is_some();
        for result in workload.list("Results").filter(flawed) {
            let target = result.str("Target").unwrap_or("");
            // `nginx:1.27 (debian 12.4)` for the packages of the system, the path of a file for others.
            let mut named = Names::default();
            if let Some((image, _)) = target.split_once(" (") {
                named.add(image);
            }
            let same = |own: &&Names| own.tags.iter().any(|tag| named.tags.contains(tag));
            let names = match (images.iter().find(same), images.as_slice()) {
                (Some(own), _) => own.clone(),
                (None, [only]) => only.clone(),
                (None, _) => named,
            };
            if names.is_empty() {
                unplaced += 1;
                continue;
            }
            if let Some(image) = self.image(names, target) {
                of_result(image, result);
            }
        }
        unplaced
    }
}

fn of_metadata(names: &mut Names, metadata: Node<'_>) {
    for key in ["RepoTags", "RepoDigests"] {
        metadata.list(key).filter_map(Node::as_str).for_each(|name| names.add(name));
    }
    names.digests.extend(metadata.str("ImageID").and_then(super::digest_of));
}

fn of_result(image: &mut Image, result: Node<'_>) {
    for flaw in result.list("Vulnerabilities") {
        if flaw.str("Status") == Some("not_affected") {
            continue;
        }
        image.add(Told {
            id: flaw.str("VulnerabilityID").unwrap_or(""),
            package: flaw.str("PkgName").unwrap_or(""),
            version: flaw.str("InstalledVersion").unwrap_or(""),
            fixed: flaw.str("FixedVersion").unwrap_or("").to_owned(),
            severity: flaw.str("Severity").unwrap_or(""),
            vector: vector(flaw),
            exploited: false,
        });
    }
}

fn vector<'r>(flaw: Node<'r>) -> Option<&'r str> {
    let scores = flaw.get("CVSS")?;
    let of =
        |source: Node<'r>| VECTORS.iter().find_map(|key| source.str(key).filter(|text| !text.is_empty()));
    let believed = SOURCES.iter().find_map(|source| scores.get(source).and_then(of));
    believed.or_else(|| scores.entries().find_map(|(_, source)| of(source)))
}
