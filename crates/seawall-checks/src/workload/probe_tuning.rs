//! `workload-probe-tuning`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::PROBES;
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-probe-tuning",
    title: "timing of a probe is out of range",
    why: "a probe that waits too long notices nothing, one that waits too short kills what is only slow",
    help: "keep the timings of probes within the bounds; let a startup probe cover a slow start",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[
        INITIAL_DELAY_SECONDS_MIN,
        INITIAL_DELAY_SECONDS_MAX,
        PERIOD_SECONDS_MIN,
        PERIOD_SECONDS_MAX,
        TIMEOUT_SECONDS_MIN,
        TIMEOUT_SECONDS_MAX,
        SUCCESS_THRESHOLD_MIN,
        SUCCESS_THRESHOLD_MAX,
        FAILURE_THRESHOLD_MIN,
        FAILURE_THRESHOLD_MAX,
    ],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const INITIAL_DELAY_SECONDS_MIN: Setting = Setting {
    name: "initialDelaySecondsMin",
    doc: "The least that `initialDelaySeconds` of a probe may be",
    default: SettingDefault::Int(0),
};

const INITIAL_DELAY_SECONDS_MAX: Setting = Setting {
    name: "initialDelaySecondsMax",
    doc: "The most that `initialDelaySeconds` of a probe may be",
    default: SettingDefault::Int(300),
};

const PERIOD_SECONDS_MIN: Setting = Setting {
    name: "periodSecondsMin",
    doc: "The least that `periodSeconds` of a probe may be",
    default: SettingDefault::Int(1),
};

const PERIOD_SECONDS_MAX: Setting = Setting {
    name: "periodSecondsMax",
    doc: "The most that `periodSeconds` of a probe may be",
    default: SettingDefault::Int(120),
};

const TIMEOUT_SECONDS_MIN: Setting = Setting {
    name: "timeoutSecondsMin",
    doc: "The least that `timeoutSeconds` of a probe may be",
    default: SettingDefault::Int(1),
};

const TIMEOUT_SECONDS_MAX: Setting = Setting {
    name: "timeoutSecondsMax",
    doc: "The most that `timeoutSeconds` of a probe may be",
    default: SettingDefault::Int(60),
};

const SUCCESS_THRESHOLD_MIN: Setting = Setting {
    name: "successThresholdMin",
    doc: "The least that `successThreshold` of a probe may be",
    default: SettingDefault::Int(1),
};

const SUCCESS_THRESHOLD_MAX: Setting = Setting {
    name: "successThresholdMax",
    doc: "The most that `successThreshold` of a probe may be",
    default: SettingDefault::Int(10),
};

const FAILURE_THRESHOLD_MIN: Setting = Setting {
    name: "failureThresholdMin",
    doc: "The least that `failureThreshold` of a probe may be",
    default: SettingDefault::Int(1),
};

const FAILURE_THRESHOLD_MAX: Setting = Setting {
    name: "failureThresholdMax",
    doc: "The most that `failureThreshold` of a probe may be",
    default: SettingDefault::Int(30),
};

/// Fields of a probe with the names of their bounds.
const FIELDS: [(&str, &str, &str); 5] = [
    ("initialDelaySeconds", INITIAL_DELAY_SECONDS_MIN.name, INITIAL_DELAY_SECONDS_MAX.name),
    ("periodSeconds", PERIOD_SECONDS_MIN.name, PERIOD_SECONDS_MAX.name),
    ("timeoutSeconds", TIMEOUT_SECONDS_MIN.name, TIMEOUT_SECONDS_MAX.name),
    ("successThreshold", SUCCESS_THRESHOLD_MIN.name, SUCCESS_THRESHOLD_MAX.name),
    ("failureThreshold", FAILURE_THRESHOLD_MIN.name, FAILURE_THRESHOLD_MAX.name),
];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for (key, word) in PROBES {
        let Some(probe) = container.node().get(key) else { continue };
        for (field, min, max) in FIELDS {
            let Some(value) = probe.int(field) else { continue };
            let what = format!("`{field}` of the {word} of {} is {value}", container.label());
            let (min, max) = (out.settings().int(min), out.settings().int(max));
            // A startup probe is meant to try for long.
            let patient = key == "startupProbe" && field == "failureThreshold";
            let fault = if value < min {
                format!("less than {min}")
            } else if value > max && !patient {
                format!("more than {max}")
            } else if field == "successThreshold" && key != "readinessProbe" && value != 1 {
                "and must be 1".to_owned()
            } else {
                continue;
            };
            out.fail(container.place(&[key, field]), format!("{what}, {fault}"));
        }
    }
}
