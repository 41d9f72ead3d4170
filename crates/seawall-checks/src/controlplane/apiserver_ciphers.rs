//! `controlplane-apiserver-ciphers`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::ciphers;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-ciphers",
    title: "API server offers weak cipher suites",
    why: "recorded traffic can be read later, or now, where a suite has no forward secrecy or a broken cipher",
    help: "name only suites with ECDHE and an authenticated cipher in `--tls-cipher-suites`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.29"],
    settings: &[Setting {
        name: "allowed",
        doc: "Cipher suites that may be offered beside those of TLS 1.3",
        default: SettingDefault::Strings(SUITES),
    }],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

/// What CIS 1.12 accepts: suites with forward secrecy.
const SUITES: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    ciphers::judge(component, out);
}
