//! Authorities of a `ClusterImagePolicy`.

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::fields::Fields;
use crate::signature::policy::{Attestation, Authority, Rule, predicate_type};
use crate::signature::{Identity, LogEvidence, Matcher, PublicKey, Requirements};

const FIELDS: [&str; 9] = [
    "name",
    "key",
    "keyless",
    "static",
    "source",
    "ctlog",
    "attestations",
    "rfc3161timestamp",
    "signatureFormat",
];

/// Reads an authority.
pub(super) fn authority(node: Node<'_>, place: usize, fields: &mut Fields<'_>) -> Authority {
    fields.known(node, &FIELDS);
    let name = node.str("name").filter(|name| !name.is_empty());
    let name = name.map_or_else(|| format!("authority-{place}"), str::to_owned);
    let mut requirements = Requirements::default();
    let rule = match (node.get("key"), node.get("keyless"), node.get("static")) {
        (Some(key), None, None) => self::key(key, fields),
        (None, Some(keyless), None) => self::keyless(keyless, &mut requirements, fields),
        (None, None, Some(fixed)) => self::fixed(fixed, fields),
        _ => {
            fields.refuse(node, "exactly one of `key`, `keyless` and `static` must be set");
            Rule::Unknown
        }
    };
    fields.unsupported(node, "source", "signatures are looked for beside the image only");
    if let Some(log) = node.get("ctlog").filter(|log| !log.is_null()) {
        requirements.log = self::log(log, fields);
    }
    if let Some(stamps) = node.get("rfc3161timestamp").filter(|stamps| !stamps.is_null()) {
        fields.known(stamps, &["trustRootRef"]);
        fields.unsupported(stamps, "trustRootRef", "one trusted root is used for all authorities");
    }
    if let Some(format) = node.get("signatureFormat")
        && !matches!(format.as_str(), Some("" | "legacy" | "bundle"))
    {
        fields.refuse(format, "the format of signatures must be `legacy` or `bundle`; both are read");
    }
    let attestations = node.list("attestations").filter_map(|one| attestation(one, fields)).collect();
    Authority { name, rule, requirements, attestations, not_understood: fields.take_refusals() }
}

fn key(node: Node<'_>, fields: &mut Fields<'_>) -> Rule {
    if fields.names_file(node, "file") {
        fields.known(node, &["file"]);
        return Rule::Unknown;
    }
    fields.known(node, &["data", "secretRef", "kms", "hashAlgorithm"]);
    fields.unsupported(node, "secretRef", "keys in secrets are not read; write the public key into `data`");
    fields.unsupported(
        node,
        "kms",
        "keys in key management services are not asked; write the public key into `data`",
    );
    if let Some(hash) = node.get("hashAlgorithm")
        && !matches!(hash.as_str(), Some("" | "sha256"))
    {
        fields.refuse(hash, "signatures over other hashes than SHA-256 are not supported");
    }
    let Some(data) = node.get("data") else {
        if node.get("secretRef").is_none() && node.get("kms").is_none() {
            fields.refuse(node, "the key has no `data`");
        }
        return Rule::Unknown;
    };
    match PublicKey::from_pem(data.as_str().unwrap_or_default()) {
        Ok(key) => Rule::Key(key),
        Err(error) => {
            fields.refuse(data, &error.to_string());
            Rule::Unknown
        }
    }
}

fn keyless(node: Node<'_>, requirements: &mut Requirements, fields: &mut Fields<'_>) -> Rule {
    fields.known(node, &["url", "identities", "ca-cert", "trustRootRef", "insecureIgnoreSCT"]);
    fields.unsupported(node, "ca-cert", "one trusted root is used for all authorities");
    fields.unsupported(node, "trustRootRef", "one trusted root is used for all authorities");
    if node.bool("insecureIgnoreSCT") == Some(true) {
        requirements.certificate_log = false;
    }
    let identities: Vec<Identity> = node.list("identities").filter_map(|one| identity(one, fields)).collect();
    if identities.is_empty() {
        fields.refuse(node, "`identities` is empty, so anybody could sign");
    }
    Rule::Keyless(identities)
}

