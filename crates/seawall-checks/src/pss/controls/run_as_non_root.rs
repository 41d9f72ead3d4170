//! `runAsNonRoot`: the kubelet starts no container as root.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Context, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::Setters;

pub(super) const CONTROL: Control = Control {
    id: "runAsNonRoot",
    check: "pss-run-as-non-root",
    level: Level::Restricted,
    title: "container may run as root",
    why: "root in the container is root on the node as soon as anything lets it out",
    help: "set `securityContext.runAsNonRoot: true` on the pod and never `false` on a container",
    overrides: None,
    revisions: &[(0, must_be_true), (35, must_be_true_in_host_users)],
};

fn must_be_true(pod: &Pod<'_>) -> Option<Fault> {
    let value = |context: Option<&Context<'_>>| context.and_then(|context| context.run_as_non_root);
    let own = value(pod.context.as_ref());
    let explicit = Setters::containers(pod, |container| {
        (value(container.context.as_ref()) == Some(false)).then(|| container.context_place("runAsNonRoot"))
    });
    let explicit =
        explicit.and_pod((own == Some(false)).then(|| pod.place(&["securityContext", "runAsNonRoot"])));
    let fault = |detail, places| Some(Fault { reason: "runAsNonRoot != true", detail, places });
    if !explicit.is_empty() {
        let detail = format!("{} must not set securityContext.runAsNonRoot=false", explicit.phrase());
        return fault(detail, explicit.into_places());
    }
    let missing = Setters::containers(pod, |container| {
        (own.is_none() && value(container.context.as_ref()).is_none())
            .then(|| container.context_place("runAsNonRoot"))
    });
    if missing.is_empty() {
        return None;
    }
    let detail = format!("pod or {} must set securityContext.runAsNonRoot=true", missing.phrase());
    fault(detail, missing.into_places())
}

fn must_be_true_in_host_users(pod: &Pod<'_>) -> Option<Fault> {
    if pod.in_user_namespace() { None } else { must_be_true(pod) }
}
