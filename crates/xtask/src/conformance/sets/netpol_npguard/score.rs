//! Compares lists with the labels, as sets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Json;
use super::engine::{Ports, Said, SaidDiff};
use super::peers::{Held, PortMap, all_ports, external, normal_selectors, ports_of_text};
use crate::conformance::verdict::{Outcome, Verdict};

/// An expected connection.
#[derive(Deserialize)]
pub(super) struct Row {
    src: String,
    dst: String,
    ports: Json,
}

/// An expected row of exposure.
#[derive(Deserialize)]
struct ExposureRow {
    workload: String,
    peer: String,
    ports: Json,
}

#[derive(Deserialize)]
struct Unprotected {
    workload: String,
    direction: String,
}

/// The expected exposure.
#[derive(Deserialize)]
pub(super) struct Exposure {
    egress: Vec<ExposureRow>,
    ingress: Vec<ExposureRow>,
    unprotected: Vec<Unprotected>,
}

/// What a query must answer.
pub(super) struct Labels {
    pub(super) connections: Vec<Row>,
    pub(super) exposure: Option<Exposure>,
}

/// An expected row of a difference.
#[derive(Deserialize)]
pub(super) struct DiffRow {
    source: String,
    destination: String,
    ref1: String,
    ref2: String,
}

type Pair = (String, String);

fn label_ports(ports: &Json) -> Option<PortMap> {
    if ports.as_str() == Some("all") {
        return Some(all_ports());
    }
    let number = |value: &Json| u16::try_from(value.as_u64()?).ok();
    let range = |value: &Json| Some((number(value.get(0)?)?, number(value.get(1)?)?));
    let mut map = PortMap::new();
    for (protocol, ranges) in ports.as_object()? {
        let ranges = ranges.as_array()?.iter().map(range).collect::<Option<BTreeSet<_>>>()?;
        if !ranges.is_empty() {
            map.insert(protocol.clone(), ranges);
        }
    }
    Some(map)
}

fn said_ports(ports: &Ports) -> PortMap {
    let some = ports.iter().filter(|(_, ranges)| !ranges.is_empty());
    some.map(|(protocol, ranges)| ((*protocol).to_owned(), ranges.iter().copied().collect())).collect()
}

/// Adds a row under its pair, with the outside as one peer.
fn add(rows: &mut BTreeMap<Pair, Held>, src: &str, dst: &str, ports: PortMap) {
    let (Ok(from), Ok(to)) = (external(src), external(dst)) else { return };
    let name = |peer: &str, range: Option<(u32, u32)>| match range {
        Some(_) => "[External]".to_owned(),
        None => normal_selectors(peer),
    };
    let key = (name(src, from), name(dst, to));
    if !ports.is_empty() {
        rows.entry(key).or_default().add(from.or(to), ports);
    }
}

fn is_outside(peer: &str) -> bool {
    peer.ends_with("[External]")
}

fn compare(
    what: &str,
    said: &BTreeMap<Pair, Held>,
    expected: &BTreeMap<Pair, Held>,
    wrong: &mut Vec<String>,
) {
    let nothing = Held::default();
    let pairs: BTreeSet<&Pair> = said.keys().chain(expected.keys()).collect();
    for pair in pairs {
        let (said, expected) = (said.get(pair).unwrap_or(&nothing), expected.get(pair).unwrap_or(&nothing));
        if let Some(difference) = said.differs(expected) {
            wrong.push(format!("{what} {} -> {}: {difference}", pair.0, pair.1));
        }
    }
}

fn outcome(mut wrong: Vec<String>) -> Verdict {
    let more = wrong.len().saturating_sub(4);
    wrong.truncate(4);
    if more > 0 {
        wrong.push(format!("and {more} more"));
    }
    if wrong.is_empty() { Outcome::Passed } else { Outcome::Failed(wrong.join("; ")) }.into()
}

