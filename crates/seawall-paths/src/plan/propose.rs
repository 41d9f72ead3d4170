//! From what is on the paths to changes.

use seawall_rbac::usage::Requests;

use crate::ask::UsePrices;
use crate::plan::candidate::Candidate;
use crate::plan::candidates::{Numbers, Target};
use crate::plan::site::Site;
use crate::plan::state::State;

/// Makes candidates of what is now.
pub(crate) struct Proposer<'p> {
    pub(super) state: &'p State,
    pub(super) site: &'p Site,
    pub(super) requests: Option<&'p Requests>,
    pub(super) prices: Option<UsePrices<'p>>,
    numbers: Numbers,
}

impl<'p> Proposer<'p> {
    pub(crate) fn new(state: &'p State, site: &'p Site, requests: Option<&'p Requests>) -> Self {
        let prices = requests.map(|requests| UsePrices::new(state.model(), requests));
        let numbers = Numbers::of(state.model());
        Proposer { state, site, requests, prices, numbers }
    }

    /// The changes that take a target away.
    pub(crate) fn of(&self, target: &Target) -> Vec<Candidate> {
        match target {
            Target::Binding(word) => {
                self.numbers.binding(word).map_or_else(Vec::new, |vertex| self.binding(word, vertex))
            }
            Target::Rule(word, place) => self
                .numbers
                .rule(word, *place)
                .map_or_else(Vec::new, |numbers| self.rule(word, *place, numbers)),
            Target::Harden(workload) => self.harden(workload).into_iter().collect(),
            Target::Label(namespace) => self.label(namespace).into_iter().collect(),
            Target::Token(workload, account) => self.token(workload, account).into_iter().collect(),
            Target::Expose(object, route) => self.expose(object, route).into_iter().collect(),
            Target::Secret(word) => self.secret(word).into_iter().collect(),
        }
    }
}

/// The first of some words, and how many more there are.
pub(crate) fn some(words: &[String], shown: usize) -> String {
    let first: Vec<&str> = words.iter().take(shown).map(String::as_str).collect();
    match words.len().saturating_sub(shown) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// `1 pod`, `3 pods`.
pub(crate) fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
