//! `pod-capability-dangerous-added`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::check::Prepared;
use crate::pod::capability::{self, ALL, canonical};
use crate::settings::{CheckSettings, Setting, SettingDefault};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-dangerous-added",
    title: "container adds a dangerous capability",
    why: "each of these capabilities is a known way out of a container, or power over the node's network, kernel or \
          clock",
    help: "remove the capability; if a program needs it, move that one step into a small container of its own",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.23:5.2.8", "NSA:general"],
    settings: &[Setting {
        name: "insecureCapabilities",
        doc: "capabilities that no container should add, in any case, with or without `CAP_`",
        default: SettingDefault::Strings(&INSECURE),
    }],
    prepare: Some(prepare),
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

/// Kubescape's list (which holds Polaris'), and those that give the node's files, kernel log, audit or clock away.
const INSECURE: [&str; 17] = [
    ALL,
    "AUDIT_CONTROL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "NET_RAW",
    "PERFMON",
    "SETPCAP",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
];

/// Those that are no way to the node by themselves: they spoil its clock, its audit or labels, or show where its kernel
/// lies; runtimes grant `NET_RAW` and `SETPCAP` to everybody who does not drop them.
const LESSER: [&str; 6] = ["AUDIT_CONTROL", "MAC_OVERRIDE", "NET_RAW", "SETPCAP", "SYSLOG", "SYS_TIME"];

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    let names: Vec<String> = settings.strings("insecureCapabilities").into_iter().map(canonical).collect();
    Box::new(names)
}

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    let Some(insecure) = out.prepared::<Vec<String>>() else { return };
    for added in capability::added(container).filter(|added| insecure.contains(&added.name)) {
        let message = match added.name.as_str() {
            ALL => format!("{} adds all capabilities with `{}`", container.label(), added.written),
            name => format!("{} adds the dangerous capability `{name}`", container.label()),
        };
        let draft = out.fail(added.place(), message);
        draft.fix(added.removal());
        if LESSER.contains(&added.name.as_str()) {
            draft.severity(Severity::Medium);
        }
    }
}
