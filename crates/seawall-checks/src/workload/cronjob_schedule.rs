//! `workload-cronjob-schedule`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::cron::fault;
use crate::workload::fields::{place, spec_str};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cronjob-schedule",
    title: "CronJob has a schedule that cannot be read or never comes",
    why: "the job never runs, and nobody misses it before it is needed",
    help: "write five fields, or one of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[CRON_JOB], judge),
    ..Check::PLAIN
};

const CRON_JOB: GroupKind<'static> = GroupKind::new("batch", "CronJob");

fn judge(job: &Resource, out: &mut Verdicts<'_>) {
    let place = place(job, &["spec", "schedule"]);
    let Some(schedule) = spec_str(job, "schedule") else {
        out.fail(place, "has no schedule");
        return;
    };
    if let Some(fault) = fault(schedule) {
        out.fail(place, format!("schedule `{schedule}` {fault}"));
    }
}
