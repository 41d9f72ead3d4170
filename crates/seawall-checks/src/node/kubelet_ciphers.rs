//! `node-kubelet-ciphers`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::ciphers;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-ciphers",
    title: "kubelet offers weak cipher suites",
    why: "sessions into pods that are recorded today can be read when the key of the node is lost",
    help: "name only suites with ECDHE and an authenticated cipher in `tlsCipherSuites`",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.12", "CIS-1.23:4.2.13"],
    settings: &[Setting {
        name: "allowed",
        doc: "Cipher suites that may be offered beside those of TLS 1.3",
        default: SettingDefault::Strings(SUITES),
    }],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

/// What CIS 1.12 accepts for kubelets.
const SUITES: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
];

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    ciphers::judge(kubelet, out);
}
