//! Kubeconfigs, good and bad.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use seawall_core::Severity;
use seawall_rbac::kubeconfig::{Certificate, Kubeconfig, KubeconfigFinding, judge};
use seawall_yaml::{Limits, Text, read};

/// CN=alice, O=system:masters, O=devs, from 2026-11-22T05:56:41Z to 2036-11-19T05:56:41Z.
const CERTIFICATE: &str = "MIIBxDCCAWugAwIBAgIUT8xgYKQFTiRwEgd8TPqjhZJs5UgwCgYIKoZIzj0EAwIwODEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMxDTALBgNVBAoMBGRldnMxDjAMBgNVBAMMBWFsaWNlMB4XDTI2MTEyMjA1NTY0MVoXDTM2MTExOTA1NTY0MVowODEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMxDTALBgNVBAoMBGRldnMxDjAMBgNVBAMMBWFsaWNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEm6STGsjHUY/XHRDzu0ynXy+wlz5TvbzWMyOltxrICB4egFgNqwfb6AceKeQAgVdJhdOEk/jp4GGq1n4prFtVSqNTMFEwHQYDVR0OBBYEFLhHqO/yivJy/vHNBJnyuh5yMGqnMB8GA1UdIwQYMBaAFLhHqO/yivJy/vHNBJnyuh5yMGqnMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgJbzTOOikzfgTpq+jG/tR2Nj7U+KdU5YPQephT5c5IQ8CIGo8bQ/9mdl1a+QPKOLQ3Pw6r5ROXHrIp/3kwTYqRPfE";
/// 2026-12-01.
const NOW: i64 = 1_796_083_200;

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            text.push(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize] as char);
        }
    }
    text
}

fn config(yaml: &str) -> Option<Kubeconfig> {
    let text = Text::new(yaml);
    let (documents, _) = read(&text, &Limits::default());
    Kubeconfig::read(documents.first()?.tree.root())
}

fn findings(cluster: &str, user: &str) -> Vec<KubeconfigFinding> {
    let yaml = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: prod, cluster: {{{cluster}}}}}]\nusers: [{{name: me, user: {{{user}}}}}]\n"
    );
    judge(&config(&yaml).unwrap(), Some(NOW), Some(0o600))
}

fn rules(cluster: &str, user: &str) -> Vec<(&'static str, Severity)> {
    findings(cluster, user).iter().map(|finding| (finding.rule, finding.severity)).collect()
}

const GOOD: &str = "server: https://prod.example:6443, certificate-authority-data: eA==";

#[test]
fn each_rule_with_what_differs_least_from_it() {
    let login = "exec: {command: /usr/bin/login, apiVersion: client.authentication.k8s.io/v1}";
    assert_eq!(rules(GOOD, login), [("kubeconfig-exec", Severity::Info)]);
    assert_eq!(rules(GOOD, "tokenFile: /run/token, client-key: key.pem"), []);
    for (cluster, rule) in [
        (
            "server: https://x, insecure-skip-tls-verify: true",
            ("kubeconfig-skips-verification", Severity::High),
        ),
        ("server: http://prod.example:8080", ("kubeconfig-plain-http", Severity::High)),
        ("server: http://127.0.0.1:8080", ("kubeconfig-plain-http", Severity::Low)),
        (
            "server: https://x, proxy-url: 'http://u:hunter2@p:1'",
            ("kubeconfig-embedded-password", Severity::Medium),
        ),
    ] {
        assert_eq!(rules(cluster, ""), [rule], "{cluster}");
    }
    assert_eq!(rules("server: https://x, insecure-skip-tls-verify: false", ""), []);
    for (user, rule) in [
        ("password: hunter2, username: me", ("kubeconfig-embedded-password", Severity::High)),
        ("client-key-data: aHVudGVyMg==", ("kubeconfig-embedded-key", Severity::Medium)),
        ("client-certificate-data: aHVudGVyMg==", ("kubeconfig-certificate-unreadable", Severity::Low)),
        ("token: hunter2", ("kubeconfig-embedded-token", Severity::Medium)),
        ("as: admin", ("kubeconfig-impersonates", Severity::Info)),
        ("auth-provider: {name: gcp}", ("kubeconfig-auth-provider", Severity::Low)),
        ("exec: {command: aws}", ("kubeconfig-exec", Severity::Info)),
        ("exec: {command: ./login}", ("kubeconfig-exec", Severity::Medium)),
        ("exec: {command: bin/login}", ("kubeconfig-exec", Severity::Medium)),
        ("exec: {command: /bin/sh, args: [-c, hunter2]}", ("kubeconfig-exec", Severity::High)),
    ] {
        assert_eq!(rules(GOOD, user), [rule], "{user}");
    }
    assert_eq!(
        rules(
            GOOD,
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1alpha1, env: [{name: AWS_SECRET_ACCESS_KEY, value: hunter2}]}"
        ),
        [
            ("kubeconfig-exec-secret", Severity::Medium),
            ("kubeconfig-exec-version", Severity::Low),
            ("kubeconfig-exec", Severity::Info)
        ]
    );
    assert_eq!(
        rules(GOOD, "auth-provider: {name: oidc, config: {id-token: hunter2, client-id: x}}")[0],
        ("kubeconfig-embedded-token", Severity::Medium)
    );
}

