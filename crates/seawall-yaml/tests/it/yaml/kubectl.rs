//! kubectl itself as the judge: `kubectl annotate --local` reads files without a cluster and prints what it read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use seawall_core::ProblemSeverity;
use seawall_yaml::{Limits, Text, read, read_document, split};
use serde_json::Value;

use super::generate::{Random, body};
use super::json::{same, value};

fn kubectl_is_there() -> bool {
    let there =
        Command::new("kubectl").args(["version", "--client"]).output().is_ok_and(|run| run.status.success());
    if !there {
        println!("skipped: kubectl is not on the path");
    }
    there
}

/// A folder that goes away again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The objects that kubectl reads in the files of a folder, one after the other, without its annotation.
fn objects(folder: &Path) -> Vec<Value> {
    let run = Command::new("kubectl")
        .args(["annotate", "--local", "-o", "json", "zz=zz", "-f"])
        .arg(folder)
        .output()
        .unwrap();
    serde_json::Deserializer::from_slice(&run.stdout).into_iter::<Value>().map(Result::unwrap).collect()
}

/// Texts whose first document is an object with a name of its own, and how our reader and kubectl differ on them.
fn differences(folder: &str, texts: &[(String, String)]) -> Vec<String> {
    let folder = Folder::new(folder);
    for (name, text) in texts {
        std::fs::write(folder.0.join(format!("{name}.yaml")), text).unwrap();
    }
    let name_of = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let read: HashMap<String, Value> =
        objects(&folder.0).into_iter().map(|object| (name_of(&object), object)).collect();
    texts
        .iter()
        .filter_map(|(name, text)| {
            difference(text, read.get(name)).map(|why| format!("{why}\n{text:?}\n{text}"))
        })
        .collect()
}

/// Compares what was read in the first document of a text.
fn difference(text: &str, theirs: Option<&Value>) -> Option<String> {
    let text = Text::new(text);
    let spans = split(&text);
    let (tree, mut problems) = read_document(&text, spans[0], &Limits::default());
    // A separator that kubectl refuses takes the document before it along.
    if let Some(next) = spans.get(1) {
        let mut found = read_document(&text, *next, &Limits::default()).1;
        found.retain(|problem| problem.message.contains("may follow `---`"));
        problems.extend(found);
    }
    let error = problems.iter().find(|problem| problem.severity == ProblemSeverity::Error);
    let ours = tree.map(|tree| {
        let mut object = value(tree.root());
        if let Value::Object(object) = &mut object {
            object.remove("metadata");
        }
        object
    });
    match (theirs, ours, error) {
        (None, _, Some(_)) => None,
        (None, ours, None) => Some(format!("kubectl refuses what we read as {ours:?}")),
        (Some(_), _, Some(error)) => Some(format!("kubectl reads what we refuse: {error:?}")),
        (Some(_), None, None) => Some("kubectl reads what we do not see".to_owned()),
        (Some(theirs), Some(ours), None) => {
            let mut theirs = theirs.clone();
            theirs.as_object_mut().unwrap().remove("metadata");
            (!same(&theirs, &ours)).then(|| format!("kubectl reads {theirs}\nwe read      {ours}"))
        }
    }
}

/// Random texts that are compared. A change to the reader deserves a run with 40,000 of them and another seed, which takes
/// minutes: raise this, run `cargo test -p seawall-yaml random_texts`, and put it back.
const CAMPAIGN: usize = 1000;

fn campaign(seed: u64, count: usize) {
    let mut random = Random::new(seed);
    let mut found = Vec::new();
    for first in (0..count).step_by(500) {
        let texts: Vec<(String, String)> = (first..count.min(first + 500))
            .map(|number| {
                let name = format!("t{number}");
                let head =
                    format!("apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: {name}\nspec:\n");
                (name, head + &body(&mut random))
            })
            .collect();
        found.extend(differences(&format!("random-{seed}"), &texts));
    }
    assert!(
        found.is_empty(),
        "{} of {count} texts are read differently:\n{}",
        found.len(),
        found.join("\n\n")
    );
}

#[test]
fn random_texts_are_read_as_kubectl_reads_them() {
    if kubectl_is_there() {
        campaign(1, CAMPAIGN);
    }
}

/// An object as text, without what kubectl adds and what readers leave out, and with every number as a float.
fn canonical(mut object: Value) -> String {
    fn floats(value: &mut Value) {
        match value {
            Value::Number(number) => *value = number.as_f64().unwrap().into(),
            Value::Array(items) => items.iter_mut().for_each(floats),
            Value::Object(entries) => entries.values_mut().for_each(floats),
            _ => {}
        }
    }
    if let Some(metadata) = object["metadata"].as_object_mut()
        && let Some(annotations) = metadata.get_mut("annotations")
    {
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.remove("zz");
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
        if annotations.is_null() || annotations == &Value::Object(serde_json::Map::new()) {
            metadata.remove("annotations");
        }
    }
    floats(&mut object);
    object.to_string()
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml") {
            found.push(path);
        }
    }
}

/// The objects of a file, lists taken apart as kubectl does; `None` when there are errors.
fn our_objects(file: &Path) -> Option<Vec<Value>> {
    let (text, mut problems) = Text::from_bytes(std::fs::read(file).unwrap());
    let (documents, found) = read(&text, &Limits::default());
    problems.extend(found);
    if problems.iter().any(|problem| problem.severity == ProblemSeverity::Error) {
        return None;
    }
    let mut objects = Vec::new();
    for document in documents {
        let mut object = value(document.tree.root());
        let kind = object["kind"].as_str().unwrap_or_default();
        if kind.ends_with("List") && object["items"].is_array() {
            objects.append(object["items"].as_array_mut().unwrap());
        } else {
            objects.push(object);
        }
    }
    objects.retain(|object| object["kind"].is_string() && object["metadata"]["name"].is_string());
    Some(objects)
}

/// The files of the shared corpus that need no renderer: all objects in one kubectl run.
#[test]
fn the_corpus_is_read_as_kubectl_reads_it() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: {} is missing", corpus.display());
        return;
    }
    if !kubectl_is_there() {
        return;
    }
    let mut files = Vec::new();
    yaml_files(&corpus, &mut files);
    let folder = Folder::new("corpus");
    let (mut ours, mut broken) = (Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        match our_objects(file) {
            Some(objects) => {
                std::fs::copy(file, folder.0.join(format!("{number}.yaml"))).unwrap();
                ours.extend(objects.into_iter().map(canonical));
            }
            None => broken.push(file),
        }
    }
    let mut theirs: Vec<String> = objects(&folder.0)
        .into_iter()
        .filter(|object| object["metadata"]["name"].is_string())
        .map(canonical)
        .collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    println!(
        "{} objects of {} files; {} files are templates or broken",
        ours.len(),
        files.len(),
        broken.len()
    );
    let only_ours: Vec<_> = ours.iter().filter(|object| theirs.binary_search(object).is_err()).collect();
    let only_theirs: Vec<_> = theirs.iter().filter(|object| ours.binary_search(object).is_err()).collect();
    assert!(
        only_ours.is_empty() && only_theirs.is_empty(),
        "only ours: {only_ours:#?}\nonly kubectl's: {only_theirs:#?}"
    );
    for file in broken {
        let run = Command::new("kubectl")
            .args(["annotate", "--local", "-o", "json", "zz=zz", "-f"])
            .arg(file)
            .output();
        assert!(!run.unwrap().status.success(), "kubectl reads {}", file.display());
    }
}
