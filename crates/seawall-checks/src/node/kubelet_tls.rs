//! `node-kubelet-tls`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-tls",
    title: "kubelet signs its serving certificate itself",
    why: "nobody can verify port 10250, so that the API server and collectors of metrics talk to whoever answers",
    help: "set `serverTLSBootstrap: true`, or give `tlsCertFile` and `tlsPrivateKeyFile`",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.9", "CIS-1.23:4.2.10", "CIS-EKS-1.8:3.2.8"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const CERT: Parameter = Parameter::flag("tls-cert-file").or_field(&["tlsCertFile"]);
const KEY: Parameter = Parameter::flag("tls-private-key-file").or_field(&["tlsPrivateKeyFile"]);
const BOOTSTRAP: Parameter = Parameter::flag("rotate-server-certificates").or_field(&["serverTLSBootstrap"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(bootstrap) = kubelet.read_bool(&BOOTSTRAP, out) else { return };
    if bootstrap == Some(true) {
        return;
    }
    let mut missing = Vec::new();
    for parameter in [&CERT, &KEY] {
        let Some(file) = kubelet.read(parameter, out) else { return };
        if file.is_none_or(|file| file.is_empty()) {
            missing.push(parameter);
        }
    }
    let Some(first) = missing.first() else { return };
    let names: Vec<String> = missing.iter().map(|one| format!("`{}`", one.name_in(kubelet))).collect();
    let bootstrap = BOOTSTRAP.name_in(kubelet);
    let message = format!("kubelet has neither `{bootstrap}` nor {}", names.join(" and "));
    out.fail(kubelet.place_of(first), message);
}
