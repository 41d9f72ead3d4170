//! Changes as commands that a person can run, and what takes them back.
//!
//! Names go to the command line as `kind/name`, so that none of them can be taken for an option.

use std::fmt::Write as _;

use seawall_core::{Edit, FixValue, Route, Step};
use seawall_inventory::{Resource, is_cluster_scoped};
use seawall_yaml::Node;
use serde::Serialize;

use crate::plan::change::{ObjectChange, edited};
use crate::plan::state::State;

/// One command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// The object that it changes; empty where a manifest names them.
    pub object: String,
    /// What to run.
    pub command: String,
    /// What the command reads from standard input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
}

/// The commands of changes, and those that take them back, in the order to run them.
pub(crate) fn patches(state: &State, changes: &[ObjectChange]) -> Option<(Vec<Patch>, Vec<Patch>)> {
    let (mut forth, mut back) = (Vec::new(), Vec::new());
    for change in changes {
        let (patch, inverse) = match change {
            ObjectChange::Delete(word) => delete(word, state.find(word)?),
            ObjectChange::Edit(word, edits) => edit(word, state.find(word)?, edits)?,
            ObjectChange::Apply(manifest) => apply(manifest),
        };
        forth.push(patch);
        back.insert(0, inverse);
    }
    Some((forth, back))
}

fn apply(manifest: &str) -> (Patch, Patch) {
    let with = |command: &str| Patch {
        object: String::new(),
        command: command.to_owned(),
        manifest: Some(manifest.to_owned()),
    };
    (with("kubectl apply -f -"), with("kubectl delete -f -"))
}

fn delete(word: &str, resource: &Resource) -> (Patch, Patch) {
    let command = format!("kubectl delete {}", named(resource));
    let patch = Patch { object: word.to_owned(), command, manifest: None };
    let inverse = match resource.kind() {
        // The value is never read, so it cannot be given back.
        "Secret" => Patch {
            object: word.to_owned(),
            command: "none: the value of a secret is never read here; let a new token be made".to_owned(),
            manifest: None,
        },
        _ => Patch {
            object: word.to_owned(),
            command: "kubectl apply -f -".to_owned(),
            manifest: Some(as_it_was(resource)),
        },
    };
    (patch, inverse)
}

/// An object as it can be applied again: without what the server wrote, and without annotations, which may hold anything.
fn as_it_was(resource: &Resource) -> String {
    let root = resource.root();
    let mut edits = Vec::new();
    const SERVERS: &[&str] = &[
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "generation",
        "selfLink",
        "ownerReferences",
        "finalizers",
        "annotations",
    ];
    for key in SERVERS.iter().filter(|key| root.path(&["metadata", key]).is_some()) {
        edits.push(Edit::Remove { route: Route::root().keys(&["metadata", key]) });
    }
    if root.get("status").is_some() {
        edits.push(Edit::Remove { route: Route::root().key("status") });
    }
    let mut out = String::new();
    match edited(resource, &edits) {
        Some(bare) => bare.root().write_yaml(&mut out),
        None => out.push_str("# the object could not be written again\n"),
    }
    out
}

fn edit(word: &str, resource: &Resource, edits: &[Edit]) -> Option<(Patch, Patch)> {
    let (forth, back) = operations(resource.root(), edits)?;
    let patch = |operations: &str| Patch {
        object: word.to_owned(),
        command: patch_command(resource, operations),
        manifest: None,
    };
    Some((patch(&forth), patch(&back)))
}

/// The command that carries out the operations of a JSON Patch on an object of a cluster.
pub fn patch_command(resource: &Resource, operations: &str) -> String {
    match resource.kind() {
        // A pod that runs cannot be changed: it is made again.
        "Pod" => {
            let name = named(resource);
            format!(
                "kubectl get {name} -o json | kubectl patch --local -f - --type=json -o json -p {} | kubectl replace --force -f -",
                shell_word(operations)
            )
        }
        _ => format!("kubectl patch {} --type=json -p {}", named(resource), shell_word(operations)),
    }
}

