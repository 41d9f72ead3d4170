//! Ways from outside the cluster to a Service (doors), and the workloads behind them.
//!
//! Every object that opens doors is walked once; pods are found through the inventory's label index. A door is about
//! what is declared: NetworkPolicies, firewalls of the cloud and logins of the application are not looked at.

mod gateway_api;
mod ingress;
mod istio;
mod service;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use seawall_core::{Confidence, ResourceId, Route, Severity};
use seawall_inventory::{GroupKind, Inventory, Place, PodView, Resource, Selector};
use seawall_yaml::Node;

pub(crate) use gateway_api::{INTERNAL_GATEWAY_CLASSES, gateway_api_doors};
pub(crate) use ingress::{INTERNAL_INGRESS_CLASSES, ingress_doors, route_doors};
pub(crate) use istio::istio_doors;
pub(crate) use service::service_doors;

use crate::VerdictsBySubject;

pub(crate) const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");

/// How many doors a finding lists; the message counts them all.
const MAX_DOORS: usize = 10;

/// One way from outside to the pods of a Service.
pub(crate) struct Door<'i> {
    /// The Service whose pods are reached.
    service: &'i Resource,
    /// The object that opens the door; the Service itself for load balancers and node ports.
    via: &'i Resource,
    /// What kind of door: `LoadBalancer`, `NodePort`, or the kind of `via`.
    kind: &'static str,
    /// The field of `via` that opens it.
    place: Place,
    /// Further fields that take part, with a note.
    also: Vec<(Place, String)>,
    severity: Severity,
    confidence: Confidence,
}

/// What is declared about how far a door opens.
#[derive(Clone, Copy)]
struct Opening {
    severity: Severity,
    confidence: Confidence,
}

/// Open to everybody, as far as can be known.
const WIDE: Opening = Opening { severity: Severity::High, confidence: Confidence::High };

/// Judges all workloads: those behind a door fail, the others pass.
pub(crate) fn judge_workloads<'i>(doors: &[Door<'i>], out: &mut VerdictsBySubject<'i>) {
    let inventory = out.inventory();
    let mut by_service: BTreeMap<ResourceId, Vec<&Door<'i>>> = BTreeMap::new();
    for door in doors {
        by_service.entry(door.service.id()).or_default().push(door);
    }
    let mut exposed: BTreeMap<ResourceId, (PodView<'i>, Vec<&Door<'i>>)> = BTreeMap::new();
    for doors in by_service.values() {
        let Some(service) = doors.first().map(|door| door.service) else { continue };
        let selector = Selector::service(service.root().path(&["spec", "selector"]));
        for pod in inventory.selected_pods(service, selector) {
            if serves(service, &pod) {
                let entry = exposed.entry(pod.resource().id()).or_insert_with(|| (pod, Vec::new()));
                entry.1.extend(doors);
            }
        }
    }
    for resource in inventory.resources().iter().filter(|resource| resource.has_pods()) {
        let owner = inventory.top_owner(resource).filter(|owner| owner.has_pods());
        match exposed.get(&resource.id()) {
            // The owner speaks for what it made.
            Some(_) if owner.is_some_and(|owner| exposed.contains_key(&owner.id())) => {}
            Some((pod, doors)) => fail(resource, pod, doors, out),
            None if owner.is_none() => {
                out.judge(resource);
            }
            None => {}
        }
    }
}

