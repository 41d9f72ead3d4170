//! The sets: which there are, which can be run, and how they are read.
//!
//! A set has a loader that splits cases into input and labels, an `engine` part that calls the product, and a `score`
//! part that compares plain data.

mod admission_requests;
mod admitted;
mod cel_crd;
mod cel_k8s;
mod cel_spec;
mod engine_input;
mod fix;
mod live_network;
mod netpol_api;
mod netpol_cyclonus;
mod netpol_npguard;
mod paths_input;
mod paths_kubehound;
mod paths_kubesplaining;
mod posture;
mod pss;
mod rbac_audit2rbac;
mod rbac_sar;
mod sigstore;
mod vap;
mod vap_apiserver;
mod yaml_k8s;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;

use super::verdict::Cases;

/// A set that can be run: how its cases are read.
pub(crate) type Loader = fn(&Path) -> Result<Cases>;

/// The sets that can be run, one a line.
const BUILT: &[(&str, Loader)] = &[
    ("admission-requests", admission_requests::load),
    ("admitted", admitted::load),
    ("cel-k8s", libraries_and_rules),
    ("cel-spec", cel_spec::load),
    ("fix", fix::load),
    ("netpol-api", netpol_api::load),
    ("netpol-cyclonus", netpol_cyclonus::load),
    ("netpol-npguard", netpol_npguard::load),
    ("paths-kubehound", paths_kubehound::load),
    ("paths-kubesplaining", paths_kubesplaining::load),
    ("posture", posture::load),
    ("pss", pss::load),
    ("rbac-audit2rbac", rbac_audit2rbac::load),
    ("rbac-sar", rbac_sar::load),
    ("sigstore", sigstore::load),
    ("vap", vap::load),
    ("vap-apiserver", vap_apiserver::load),
    ("yaml-k8s", yaml_k8s::load),
];

/// `cel-k8s` has two halves: expressions with the libraries, and rules of custom resources with what is known before a run.
fn libraries_and_rules(dir: &Path) -> Result<Cases> {
    let mut cases = cel_k8s::load(dir)?;
    cases.extend(cel_crd::load(dir)?);
    Ok(cases)
}

/// How the cases of a set are read, when it can be run.
pub(crate) fn built(name: &str) -> Option<Loader> {
    BUILT.iter().find(|(set, _)| *set == name).map(|(_, load)| *load)
}

/// The folder of a set's data; it is named like the set, but where two sets read one folder.
pub(crate) fn folder(name: &str) -> &str {
    match name {
        "admitted" => "vap-apiserver",
        name => name,
    }
}

/// How the cases of a set that cannot be run are counted.
enum Count {
    /// Every line of these files of its folder is a case (one star allowed: every folder, or every file).
    Lines(&'static str),
    /// Every folder is a case.
    Folders,
    /// Not countable without reading the set.
    Unknown,
}

/// All sets of the default data, by name.
const SETS: [(&str, Count); 28] = [
    ("admission-requests", Count::Lines("requests.jsonl")),
    ("admitted", Count::Unknown),
    ("audit-falco", Count::Lines("cases.jsonl")),
    ("audit-panther", Count::Lines("cases.jsonl")),
    ("cel-k8s", Count::Unknown),
    ("cel-spec", Count::Lines("*.jsonl")),
    ("falco-lang", Count::Lines("*.jsonl")),
    ("falco-rules", Count::Unknown),
    ("fix", Count::Folders),
    ("images", Count::Unknown),
    ("kube-bench", Count::Unknown),
    ("netpol-api", Count::Unknown),
    ("netpol-cyclonus", Count::Lines("cases.jsonl")),
    ("netpol-npguard", Count::Unknown),
    ("paths-kubehound", Count::Unknown),
    ("paths-kubesplaining", Count::Folders),
    ("posture", Count::Lines("*.jsonl")),
    ("pss", Count::Lines("*.jsonl")),
    ("rbac-audit2rbac", Count::Lines("cases.jsonl")),
    ("rbac-sar", Count::Unknown),
    ("secrets", Count::Lines("*.jsonl")),
    ("sigma-rules", Count::Unknown),
    ("sigstore", Count::Lines("cases.jsonl")),
    ("vap", Count::Lines("*/*.jsonl")),
    ("vap-apiserver", Count::Lines("*.jsonl")),
    ("versions", Count::Unknown),
    ("vuln-labels", Count::Lines("*.jsonl")),
    ("yaml-k8s", Count::Unknown),
];

/// The names of all sets: the known ones and the folders of `data`, sorted.
pub(crate) fn names(data: &Path) -> Result<Vec<String>> {
    let mut names: BTreeSet<String> = SETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    if data.is_dir() {
        for folder in folders(data)? {
            names.extend(folder.file_name().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    Ok(names.into_iter().collect())
}

/// How many cases a set has that cannot be run; 0 when its folder is missing or its cases cannot be counted.
pub(crate) fn countable(name: &str, dir: &Path) -> Result<usize> {
    let count = SETS.iter().find(|(set, _)| *set == name).map(|(_, count)| count);
    if !dir.is_dir() {
        return Ok(0);
    }
    match count {
        None | Some(Count::Unknown) => Ok(0),
        Some(Count::Folders) => Ok(folders(dir)?.len()),
        Some(Count::Lines(pattern)) => {
            let (parents, file) = match pattern.strip_prefix("*/") {
                Some(file) => (folders(dir)?, file),
                None => (vec![dir.to_owned()], *pattern),
            };
            let mut lines = 0;
            for parent in parents {
                for path in files(&parent, file)? {
                    lines += text(&path)?.lines().filter(|line| !line.trim().is_empty()).count();
                }
            }
            Ok(lines)
        }
    }
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("cannot read `{}`", dir.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).with_context(failed)? {
        paths.push(entry.with_context(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn folders(dir: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(dir)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// The files of a folder by name, or by ending after a `*`; sorted.
fn files(dir: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let fits = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        path.is_file() && pattern.strip_prefix('*').map_or(name == pattern, |ending| name.ends_with(ending))
    };
    Ok(entries(dir)?.into_iter().filter(fits).collect())
}

fn text(path: &Path) -> Result<String> {
    let failed = || format!("cannot read `{}`", path.display());
    let bytes = fs::read(path).with_context(failed)?;
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).with_context(failed)?;
    } else {
        text = String::from_utf8(bytes).with_context(failed)?;
    }
    Ok(text)
}

/// The lines of JSON files, in the order of the files' names.
fn records<T: DeserializeOwned>(paths: &[PathBuf]) -> Result<Vec<T>> {
    let mut records = Vec::new();
    for path in paths {
        for (number, line) in text(path)?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let record = serde_json::from_str(line)
                .with_context(|| format!("in `{}`, line {}", path.display(), number + 1))?;
            records.push(record);
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sets_are_sorted_and_listed_without_data() {
        assert!(SETS.is_sorted_by_key(|(name, _)| *name));
        let nowhere = Path::new("no/such/folder");
        assert_eq!(names(nowhere).unwrap().len(), SETS.len());
        assert_eq!(countable("secrets", nowhere).unwrap(), 0);
        for (built, _) in BUILT {
            assert!(SETS.iter().any(|(name, _)| name == built));
        }
        assert!(built("no-such-set").is_none());
    }
}
