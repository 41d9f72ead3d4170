//! `workload-cronjob-deadline`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::fields::{place, spec_int};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cronjob-deadline",
    title: "CronJob has no usable deadline for a late start",
    why: "a run that was missed starts at any later time, also hours later beside the next one",
    help: "set `startingDeadlineSeconds` to the time within which a late run still makes sense",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[CRON_JOB], judge),
    ..Check::PLAIN
};

const CRON_JOB: GroupKind<'static> = GroupKind::new("batch", "CronJob");

/// A deadline for which a late run makes sense whatever the schedule.
const DEADLINE: i64 = 300;

/// The controller looks every ten seconds; a shorter deadline may miss every run.
const LEAST: i64 = 10;

fn judge(job: &Resource, out: &mut Verdicts<'_>) {
    let place = place(job, &["spec", "startingDeadlineSeconds"]);
    let fix = Fix::set(FixRisk::Medium, place.route.clone(), DEADLINE);
    match spec_int(job, "startingDeadlineSeconds") {
        None => {
            out.fail(place, "has no deadline for a late start").fix(fix);
        }
        Some(seconds) if seconds < LEAST => {
            let message = format!("has a deadline of {seconds} s, but its controller looks every {LEAST} s");
            out.fail(place, message).fix(fix);
        }
        Some(_) => {}
    }
}
