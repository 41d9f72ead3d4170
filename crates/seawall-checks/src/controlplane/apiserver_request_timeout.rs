//! `controlplane-apiserver-request-timeout`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::duration::seconds;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-request-timeout",
    title: "API server waits too long for requests",
    why: "slow or stuck requests hold connections and memory, and a few clients can exhaust the server",
    help: "remove `--request-timeout`, or set it to no more than a few minutes",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.20"],
    settings: &[Setting {
        name: "maxSeconds",
        doc: "Longest timeout that passes, in seconds",
        default: SettingDefault::Int(300),
    }],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("request-timeout");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(Some(text)) = component.read(&PARAMETER, out) else { return };
    let most = out.settings().int("maxSeconds");
    let place = component.place_of(&PARAMETER);
    match seconds(&text) {
        None => {
            out.fail(place, format!("`--request-timeout={text}` is no duration"));
        }
        Some(long) if long <= 0.0 => {
            out.fail(place, format!("`--request-timeout={text}` leaves no time for any request"));
        }
        Some(long) if long > most as f64 => {
            out.fail(place, format!("`--request-timeout={text}` is longer than {most} seconds"));
        }
        Some(_) => {}
    }
}
