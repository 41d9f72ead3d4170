//! Fewer arrows that say the same: what holds for everybody becomes a line of text, what holds for a namespace one arrow.

use std::collections::{BTreeMap, BTreeSet};

use super::{Arrow, End, Gate, Map, Style};

/// Ports by source and target card.
pub(super) type Pairs = BTreeMap<(usize, usize), String>;

/// More arrows of one label at one end than this become lines of text.
const MAX_FAN: usize = 6;

/// A connection after namespaces stand for all their cards.
type Link = (End, End, String);

/// Adds arrows and remarks for all pairs.
pub(super) fn factor(pairs: &Pairs, map: &mut Map) {
    let mut left: BTreeMap<(usize, String), BTreeSet<usize>> = BTreeMap::new();
    for ((from, to), ports) in pairs {
        left.entry((*to, ports.clone())).or_default().insert(*from);
    }
    from_open_exits(&mut left, map);
    let mut right: BTreeMap<(usize, String), BTreeSet<usize>> = BTreeMap::new();
    for ((to, ports), sources) in left {
        for from in sources {
            right.entry((from, ports.clone())).or_default().insert(to);
        }
    }
    to_open_entrances(&mut right, map);
    let links = namespaces(map, right);
    let links = fans(map, links);
    for (from, to, label) in links {
        let style = if label == "all ports" { Style::All } else { Style::Allowed };
        map.arrows.push(Arrow { from, to, label, style });
    }
}

/// Cards whose gate is open.
fn open(map: &Map, gate: impl Fn(&super::Card) -> Gate) -> BTreeSet<usize> {
    let cards = map.cards.iter().enumerate().filter(|(_, card)| gate(card) == Gate::Open);
    cards.map(|(at, _)| at).collect()
}

fn remark(map: &mut Map, card: usize, text: String) {
    if let Some(card) = map.cards.get_mut(card) {
        card.remarks.push(text);
    }
}

/// A card that every open exit reaches says so.
fn from_open_exits(left: &mut BTreeMap<(usize, String), BTreeSet<usize>>, map: &mut Map) {
    let exits = open(map, |card| card.egress);
    for ((to, ports), sources) in left.iter_mut() {
        let others: BTreeSet<usize> = exits.iter().copied().filter(|card| card != to).collect();
        if others.len() > 1 && others.is_subset(sources) {
            sources.retain(|card| !exits.contains(card));
            remark(map, *to, format!("← from every open exit: {ports}"));
        }
    }
    left.retain(|_, sources| !sources.is_empty());
}

/// A card that reaches every open entrance says so.
fn to_open_entrances(right: &mut BTreeMap<(usize, String), BTreeSet<usize>>, map: &mut Map) {
    let entrances = open(map, |card| card.ingress);
    for ((from, ports), targets) in right.iter_mut() {
        let others: BTreeSet<usize> = entrances.iter().copied().filter(|card| card != from).collect();
        if others.len() > 1 && others.is_subset(targets) {
            targets.retain(|card| !entrances.contains(card));
            remark(map, *from, format!("→ to every open entrance: {ports}"));
        }
    }
    right.retain(|_, targets| !targets.is_empty());
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
