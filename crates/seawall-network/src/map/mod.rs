//! A picture of who can reach whom, readable for some hundred workloads.
//!
//! ```text
//! Network ┐
//! ways in ┴─ build ─ Map ─┬─ layout ─ svg ─ html
//!                         └─ dot
//! ```
//!
//! Workloads of a namespace that nobody can tell apart by what they reach and who reaches them are one card. What holds for
//! everyone is a line of text on a card; arrows are only drawn for what is listed, and from a whole namespace where all of
//! it is meant. Colours follow the reader's light or dark preference and never say anything that words do not say.
//!
//! Invariants, above all what is absent: no randomness, no hash order: equal input gives equal bytes; no text from outside
//! reaches the picture raw; no reference to anything outside the file.

mod build;
mod dot;
mod factor;
mod html;
mod layout;
mod svg;
mod text;

pub use build::build;
pub use dot::dot;
pub use html::html;
pub use svg::svg;
pub use text::{fit, xml};

/// The most classes of pods that can be drawn: every pair of them is looked at.
pub const MAX_CLASSES: usize = 4000;

/// How much a direction of a card lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// Everything: no policy, or one that lists everything.
    Open,
    /// What is listed.
    Listed,
    /// Nothing.
    Shut,
}

impl Gate {
    /// The word in the picture.
    pub const fn as_str(self) -> &'static str {
        match self {
            Gate::Open => "open",
            Gate::Listed => "listed",
            Gate::Shut => "shut",
        }
    }
}

/// Workloads of one namespace that nobody can tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its namespace, by its place in [`Map::namespaces`].
    pub namespace: usize,
    /// `Deployment/web` …, sorted.
    pub members: Vec<String>,
    /// What may come in.
    pub ingress: Gate,
    /// What may go out.
    pub egress: Gate,
    /// What is said in words instead of arrows: `from every workload: TCP 80`.
    pub remarks: Vec<String>,
}

/// A way in, left of the namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// `load-balancer`, `ingress` …
    pub kind: String,
    /// `namespace/name`.
    pub name: String,
    /// Ports, host names, encryption.
    pub detail: Vec<String>,
    /// Whether the internet stands before it; else the nodes' or a private network.
    pub reach: String,
}

/// One end of an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A way in.
    Gateway(usize),
    /// A card.
    Card(usize),
    /// All cards of a namespace.
    Namespace(usize),
}

/// How an arrow is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// May connect.
    Allowed,
    /// May connect on every port.
    All,
    /// Depends on what cannot be seen.
    Perhaps,
    /// A way in that policies close.
    Closed,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Where it begins.
    pub from: End,
    /// Where it ends.
    pub to: End,
    /// The ports.
    pub label: String,
    /// How it is to be read.
    pub style: Style,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// What is said in words instead of arrows about all of its cards.
    pub remarks: Vec<String>,
}

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// Namespaces by name.
    pub namespaces: Vec<Namespace>,
    /// Cards, by namespace.
    pub cards: Vec<Card>,
    /// Ways in.
    pub gateways: Vec<Gateway>,
    /// Arrows, sorted.
    pub arrows: Vec<Arrow>,
}

impl Map {
    /// The part of the map that some namespaces and what they are joined with make up.
    #[must_use]
    pub fn around(&self, namespaces: &[String]) -> Map {
        let home = |end: End| match end {
            End::Gateway(_) => None,
            End::Card(at) => self.cards.get(at).map(|card| card.namespace),
            End::Namespace(at) => Some(at),
        };
        let wanted: Vec<usize> = self
            .namespaces
            .iter()
            .enumerate()
            .filter(|(_, namespace)| namespaces.contains(&namespace.name))
            .map(|(at, _)| at)
            .collect();
        let touches = |end: End| home(end).is_some_and(|at| wanted.contains(&at));
        let arrows: Vec<&Arrow> =
            self.arrows.iter().filter(|arrow| touches(arrow.from) || touches(arrow.to)).collect();
        let ends = || arrows.iter().flat_map(|arrow| [arrow.from, arrow.to]);
        let keep = |all: usize, kept: &dyn Fn(usize) -> bool| -> Vec<Option<usize>> {
            let mut next = 0..;
            (0..all).map(|at| if kept(at) { next.next() } else { None }).collect()
        };
        let near: Vec<usize> = ends().filter_map(home).chain(wanted.iter().copied()).collect();
        let spaces = keep(self.namespaces.len(), &|at| near.contains(&at));
        let cards = keep(self.cards.len(), &|at| {
            let card = self.cards.get(at).map(|card| card.namespace);
            card.is_some_and(|namespace| {
                wanted.contains(&namespace)
                    || ends().any(|end| end == End::Card(at) || end == End::Namespace(namespace))
            })
        });
        let ways = keep(self.gateways.len(), &|at| ends().any(|end| end == End::Gateway(at)));
        let place = |list: &[Option<usize>], at: usize| list.get(at).copied().flatten();
        let moved = |end: End| match end {
            End::Gateway(at) => place(&ways, at).map(End::Gateway),
            End::Card(at) => place(&cards, at).map(End::Card),
            End::Namespace(at) => place(&spaces, at).map(End::Namespace),
        };
        let kept = |list: &[Option<usize>], at: usize| place(list, at).is_some();
        Map {
            namespaces: picked(&self.namespaces, |at| kept(&spaces, at)),
            cards: picked(&self.cards, |at| kept(&cards, at))
                .into_iter()
                .map(|card| Card { namespace: place(&spaces, card.namespace).unwrap_or_default(), ..card })
                .collect(),
            gateways: picked(&self.gateways, |at| kept(&ways, at)),
            arrows: arrows
                .into_iter()
                .filter_map(|arrow| {
                    Some(Arrow { from: moved(arrow.from)?, to: moved(arrow.to)?, ..arrow.clone() })
                })
                .collect(),
        }
    }
}

fn picked<T: Clone>(list: &[T], kept: impl Fn(usize) -> bool) -> Vec<T> {
    list.iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, item)| item.clone()).collect()
}
