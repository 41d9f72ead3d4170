//! `controlplane-etcd-unique-ca`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::{Parameter, components};
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-etcd-unique-ca",
    title: "etcd trusts the CA of the cluster",
    why: "every certificate that the cluster signs, of any kubelet or user, opens etcd",
    help: "give etcd a CA of its own in `--trusted-ca-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:2.7"],
    judge: Judge::Component(&[Part::Etcd], judge),
    ..Check::PLAIN
};

const TRUSTED: Parameter = Parameter::flag("trusted-ca-file");
const CLIENT_CA: &str = "client-ca-file";

fn judge(etcd: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(trusted) = etcd.read(&TRUSTED, out) else { return };
    let Some(trusted) = trusted.filter(|file| !file.is_empty()) else {
        // Without a CA no client is verified: `controlplane-etcd-client-auth` says so.
        return out.not_applicable();
    };
    let mut seen = false;
    for resource in out.inventory().resources() {
        for server in components(resource) {
            let file = server.given(CLIENT_CA).filter(|_| server.part() == Part::ApiServer);
            seen |= file.is_some();
            if file == Some(&*trusted) {
                let message = format!("etcd and the clients of the API server share the CA `{trusted}`");
                let other = server.place_of(&Parameter::flag(CLIENT_CA));
                let draft = out.fail(etcd.place_of(&TRUSTED), message);
                draft.related(other, "the CA of the API server's clients").linked(resource.subject());
                return;
            }
        }
    }
    if !seen {
        out.not_evaluated("no kube-apiserver with `--client-ca-file` is here to compare with");
    }
}