/// A query passes when connections and exposure are those expected, and nothing is refused.
pub(super) fn query(labels: &Labels, said: Result<Said, String>) -> Verdict {
    let said = match said {
        Ok(said) => said,
        Err(error) => return Outcome::Failed(error).into(),
    };
    let mut wrong: Vec<String> = said.refusals.iter().map(|cause| format!("refused: {cause}")).collect();
    let (mut listed, mut expected) = (BTreeMap::new(), BTreeMap::new());
    for (src, dst, ports) in &said.connections {
        add(&mut listed, src, dst, said_ports(ports));
    }
    for Row { src, dst, ports } in &labels.connections {
        match label_ports(ports) {
            Some(ports) => add(&mut expected, src, dst, ports),
            None => wrong.push(format!("the label of {src} -> {dst} cannot be read")),
        }
    }
    compare("connection", &listed, &expected, &mut wrong);
    if let Some(exposure) = &labels.exposure {
        for (direction, rows) in [("ingress", &exposure.ingress), ("egress", &exposure.egress)] {
            let (mut listed, mut expected) = (BTreeMap::new(), BTreeMap::new());
            // The outside is in the connections too, with every address that is open; upstream repeats it here only for
            // workloads that are open to something else besides, so that a row more is neither expected nor forbidden.
            let repeated: BTreeSet<&str> =
                rows.iter().filter(|row| is_outside(&row.peer)).map(|row| &*row.workload).collect();
            for (_, workload, peer, ports) in said.exposure.iter().filter(|row| row.0 == direction) {
                if !is_outside(peer) || repeated.contains(workload.as_str()) {
                    add(&mut listed, workload, peer, said_ports(ports));
                }
            }
            for ExposureRow { workload, peer, ports } in rows {
                add(&mut expected, workload, peer, label_ports(ports).unwrap_or_default());
            }
            compare(direction, &listed, &expected, &mut wrong);
        }
        let said: BTreeSet<(&str, &str)> =
            said.unprotected.iter().map(|(workload, direction)| (workload.as_str(), *direction)).collect();
        let expected = exposure.unprotected.iter();
        let expected: BTreeSet<(&str, &str)> =
            expected.map(|one| (one.workload.as_str(), one.direction.as_str())).collect();
        for (workload, direction) in said.symmetric_difference(&expected) {
            wrong.push(format!("{workload} is unprotected in {direction}: only one side says so"));
        }
    }
    outcome(wrong)
}

/// An input to refuse passes when an error says why.
pub(super) fn refusal(said: Result<Vec<String>, String>) -> Verdict {
    match said {
        Ok(causes) if causes.is_empty() => Outcome::Failed("it is not refused".to_owned()).into(),
        Ok(_) => Outcome::Passed.into(),
        Err(error) => Outcome::Failed(error).into(),
    }
}

/// A difference passes when the same pairs have the same ports before and after.
pub(super) fn diff(rows: &[DiffRow], said: Result<Vec<SaidDiff>, String>) -> Verdict {
    let said = match said {
        Ok(said) => said,
        Err(error) => return Outcome::Failed(error).into(),
    };
    let mut wrong = Vec::new();
    // Both sides of a row at once, so that ranges are compared with both: `<` before and `>` after.
    let both = |before: PortMap, after: PortMap| -> PortMap {
        let before = before.into_iter().map(|(protocol, ranges)| (format!("<{protocol}"), ranges));
        before.chain(after.into_iter().map(|(protocol, ranges)| (format!(">{protocol}"), ranges))).collect()
    };
    let (mut listed, mut expected) = (BTreeMap::new(), BTreeMap::new());
    for (src, dst, before, after) in &said {
        add(&mut listed, src, dst, both(said_ports(before), said_ports(after)));
    }
    for DiffRow { source, destination, ref1, ref2 } in rows {
        match (ports_of_text(ref1), ports_of_text(ref2)) {
            (Some(before), Some(after)) => add(&mut expected, source, destination, both(before, after)),
            _ => wrong.push(format!("the label of {source} -> {destination} cannot be read")),
        }
    }
    compare("change", &listed, &expected, &mut wrong);
    outcome(wrong)
}
