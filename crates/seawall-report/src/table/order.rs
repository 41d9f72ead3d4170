//! The order in which people read findings.

use std::collections::HashMap;

use seawall_core::{Finding, Position};

use crate::Report;
use crate::place::{Place, Positions};

/// The findings to keep by file (in the order read), then line and column; those without a text stay in the order of
/// resources.
pub(crate) fn in_reading_order<'a>(
    report: &Report<'a>,
    keep: impl Fn(&Finding) -> bool,
) -> Vec<(&'a Finding, Option<Position>)> {
    let mut positions = Positions::default();
    let mut files: HashMap<&str, usize> = HashMap::new();
    let mut keyed: Vec<_> = (report.evaluation.findings.iter())
        .filter(|finding| keep(finding))
        .map(|finding| {
            let place = Place::primary(report.inventory, finding);
            let file = place.and_then(|place| place.file()).unwrap_or("");
            let next = files.len();
            let rank = *files.entry(file).or_insert(next);
            let position = place.and_then(|place| positions.of(&place));
            (rank, position, finding)
        })
        .collect();
    // A stable sort: what stands at one place keeps the order of the evaluation.
    keyed.sort_by_key(|(rank, position, _)| (*rank, *position));
    keyed.into_iter().map(|(_, position, finding)| (finding, position)).collect()
}