/// JSON Patch (RFC 6902) of edits, and its inverse.
fn operations(root: Node<'_>, edits: &[Edit]) -> Option<(String, String)> {
    let mut sets: Vec<(String, String)> = Vec::new();
    let mut removals: Vec<&Route> = Vec::new();
    for edit in edits {
        match edit {
            Edit::Set { route, value } => sets.push(set(root, route, value)?),
            Edit::Remove { route } => removals.push(route),
            Edit::Append { .. } => return None,
        }
    }
    // From the end, so that places do not shift under those that follow.
    removals.sort_by(|a, b| b.cmp(a));
    removals.dedup();
    let mut forth: Vec<String> = sets.iter().map(|(forth, _)| forth.clone()).collect();
    let mut back: Vec<String> = sets.iter().map(|(_, back)| back.clone()).collect();
    for route in removals {
        let mut old = String::new();
        root.at(route)?.write_json(&mut old);
        let path = pointer(route);
        if let Some(Step::Index(_)) = route.steps().last() {
            forth.push(format!(r#"{{"op":"test","path":{path},"value":{old}}}"#));
        }
        forth.push(format!(r#"{{"op":"remove","path":{path}}}"#));
        back.push(format!(r#"{{"op":"add","path":{path},"value":{old}}}"#));
    }
    back.reverse();
    Some((format!("[{}]", forth.join(",")), format!("[{}]", back.join(","))))
}

/// One value set: where parents are missing the first of them is added whole.
fn set(root: Node<'_>, route: &Route, value: &FixValue) -> Option<(String, String)> {
    let (nearest, taken) = root.nearest(route);
    if taken == route.steps().len() && !nearest.is_null() {
        let mut old = String::new();
        nearest.write_json(&mut old);
        let path = pointer(route);
        let new = json(value);
        return Some((
            format!(r#"{{"op":"replace","path":{path},"value":{new}}}"#),
            format!(r#"{{"op":"replace","path":{path},"value":{old}}}"#),
        ));
    }
    let first = route.prefix(taken + 1);
    let mut nested = json(value);
    for step in route.steps().get(taken + 1..)?.iter().rev() {
        let Step::Key(key) = step else { return None };
        nested = format!("{{{}:{nested}}}", text(key));
    }
    let path = pointer(&first);
    Some((
        format!(r#"{{"op":"add","path":{path},"value":{nested}}}"#),
        format!(r#"{{"op":"remove","path":{path}}}"#),
    ))
}

/// A route as a JSON Pointer (RFC 6901), in quotes.
fn pointer(route: &Route) -> String {
    let mut out = String::new();
    for step in route.steps() {
        out.push('/');
        match step {
            Step::Key(key) => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => {
                let _ = write!(out, "{index}");
            }
        }
    }
    text(&out)
}

fn json(value: &FixValue) -> String {
    match value {
        FixValue::Bool(value) => value.to_string(),
        FixValue::Int(value) => value.to_string(),
        FixValue::Str(value) => text(value),
        FixValue::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        FixValue::Map(entries) => {
            let entry = |(key, value): &(String, FixValue)| format!("{}:{}", text(key), json(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
        }
    }
}

/// A text as JSON in ASCII.
fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

/// `deployment.apps/web -n shop`, as kubectl takes it.
fn named(resource: &Resource) -> String {
    let kind = resource.kind().to_ascii_lowercase();
    let group = match resource.group() {
        "" | "rbac.authorization.k8s.io" => String::new(),
        group => format!(".{group}"),
    };
    let name = shell_word(&format!("{kind}{group}/{}", resource.name()));
    if is_cluster_scoped(resource.group_kind()) {
        return name;
    }
    format!("{name} -n {}", shell_word(resource.namespace().unwrap_or("default")))
}

/// A text as one word of a shell, whatever is in it.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@');
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell_and_pointers() {
        assert_eq!(shell_word("shop"), "shop");
        assert_eq!(shell_word("a b'c"), r"'a b'\''c'");
        assert_eq!(shell_word("--all"), "'--all'");
        let route: Route = r#"metadata.labels["a/b~c"][3]"#.parse().unwrap();
        assert_eq!(pointer(&route), r#""/metadata/labels/a~1b~0c/3""#);
        assert_eq!(text("a\"\u{1b}ü"), r#""a\"\u001b\u00fc""#);
    }
}
