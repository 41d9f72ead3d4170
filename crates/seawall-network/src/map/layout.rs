//! Where everything stands: ways in on the left, namespaces in columns, from what is entered first to what lies behind.
//!
//! Columns are filled one after the other in the order of distance from the ways in, so that most arrows point to the
//! right; inside a column, boxes stand near those that they are joined with.

use std::collections::{BTreeMap, BTreeSet};

use super::{Card, End, Gateway, Map};

/// Width of a card.
pub(super) const CARD: f64 = 250.0;
/// Height of a line of text.
pub(super) const LINE: f64 = 16.0;
/// Space between a box and what is in it.
pub(super) const PAD: f64 = 12.0;
/// Space between columns, where arrows run.
const GUTTER: f64 = 120.0;
/// Space between boxes of a column.
const GAP: f64 = 26.0;
/// Room for the title of a namespace.
const HEAD: f64 = 26.0;
/// Room above everything: title and legend.
pub(super) const TOP: f64 = 104.0;
/// Width of the internet's bar.
pub(super) const BAR: f64 = 26.0;
/// How many members a card lists.
pub(super) const LISTED: usize = 8;
/// How many remarks a card lists.
pub(super) const REMARKS: usize = 8;
/// Space between arrows inside a namespace and its edge.
pub(super) const LANE: f64 = 34.0;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Place {
    pub(super) fn middle(self) -> f64 {
        self.y + self.h / 2.0
    }

    pub(super) fn right(self) -> f64 {
        self.x + self.w
    }
}

/// Everything in its place.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) cards: Vec<Place>,
    pub(super) namespaces: Vec<Place>,
    pub(super) gateways: Vec<Place>,
    pub(super) internet: Place,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Layout {
    pub(super) fn of(&self, end: End) -> Place {
        let (list, at) = match end {
            End::Gateway(at) => (&self.gateways, at),
            End::Card(at) => (&self.cards, at),
            End::Namespace(at) => (&self.namespaces, at),
        };
        list.get(at).copied().unwrap_or_default()
    }
}

/// How many lines of text a card has.
pub(super) fn card_lines(card: &Card) -> usize {
    let members = card.members.len().min(LISTED) + usize::from(card.members.len() > LISTED);
    let remarks = card.remarks.len().min(REMARKS) + usize::from(card.remarks.len() > REMARKS);
    members + 1 + remarks
}

fn card_height(card: &Card) -> f64 {
    card_lines(card) as f64 * LINE + PAD * 1.5
}

fn gateway_height(gateway: &Gateway) -> f64 {
    (2 + gateway.detail.len().min(LISTED)) as f64 * LINE + PAD
}

/// How many remarks a namespace lists.
pub(super) const HEAD_REMARKS: usize = 6;

/// Room for the title of a namespace and its remarks.
fn head(map: &Map, namespace: usize) -> f64 {
    let remarks = map.namespaces.get(namespace).map_or(0, |one| one.remarks.len());
    let lines = remarks.min(HEAD_REMARKS) + usize::from(remarks > HEAD_REMARKS);
    HEAD + lines as f64 * LINE
}

/// Places everything.
pub(super) fn layout(map: &Map) -> Layout {
    let mut by_namespace: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, card) in map.cards.iter().enumerate() {
        by_namespace.entry(card.namespace).or_default().push(at);
    }
    let heights: Vec<f64> = (0..map.namespaces.len())
        .map(|namespace| {
            let cards = by_namespace.get(&namespace).map_or(&[][..], Vec::as_slice);
            let inner: f64 =
                cards.iter().filter_map(|at| map.cards.get(*at)).map(|card| card_height(card) + PAD).sum();
            head(map, namespace) + inner + PAD
        })
        .collect();
    let columns = columns(map, &heights);
    let mut layout = Layout {
        cards: vec![Place::default(); map.cards.len()],
        namespaces: vec![Place::default(); map.namespaces.len()],
        ..Layout::default()
    };
    let left = place_gateways(map, &mut layout);
    let box_width = CARD + PAD * 2.0 + LANE;
    let mut bottom = layout.height;
    for (column, members) in columns.iter().enumerate() {
        let x = left + column as f64 * (box_width + GUTTER);
        let mut y = TOP;
        for namespace in members {
            let height = heights.get(*namespace).copied().unwrap_or(HEAD);
            if let Some(place) = layout.namespaces.get_mut(*namespace) {
                *place = Place { x, y, w: box_width, h: height };
            }
            let mut inner = y + head(map, *namespace);
            for at in by_namespace.get(namespace).into_iter().flatten() {
                let Some(height) = map.cards.get(*at).map(card_height) else { continue };
                if let Some(place) = layout.cards.get_mut(*at) {
                    *place = Place { x: x + PAD, y: inner, w: CARD, h: height };
                }
                inner += height + PAD;
            }
            y += height + GAP;
        }
        bottom = bottom.max(y);
    }
    layout.width = left + columns.len() as f64 * (box_width + GUTTER) - GUTTER + LANE * 2.0;
    layout.width = layout.width.max(900.0);
    layout.height = bottom;
    layout.internet = Place { x: PAD, y: TOP, w: BAR, h: (bottom - TOP - GAP).max(HEAD * 4.0) };
    layout
}

