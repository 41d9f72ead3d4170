//! What the binary is made of, as CycloneDX 1.6 JSON, from cargo's own answer and the lock file.
//!
//! Fields as in the CycloneDX 1.6 JSON schema and the package-url specification (type `cargo`). Equal input gives equal
//! bytes: no time stamp and no random serial number. Development and build tools of the project are left out; what is
//! compiled into the binary (and its build scripts and macros) is in.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::workspace::Workspace;

/// The crate whose binary is described.
const BINARY: &str = "seawall";

/// `cargo xtask sbom`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only what is built for this platform
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
}

/// Prints it.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut filter = Vec::new();
    if let Some(target) = &arguments.target {
        filter.extend(["--filter-platform", target.as_str()]);
    }
    let metadata = workspace.metadata(&filter)?;
    let lock = workspace.text("Cargo.lock")?.context("Cargo.lock is no text")?;
    let bom = bom(&metadata, &checksums(&lock), BINARY)?;
    println!("{}", serde_json::to_string_pretty(&bom)?);
    Ok(())
}

/// SHA-256 of each crate's archive by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut checksums = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |key: &str| {
            let start = format!("{key} = \"");
            package.lines().find_map(|line| Some(line.strip_prefix(&start)?.strip_suffix('"')?.to_owned()))
        };
        if let (Some(name), Some(version), Some(checksum)) =
            (field("name"), field("version"), field("checksum"))
        {
            checksums.insert((name, version), checksum);
        }
    }
    checksums
}

fn bom(metadata: &Value, checksums: &BTreeMap<(String, String), String>, binary: &str) -> Result<Value> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut packages: BTreeMap<String, Value> = BTreeMap::new();
    let mut root = None;
    for package in list(metadata.get("packages")) {
        let id = text(&package, "id");
        if text(&package, "name") == binary {
            root = Some(id.clone());
        }
        packages.insert(id, package);
    }
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in list(metadata.pointer("/resolve/nodes")) {
        let normal = |dependency: &Value| {
            list(dependency.get("dep_kinds"))
                .iter()
                .any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev"))
        };
        let targets = list(node.get("deps")).iter().filter(|d| normal(d)).map(|d| text(d, "pkg")).collect();
        edges.insert(text(&node, "id"), targets);
    }
    let Some(root) = root else { bail!("there is no crate `{binary}`") };
    let mut reached = BTreeSet::new();
    let mut open = vec![root.clone()];
    while let Some(id) = open.pop() {
        if reached.insert(id.clone()) {
            open.extend(edges.get(&id).into_iter().flatten().cloned());
        }
    }
    let reference = |id: &String| packages.get(id).map(purl).unwrap_or_default();
    let component =
        |id: &String, kind: &str| packages.get(id).map(|package| component(package, kind, checksums));
    let depends =
        |id: &String| -> Vec<String> { edges.get(id).into_iter().flatten().map(reference).collect() };
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": component(&root, "application") },
        "components": reached
            .iter()
            .filter(|id| **id != root)
            .filter_map(|id| component(id, "library"))
            .collect::<Vec<_>>(),
        "dependencies": reached
            .iter()
            .map(|id| json!({ "ref": reference(id), "dependsOn": depends(id) }))
            .collect::<Vec<_>>(),
    }))
}

fn component(package: &Value, kind: &str, checksums: &BTreeMap<(String, String), String>) -> Value {
    let (name, version, purl) = (text(package, "name"), text(package, "version"), purl(package));
    let licences = package.get("license").and_then(Value::as_str).map(|licence| licence.replace('/', " OR "));
    let checksum = checksums.get(&(name.clone(), version.clone()));
    json!({
        "type": kind,
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": licences.map(|expression| json!({ "expression": expression })).into_iter().collect::<Vec<_>>(),
        "hashes": checksum.map(|sha| json!({ "alg": "SHA-256", "content": sha })).into_iter().collect::<Vec<_>>(),
    })
}

fn purl(package: &Value) -> String {
    format!("pkg:cargo/{}@{}", text(package, "name"), text(package, "version").replace('+', "%2B"))
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_compiled_in_is_listed() {
        let package = |name: &str| json!({ "id": name, "name": name, "version": "1.0.0+x", "license": "MIT/Apache-2.0" });
        let dep = |to: &str, kind: Option<&str>| json!({ "pkg": to, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [package("app"), package("a"), package("b"), package("c")],
            "resolve": { "nodes": [
                { "id": "app", "deps": [dep("a", None), dep("c", Some("dev"))] },
                { "id": "a", "deps": [dep("b", Some("build"))] },
                { "id": "b", "deps": [] },
                { "id": "c", "deps": [] },
            ] },
        });
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0+x\"\nchecksum = \"ff\"\n";
        let bom = bom(&metadata, &checksums(lock), "app").unwrap();
        assert_eq!(bom["metadata"]["component"]["type"], "application");
        let names: Vec<&str> =
            bom["components"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(bom["components"][0]["purl"], "pkg:cargo/a@1.0.0%2Bx");
        assert_eq!(bom["components"][0]["hashes"][0]["content"], "ff");
        assert_eq!(bom["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(bom["dependencies"][1]["dependsOn"][0], "pkg:cargo/a@1.0.0%2Bx");
        assert!(super::bom(&metadata, &BTreeMap::new(), "other").is_err());
    }
}
