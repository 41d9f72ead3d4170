//! Ways from outside the cluster to workloads (doors): those of `seawall_network::exposure`, and Istio's virtual services.
//!
//! A door is about what is declared; what a network policy closes for certain is no door. Firewalls of the cloud and logins
//! of the application are not looked at.

mod entry;
mod istio;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use seawall_core::{Confidence, ResourceId, Route, Severity};
use seawall_inventory::{Place, PodView, Resource};

pub(crate) use entry::{entry_doors, opening_of};
pub(crate) use istio::istio_doors;

use crate::VerdictsBySubject;

/// How many doors a finding lists; the message counts them all.
const MAX_DOORS: usize = 10;

/// One way from outside to the pods of a workload.
pub(crate) struct Door<'i> {
    /// The workload or pod that is reached.
    pub(crate) target: &'i Resource,
    /// The Service in between.
    pub(crate) service: Option<&'i Resource>,
    /// The object that opens the door; the Service itself for load balancers and node ports.
    pub(crate) via: &'i Resource,
    /// What kind of door: `LoadBalancer`, `NodePort`, or the kind of `via`.
    pub(crate) kind: &'i str,
    /// The fields that open it, each with a note.
    pub(crate) places: Vec<(Place, String)>,
    /// How far it opens.
    pub(crate) opening: Opening,
}

/// What is declared about how far a door opens.
#[derive(Clone, Copy)]
pub(crate) struct Opening {
    /// How bad it is.
    pub(crate) severity: Severity,
    /// How sure it is.
    pub(crate) confidence: Confidence,
}

/// Open to everybody, as far as can be known.
pub(crate) const WIDE: Opening = Opening { severity: Severity::High, confidence: Confidence::High };

/// Judges all workloads: those behind a door fail, the others pass.
pub(crate) fn judge_workloads<'i>(doors: &[Door<'i>], out: &mut VerdictsBySubject<'i>) {
    let inventory = out.inventory();
    let mut exposed: BTreeMap<ResourceId, Vec<&Door<'i>>> = BTreeMap::new();
    for door in doors {
        exposed.entry(door.target.id()).or_default().push(door);
    }
    for resource in inventory.resources().iter().filter(|resource| resource.has_pods()) {
        let owner = inventory.top_owner(resource).filter(|owner| owner.has_pods());
        match (exposed.get(&resource.id()), resource.pods().next()) {
            // The owner speaks for what it made.
            (Some(_), _) if owner.is_some_and(|owner| exposed.contains_key(&owner.id())) => {}
            (Some(doors), Some(pod)) => fail(resource, &pod, doors, out),
            _ if owner.is_none() => {
                out.judge(resource);
            }
            _ => {}
        }
    }
}

fn fail<'i>(resource: &'i Resource, pod: &PodView<'i>, doors: &[&Door<'i>], out: &mut VerdictsBySubject<'i>) {
    let labels = pod.metadata().and_then(|metadata| metadata.get("labels"));
    let place = labels.map_or_else(|| pod.place(&[]), |labels| pod.place_of(labels));
    let message = format!("can be reached from outside the cluster through {}", ways(doors));
    let mut kinds: Vec<&str> = doors.iter().map(|door| door.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let draft = out.judge(resource).fail(place, message);
    // A new kind of door is a new finding; a second Ingress is not.
    draft.discriminator(kinds.join(","));
    draft.severity(doors.iter().map(|door| door.opening.severity).max().unwrap_or(Severity::High));
    draft.confidence(doors.iter().map(|door| door.opening.confidence).max().unwrap_or(Confidence::High));
    let mut listed: Vec<&Door<'i>> = doors.to_vec();
    if listed.len() > MAX_DOORS {
        // Once for each object that opens a Service, however many of its paths lead there.
        let mut seen = HashSet::new();
        listed.retain(|door| seen.insert((door.via.id(), door.service.map(Resource::id))));
    }
    let more = listed.len().saturating_sub(MAX_DOORS);
    if more > 0 {
        listed.sort_by_key(|door| (Reverse(door.opening.severity), Reverse(door.opening.confidence)));
        listed.truncate(MAX_DOORS);
        draft.note(format!("the {MAX_DOORS} widest ways are listed, and there are {more} more"));
    }
    let mut related: Vec<(Place, String)> = Vec::new();
    let mut relate = |place: Place, note: String| {
        if !related.iter().any(|(known, _)| *known == place) {
            related.push((place, note));
        }
    };
    for door in listed {
        draft.linked(door.via.subject());
        door.places.iter().for_each(|(place, note)| relate(place.clone(), note.clone()));
        if let Some(service) = door.service {
            draft.linked(service.subject());
            let place = field(service, &["spec", "selector"]);
            relate(place, format!("Service `{}` selects these pods", service.name()));
        }
    }
    for (place, note) in related {
        draft.related(place, note);
    }
}

/// The objects that open doors, in a message: `a`, `a and b`, `a, b and 3 more`.
pub(crate) fn ways(doors: &[&Door<'_>]) -> String {
    let mut seen = HashSet::new();
    let distinct: Vec<&&Door<'_>> =
        doors.iter().filter(|door| seen.insert((door.via.kind(), door.via.name()))).collect();
    let words: Vec<String> = distinct.iter().take(2).map(|door| way(door)).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two, ..] if distinct.len() == 2 => format!("{one} and {two}"),
        [one, two, ..] => format!("{one}, {two} and {} more", distinct.len() - 2),
    }
}

fn way(door: &Door<'_>) -> String {
    match door.via.kind() {
        "Service" => format!("Service `{}` ({})", door.via.name(), door.kind),
        kind => format!("{kind} `{}`", door.via.name()),
    }
}

/// A field of a resource by its keys.
pub(crate) fn field(resource: &Resource, keys: &[&str]) -> Place {
    Place { resource: resource.id(), route: Route::root().keys(keys) }
}
