//! `controlplane-etcd-client-auth`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-etcd-client-auth",
    title: "etcd takes clients without a certificate",
    why: "whoever reaches port 2379 reads and writes the whole state of the cluster",
    help: "set `--client-cert-auth=true` and `--trusted-ca-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:2.2", "CIS-1.23:2.2"],
    judge: Judge::Component(&[Part::Etcd], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("client-cert-auth");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(component, &PARAMETER, false, true, out);
}
