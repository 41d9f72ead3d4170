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
const GUTTER: f64 = 110.0;
/// Space between columns of cards inside a namespace.
const INNER: f64 = 96.0;
/// How many columns of cards a namespace has at most.
const MAX_COLUMNS: usize = 4;
/// Width of the legend.
const LEGEND: f64 = 980.0;
/// Space between boxes of a column.
const GAP: f64 = 26.0;
/// Room for the title of a namespace.
const HEAD: f64 = 26.0;
/// Room above everything: title and legend.
pub(super) const TOP: f64 = 124.0;
/// Width of the internet's bar.
pub(super) const BAR: f64 = 26.0;
/// How many members a card lists.
pub(super) const LISTED: usize = 12;
/// How many remarks a card lists.
pub(super) const REMARKS: usize = 8;
/// Space between arrows inside a namespace and its edge.
pub(super) const LANE: f64 = 40.0;

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

/// A namespace with its cards in columns.
struct Block {
    columns: Vec<Vec<usize>>,
    width: f64,
    height: f64,
}

/// Places everything.
pub(super) fn layout(map: &Map) -> Layout {
    let blocks: Vec<Block> = (0..map.namespaces.len()).map(|namespace| block(map, namespace)).collect();
    let columns = columns(map, &blocks);
    let mut layout = Layout {
        cards: vec![Place::default(); map.cards.len()],
        namespaces: vec![Place::default(); map.namespaces.len()],
        gateways: vec![Place::default(); map.gateways.len()],
        ..Layout::default()
    };
    let gateways = PAD + BAR + 56.0;
    let mut x = if map.gateways.is_empty() { gateways } else { gateways + CARD + GUTTER };
    let mut bottom = TOP;
    for members in &columns {
        let mut y = TOP;
        let mut width: f64 = 0.0;
        for namespace in members {
            let Some(block) = blocks.get(*namespace) else { continue };
            place_block(map, &mut layout, *namespace, block, (x, y));
            y += block.height + GAP;
            width = width.max(block.width);
        }
        bottom = bottom.max(y);
        x += width + GUTTER;
    }
    bottom = bottom.max(place_gateways(map, &mut layout, gateways));
    layout.width = (x - GUTTER + LANE).max(LEGEND);
    layout.height = bottom;
    layout.internet = Place { x: PAD, y: TOP, w: BAR, h: (bottom - TOP - GAP).max(HEAD * 4.0) };
    layout
}

fn place_block(map: &Map, layout: &mut Layout, namespace: usize, block: &Block, (x, y): (f64, f64)) {
    if let Some(place) = layout.namespaces.get_mut(namespace) {
        *place = Place { x, y, w: block.width, h: block.height };
    }
    for (column, cards) in block.columns.iter().enumerate() {
        let mut top = y + head(map, namespace);
        for at in cards {
            let Some(height) = map.cards.get(*at).map(card_height) else { continue };
            if let Some(place) = layout.cards.get_mut(*at) {
                *place = Place { x: x + PAD + column as f64 * (CARD + INNER), y: top, w: CARD, h: height };
            }
            top += height + PAD;
        }
    }
}

/// Cards of a namespace in columns: by how many arrows lie between them and those that are entered from outside.
fn block(map: &Map, namespace: usize) -> Block {
    let cards: Vec<usize> = (0..map.cards.len())
        .filter(|at| map.cards.get(*at).is_some_and(|card| card.namespace == namespace))
        .collect();
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut heights: Vec<f64> = Vec::new();
    let mut put = |column: usize, card: usize| {
        while columns.len() <= column {
            columns.push(Vec::new());
            heights.push(0.0);
        }
        if let (Some(list), Some(height)) = (columns.get_mut(column), heights.get_mut(column)) {
            list.push(card);
            *height += map.cards.get(card).map_or(0.0, card_height) + PAD;
        }
        heights.clone()
    };
    let depth = depths(map, &cards);
    for card in &cards {
        if let Some(depth) = depth.get(card) {
            put((*depth).min(MAX_COLUMNS - 1), *card);
        }
    }
    // Cards that no arrow inside joins fill up the shortest column; where there is none, columns of some ten.
    const FEW: usize = 8;
    let alone: Vec<usize> = cards.iter().copied().filter(|card| !depth.contains_key(card)).collect();
    let wanted = if depth.is_empty() { alone.len().div_ceil(FEW).clamp(1, MAX_COLUMNS) } else { 1 };
    let mut now = Vec::new();
    for card in alone {
        let known =
            now.len().max(depth.values().map(|depth| (*depth).min(MAX_COLUMNS - 1) + 1).max().unwrap_or(0));
        let column = if known < wanted { known } else { shortest(&now, known) };
        now = put(column, card);
    }
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    let count = columns.len().max(1) as f64;
    Block {
        width: count * CARD + (count - 1.0) * INNER + PAD * 2.0 + LANE,
        height: head(map, namespace) + tallest + PAD,
        columns,
    }
}

