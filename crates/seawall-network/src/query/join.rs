//! The join of one source's egress with what all gates say of it.
//!
//! Sets of classes that are built up and thrown away for every source live in buffers that stay: this is the only part of
//! reach whose cost grows with sources × exceptions.

use std::collections::HashMap;

use super::reach::{NONE, PortsNumber, Reach, Row};
use crate::class_set::ClassSet;
use crate::model::ClassId;
use crate::policy::Direction;
use crate::ports::PortSet;

/// Buffers of classes by a number of ports.
#[derive(Default)]
struct Slots {
    /// The buffer of each number, [`FREE`] without one.
    slot_of: Vec<usize>,
    used: Vec<PortsNumber>,
    buffers: Vec<Vec<u64>>,
}

const FREE: usize = usize::MAX;

impl Slots {
    /// The buffer of a number, empty at first; `None` never happens.
    fn buffer(&mut self, number: PortsNumber, width: usize) -> Option<&mut Vec<u64>> {
        let at = number as usize;
        if at >= self.slot_of.len() {
            self.slot_of.resize(at + 1, FREE);
        }
        let slot = self.slot_of.get_mut(at)?;
        if *slot == FREE {
            *slot = self.used.len();
            self.used.push(number);
            match self.buffers.get_mut(*slot) {
                Some(buffer) => buffer.fill(0),
                None => self.buffers.push(vec![0; width]),
            }
        }
        self.buffers.get_mut(*slot)
    }

    fn clear(&mut self) {
        for number in self.used.drain(..) {
            if let Some(slot) = self.slot_of.get_mut(number as usize) {
                *slot = FREE;
            }
        }
    }

    fn filled(&self) -> impl Iterator<Item = (PortsNumber, &[u64])> {
        self.used.iter().zip(&self.buffers).map(|(number, buffer)| (*number, buffer.as_slice()))
    }
}

/// Joins sources one after another.
pub(super) struct Join<'r, 'n> {
    reach: &'r Reach<'n>,
    /// Words of a buffer.
    width: usize,
    ingress: Slots,
    joined: Slots,
    /// What is left of two sets of ports, by a number of its own.
    products: HashMap<(PortsNumber, PortsNumber), PortsNumber>,
    numbers: HashMap<PortSet, PortsNumber>,
    ports: Vec<PortSet>,
}

impl<'r, 'n> Join<'r, 'n> {
    pub(super) fn new(reach: &'r Reach<'n>) -> Self {
        let nothing = PortSet::none();
        Join {
            reach,
            width: reach.network.classes.items.len().div_ceil(u64::BITS as usize),
            ingress: Slots::default(),
            joined: Slots::default(),
            products: HashMap::new(),
            numbers: HashMap::from([(nothing.clone(), NONE)]),
            ports: vec![nothing],
        }
    }

    /// The row of a source; `exceptions` are the gates that treat it otherwise than usual.
    pub(super) fn join(&mut self, source: ClassId, exceptions: &[(usize, PortsNumber)]) -> Vec<Row> {
        let network = self.reach.network;
        let Some(class) = network.classes.get(source).filter(|class| !class.members.is_empty()) else {
            return Vec::new();
        };
        self.gather(exceptions);
        let signature = class.signatures.get(Direction::Egress);
        let egress = self.reach.egress.get(signature).map_or(&[] as &[_], |parts| parts);
        for (into, behind) in self.ingress.filled().filter(|(into, _)| *into != NONE) {
            for (out, reached) in egress.iter().filter(|(out, _)| *out != NONE) {
                let pair = (*out, into);
                let product = match self.products.get(&pair) {
                    Some(product) => *product,
                    None => {
                        let product = product(self.reach, pair, &mut self.numbers, &mut self.ports);
                        self.products.insert(pair, product);
                        product
                    }
                };
                if product == NONE {
                    continue;
                }
                let Some(joined) = self.joined.buffer(product, self.width) else { continue };
                for (at, word) in reached.words() {
                    if let (Some(joined), Some(behind)) = (joined.get_mut(at), behind.get(at)) {
                        *joined |= word & behind;
                    }
                }
            }
        }
        let rows = self.joined.filled().filter_map(|(number, words)| {
            let classes = ClassSet::from_words(words);
            let ports = self.ports.get(number as usize)?.clone();
            (!classes.is_empty()).then_some(Row { ports, classes })
        });
        let rows = rows.collect();
        self.ingress.clear();
        self.joined.clear();
        rows
    }

    /// What all gates say of a source.
    fn gather(&mut self, exceptions: &[(usize, PortsNumber)]) {
        for (number, classes) in &self.reach.usual {
            let Some(buffer) = self.ingress.buffer(*number, self.width) else { continue };
            for (at, word) in classes.words() {
                if let Some(own) = buffer.get_mut(at) {
                    *own |= word;
                }
            }
        }
        for (gate, ports) in exceptions {
            let Some(gate) = self.reach.gates.get(*gate) else { continue };
            for (number, add) in [(gate.usual, false), (*ports, true)] {
                let Some(buffer) = self.ingress.buffer(number, self.width) else { continue };
                for (at, word) in gate.classes.words() {
                    if let Some(own) = buffer.get_mut(at) {
                        *own = if add { *own | word } else { *own & !word };
                    }
                }
            }
        }
    }
}

fn product(
    reach: &Reach<'_>,
    (out, into): (PortsNumber, PortsNumber),
    numbers: &mut HashMap<PortSet, PortsNumber>,
    ports: &mut Vec<PortSet>,
) -> PortsNumber {
    let (Some(out), Some(into)) = (reach.ports.get(out as usize), reach.ports.get(into as usize)) else {
        return NONE;
    };
    let both = out.intersection(into);
    if let Some(number) = numbers.get(&both) {
        return *number;
    }
    let number = PortsNumber::try_from(ports.len()).unwrap_or(NONE);
    numbers.insert(both.clone(), number);
    ports.push(both);
    number
}