fn fail<'i>(resource: &'i Resource, pod: &PodView<'i>, doors: &[&Door<'i>], out: &mut VerdictsBySubject<'i>) {
    let mut seen = HashSet::new();
    let mut ways: Vec<&Door<'i>> =
        doors.iter().copied().filter(|door| seen.insert((door.via.kind(), door.via.name()))).collect();
    let count = ways.len();
    ways.truncate(2);
    let ways: Vec<String> = ways.into_iter().map(way).collect();
    let mut kinds: Vec<&str> = doors.iter().map(|door| door.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let labels = pod.metadata().and_then(|metadata| metadata.get("labels"));
    let place = labels.map_or_else(|| pod.place(&[]), |labels| pod.place_of(labels));
    let message = format!("can be reached from outside the cluster through {}", joined(&ways, count));
    let draft = out.judge(resource).fail(place, message);
    // A new kind of door is a new finding; a second Ingress is not.
    draft.discriminator(kinds.join(","));
    draft.severity(doors.iter().map(|door| door.severity).max().unwrap_or(Severity::High));
    draft.confidence(doors.iter().map(|door| door.confidence).max().unwrap_or(Confidence::High));
    let mut listed: Vec<&Door<'i>> = doors.to_vec();
    if listed.len() > MAX_DOORS {
        // Once for each object that opens a Service, however many of its paths lead there.
        let mut seen = HashSet::new();
        listed.retain(|door| seen.insert((door.via.id(), door.service.id())));
    }
    let more = listed.len().saturating_sub(MAX_DOORS);
    if more > 0 {
        listed.sort_by_key(|door| (Reverse(door.severity), Reverse(door.confidence)));
        listed.truncate(MAX_DOORS);
        draft.note(format!("the {MAX_DOORS} widest ways are listed, and there are {more} more"));
    }
    let mut related: Vec<(Place, String)> = Vec::new();
    let mut relate = |place: &Place, note: String| {
        if !related.iter().any(|(known, _)| known == place) {
            related.push((place.clone(), note));
        }
    };
    for door in listed {
        let name = door.service.name();
        draft.linked(door.via.subject()).linked(door.service.subject());
        relate(&door.place, format!("{} opens Service `{name}` here", door.via.kind()));
        door.also.iter().for_each(|(place, note)| relate(place, note.clone()));
        relate(&field(door.service, &["spec", "selector"]), format!("Service `{name}` selects these pods"));
    }
    for (place, note) in related {
        draft.related(place, note);
    }
}

fn way(door: &Door<'_>) -> String {
    match door.via.kind() {
        "Service" => format!("Service `{}` ({})", door.via.name(), door.kind),
        kind => format!("{kind} `{}`", door.via.name()),
    }
}

/// A field of a resource by its keys.
fn field(resource: &Resource, keys: &[&str]) -> Place {
    Place { resource: resource.id(), route: Route::root().keys(keys) }
}

/// `a`, `a and b`, `a, b and 3 more`, given the first words and how many there are.
fn joined(words: &[String], count: usize) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [one, two, ..] if count == 2 => format!("{one} and {two}"),
        [one, two, ..] => format!("{one}, {two} and {} more", count - 2),
    }
}

/// Whether a port of the Service leads to the pod: a target port by name must exist in the pod with that name and
/// protocol, a number always leads somewhere.
fn serves(service: &Resource, pod: &PodView<'_>) -> bool {
    let Some(spec) = service.root().get("spec") else { return false };
    let mut ports = spec.list("ports").peekable();
    if ports.peek().is_none() {
        return true;
    }
    ports.any(|port| {
        let Some(name) = port.str("targetPort") else { return true };
        let protocol = port.str("protocol").unwrap_or("TCP");
        pod.containers().any(|container| {
            container.node().list("ports").any(|open| {
                open.str("name") == Some(name) && open.str("protocol").unwrap_or("TCP") == protocol
            })
        })
    })
}

/// The Service that a reference names, if it is here and has pods behind it.
fn service_named<'i>(
    inventory: &'i Inventory,
    from: &Resource,
    namespace: Option<&str>,
    name: &str,
) -> Option<&'i Resource> {
    let service = inventory.find_near(from, SERVICE, namespace, name)?;
    let kind = service.root().path(&["spec", "type"]).and_then(Node::as_str);
    (kind != Some("ExternalName")).then_some(service)
}

/// Whether a name says `internal` or `private` as a word of its own: a hint, no proof.
fn sounds_internal(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| ["internal", "private", "intranet"].iter().any(|hint| word.eq_ignore_ascii_case(hint)))
}
