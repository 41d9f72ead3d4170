//! `controlplane-etcd-cert`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::address::{is_loopback, url};
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-etcd-cert",
    title: "etcd serves clients without TLS",
    why: "roles, Secrets and tokens cross the network in plain text, and no client can tell etcd from an impostor",
    help: "set `--cert-file` and `--key-file`, and only `https` addresses",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:2.1", "CIS-1.23:2.1"],
    judge: Judge::Component(&[Part::Etcd], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["cert-file", "key-file"];
const LISTEN: Parameter = Parameter::flag("listen-client-urls");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
    let addresses = component.given(LISTEN.flag).into_iter().flat_map(|list| list.split(','));
    let open = addresses
        .map(str::trim)
        .find(|address| url(address).is_some_and(|(plain, host)| plain && is_loopback(host) == Some(false)));
    if let Some(open) = open {
        let message = format!("etcd serves clients at `{open}` without TLS");
        out.fail(component.place_of(&LISTEN), message);
    }
}