fn shortest(heights: &[f64], known: usize) -> usize {
    let mut best = 0;
    for at in 0..known {
        let height = |at: usize| heights.get(at).copied().unwrap_or(0.0);
        if height(at) < height(best) {
            best = at;
        }
    }
    best
}

/// How far each card that an arrow inside its namespace touches lies from where the namespace is entered.
fn depths(map: &Map, cards: &[usize]) -> BTreeMap<usize, usize> {
    let inside: BTreeSet<usize> = cards.iter().copied().collect();
    let mut next: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut entered: BTreeSet<usize> = BTreeSet::new();
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    for arrow in &map.arrows {
        match (arrow.from, arrow.to) {
            (End::Card(from), End::Card(to))
                if inside.contains(&from) && inside.contains(&to) && from != to =>
            {
                next.entry(from).or_default().insert(to);
                reached.insert(to);
            }
            (_, End::Card(to)) if inside.contains(&to) => {
                entered.insert(to);
            }
            _ => {}
        }
    }
    let mut roots: Vec<usize> =
        next.keys().copied().filter(|card| !reached.contains(card) || entered.contains(card)).collect();
    if roots.is_empty() {
        roots.extend(next.keys().next());
    }
    let mut depth: BTreeMap<usize, usize> = roots.iter().map(|card| (*card, 0)).collect();
    let mut front = roots;
    for step in 1..=cards.len() {
        let mut further = Vec::new();
        for to in front.iter().filter_map(|from| next.get(from)).flatten() {
            if !depth.contains_key(to) {
                depth.insert(*to, step);
                further.push(*to);
            }
        }
        front = further;
    }
    // Circles that nothing enters.
    for card in next.keys().chain(&reached) {
        depth.entry(*card).or_insert(1);
    }
    depth
}

/// Places the ways in under each other, near what they lead to, and gives the end of them.
fn place_gateways(map: &Map, layout: &mut Layout, x: f64) -> f64 {
    let mut order: Vec<(i64, usize)> = (0..map.gateways.len())
        .map(|at| {
            let targets: Vec<f64> = map
                .arrows
                .iter()
                .filter(|arrow| arrow.from == End::Gateway(at))
                .map(|arrow| layout.of(arrow.to).middle())
                .collect();
            let mean = if targets.is_empty() {
                f64::MAX
            } else {
                targets.iter().sum::<f64>() / targets.len() as f64
            };
            (mean as i64, at)
        })
        .collect();
    order.sort_unstable();
    let mut y = TOP;
    for (_, at) in order {
        let Some(height) = map.gateways.get(at).map(gateway_height) else { continue };
        if let Some(place) = layout.gateways.get_mut(at) {
            *place = Place { x, y, w: CARD, h: height };
        }
        y += height + PAD;
    }
    y
}

/// Namespaces by column.
fn columns(map: &Map, blocks: &[Block]) -> Vec<Vec<usize>> {
    let order = by_distance(map);
    let area: f64 = blocks.iter().map(|block| (block.height + GAP) * (block.width + GUTTER)).sum();
    let tallest = blocks.iter().map(|block| block.height).fold(0.0, f64::max);
    // About four thirds as wide as high, for screens.
    let wanted = (area * 0.75).sqrt();
    let limit = wanted.max(tallest);
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut filled = f64::INFINITY;
    let mut before = 0;
    for (distance, namespace) in order {
        // What lies behind the proxies stands to their right.
        let behind = before == 0 && distance > 0 && !columns.is_empty();
        before = distance;
        let height = blocks.get(namespace).map_or(HEAD, |block| block.height) + GAP;
        if behind || filled + height > limit + GAP {
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

/// Namespaces by how many arrows lie between them and the ways in, with that number; those that none reaches last.
fn by_distance(map: &Map) -> Vec<(usize, usize)> {
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
    // Behind a proxy that stands in a namespace of its own.
    let behind = |to: &usize| {
        let before = |(from, targets): (&usize, &BTreeSet<usize>)| {
            targets.contains(to)
                && distance.contains_key(from)
                && !next.get(to).is_some_and(|targets| targets.contains(from))
        };
        next.iter().any(before)
    };
    let demoted: Vec<usize> = distance.keys().copied().filter(behind).collect();
    if demoted.len() < distance.len() {
        for namespace in demoted {
            distance.insert(namespace, 1);
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
        .into_iter()
        .map(|namespace| (distance.get(&namespace).copied().unwrap_or(usize::MAX), namespace))
        .collect()
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
