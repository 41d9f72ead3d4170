//! `controlplane-apiserver-service-account-key`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-service-account-key",
    title: "API server is given no key for service account tokens",
    why: "tokens are then verified with the key of the TLS certificate, so that renewing one breaks or revives the other",
    help: "set `--service-account-key-file` to a public key of its own",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.22", "CIS-1.23:1.2.25"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAG: &str = "service-account-key-file";
/// Since 1.32 a service outside can sign and verify; the flag must then be absent.
const SIGNER: &str = "service-account-signing-endpoint";

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    if !component.is_given(SIGNER) {
        rules::require(component, &[FLAG], out);
    }
}
