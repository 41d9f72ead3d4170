//! `workload-cpu-range`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::range::{self, Names};
use crate::workload::resources::{CPU, Side};
use crate::{Check, CheckSettings, Judge, Prepared, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cpu-range",
    title: "CPU request or limit outside the configured range",
    why: "an amount far from what the house runs is a slip of the pen or somebody helping himself: it is \
          not scheduled, or it takes what others need",
    help: "choose an amount within the bounds",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    settings: &[REQUEST_MIN, REQUEST_MAX, LIMIT_MIN, LIMIT_MAX],
    prepare: Some(prepare),
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const REQUEST_MIN: Setting = Setting {
    name: "cpuRequestMin",
    doc: "The least CPU that a container may request, a quantity",
    default: SettingDefault::Strings(&[]),
};

const REQUEST_MAX: Setting = Setting {
    name: "cpuRequestMax",
    doc: "The most CPU that a container may request, a quantity",
    default: SettingDefault::Strings(&[]),
};

const LIMIT_MIN: Setting = Setting {
    name: "cpuLimitMin",
    doc: "The least CPU that a container may be limited to, a quantity",
    default: SettingDefault::Strings(&["10m"]),
};

const LIMIT_MAX: Setting = Setting {
    name: "cpuLimitMax",
    doc: "The most CPU that a container may be limited to, a quantity",
    default: SettingDefault::Strings(&[]),
};

const NAMES: [Names; 2] = [
    Names { side: Side::Requests, min: REQUEST_MIN.name, max: REQUEST_MAX.name },
    Names { side: Side::Limits, min: LIMIT_MIN.name, max: LIMIT_MAX.name },
];

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    range::prepare(&NAMES, settings)
}

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    range::judge(container, CPU, out);
}
