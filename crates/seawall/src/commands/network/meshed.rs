//! What the mesh says, beside what network policies say.

use std::fmt::Write as _;

use seawall_inventory::{Inventory, Place};
use seawall_network::mesh::{Mesh, MeshAnswer, MeshBecause, MeshPiece, MeshVerdict};
use seawall_network::{Network, PortSet};
use seawall_report::escape;
use serde_json::{Value, json};

use super::place;
use crate::output;

/// The mesh of an inventory, where some pod is in one; what is wrong with its objects goes to standard error.
pub(super) fn build(network: &Network, inventory: &Inventory, quiet: bool) -> Option<Mesh> {
    let (mesh, problems) = Mesh::build(network, inventory);
    if !quiet {
        problems.iter().for_each(output::problem);
    }
    mesh.has_members().then_some(mesh)
}

/// The pieces as far as these ports go.
pub(super) fn within(said: Option<Vec<MeshPiece>>, ports: &PortSet) -> Vec<MeshPiece> {
    let cut = said.into_iter().flatten();
    let cut = cut.map(|one| MeshPiece { ports: one.ports.intersection(ports), verdict: one.verdict });
    cut.filter(|one| !one.ports.is_empty()).collect()
}

/// The ports that the mesh closes.
pub(super) fn denied(said: &[MeshPiece]) -> PortSet {
    let closed = said.iter().filter(|one| !one.verdict.answer.is_open());
    closed.fold(PortSet::none(), |all, one| all.union(&one.ports))
}

/// Whether nothing depends on the request.
pub(super) fn is_open_for_all(said: &[MeshPiece]) -> bool {
    said.iter().all(|one| one.verdict.answer != MeshAnswer::Depends)
}

/// These ports in parts of which the mesh says the same; as they are where it has no say.
pub(super) fn split(ports: PortSet, said: Option<&[MeshPiece]>) -> Vec<(PortSet, Option<&MeshVerdict>)> {
    let parts = match said {
        None => vec![(ports, None)],
        Some(said) => said.iter().map(|one| (one.ports.intersection(&ports), Some(&one.verdict))).collect(),
    };
    parts.into_iter().filter(|(ports, _)| !ports.is_empty()).collect()
}

/// The answer in a few words: `depends on request.method; mTLS: optional`.
pub(super) fn short(verdict: &MeshVerdict) -> String {
    let mut text = verdict.answer.as_str().to_owned();
    if verdict.answer == MeshAnswer::Depends {
        let attributes: Vec<&str> = verdict.attributes.iter().map(|one| &**one).collect();
        let _ = write!(text, " on {}", attributes.join(", "));
    }
    if verdict.mixed {
        text.push_str(" for some");
    }
    let _ = write!(text, "; mTLS: {}", verdict.mtls.as_str());
    text
}

/// Why, in words.
fn because(verdict: &MeshVerdict) -> String {
    let mut text = verdict.because.as_str().to_owned();
    if let Some(waypoint) = &verdict.waypoint {
        let way = if verdict.past_waypoint { "past" } else { "through" };
        let _ = write!(text, ", {way} the waypoint `{waypoint}`");
    }
    text
}

/// One line for each piece, for an answer that is otherwise one line.
pub(super) fn lines(inventory: &Inventory, said: &[MeshPiece], out: &mut String) {
    for MeshPiece { ports, verdict } in said.iter().filter(|one| is_worth_a_line(&one.verdict)) {
        // Writing to a string cannot fail, here and below.
        let _ = write!(out, "  mesh {ports}: {} ({})", escape(&short(verdict)), escape(&because(verdict)));
        for line in evidence(inventory, verdict) {
            let _ = write!(out, "; {line}");
        }
        out.push('\n');
    }
}

/// That no proxy looks at UDP or at its own ports is said only where somebody asks why.
pub(super) fn is_worth_a_line(verdict: &MeshVerdict) -> bool {
    verdict.because != MeshBecause::NotTaken
}

/// The objects that decide, each with its action and place.
pub(super) fn evidence(inventory: &Inventory, verdict: &MeshVerdict) -> Vec<String> {
    let refuses = verdict.mtls_by.iter().filter(|_| verdict.because == MeshBecause::Plaintext);
    let refuses = refuses.map(|place| object(inventory, place));
    let places = verdict.places.iter();
    let places = places.map(|(action, place)| format!("{} {}", action.as_str(), object(inventory, place)));
    places.chain(refuses).collect()
}

fn object(inventory: &Inventory, place: &Place) -> String {
    let route = escape(&place.route.to_string()).into_owned();
    format!("{} {route}  {}", place::subject(inventory, place), place::shown(inventory, place))
}

/// The whole answer.
pub(super) fn explain(inventory: &Inventory, verdict: &MeshVerdict, out: &mut String) {
    let answer = match verdict.answer {
        MeshAnswer::Depends => {
            let attributes: Vec<String> = verdict.attributes.iter().map(|one| format!("`{one}`")).collect();
            format!("depends on {}", attributes.join(", "))
        }
        answer => answer.as_str().to_owned(),
    };
    let _ = writeln!(out, "  mesh: {}, {}", escape(&answer), escape(&because(verdict)));
    for (action, place) in &verdict.places {
        let _ = writeln!(out, "    {} {}", action.as_str(), object(inventory, place));
    }
    if !is_worth_a_line(verdict) {
        return;
    }
    let by = match &verdict.mtls_by {
        Some(place) => format!("by {}", object(inventory, place)),
        None => "no PeerAuthentication says otherwise".to_owned(),
    };
    let _ = writeln!(out, "  mTLS: {}, {by}", verdict.mtls.as_str());
}

/// The answer for machines.
pub(super) fn record(inventory: &Inventory, verdict: &MeshVerdict) -> Value {
    let places = verdict.places.iter().map(|(action, place)| {
        let mut record = place::record(inventory, place);
        if let Some(record) = record.as_object_mut() {
            record.insert("action".to_owned(), json!(action.as_str()));
        }
        record
    });
    json!({
        "answer": verdict.answer.as_str(),
        "because": because(verdict),
        "attributes": verdict.attributes,
        "by": places.collect::<Vec<_>>(),
        "mtls": verdict.mtls.as_str(),
        "mtls_by": verdict.mtls_by.as_ref().map(|place| place::record(inventory, place)),
        "waypoint": verdict.waypoint,
        "past_waypoint": verdict.past_waypoint,
        "mixed": verdict.mixed,
    })
}

/// Adds what the mesh says to the record of a connection, where it has a say.
pub(super) fn add(inventory: &Inventory, said: &[MeshPiece], into: &mut Value) {
    let pieces: Vec<Value> = said
        .iter()
        .map(|one| {
            let mut record = record(inventory, &one.verdict);
            if let Some(record) = record.as_object_mut() {
                record.insert("ports".to_owned(), json!(one.ports.to_string()));
            }
            record
        })
        .collect();
    if let (false, Some(into)) = (pieces.is_empty(), into.as_object_mut()) {
        into.insert("mesh".to_owned(), json!(pieces));
    }
}

/// The same for one answer.
pub(super) fn add_one(inventory: &Inventory, verdict: &MeshVerdict, into: &mut Value) {
    if let Some(into) = into.as_object_mut() {
        into.insert("mesh".to_owned(), record(inventory, verdict));
    }
}
