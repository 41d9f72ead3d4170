//! `workload-cronjob-present`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::fields::{place, spec_str};
use crate::{Check, Judge, Profile, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cronjob-present",
    title: "CronJob starts pods on a schedule",
    why: "what an attacker plants in it comes back after every clean-up of pods, with the rights of its \
          service account",
    help: "see that each one is known, and list the known ones in the setting",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["MITRE:Persistence"],
    settings: &[ALLOWED],
    profile: Profile::All,
    judge: Judge::Resource(&[CRON_JOB], judge),
    ..Check::PLAIN
};

const CRON_JOB: GroupKind<'static> = GroupKind::new("batch", "CronJob");

const ALLOWED: Setting = Setting {
    name: "allowedCronJobs",
    doc: "CronJobs that are known, by namespace and name (`shop/report`); `*` at the end stands for any rest",
    default: SettingDefault::Strings(&[]),
};

fn judge(job: &Resource, out: &mut Verdicts<'_>) {
    let name = format!("{}/{}", job.namespace().unwrap_or("default"), job.name());
    let allowed = out.settings().strings(ALLOWED.name);
    let is_known = allowed.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *known,
    });
    if !is_known {
        let schedule = spec_str(job, "schedule").unwrap_or("");
        out.fail(place(job, &["spec", "schedule"]), format!("starts pods by the schedule `{schedule}`"));
    }
}