fn identity(node: Node<'_>, fields: &mut Fields<'_>) -> Option<Identity> {
    fields.known(node, &["issuer", "subject", "issuerRegExp", "subjectRegExp"]);
    let subject = matcher(node, "subject", "subjectRegExp", fields)?;
    let issuer = matcher(node, "issuer", "issuerRegExp", fields)?;
    if (&subject, &issuer) == (&Matcher::Any, &Matcher::Any) {
        fields.refuse(node, "an identity names neither subject nor issuer, so anybody could sign");
        return None;
    }
    Some(Identity { subject, issuer })
}

/// Upstream searches its patterns anywhere in the text; so it is here, and it is told.
fn matcher(node: Node<'_>, exact: &str, pattern: &str, fields: &mut Fields<'_>) -> Option<Matcher> {
    let set = |key: &str| node.get(key).filter(|value| value.as_str() != Some("") && !value.is_null());
    match (set(exact), set(pattern)) {
        (Some(value), None) => {
            let text = value.as_str();
            if text.is_none() {
                fields.refuse(value, &format!("`{exact}` must be a text"));
            }
            text.map(|text| Matcher::Exact(text.to_owned()))
        }
        (None, Some(value)) => {
            let text = value.as_str().unwrap_or_default();
            match Matcher::anywhere(text) {
                Ok(matcher) => {
                    if !text.starts_with('^') || !text.ends_with('$') {
                        let message = format!(
                            "`{pattern}` is found anywhere in a name; begin it with `^` and end it with `$`"
                        );
                        fields.tell(value, ProblemSeverity::Warning, message);
                    }
                    Some(matcher)
                }
                Err(error) => {
                    fields.refuse(value, &error.to_string());
                    None
                }
            }
        }
        (None, None) => {
            let message = format!("neither `{exact}` nor `{pattern}` is set, so every one is accepted");
            fields.tell(node, ProblemSeverity::Warning, message);
            Some(Matcher::Any)
        }
        (Some(_), Some(value)) => {
            fields.refuse(value, &format!("`{exact}` and `{pattern}` cannot both be set"));
            None
        }
    }
}

fn fixed(node: Node<'_>, fields: &mut Fields<'_>) -> Rule {
    fields.known(node, &["action", "message"]);
    match node.str("action") {
        Some("pass") => Rule::Pass,
        Some("fail") => {
            let message = node.str("message").filter(|message| !message.is_empty());
            Rule::Fail { message: message.unwrap_or("the policy refuses every image").to_owned() }
        }
        _ => {
            fields.refuse(node, "the action must be `pass` or `fail`");
            Rule::Unknown
        }
    }
}

/// `ctlog: {}` says that no log is needed; an address says that one is, and the trusted root says which.
fn log(node: Node<'_>, fields: &mut Fields<'_>) -> LogEvidence {
    fields.known(node, &["url", "trustRootRef"]);
    fields.unsupported(node, "trustRootRef", "one trusted root is used for all authorities");
    let named =
        ["url", "trustRootRef"].iter().any(|key| node.str(key).is_some_and(|value| !value.is_empty()));
    if named { LogEvidence::Proof } else { LogEvidence::NotNeeded }
}

fn attestation(node: Node<'_>, fields: &mut Fields<'_>) -> Option<Attestation> {
    fields.known(node, &["name", "predicateType", "policy"]);
    fields.unsupported(node, "policy", "policies over predicates (CUE, Rego) are not run");
    let Some(kind) = node.str("predicateType").filter(|kind| !kind.is_empty()) else {
        fields.refuse(node, "an attestation has no `predicateType`");
        return None;
    };
    let name = node.str("name").unwrap_or(kind).to_owned();
    Some(Attestation { name, predicate_type: predicate_type(kind).to_owned() })
}
