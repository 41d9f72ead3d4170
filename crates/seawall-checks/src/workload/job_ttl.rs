//! `workload-job-ttl`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::fields::place;
use crate::workload::workload::is_managed;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-job-ttl",
    title: "finished Jobs are kept for ever, or taken away twice",
    why: "finished Jobs and their pods pile up in etcd and in every list, with their environment and \
          arguments in them",
    help: "set `ttlSecondsAfterFinished` on Jobs of their own; leave it to the history limits in a \
          CronJob",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(JOBS, judge),
    ..Check::PLAIN
};

const JOBS: &[GroupKind<'static>] = &[GroupKind::new("batch", "Job"), GroupKind::new("batch", "CronJob")];

/// A day: long enough to read the logs.
const TTL: i64 = 86_400;

fn judge(job: &Resource, out: &mut Verdicts<'_>) {
    if job.kind() == "CronJob" {
        let keys = ["spec", "jobTemplate", "spec", "ttlSecondsAfterFinished"];
        if job.root().path(&keys).is_some_and(|node| !node.is_null()) {
            let place = place(job, &keys);
            let fix = Fix::remove(FixRisk::Low, place.route.clone());
            out.fail(place, "its Jobs go by age, so its history limits have no effect").fix(fix);
        }
        return;
    }
    // What owns it, or the tool that made it as a hook, takes it away.
    let is_hook = HOOKS.iter().any(|key| job.annotation(key).is_some());
    if is_managed(out.inventory(), job) || is_hook {
        return out.not_applicable();
    }
    let keys = ["spec", "ttlSecondsAfterFinished"];
    if job.root().path(&keys).is_none_or(|node| node.is_null()) {
        let place = place(job, &keys);
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), TTL);
        out.fail(place, "is kept for ever when it has finished").fix(fix);
    }
}

/// Annotations of Jobs that a deployment tool runs and deletes.
const HOOKS: [&str; 2] = ["helm.sh/hook", "argocd.argoproj.io/hook"];
