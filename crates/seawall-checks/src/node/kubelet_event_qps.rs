//! `node-kubelet-event-qps`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-event-qps",
    title: "kubelet may send events without a sane limit",
    why: "a pod that fails in a loop makes the kubelet flood the API server and etcd",
    help: "set `eventRecordQPS`, or `--event-qps`, no higher than the default",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.8", "CIS-1.23:4.2.9", "CIS-EKS-1.8:3.2.7", "CIS-AKS-1.8:3.2.9"],
    settings: &[Setting {
        name: "maximum",
        doc: "Highest rate of events a second that passes; 0 means the kubelet's default",
        default: SettingDefault::Int(0),
    }],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("event-qps").or_field(&["eventRecordQPS"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(Some(rate)) = kubelet.read_int(&PARAMETER, out) else { return };
    let most = match out.settings().int("maximum") {
        0 if kubelet.is_before((1, 27)) => 5,
        0 => 50,
        most => most,
    };
    let name = PARAMETER.name_in(kubelet);
    if rate < 0 {
        out.fail(kubelet.place_of(&PARAMETER), format!("`{name}` is `{rate}`, which the kubelet refuses"));
    } else if rate > most {
        out.fail(kubelet.place_of(&PARAMETER), format!("`{name}` is `{rate}`, more than `{most}`"));
    }
}
