//! `controlplane-apiserver-encryption-providers`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-encryption-providers",
    title: "encryption at rest leaves data in plain text or uses a weak provider",
    why: "the file exists and looks like encryption, while a backup of etcd still gives the Secrets away",
    help: "let the first provider of the first entry that covers `secrets` be `kms` with `apiVersion: v2`, or `secretbox`",
    pillar: Pillar::Secrets,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.28"],
    settings: &[Setting {
        name: "resources",
        doc: "Resources that must be encrypted, `resource` or `resource.group`",
        default: SettingDefault::Strings(&["secrets"]),
    }],
    judge: Judge::Resource(
        &[
            GroupKind::new("apiserver.config.k8s.io", "EncryptionConfiguration"),
            GroupKind::new("", "EncryptionConfig"),
        ],
        judge,
    ),
    ..Check::PLAIN
};

/// The key of the documentation's example, which many copy.
const EXAMPLE_KEY: &str = "c2VjcmV0IGlzIHNlY3VyZQ==";

fn judge(configuration: &Resource, out: &mut Verdicts<'_>) {
    let settings = out.settings();
    for wanted in settings.strings("resources") {
        judge_resource(configuration, wanted, out);
    }
    judge_keys(configuration, out);
}

/// The first entry that covers a resource decides, and in it the first provider writes.
fn judge_resource(configuration: &Resource, wanted: &str, out: &mut Verdicts<'_>) {
    let place = |node| Place { resource: configuration.id(), route: configuration.route_of(node) };
    let root = configuration.root();
    let entry = root.list("resources").find(|entry| covers(*entry, wanted));
    let Some(providers) = entry.and_then(|entry| entry.get("providers")) else {
        let at = Place { resource: configuration.id(), route: configuration.route_of(root).key("resources") };
        out.fail(at, format!("no entry covers `{wanted}`, which stay in plain text")).discriminator(wanted);
        return;
    };
    let first = providers.items().next().and_then(|one| one.entries().next());
    let (message, severity) = match first {
        Some(("identity", _)) => (
            format!("the first provider of `{wanted}` is `identity`, which writes plain text"),
            Severity::High,
        ),
        Some(("aescbc", _)) => (
            format!("`{wanted}` are encrypted with `aescbc`, which can be attacked by its padding"),
            Severity::Medium,
        ),
        Some(("aesgcm", _)) => (
            format!(
                "`{wanted}` are encrypted with `aesgcm`, whose keys must be changed every 200,000 writes"
            ),
            Severity::Medium,
        ),
        Some(("kms", kms)) if kms.str("apiVersion") != Some("v2") => (
            format!("`{wanted}` are encrypted with version 1 of `kms`, which is off by default since 1.29"),
            Severity::Medium,
        ),
        Some(_) => return,
        None => (format!("no provider encrypts `{wanted}`"), Severity::High),
    };
    let at = providers.items().next().unwrap_or(providers);
    out.fail(place(at), message).severity(severity).discriminator(wanted);
}

/// Whether an entry is about a resource: by name, `*.group`, `*.` for the core group, or `*.*`.
fn covers(entry: Node<'_>, wanted: &str) -> bool {
    let group = wanted.split_once('.').map_or("", |(_, group)| group);
    entry.list("resources").filter_map(Node::as_str).any(|named| {
        named == wanted || named == "*.*" || named.strip_prefix("*.").is_some_and(|named| named == group)
    })
}

/// Keys that everybody knows.
fn judge_keys(configuration: &Resource, out: &mut Verdicts<'_>) {
    let providers = configuration.root().list("resources").flat_map(|entry| entry.list("providers"));
    let keys = providers.flat_map(Node::entries).flat_map(|(_, provider)| provider.list("keys"));
    for secret in keys.filter_map(|key| key.get("secret")) {
        if secret.as_str() == Some(EXAMPLE_KEY) {
            let route = configuration.route_of(secret);
            let at = Place { resource: configuration.id(), route };
            out.fail(at, "the key is the one of the documentation's example").withhold_value();
        }
    }
}
