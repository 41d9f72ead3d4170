//! Fewer arrows that say the same: what holds for everybody becomes a line of text, what holds for a namespace one arrow.

use std::collections::{BTreeMap, BTreeSet};

use super::{Arrow, Card, End, Gate, Map, Style};
use crate::PortSet;

/// Ports by source and target card.
pub(super) type Pairs = BTreeMap<(usize, usize), PortSet>;

/// The words of a set of ports in the picture.
pub(super) fn words(ports: &PortSet) -> String {
    if ports.is_all() { "all ports".to_owned() } else { ports.to_string() }
}

/// More arrows of one label at one end than this become lines of text.
const MAX_FAN: usize = 6;

/// A connection after namespaces stand for all their cards.
type Link = (End, End, String);

/// Adds arrows and remarks for all pairs; `hosts` are the cards in the network of a node, which no selector of pods meets.
pub(super) fn factor(mut pairs: Pairs, hosts: &BTreeSet<usize>, map: &mut Map) {
    say_common(&mut pairs, hosts, map, Side::Exits);
    say_common(&mut pairs, hosts, map, Side::Entrances);
    let mut right: BTreeMap<(usize, String), BTreeSet<usize>> = BTreeMap::new();
    for ((from, to), ports) in pairs {
        right.entry((from, words(&ports))).or_default().insert(to);
    }
    let links = namespaces(map, right);
    let links = fans(map, links);
    for (from, to, label) in links {
        let style = if label == "all ports" { Style::All } else { Style::Allowed };
        map.arrows.push(Arrow { from, to, label, style });
    }
}

/// Which open gates are meant.
#[derive(Clone, Copy)]
enum Side {
    Exits,
    Entrances,
}

fn remark(map: &mut Map, card: usize, text: String) {
    if let Some(card) = map.cards.get_mut(card) {
        card.remarks.push(text);
    }
}

/// What a card shares with every open exit (or entrance) becomes a line on the card; only what goes beyond it is left.
fn say_common(pairs: &mut Pairs, hosts: &BTreeSet<usize>, map: &mut Map, side: Side) {
    let gate = |card: &Card| match side {
        Side::Exits => card.egress,
        Side::Entrances => card.ingress,
    };
    let open: BTreeSet<usize> = map
        .cards
        .iter()
        .enumerate()
        .filter(|(at, card)| gate(card) == Gate::Open && !hosts.contains(at))
        .map(|(at, _)| at)
        .collect();
    let pair = |own: usize, other: usize| match side {
        Side::Exits => (other, own),
        Side::Entrances => (own, other),
    };
    for card in 0..map.cards.len() {
        let others: Vec<usize> = open.iter().copied().filter(|other| *other != card).collect();
        if others.len() < 2 {
            continue;
        }
        let shared = |other: &usize| pairs.get(&pair(card, *other));
        let common =
            others.iter().try_fold(PortSet::all(), |common, other| Some(common.intersection(shared(other)?)));
        let Some(common) = common.filter(|common| !common.is_empty()) else { continue };
        for other in open.iter().chain(hosts) {
            let key = pair(card, *other);
            let Some(rest) = pairs.get(&key).map(|ports| ports.difference(&common)) else { continue };
            if rest.is_empty() {
                pairs.remove(&key)
            } else {
                pairs.insert(key, rest)
            };
        }
        let text = match side {
            Side::Exits => format!("← from every open exit: {}", words(&common)),
            Side::Entrances => format!("→ to every open entrance: {}", words(&common)),
        };
        remark(map, card, text);
    }
}

