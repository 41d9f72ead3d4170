//! Whole reachability, factorised: for a class as source, the classes that it reaches, grouped by ports.
//!
//! Each signature is evaluated once over all classes; a row joins the partition of the source's egress signature with what
//! every ingress signature says of the source. Nothing of the size classes × classes is kept.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::evaluate::{merge, resolve};
use super::join::Join;
use crate::class_set::ClassSet;
use crate::model::{ClassId, ContainerPort, Network, Program, SignatureId};
use crate::policy::{Direction, Rule};
use crate::ports::PortSet;

/// Classes that a source reaches on the same ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The ports, never none.
    pub ports: PortSet,
    /// The destinations. The source's own class stands for the other pods of that class.
    pub classes: ClassSet,
}

/// A set of ports by its number in a [`Reach`].
pub(super) type PortsNumber = u32;

/// What classes of one ingress signature say of all sources.
pub(super) struct Gate {
    pub(super) classes: ClassSet,
    /// What holds for the sources that no exception names.
    pub(super) usual: PortsNumber,
    exceptions: Vec<(PortsNumber, ClassSet)>,
}

/// Whole reachability of a [`Network`] as it stands.
pub struct Reach<'n> {
    pub(super) network: &'n Network,
    pub(super) ports: Vec<PortSet>,
    numbers: HashMap<PortSet, PortsNumber>,
    pub(super) egress: HashMap<SignatureId, Vec<(PortsNumber, ClassSet)>>,
    pub(super) gates: Vec<Gate>,
    /// The classes behind all gates, by what usually holds.
    pub(super) usual: Vec<(PortsNumber, ClassSet)>,
}

/// How many sources are looked up together; bounds what is held at a time.
const BLOCK: usize = 1024;

/// No connection; always the first number.
pub(super) const NONE: PortsNumber = 0;

impl Network {
    /// Evaluates all signatures. Traffic of a node with its own pods, and of a pod with itself, is not in it: see
    /// [`Network::can`].
    pub fn reach(&self) -> Reach<'_> {
        let mut reach = Reach {
            network: self,
            ports: Vec::new(),
            numbers: HashMap::new(),
            egress: HashMap::new(),
            gates: Vec::new(),
            usual: Vec::new(),
        };
        reach.number(PortSet::none());
        reach.evaluate_egress();
        reach.evaluate_ingress();
        reach
    }

    /// The classes that a rule meets.
    pub(crate) fn classes_met(&self, rule: &Rule<crate::model::PeerId>) -> ClassSet {
        self.part_met(rule, self.classes.live.clone(), |peer| &peer.classes)
    }

    fn has_named_ports(&self, program: &Program) -> bool {
        let rules = program.0.iter().flat_map(|tier| &tier.rules);
        rules.filter_map(|id| self.rule(*id)).any(|rule| rule.ports.has_names())
    }
}

impl<'n> Reach<'n> {
    fn number(&mut self, ports: PortSet) -> PortsNumber {
        if let Some(number) = self.numbers.get(&ports) {
            return *number;
        }
        let number = PortsNumber::try_from(self.ports.len()).unwrap_or(PortsNumber::MAX);
        self.ports.push(ports.clone());
        self.numbers.insert(ports, number);
        number
    }

    fn evaluate_egress(&mut self) {
        let network = self.network;
        let signatures: Vec<SignatureId> = network.signature_ids(Direction::Egress).collect();
        for signature in signatures {
            let program = network.program(Direction::Egress, signature);
            let live = network.classes.live.clone();
            let parts = network.partition(program, live, |rule| {
                let met = network.classes_met(rule);
                if !rule.ports.has_names() {
                    return vec![(met, resolve(&rule.ports, &[]).into_owned())];
                }
                let mut by_ports: Vec<(PortSet, ClassSet)> = Vec::new();
                for class in met.iter() {
                    let ports =
                        network.classes.get(class).map_or(&[] as &[ContainerPort], |class| &class.ports);
                    merge(
                        &mut by_ports,
                        resolve(&rule.ports, ports).into_owned(),
                        ClassSet::from_iter([class]),
                    );
                }
                by_ports.into_iter().map(|(ports, classes)| (classes, ports)).collect()
            });
            let parts = parts.into_iter().map(|(ports, classes)| (self.number(ports), classes)).collect();
            self.egress.insert(signature, parts);
        }
    }

