//! `workload-cronjob-concurrency`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::fields::{place, spec_str};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cronjob-concurrency",
    title: "CronJob does not say what happens when runs overlap",
    why: "unset means that they overlap: a slow run is joined by the next, which makes both slower",
    help: "set `concurrencyPolicy: Forbid`, or `Replace` or `Allow` on purpose",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[CRON_JOB], judge),
    ..Check::PLAIN
};

const CRON_JOB: GroupKind<'static> = GroupKind::new("batch", "CronJob");

fn judge(job: &Resource, out: &mut Verdicts<'_>) {
    if spec_str(job, "concurrencyPolicy").is_some_and(|policy| !policy.is_empty()) {
        return;
    }
    let place = place(job, &["spec", "concurrencyPolicy"]);
    let fix = Fix::set(FixRisk::Medium, place.route.clone(), "Forbid");
    out.fail(place, "does not say whether runs may overlap").fix(fix);
}