#[test]
fn the_life_of_tokens() {
    for (claims, severity, message) in [
        (
            r#"{"sub":"system:serviceaccount:a:b"}"#,
            Severity::High,
            "a token of `system:serviceaccount:a:b` that never ends stands in the file",
        ),
        (r#"{"exp":1000}"#, Severity::Low, "a token that has ended stands in the file"),
        (r#"{"exp":1798761600}"#, Severity::Medium, "a token stands in the file; it holds until 2027-01-01"),
        ("no claims", Severity::Medium, "a token stands in the file"),
    ] {
        let token = format!("token: eyJhbGciOiJSUzI1NiJ9.{}.c2ln", base64(claims.as_bytes()));
        let found = findings(GOOD, &token);
        assert_eq!((found[0].severity, found[0].message.as_str()), (severity, message));
    }
}

#[test]
fn the_life_of_certificates() {
    let pem = format!("-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n");
    let read = Certificate::from_pem(&pem).unwrap();
    let expected = Certificate {
        common_name: "alice".into(),
        organizations: vec!["system:masters".into(), "devs".into()],
        not_before: 1_795_327_001,
        not_after: 2_110_687_001,
    };
    assert_eq!(read, expected);
    let yaml = format!(
        "apiVersion: v1\nkind: Config\nusers: [{{name: me, user: {{client-certificate-data: {}}}}}]",
        base64(pem.as_bytes())
    );
    let at = |now| -> Vec<&'static str> {
        judge(&config(&yaml).unwrap(), now, None).iter().map(|finding| finding.rule).collect()
    };
    let always = ["kubeconfig-certificate-masters", "kubeconfig-certificate-life"];
    let ends = [&always[..], &["kubeconfig-certificate-ends"]].concat();
    assert_eq!(at(Some(NOW)), always);
    assert_eq!(at(None), always);
    for now in [read.not_before - 1, read.not_after - 86_400, read.not_after + 1] {
        assert_eq!(at(Some(now)), ends, "{now}");
    }
}

#[test]
fn the_mode_of_the_file() {
    let secret =
        config("{apiVersion: v1, kind: Config, users: [{name: me, user: {token: hunter2}}]}").unwrap();
    let plain = config("{apiVersion: v1, kind: Config, users: []}").unwrap();
    for (config, mode, severity) in [
        (&secret, 0o100_600, None),
        (&secret, 0o100_640, Some(Severity::Medium)),
        (&secret, 0o100_644, Some(Severity::High)),
        (&plain, 0o100_644, Some(Severity::Low)),
        (&plain, 0o100_666, Some(Severity::High)),
    ] {
        let found = judge(config, None, Some(mode));
        let found = found.iter().find(|finding| finding.rule == "kubeconfig-file-mode");
        assert_eq!(found.map(|finding| finding.severity), severity, "{mode:o}");
    }
}

#[test]
fn no_secret_is_kept() {
    let yaml = "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'http://u:hunter2@h/x', proxy-url: 'http://u:hunter2@p'}}]\nusers: [{name: u, user: {token: hunter2, password: hunter2, client-key-data: hunter2, client-certificate-data: hunter2, exec: {command: sh, args: [hunter2], env: [{name: TOKEN, value: hunter2}]}, auth-provider: {name: oidc, config: {id-token: hunter2}}}}]\n";
    let config = config(yaml).unwrap();
    let said = format!("{config:?} {:?}", judge(&config, Some(NOW), Some(0o666)));
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(config.clusters[0].server, "http://h/x");
}

#[test]
fn what_is_a_kubeconfig() {
    for (yaml, is) in [
        ("{apiVersion: v1, kind: Config, users: []}", true),
        ("{clusters: [], users: [], contexts: []}", true),
        ("{apiVersion: v1, kind: Config}", false),
        ("{apiVersion: v1, kind: ConfigMap, users: []}", false),
        ("{clusters: [], users: []}", false),
        ("[]", false),
    ] {
        assert_eq!(config(yaml).is_some(), is, "{yaml}");
    }
    let dangling = "{apiVersion: v1, kind: Config, current-context: z, contexts: [{name: a, context: {cluster: b, user: c}}]}";
    let found = judge(&config(dangling).unwrap(), None, None);
    assert_eq!(found.iter().filter(|finding| finding.rule == "kubeconfig-reference").count(), 3);
}

proptest! {
    #[test]
    fn nothing_panics(der: Vec<u8>, at in 0_usize..454, byte: u8) {
        let _ = Certificate::from_der(&der);
        let pem = format!("-----BEGIN CERTIFICATE-----{CERTIFICATE}-----END CERTIFICATE-----");
        let mut bent: Vec<u8> = pem.into_bytes();
        let at = at % bent.len();
        bent[at] = byte;
        let _ = Certificate::from_pem(&String::from_utf8_lossy(&bent));
    }
}