/// Places the ways in under each other and gives the left edge of what follows.
fn place_gateways(map: &Map, layout: &mut Layout) -> f64 {
    let x = PAD + BAR + 56.0;
    let mut y = TOP;
    for gateway in &map.gateways {
        let height = gateway_height(gateway);
        layout.gateways.push(Place { x, y, w: CARD, h: height });
        y += height + PAD;
    }
    layout.height = y;
    if map.gateways.is_empty() { x } else { x + CARD + GUTTER }
}

/// Namespaces by column.
fn columns(map: &Map, heights: &[f64]) -> Vec<Vec<usize>> {
    let order = by_distance(map);
    let total: f64 = heights.iter().map(|height| height + GAP).sum();
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    // About four thirds as wide as high, for screens.
    let wanted = (total * (CARD + GUTTER + PAD * 2.0 + LANE) * 0.75).sqrt();
    let limit = wanted.max(tallest);
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut filled = f64::INFINITY;
    for namespace in order {
        let height = heights.get(namespace).copied().unwrap_or(HEAD) + GAP;
        if filled + height > limit + GAP {
            columns.push(Vec::new());
            filled = 0.0;
        }
        filled += height;
        if let Some(column) = columns.last_mut() {
            column.push(namespace);
        }
    }
    settle(map, &mut columns);
    columns
}

/// The namespace of an end; none for a way in.
fn namespace_of(map: &Map, end: End) -> Option<usize> {
    match end {
        End::Gateway(_) => None,
        End::Card(at) => map.cards.get(at).map(|card| card.namespace),
        End::Namespace(at) => Some(at),
    }
}

/// Namespaces by how many arrows lie between them and the ways in; those that none reaches last.
fn by_distance(map: &Map) -> Vec<usize> {
    let mut next: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut distance: BTreeMap<usize, usize> = BTreeMap::new();
    for arrow in &map.arrows {
        match (namespace_of(map, arrow.from), namespace_of(map, arrow.to)) {
            (None, Some(to)) => {
                distance.insert(to, 0);
            }
            (Some(from), Some(to)) if from != to => {
                next.entry(from).or_default().insert(to);
            }
            _ => {}
        }
    }
    let mut front: Vec<usize> = distance.keys().copied().collect();
    for step in 1..=map.namespaces.len() {
        let mut reached = Vec::new();
        for to in front.iter().filter_map(|from| next.get(from)).flatten() {
            if !distance.contains_key(to) {
                distance.insert(*to, step);
                reached.push(*to);
            }
        }
        front = reached;
    }
    // What joins with others before what stands alone.
    let joined: BTreeSet<usize> =
        next.iter().flat_map(|(from, to)| to.iter().copied().chain([*from])).collect();
    let mut order: Vec<usize> = (0..map.namespaces.len()).collect();
    order.sort_by_key(|namespace| {
        (distance.get(namespace).copied().unwrap_or(usize::MAX), !joined.contains(namespace), *namespace)
    });
    order
}

/// Puts boxes of a column near those of the column before that they are joined with.
fn settle(map: &Map, columns: &mut [Vec<usize>]) {
    let mut rank: BTreeMap<End, f64> =
        (0..map.gateways.len()).map(|at| (End::Gateway(at), at as f64)).collect();
    for column in columns {
        let mut keyed: Vec<(f64, usize)> = Vec::new();
        for (at, namespace) in column.iter().enumerate() {
            let near: Vec<f64> = map
                .arrows
                .iter()
                .filter_map(|arrow| {
                    let (from, to) = (namespace_of(map, arrow.from), namespace_of(map, arrow.to));
                    let other = if to == Some(*namespace) {
                        from.map_or(arrow.from, End::Namespace)
                    } else if from == Some(*namespace) {
                        End::Namespace(to?)
                    } else {
                        return None;
                    };
                    rank.get(&other).copied()
                })
                .collect();
            let mean = if near.is_empty() { at as f64 } else { near.iter().sum::<f64>() / near.len() as f64 };
            keyed.push((mean, *namespace));
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        *column = keyed.into_iter().map(|(_, namespace)| namespace).collect();
        for (at, namespace) in column.iter().enumerate() {
            rank.insert(End::Namespace(*namespace), at as f64);
        }
    }
}
