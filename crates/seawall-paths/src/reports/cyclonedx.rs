//! CycloneDX documents with vulnerabilities, as JSON.
//!
//! Sources: the schema of CycloneDX 1.4 to 1.7; the names of images as Trivy and Syft write them into
//! `metadata.component`, and the type `oci` of package URLs.

use std::collections::HashMap;

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::{Names, Reading, Told};

/// States of an analysis that say that there is nothing to exploit.
const HARMLESS: &[&str] = &["not_affected", "false_positive", "resolved", "resolved_with_pedigree"];

impl Reading {
    pub(super) fn cyclonedx(&mut self, root: Node<'_>) {
        let Some(subject) = root.path(&["metadata", "component"]) else {
            let message =
                "a CycloneDX document without `metadata.component`: it does not say which image it is about";
            self.problem(ProblemSeverity::Error, message);
            return;
        };
        let names = names(subject);
        let Some(image) = self.image(names, subject.str("name").unwrap_or("metadata.component")) else {
            return;
        };
        let mut components: HashMap<&str, Node<'_>> = HashMap::new();
        collect(root, &mut components);
        for flaw in root.list("vulnerabilities") {
            let state = flaw.get("analysis").and_then(|analysis| analysis.str("state")).unwrap_or("");
            if HARMLESS.contains(&state) {
                continue;
            }
            let (vector, severity) = rating(flaw);
            let mut affected: Vec<Node<'_>> =
                flaw.list("affects").filter(|item| is_affected(*item)).collect();
            if flaw.list("affects").next().is_none() {
                affected.push(flaw);
            }
            for item in affected {
                // A link into another document ends in the component's name there.
                let reference = item.str("ref").unwrap_or("");
                let inner = reference.rsplit_once('#').map_or(reference, |(_, inner)| inner);
                let component = components.get(reference).or_else(|| components.get(inner));
                image.add(Told {
                    id: flaw.str("id").unwrap_or(""),
                    package: component.and_then(|component| component.str("name")).unwrap_or(inner),
                    version: component.and_then(|component| component.str("version")).unwrap_or(""),
                    fixed: fixed(flaw, item),
                    severity,
                    vector,
                    exploited: state == "exploitable",
                });
            }
        }
    }
}

fn names(subject: Node<'_>) -> Names {
    let mut names = Names::default();
    let (name, version) = (subject.str("name").unwrap_or(""), subject.str("version").unwrap_or(""));
    let url = subject.str("purl").filter(|url| url.starts_with("pkg:oci/"));
    let digest = super::digest_of(version);
    let tagged = name.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
    match (tagged, url, &digest) {
        (true, _, _) => names.add(name),
        // The name alone is that of a repository, the version its tag.
        (false, _, None) if !version.is_empty() => names.add(&format!("{name}:{version}")),
        (false, Some(_), _) => {}
        (false, None, _) => names.add(name),
    }
    names.digests.extend(digest);
    names.digests.extend(subject.str("bom-ref").and_then(super::digest_of));
    url.into_iter().for_each(|url| of_url(&mut names, url));
    for property in subject.list("properties") {
        let value = property.str("value").unwrap_or("");
        match property.str("name").unwrap_or("") {
            "aquasecurity:trivy:RepoTag" | "aquasecurity:trivy:RepoDigest" => names.add(value),
            "aquasecurity:trivy:ImageID" => names.digests.extend(super::digest_of(value)),
            _ => {}
        }
    }
    names
}

/// `pkg:oci/nginx@sha256:…?repository_url=index.docker.io/library/nginx&tag=1.27`
fn of_url(names: &mut Names, url: &str) {
    let url = decoded(url);
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    names.digests.extend(super::digest_of(path));
    let get = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
    if let (Some(repository), Some(tag)) = (get("repository_url"), get("tag")) {
        names.add(&format!("{repository}:{tag}"));
    }
}

/// Percent escapes taken off; what is none stays.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(u8::is_ascii) {
            Some(byte) => {
                out.push(char::from(byte));
                rest = after.get(2..).unwrap_or("");
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Components by their name in the document, those inside others too: the reader bounds how deep they go.
fn collect<'r>(parent: Node<'r>, into: &mut HashMap<&'r str, Node<'r>>) {
    for component in parent.list("components") {
        if let Some(reference) = component.str("bom-ref") {
            into.insert(reference, component);
        }
        collect(component, into);
    }
}

/// The vector of the first rating that has one, and the first severity.
fn rating<'r>(flaw: Node<'r>) -> (Option<&'r str>, &'r str) {
    let vector = flaw.list("ratings").find_map(|rating| rating.str("vector").filter(|text| !text.is_empty()));
    let severity = flaw.list("ratings").find_map(|rating| rating.str("severity"));
    (vector, severity.unwrap_or(""))
}

/// Whether any version of a component is affected; one without versions is.
fn is_affected(item: Node<'_>) -> bool {
    let mut versions = item.list("versions").peekable();
    versions.peek().is_none() || versions.any(|version| version.str("status") != Some("unaffected"))
}

/// The versions that are not affected, or what the document recommends.
fn fixed(flaw: Node<'_>, item: Node<'_>) -> String {
    let unaffected = item.list("versions").filter(|version| version.str("status") == Some("unaffected"));
    let versions: Vec<&str> =
        unaffected.filter_map(|version| version.str("version").or(version.str("range"))).collect();
    if versions.is_empty() {
        flaw.str("recommendation").unwrap_or("").to_owned()
    } else {
        versions.join(", ")
    }
}
