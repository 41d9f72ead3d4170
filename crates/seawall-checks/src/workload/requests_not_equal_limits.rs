//! `workload-requests-not-equal-limits`

use seawall_core::{Confidence, Edit, Fix, FixRisk, FixValue, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{CPU, MEMORY, Side, difference, is_accountable, keys};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-requests-not-equal-limits",
    title: "CPU or memory request of a container differs from its limit",
    why: "the pod is not of the class Guaranteed: it is evicted and killed before those that are",
    help: "set requests for CPU and memory to the limits, in every container of pods that must stay",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if !is_accountable(container) {
        return;
    }
    let apart: Vec<_> =
        [CPU, MEMORY].into_iter().filter_map(|kind| Some((kind, difference(container, kind)?))).collect();
    let Some((first, (_, limit))) = apart.first() else { return };
    let words: Vec<_> = apart.iter().map(|(kind, _)| kind.word).collect();
    let message = format!("{} has another request than limit for {}", container.label(), words.join(" and "));
    let side = if limit.is_some() { Side::Requests } else { Side::Limits };
    let draft = out.fail(container.place(&keys(side, *first)), message);
    // Where a limit is missing, nobody but its owner knows it.
    let edits: Option<Vec<Edit>> = apart
        .iter()
        .map(|(kind, (_, limit))| {
            let route = container.place(&keys(Side::Requests, *kind)).route;
            Some(Edit::Set { route, value: FixValue::Str(limit.as_ref()?.scalar_text()?.into_owned()) })
        })
        .collect();
    if let Some(edits) = edits {
        draft.fix(Fix { risk: FixRisk::Medium, edits });
    }
}
