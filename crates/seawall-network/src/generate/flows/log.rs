//! Flows by what they connect: each connection once, with how often and when it was seen.

use std::collections::HashMap;

use super::{Flow, FlowEnd};
use crate::generate::need::Seen;
use crate::ports::PortSet;

/// A connection that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observed {
    /// Who opened it.
    pub src: FlowEnd,
    /// Who was called.
    pub dst: FlowEnd,
    /// The ports at the destination.
    pub ports: PortSet,
    /// Whether it was let through.
    pub allowed: bool,
    /// How often and when.
    pub seen: Seen,
}

type Key = (FlowEnd, FlowEnd, PortSet, bool);

/// How many distinct connections are kept.
const MAX_DISTINCT: usize = 500_000;

/// All flows of some exports.
#[derive(Debug, Default)]
pub struct FlowLog {
    by_key: HashMap<Key, Seen>,
    window: Seen,
    left_out: u64,
}

impl FlowLog {
    /// Takes one flow.
    pub fn add(&mut self, flow: Flow) {
        let Flow { src, dst, ports, allowed, time } = flow;
        let seen = Seen { count: 1, first: time.clone(), last: time };
        self.window.add(&seen);
        let key = (src, dst, ports, allowed);
        if let Some(known) = self.by_key.get_mut(&key) {
            known.add(&seen);
        } else if self.by_key.len() < MAX_DISTINCT {
            self.by_key.insert(key, seen);
        } else {
            self.left_out += 1;
        }
    }

    /// How many flows there were, the first and the last time.
    pub fn window(&self) -> &Seen {
        &self.window
    }

    /// Flows that were too many to be kept.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Every connection, in order.
    pub fn observed(&self) -> Vec<Observed> {
        let observed = self.by_key.iter().map(|((src, dst, ports, allowed), seen)| {
            let (src, dst, ports, seen) = (src.clone(), dst.clone(), ports.clone(), seen.clone());
            Observed { src, dst, ports, allowed: *allowed, seen }
        });
        let mut observed: Vec<Observed> = observed.collect();
        observed.sort();
        observed
    }
}
