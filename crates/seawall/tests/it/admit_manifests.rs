//! `seawall admit manifests`: how the API server finds the server, and what it is told to trust.

use std::path::Path;

use crate::seawall_in;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nBAUG\n-----END PRIVATE KEY-----\n";

fn manifests(folder: &Path, words: &[&str]) -> crate::Run {
    seawall_in(folder, &[&["admit", "manifests"], words].concat(), b"")
}

fn with_bundle(text: &str) -> crate::Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bundle"), text).unwrap();
    manifests(folder.path(), &["--ca-bundle", "bundle"])
}

#[test]
fn a_bundle_is_its_certificates() {
    let run = with_bundle(&format!("who made it, and when\n{CERTIFICATE}"));
    assert_eq!(run.code, 0, "{}", run.err);
    let encoded = seawall_yaml::encode_base64(CERTIFICATE.as_bytes());
    assert_eq!(run.out.matches(&format!("caBundle: {encoded}\n")).count(), 2, "{}", run.out);
}

#[test]
fn no_private_key_is_published() {
    for (text, said) in [
        (format!("{CERTIFICATE}{KEY}"), "bundle `bundle`: it holds a private key"),
        (format!("{KEY}{CERTIFICATE}").replace("PRIVATE", "EC PRIVATE"), "it holds a private key"),
        ("apiVersion: v1\nkind: Pod\n".to_owned(), "bundle `bundle`: no certificate that can be read"),
    ] {
        let run = with_bundle(&text);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains(said), "{}", run.err);
    }
}

#[test]
fn a_server_without_a_service_is_found_by_its_url() {
    let folder = tempfile::tempdir().unwrap();
    let run = manifests(folder.path(), &["--url", "https://127.0.0.1:8443/"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out.matches("url: \"https://127.0.0.1:8443/validate\"\n").count(), 2, "{}", run.out);
    assert!(!run.out.contains("service:"), "{}", run.out);
    for url in ["http://a:1", "https://", "https://a/b", "https://a?b", "https://u@a", "a:1"] {
        let run = manifests(folder.path(), &["--url", url]);
        assert_eq!(run.code, 2, "{url}");
        assert!(run.err.contains("is no `https://HOST:PORT`"), "{}", run.err);
    }
    assert_eq!(manifests(folder.path(), &["--url", "https://a", "--service", "b"]).code, 2);
}
