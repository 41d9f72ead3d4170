//! `pod-sandbox-runtime-class`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, PodView};

use crate::pod::sandbox::is_sandbox;
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-sandbox-runtime-class",
    title: "sandbox of an agent shares the kernel of the node",
    why: "a sandbox runs code that nobody has read; one hole in the kernel and that code is on the node",
    help: "set `runtimeClassName` to a class of a runtime with its own kernel, such as gVisor or Kata Containers",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    settings: &[Setting {
        name: CLASSES,
        doc: "runtime classes, or the runtimes behind them, that keep a sandbox from the kernel of the node",
        default: SettingDefault::Strings(&[
            "gvisor",
            "runsc",
            "kata",
            "kata-qemu",
            "kata-clh",
            "kata-fc",
            "kata-dragonball",
        ]),
    }],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const CLASSES: &str = "hardenedSandboxRuntimeClasses";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if !is_sandbox(pod) {
        return out.not_applicable();
    }
    let classes = out.settings().strings(CLASSES);
    let message = match pod.spec().str("runtimeClassName").filter(|name| !name.is_empty()) {
        Some(name)
            if classes.contains(&name)
                || handler(name, out).is_some_and(|handler| classes.contains(&handler)) =>
        {
            return;
        }
        Some(name) => format!("runtime class `{name}` of the sandbox is not among the hardened ones"),
        None => "sandbox has no runtime class".to_owned(),
    };
    out.fail(pod.place(&["runtimeClassName"]), message);
}

/// The runtime that a class stands for, when the class is known.
fn handler<'a>(class: &str, out: &Verdicts<'a>) -> Option<&'a str> {
    out.inventory().find(GroupKind::new("node.k8s.io", "RuntimeClass"), None, class)?.root().str("handler")
}
