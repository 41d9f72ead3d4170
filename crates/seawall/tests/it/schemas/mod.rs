//! Published schemas: every output follows its own, and every branch of every schema is produced by some output.

mod runs;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use runs::{FOLDER_SCHEMAS, Output, outputs};
use walk::{Seen, branches};

/// Definitions that stand in several files.
const SHARED: [&str; 11] =
    ["severity", "confidence", "object", "place", "spot", "noted", "pair", "window", "mesh", "rule", "acted"];

fn schema(name: &str) -> Value {
    let path = crate::workspace().join("schemas").join(format!("{name}.schema.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::validator_for(schema).unwrap()
}

/// The name of the schema file of an output, by what the output says of itself.
fn file_of(output: &Value) -> String {
    let id = output["schema"].as_str().unwrap_or_else(|| panic!("no schema in {output}"));
    let name = id.strip_prefix("seawall.dev/").unwrap();
    name.replace('/', "-")
}

#[test]
fn every_output_follows_its_schema_and_every_branch_is_produced() {
    if !runs::busy().exists() {
        eprintln!("skipped in part: the snapshot of a real cluster is not here");
    }
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for Output { words, json } in outputs() {
        let name = file_of(json);
        let schema = schema(&name);
        let errors: Vec<String> = validator(&schema)
            .iter_errors(json)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{words}: {errors:?}");
        seen.entry(name).or_default().walk(&schema, json);
    }
    let mut missed = BTreeSet::new();
    for name in FOLDER_SCHEMAS {
        for branch in branches(&schema(name)) {
            // What all files share needs to be produced once.
            let shared = SHARED.iter().any(|shared| branch.starts_with(&format!("#/$defs/{shared}")));
            let has = |file: &str| seen.get(file).is_some_and(|seen| seen.has(&branch));
            let produced = has(name) || shared && seen.keys().any(|file| has(file));
            if !produced {
                missed.insert(format!("{name}: {branch}"));
            }
        }
    }
    assert!(missed.is_empty(), "no output here has\n{}", Vec::from_iter(missed).join("\n"));
}

/// A schema that lets anything through holds nothing.
#[test]
fn a_key_more_or_a_key_less_is_refused_everywhere() {
    let mut tried = BTreeSet::new();
    for Output { words, json } in outputs() {
        let name = file_of(json);
        let schema = schema(&name);
        let validator = validator(&schema);
        let mut seen = Seen::default();
        seen.walk(&schema, json);
        for (pointer, required) in seen.objects() {
            let shape = format!("{name} {} {}", json["command"], walk::shape(pointer));
            if !tried.insert(shape) {
                continue;
            }
            let mut more = json.clone();
            more.pointer_mut(pointer).unwrap()["surprise"] = json!(true);
            assert!(!validator.is_valid(&more), "{words}: one more key passes at `{pointer}`");
            for key in required {
                let mut less = json.clone();
                less.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key);
                assert!(!validator.is_valid(&less), "{words}: `{key}` may be missing at `{pointer}`");
            }
        }
    }
    assert!(tried.len() > 100, "{} shapes of objects were tried", tried.len());
}

/// One thing has one shape and one name, whichever command tells of it.
#[test]
fn shared_shapes_are_the_same_in_all_files() {
    let mut known: BTreeMap<&str, (&str, Value)> = BTreeMap::new();
    let also = ["paths-v1", "plan-v1"];
    for file in FOLDER_SCHEMAS.iter().chain(&also) {
        let schema = schema(file);
        for name in SHARED {
            let Some(own) = schema["$defs"].get(name) else { continue };
            let own = walk::without_descriptions(own);
            let (first, shape) = known.entry(name).or_insert_with(|| (file, own.clone()));
            assert_eq!(*shape, own, "`{name}` of {first} and {file}");
        }
    }
    assert!(known.contains_key("window") && known.contains_key("place"));
}

/// Keys are lower case with underscores, but for the fields of Kubernetes itself.
#[test]
fn keys_are_written_alike() {
    const KUBERNETES: [&str; 4] = ["apiVersion", "apiGroups", "resourceNames", "nonResourceURLs"];
    for file in FOLDER_SCHEMAS.iter().chain(&[
        "paths-v1",
        "plan-v1",
        "network-generate-v1",
        "network-mesh-v1",
        "comply-v1",
    ]) {
        for key in walk::keys(&schema(file)) {
            let plain = key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            assert!(plain || KUBERNETES.contains(&key.as_str()), "`{key}` in {file}");
        }
    }
}

/// Both lists name every schema file; the page for users also its id.
#[test]
fn every_schema_is_listed() {
    let read = |path: &str| std::fs::read_to_string(crate::workspace().join(path)).unwrap();
    let (page, readme) = (read("docs/reports.md"), read("schemas/README.md"));
    for entry in std::fs::read_dir(crate::workspace().join("schemas")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file == "README.md" {
            continue;
        }
        assert!(readme.contains(&format!("`{file}`")), "{file} is not in schemas/README.md");
        let Some(name) = file.strip_suffix("-v1.schema.json").filter(|name| *name != "seawall-config") else {
            continue;
        };
        let row = format!("| `seawall.dev/{name}/v1` | `schemas/{file}` |");
        assert!(page.contains(&row), "{row} is not in docs/reports.md");
    }
}