    fn evaluate_ingress(&mut self) {
        let network = self.network;
        let signatures: Vec<SignatureId> = network.signature_ids(Direction::Ingress).collect();
        for signature in signatures {
            let program = network.program(Direction::Ingress, signature);
            let classes = network.classes_of_signature(Direction::Ingress, signature);
            let classes =
                classes.map_or_else(ClassSet::default, |all| all.intersection(&network.classes.live));
            if classes.is_empty() {
                continue;
            }
            if !network.has_named_ports(program) {
                self.add_gate(program, classes, &[]);
                continue;
            }
            let mut groups: HashMap<&[ContainerPort], ClassSet> = HashMap::new();
            for class in classes.iter() {
                let ports = network.classes.get(class).map_or(&[] as &[ContainerPort], |class| &class.ports);
                groups.entry(ports).or_default().insert(class);
            }
            let mut groups: Vec<_> = groups.into_iter().collect();
            groups.sort_by_key(|(ports, _)| *ports);
            for (ports, classes) in groups {
                self.add_gate(program, classes, ports);
            }
        }
    }

    fn add_gate(&mut self, program: &Program, classes: ClassSet, ports: &[ContainerPort]) {
        let network = self.network;
        let parts = network.partition(program, network.classes.live.clone(), |rule| {
            vec![(network.classes_met(rule), resolve(&rule.ports, ports).into_owned())]
        });
        let mut parts: Vec<(PortsNumber, ClassSet)> =
            parts.into_iter().map(|(ports, sources)| (self.number(ports), sources)).collect();
        let largest =
            parts.iter().enumerate().max_by_key(|(_, (_, sources))| sources.len()).map(|(at, _)| at);
        let usual = largest.map_or(NONE, |at| parts.swap_remove(at).0);
        merge(&mut self.usual, usual, classes.clone());
        self.gates.push(Gate { classes, usual, exceptions: parts });
    }

    /// The classes that a class reaches; nothing for one without pods.
    pub fn row(&self, source: ClassId) -> Vec<Row> {
        let exceptions = self.gates.iter().enumerate().filter_map(|(gate, one)| {
            let (ports, _) = one.exceptions.iter().find(|(_, sources)| sources.contains(source))?;
            Some((gate, *ports))
        });
        Join::new(self).join(source, exceptions.collect::<Vec<_>>().as_slice())
    }

    /// The rows of all classes with pods, ascending by class, one after another.
    pub fn rows(&self, mut each: impl FnMut(ClassId, Vec<Row>)) {
        // Nothing breaks here.
        let _ = self.try_rows(|source, rows| {
            each(source, rows);
            ControlFlow::Continue(())
        });
    }

    /// The same until `each` breaks.
    pub fn try_rows(&self, mut each: impl FnMut(ClassId, Vec<Row>) -> ControlFlow<()>) -> ControlFlow<()> {
        let sources: Vec<ClassId> = self.network.classes.live.iter().collect();
        let mut join = Join::new(self);
        for block in sources.chunks(BLOCK) {
            let (Some(first), Some(last)) = (block.first(), block.last()) else { continue };
            let width = (last.0 - first.0) as usize + 1;
            let mut exceptions: Vec<Vec<(usize, PortsNumber)>> = vec![Vec::new(); width];
            for (number, gate) in self.gates.iter().enumerate() {
                for (ports, among) in &gate.exceptions {
                    for source in among.range(*first, *last) {
                        if let Some(list) = exceptions.get_mut((source.0 - first.0) as usize) {
                            list.push((number, *ports));
                        }
                    }
                }
            }
            for source in block {
                let exceptions =
                    exceptions.get((source.0 - first.0) as usize).map_or(&[] as &[_], |list| list);
                each(*source, join.join(*source, exceptions))?;
            }
        }
        ControlFlow::Continue(())
    }
}
