//! `controlplane-etcd-peer-client-auth`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-etcd-peer-client-auth",
    title: "etcd takes peers without a certificate",
    why: "whoever reaches port 2380 can speak as a member and get, or change, the data of the cluster",
    help: "set `--peer-client-cert-auth=true` and `--peer-trusted-ca-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:2.5", "CIS-1.23:2.5"],
    judge: Judge::Component(&[Part::Etcd], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("peer-client-cert-auth");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(component, &PARAMETER, false, true, out);
}
