//! What the new policies change, in the form of `network diff`.

use std::collections::{BTreeSet, HashMap};

use super::proof::Classes;
use super::units::{UnitId, Units};
use crate::ClassSet;
use crate::list::{Connection, Difference, Peer, difference, ranges};
use crate::model::{ClassId, Network};
use crate::policy::Direction;

/// What is different between today and tomorrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Pairs whose connections are not the same; nothing when there are too many to be listed.
    pub differences: Option<Vec<Difference>>,
    /// Pairs whose connections stay as they are.
    pub kept: usize,
}

/// How many connections are listed at most: nobody reads more.
const MAX_CONNECTIONS: usize = 100_000;

impl Changes {
    /// Compares two models over all pairs of which one workload is governed; IPv6 addresses outside only when asked for.
    pub(super) fn between(
        before: (&Network, &Classes),
        after: (&Network, &Classes),
        units: &Units,
        governed: &BTreeSet<UnitId>,
        v6: bool,
    ) -> Self {
        let listed = |(network, classes)| connections(network, classes, units, governed, v6);
        let (Some(old), Some(new)) = (listed(before), listed(after)) else { return Changes::default() };
        let differences = difference(&old, &new);
        let same: BTreeSet<&Connection> = old.iter().collect();
        let kept = new.iter().filter(|one| same.contains(one)).count();
        Changes { differences: Some(differences), kept }
    }
}

/// All connections of governed workloads; nothing when there are too many.
fn connections(
    network: &Network,
    classes: &Classes,
    units: &Units,
    governed: &BTreeSet<UnitId>,
    v6: bool,
) -> Option<Vec<Connection>> {
    let mut of_class: HashMap<ClassId, Vec<(UnitId, String)>> = HashMap::new();
    let mut own = ClassSet::default();
    for (id, list) in classes.iter() {
        let Some(unit) = units.get(id) else { continue };
        for (variant, class) in list.iter().enumerate() {
            let name = if variant == 0 { unit.to_string() } else { format!("{unit}#{variant}") };
            of_class.entry(*class).or_default().push((id, name));
            if governed.contains(&id) {
                own.insert(*class);
            }
        }
    }
    let mut all: Vec<Connection> = Vec::new();
    network.reach().rows(|source, rows| {
        let Some(sources) = of_class.get(&source) else { return };
        let governs = own.contains(source);
        for row in rows {
            let concerned = if governs { row.classes } else { row.classes.intersection(&own) };
            for (dst, dst_name) in concerned.iter().filter_map(|class| of_class.get(&class)).flatten() {
                for (_, src_name) in sources.iter().filter(|(src, _)| src != dst) {
                    if all.len() > MAX_CONNECTIONS {
                        return;
                    }
                    let (src, dst) = (Peer::Workload(src_name.clone()), Peer::Workload(dst_name.clone()));
                    all.push(Connection { src, dst, ports: row.ports.clone() });
                }
            }
        }
        for direction in Direction::ALL {
            if !governs || all.len() > MAX_CONNECTIONS {
                return;
            }
            for (from, to, ports) in ranges(network.external(source, direction), v6) {
                for (_, name) in sources {
                    let (inside, outside) = (Peer::Workload(name.clone()), Peer::External(from, to));
                    let ports = ports.clone();
                    all.push(match direction {
                        Direction::Ingress => Connection { src: outside, dst: inside, ports },
                        Direction::Egress => Connection { src: inside, dst: outside, ports },
                    });
                }
            }
        }
    });
    all.sort();
    (all.len() <= MAX_CONNECTIONS).then_some(all)
}
