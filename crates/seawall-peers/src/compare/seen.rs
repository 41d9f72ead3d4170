//! What a check saw where it passed: the fields that its page marks, with the values that they have in the object.
//!
//! A check's page shows at least one fail with its route. The same route in another object is what the check looked at
//! there.

use std::collections::BTreeSet;

use seawall_checks::{Check, Judge, find};
use seawall_core::{ResourceId, Route, Step};
use seawall_inventory::Resource;
use seawall_yaml::Node;

/// A field with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The object.
    pub resource: ResourceId,
    /// The field, whether or not it is there.
    pub route: Route,
    /// What it says; `None` when it is not there.
    pub value: Option<String>,
}

/// Fields that are told of one result.
pub(super) const MAX_SEEN: usize = 6;

/// Characters of a value that are told.
const MAX_VALUE: usize = 80;

/// Keys of the lists of containers.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// The fields of a check in an object: of one container when it is named, else of all.
pub(super) fn values(check: &Check, resource: &Resource, container: Option<&str>) -> Vec<Seen> {
    let mut seen = Vec::new();
    for field in fields(check) {
        match field {
            Field::Container(keys) => {
                for pod in resource.pods() {
                    let containers =
                        pod.containers().filter(|one| container.is_none_or(|name| one.name() == name));
                    let mut inherits = false;
                    for one in containers {
                        let own = one.place(&[]).route;
                        let found = value(resource, &own, &keys, check);
                        inherits |= found.value.is_none();
                        seen.push(found);
                    }
                    // What a container does not say about itself its pod may say for it.
                    if inherits && keys.first().is_some_and(|key| key == "securityContext") {
                        let found = value(resource, &pod.place(&[]).route, &keys, check);
                        seen.extend(Some(found).filter(|found| found.value.is_some()));
                    }
                }
            }
            Field::Pod(keys) => {
                seen.extend(resource.pods().map(|pod| value(resource, &pod.place(&[]).route, &keys, check)));
            }
            Field::Object(keys) => seen.push(value(resource, &Route::root(), &keys, check)),
        }
    }
    seen
}

/// A field that a check looks at, by the keys below where it begins.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Container(Vec<String>),
    Pod(Vec<String>),
    Object(Vec<String>),
}

/// The fields at which a check's page marks fails.
fn fields(check: &Check) -> BTreeSet<Field> {
    let page = find(check.id).map_or("", |entry| entry.page);
    let mark = format!("# finding: {} @ ", check.id);
    let routes = page.lines().filter_map(|line| {
        let (_, rest) = line.split_once(mark.as_str())?;
        let (route, _) = rest.split_once(": ")?;
        route.parse::<Route>().ok()
    });
    routes.filter_map(|route| field(check, &route)).collect()
}

fn field(check: &Check, route: &Route) -> Option<Field> {
    let steps = route.steps();
    let in_container =
        steps.iter().position(|step| matches!(step, Step::Key(key) if CONTAINERS.contains(&&**key)));
    let of_pods = matches!(check.judge, Judge::Container(_) | Judge::Pod(_));
    if let Some(at) = in_container.filter(|_| of_pods) {
        return Some(Field::Container(keys(steps.get(at + 2..)?)));
    }
    if !of_pods {
        return Some(Field::Object(keys(steps)));
    }
    below_pod_spec(steps).map(|steps| Field::Pod(keys(steps)))
}

/// The steps below the spec of a pod; `None` for a route that does not lead into one.
fn below_pod_spec(steps: &[Step]) -> Option<&[Step]> {
    const SPECS: [&[&str]; 3] =
        [&["spec", "jobTemplate", "spec", "template", "spec"], &["spec", "template", "spec"], &["spec"]];
    let leads = |spec: &&&[&str]| {
        let keys = spec.iter().zip(steps).all(|(key, step)| matches!(step, Step::Key(own) if &**own == *key));
        keys && steps.len() > spec.len()
    };
    let below = steps.get(SPECS.iter().find(leads)?.len()..)?;
    // The spec of what makes pods is none of a pod.
    let maker = matches!(below.first(), Some(Step::Key(key)) if matches!(&**key, "template" | "jobTemplate"));
    (!maker).then_some(below)
}

/// The keys up to the first list, or to data with keys of its own: which item is meant differs from object to object.
fn keys(steps: &[Step]) -> Vec<String> {
    let mut keys = Vec::new();
    for step in steps {
        let Step::Key(key) = step else { break };
        keys.push(key.to_string());
        if matches!(&**key, "data" | "stringData") {
            break;
        }
    }
    keys
}

fn value(resource: &Resource, head: &Route, keys: &[String], check: &Check) -> Seen {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let route = head.clone().keys(&keys);
    let node = resource.root().at(&route).filter(|node| !node.is_null());
    // What may be a secret is not told, whatever the check.
    let withheld = check.id.starts_with("secret-")
        || resource.kind() == "Secret"
        || keys.iter().any(|key| matches!(*key, "env" | "data" | "stringData" | "annotations"));
    let program = keys.iter().any(|key| matches!(*key, "command" | "args"));
    let value = node.map(|node| if withheld { "***".to_owned() } else { told(node, program) });
    Seen { resource: resource.id(), route, value }
}

/// A value in few words; arguments of a program are counted only, for passwords are among them.
fn told(node: Node<'_>, program: bool) -> String {
    if node.is_map() {
        return format!("a map of {}", node.len());
    }
    if node.is_seq() {
        let words: Option<Vec<_>> = node.items().map(Node::scalar_text).collect();
        return match words {
            Some(words) if !program && words.len() <= 4 && words.iter().all(|word| word.len() <= 24) => {
                format!("[{}]", words.join(", "))
            }
            _ => format!("a list of {}", node.len()),
        };
    }
    let text = node.scalar_text().unwrap_or_default();
    match text.char_indices().nth(MAX_VALUE) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.into_owned(),
    }
}
