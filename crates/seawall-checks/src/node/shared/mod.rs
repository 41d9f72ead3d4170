//! Defaults of kubelets.
//!
//! A kubelet has two sets of defaults: those of its configuration file, which are safe, and those of its flags, which
//! are the old ones and hold only where no file is given (kubernetes/kubernetes
//! `cmd/kubelet/app/options/options.go`, `applyLegacyDefaults`).

use seawall_core::{Fix, FixRisk, FixValue};

use crate::controlplane::Component;
use crate::controlplane::component::Parameter;
use crate::verdicts::{Draft, Verdicts};

/// The default that holds: of the file, or of the flags.
pub(crate) fn default<T>(kubelet: &Component<'_>, of_file: T, of_flags: T) -> T {
    if kubelet.is_document() { of_file } else { of_flags }
}

/// Whether the document stands beside documents of kubeadm in one file, so that kubeadm fills in what it leaves out.
pub(crate) fn is_filled_in_by_kubeadm(kubelet: &Component<'_>, out: &Verdicts<'_>) -> bool {
    let file = &kubelet.resource().origin().file;
    kubelet.is_document()
        && out
            .inventory()
            .resources()
            .iter()
            .any(|other| other.group() == "kubeadm.k8s.io" && other.origin().file == *file)
}

/// Fails a parameter, with a fix that sets it.
pub(crate) fn fail<'o>(
    kubelet: &Component<'_>,
    parameter: &Parameter,
    message: String,
    cure: Option<(FixRisk, FixValue)>,
    out: &'o mut Verdicts<'_>,
) -> &'o mut Draft {
    let fix: Option<Fix> = cure.and_then(|(risk, value)| kubelet.set_either(risk, parameter, value));
    let draft = out.fail(kubelet.place_of(parameter), message);
    match fix {
        Some(fix) => draft.fix(fix),
        None => draft,
    }
}
