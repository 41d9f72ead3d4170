//! An oracle that is wrong would make two wrongs a right: it must agree with labels that it did not make.

use std::io::Read as _;
use std::path::PathBuf;

use seawall_oracle::network::{End, Port, connects};
use seawall_oracle::rbac::{Asker, Question, allows};
use seawall_yaml::{Limits, Text, read};
use serde_json::Value;

/// A folder of labelled cases, when it is there.
fn data(set: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance").join(set);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: no labelled cases in `{}`", path.display());
    None
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or("").to_owned()
}

#[test]
fn rights_are_those_that_an_api_server_answered() {
    let Some(folder) = data("rbac-sar") else { return };
    let mut asked = 0;
    for file in ["cluster-1.json.gz", "cluster-2.json.gz"] {
        let mut json = String::new();
        let bytes = std::fs::read(folder.join(file)).unwrap();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut json).unwrap();
        let cluster: Value = serde_json::from_str(&json).unwrap();
        let objects = cluster["objects"].as_array().unwrap();
        // Every tenth question: brute force over all of them takes minutes in a debug build.
        for question in cluster["questions"].as_array().unwrap().iter().step_by(10) {
            let groups = question["groups"].as_array().unwrap();
            let who = Asker {
                name: text(question, "user"),
                groups: groups.iter().map(|group| group.as_str().unwrap().to_owned()).collect(),
            };
            let about = match question.get("nonResource") {
                Some(path) if !path.is_null() => {
                    Question::Path { verb: text(path, "verb"), path: text(path, "path") }
                }
                _ => {
                    let resource = &question["resource"];
                    Question::Resource {
                        verb: text(resource, "verb"),
                        group: text(resource, "group"),
                        resource: text(resource, "resource"),
                        subresource: text(resource, "subresource"),
                        namespace: text(resource, "namespace"),
                        name: text(resource, "name"),
                    }
                }
            };
            assert_eq!(Some(allows(objects, &who, &about)), question["allowed"].as_bool(), "{question}");
            asked += 1;
        }
    }
    assert!(asked > 2_000, "{asked}");
}

fn read_yaml(yaml: &str) -> Vec<Value> {
    let (documents, problems) = read(&Text::new(yaml.to_owned()), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let json = |document: &seawall_yaml::Document| {
        let mut json = String::new();
        document.tree.root().write_json(&mut json);
        serde_json::from_str(&json).unwrap()
    };
    documents.iter().map(json).collect()
}

fn identity(object: &Value) -> (String, String, String) {
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or("");
    (text(object, "kind"), namespace.to_owned(), text(&object["metadata"], "name"))
}

fn act(objects: &mut Vec<Value>, action: &Value) {
    if let Some(object) = action.get("apply") {
        objects.retain(|old| identity(old) != identity(object));
        objects.push(object.clone());
    }
    if let Some(gone) = action.get("delete") {
        let gone = (text(gone, "kind"), text(gone, "namespace"), text(gone, "name"));
        objects.retain(|old| identity(old) != gone);
    }
}

#[test]
fn reach_is_that_of_the_published_truth_tables() {
    let Some(folder) = data("netpol-cyclonus") else { return };
    // To Kubernetes a plain `y` is a truth value; the file means the letter.
    let yaml = std::fs::read_to_string(folder.join("cluster.yaml")).unwrap().replace(": y\n", ": \"y\"\n");
    let cluster = read_yaml(&yaml);
    let cases = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    let mut cells = 0;
    for case in cases.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let mut objects = cluster.clone();
        for step in case["steps"].as_array().unwrap() {
            step["actions"].as_array().unwrap().iter().for_each(|action| act(&mut objects, action));
            let names: Vec<&str> =
                step["pods"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            let pod = |name: &str| {
                let (namespace, name) = name.split_once('/').unwrap();
                let wanted = ("Pod".to_owned(), namespace.to_owned(), name.to_owned());
                objects.iter().find(|object| identity(object) == wanted).unwrap()
            };
            for (port, rows) in step["table"].as_object().unwrap() {
                let (protocol, number) = port.split_once('/').unwrap();
                let port = Port { protocol, number: number.parse().unwrap() };
                for (row, source) in rows.as_array().unwrap().iter().zip(&names) {
                    for (cell, destination) in row.as_str().unwrap().chars().zip(&names) {
                        let got = connects(&objects, End::Pod(pod(source)), End::Pod(pod(destination)), port);
                        cells += 1;
                        assert!(
                            cell == '-' || got == (cell == '.'),
                            "{}: {source} to {destination} {protocol}/{number}: {cell}",
                            case["id"]
                        );
                    }
                }
            }
        }
    }
    assert!(cells > 50_000, "{cells}");
}
