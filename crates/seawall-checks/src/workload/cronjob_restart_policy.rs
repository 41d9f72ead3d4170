//! `workload-cronjob-restart-policy`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cronjob-restart-policy",
    title: "CronJob has a restart policy that its pods may not have",
    why: "the API server refuses it, so the job exists in the repository only",
    help: "set `restartPolicy` to `OnFailure` or `Never`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[CRON_JOB], judge),
    ..Check::PLAIN
};

const CRON_JOB: GroupKind<'static> = GroupKind::new("batch", "CronJob");

fn judge(job: &Resource, out: &mut Verdicts<'_>) {
    for pod in job.pods() {
        let policy = pod.spec().str("restartPolicy").filter(|policy| !policy.is_empty());
        if matches!(policy, Some("OnFailure" | "Never")) {
            continue;
        }
        let place = pod.place(&["restartPolicy"]);
        let fix = Fix::set(FixRisk::Low, place.route.clone(), "OnFailure");
        let message = match policy {
            Some(policy) => format!("has restart policy `{policy}`, which its pods may not have"),
            None => "leaves the restart policy at `Always`, which its pods may not have".to_owned(),
        };
        out.fail(place, message).fix(fix);
    }
}
