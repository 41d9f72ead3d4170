//! Connections that policies allowed and no longer do.

use std::ops::ControlFlow;

use seawall_core::Route;
use seawall_inventory::{Inventory, Place, PodView, Resource};
use seawall_network::list::{Connection, Families, difference};
use seawall_network::{Network, Profile};

use super::Dangers;

/// More connections are not compared: the list is for people.
const MOST: usize = 200_000;

/// Connections that are named; the rest is counted.
const SHOWN: usize = 5;

pub(super) fn compare(pairs: &[(&Resource, &Resource)], dangers: &mut Dangers<'_>) {
    let Some((_, first)) = pairs.iter().find(|(was, is)| matters(was, is)) else { return };
    let place = Place { resource: first.id(), route: Route::root() };
    let (Some(before), Some(after)) = (connections(dangers.before), connections(dangers.after)) else {
        let message = "there are too many connections to compare: look at `seawall network diff`";
        return dangers.say(place, message.to_owned());
    };
    // Ports that are left out of a pair are lost.
    let lost: Vec<String> = difference(&before, &after)
        .iter()
        .filter(|row| !row.before.difference(&row.after).is_empty())
        .map(|row| format!("{} to {} on {}", row.src, row.dst, row.before.difference(&row.after)))
        .collect();
    if lost.is_empty() {
        return;
    }
    let more = lost.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown: Vec<&str> = lost.iter().take(SHOWN).map(String::as_str).collect();
    dangers
        .say(place, format!("these connections were allowed and no longer are: {}{more}", shown.join("; ")));
}

/// Whether a change can touch who reaches whom.
fn matters(was: &Resource, is: &Resource) -> bool {
    if is.kind().ends_with("NetworkPolicy")
        || is.kind() == "Namespace"
        || is.kind().starts_with("GlobalNetwork")
    {
        return was.root().get("spec").map(text) != is.root().get("spec").map(text)
            || was.metadata().and_then(|meta| meta.get("labels")).map(text)
                != is.metadata().and_then(|meta| meta.get("labels")).map(text);
    }
    let seen = |pod: &PodView<'_>| {
        let labels: Vec<(String, String)> =
            pod.labels().iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        (labels, pod.host_flag("hostNetwork"))
    };
    was.pods().zip(is.pods()).any(|(was, is)| seen(&was) != seen(&is))
}

fn text(node: seawall_yaml::Node<'_>) -> String {
    let mut out = String::new();
    node.write_json(&mut out);
    out
}

fn connections(inventory: &Inventory) -> Option<Vec<Connection>> {
    let (network, _) = Network::build(inventory, Profile::assumed(inventory));
    let mut all = Vec::new();
    let flow = network.connections(Families::AsMentioned, |connection| {
        all.push(connection);
        if all.len() > MOST { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    flow.is_continue().then_some(all)
}