/// Where all cards of a namespace are meant, the namespace stands for them; a card need not reach itself for that.
fn namespaces(map: &mut Map, right: BTreeMap<(usize, String), BTreeSet<usize>>) -> Vec<Link> {
    let mut members: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (at, card) in map.cards.iter().enumerate() {
        members.entry(card.namespace).or_default().insert(at);
    }
    let whole = |set: &BTreeSet<usize>, except: Option<usize>| -> (Vec<usize>, BTreeSet<usize>) {
        let mut rest = set.clone();
        let mut found = Vec::new();
        for (namespace, cards) in members.iter().filter(|(_, cards)| cards.len() > 1) {
            let wanted = cards.iter().filter(|card| Some(**card) != except);
            if wanted.clone().count() > 0
                && wanted.clone().all(|card| set.contains(card))
                && touches(cards, set) > 1
            {
                rest.retain(|card| !cards.contains(card));
                found.push(*namespace);
            }
        }
        (found, rest)
    };
    // First the targets of each source, then the sources of each target.
    let mut by_target: BTreeMap<(End, String), BTreeSet<usize>> = BTreeMap::new();
    for ((from, ports), targets) in right {
        let (full, rest) = whole(&targets, Some(from));
        let ends = full.into_iter().map(End::Namespace).chain(rest.into_iter().map(End::Card));
        for end in ends {
            by_target.entry((end, ports.clone())).or_default().insert(from);
        }
    }
    let mut links: Vec<Link> = Vec::new();
    for ((to, ports), sources) in by_target {
        let except = if let End::Card(card) = to { Some(card) } else { None };
        let (full, rest) = whole(&sources, except);
        for namespace in full {
            if to == End::Namespace(namespace) {
                if let Some(own) = map.namespaces.get_mut(namespace) {
                    own.remarks.push(format!("↔ among themselves: {ports}"));
                }
            } else {
                links.push((End::Namespace(namespace), to, ports.clone()));
            }
        }
        for card in rest {
            if to == End::Card(card) {
                remark(map, card, format!("↔ among themselves: {ports}"));
            } else {
                links.push((End::Card(card), to, ports.clone()));
            }
        }
    }
    links
}

fn touches(cards: &BTreeSet<usize>, set: &BTreeSet<usize>) -> usize {
    cards.intersection(set).count()
}

fn name(map: &Map, end: End) -> String {
    let namespace = |at: usize| map.namespaces.get(at).map_or("", |namespace| namespace.name.as_str());
    match end {
        End::Namespace(at) => format!("all of {}", namespace(at)),
        End::Gateway(_) => String::new(),
        End::Card(at) => map.cards.get(at).map_or_else(String::new, |card| {
            let first =
                card.members.first().map_or("", |member| member.split('/').next_back().unwrap_or(member));
            let more =
                if card.members.len() > 1 { format!(" +{}", card.members.len() - 1) } else { String::new() };
            format!("{}/{first}{more}", namespace(card.namespace))
        }),
    }
}

fn say(map: &mut Map, end: End, text: String) {
    match end {
        End::Card(at) => remark(map, at, text),
        End::Namespace(at) => {
            if let Some(namespace) = map.namespaces.get_mut(at) {
                namespace.remarks.push(text);
            }
        }
        End::Gateway(_) => {}
    }
}

/// What very many share becomes text at both ends.
fn fans(map: &mut Map, links: Vec<Link>) -> Vec<Link> {
    let mut into: BTreeMap<(End, String), usize> = BTreeMap::new();
    let mut out: BTreeMap<(End, String), usize> = BTreeMap::new();
    for (from, to, label) in &links {
        *into.entry((*to, label.clone())).or_default() += 1;
        *out.entry((*from, label.clone())).or_default() += 1;
    }
    for (counts, word) in [(&into, "← from"), (&out, "→ to")] {
        for ((end, label), count) in counts.iter().filter(|(_, count)| **count > MAX_FAN) {
            say(map, *end, format!("{word} {count} groups: {label}"));
        }
    }
    let mut kept = Vec::new();
    for link in links {
        let many_in = into.get(&(link.1, link.2.clone())).is_some_and(|count| *count > MAX_FAN);
        let many_out = out.get(&(link.0, link.2.clone())).is_some_and(|count| *count > MAX_FAN);
        let (from, to, label) = link;
        if many_in {
            let text = format!("→ to {}: {label}", name(map, to));
            say(map, from, text);
        } else if many_out {
            let text = format!("← from {}: {label}", name(map, from));
            say(map, to, text);
        } else {
            kept.push((from, to, label));
        }
    }
    kept
}
