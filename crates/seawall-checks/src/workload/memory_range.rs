//! `workload-memory-range`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::range::{self, Names};
use crate::workload::resources::{MEMORY, Side};
use crate::{Check, CheckSettings, Judge, Prepared, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-memory-range",
    title: "memory request or limit outside the configured range",
    why: "a container with too little memory never starts, one with too much never finds a node or takes \
          it from others; `128m` is an eighth of a byte",
    help: "choose an amount within the bounds, with a unit such as `Mi`",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    settings: &[REQUEST_MIN, REQUEST_MAX, LIMIT_MIN, LIMIT_MAX],
    prepare: Some(prepare),
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const REQUEST_MIN: Setting = Setting {
    name: "memoryRequestMin",
    doc: "The least memory that a container may request, a quantity",
    default: SettingDefault::Strings(&["1Mi"]),
};

const REQUEST_MAX: Setting = Setting {
    name: "memoryRequestMax",
    doc: "The most memory that a container may request, a quantity",
    default: SettingDefault::Strings(&[]),
};

const LIMIT_MIN: Setting = Setting {
    name: "memoryLimitMin",
    doc: "The least memory that a container may be limited to, a quantity",
    default: SettingDefault::Strings(&["1Mi"]),
};

const LIMIT_MAX: Setting = Setting {
    name: "memoryLimitMax",
    doc: "The most memory that a container may be limited to, a quantity",
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
    range::judge(container, MEMORY, out);
}
