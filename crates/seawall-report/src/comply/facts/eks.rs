//! What `aws eks describe-cluster` says. Source: the type `Cluster` of the Amazon EKS API reference.

use seawall_yaml::Node;

use super::rule::{Rule, is, is_everything, told, value};
use super::{Fact, Judged, Outcome, Provider};

const fn fact(id: &'static str, title: &'static str, help: &'static str, rule: Rule) -> Fact {
    Fact { id, provider: Provider::Eks, title, help, rule }
}

const PUBLIC: &[&str] = &["resourcesVpcConfig", "endpointPublicAccess"];
const CIDRS: &[&str] = &["resourcesVpcConfig", "publicAccessCidrs"];
const LOGGING: &[&str] = &["logging", "clusterLogging"];
const ENCRYPTION: &[&str] = &["encryptionConfig"];

/// All log types of a control plane.
const LOGS: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/// From this minor version on EKS encrypts what the API server stores with a key of its own, without being asked.
const ENCRYPTED_SINCE: u32 = 28;

pub(super) const FACTS: &[Fact] = &[
    fact(
        "eks-audit-log",
        "audit events of the API server go to CloudWatch",
        "enable the log type `audit`: `aws eks update-cluster-config --logging`",
        Rule::Own(|root| logs(root, &["audit"])),
    ),
    fact(
        "eks-control-plane-logs",
        "all logs of the control plane go to CloudWatch",
        "enable the log types api, audit, authenticator, controllerManager and scheduler",
        Rule::Own(|root| logs(root, &LOGS)),
    ),
    fact(
        "eks-secrets-encrypted",
        "Secrets are encrypted before they are stored",
        "set `encryptionConfig` for `secrets`: `aws eks associate-encryption-config`",
        Rule::Own(encrypted),
    ),
    fact(
        "eks-secrets-own-key",
        "Secrets are encrypted with a key of the owner of the cluster",
        "set `encryptionConfig` for `secrets`: `aws eks associate-encryption-config`",
        Rule::Own(own_key),
    ),
    fact(
        "eks-endpoint-restricted",
        "not every address of the internet reaches the API server",
        "switch `endpointPublicAccess` off or narrow `publicAccessCidrs`",
        Rule::Own(restricted),
    ),
    fact(
        "eks-endpoint-private",
        "the API server is reached from the private network only",
        "set `endpointPrivateAccess` and clear `endpointPublicAccess`",
        Rule::All(&[Rule::On(&["resourcesVpcConfig", "endpointPrivateAccess"]), Rule::Off(PUBLIC)]),
    ),
    fact(
        "eks-access-entries",
        "access to the cluster is managed with access entries",
        "set `authenticationMode` to `API`, or to `API_AND_CONFIG_MAP` while entries are moved",
        Rule::Word(&["accessConfig", "authenticationMode"], &["API", "API_AND_CONFIG_MAP"]),
    ),
];

/// What is said of a list that is none: nothing of it is known.
fn no_list(root: Node<'_>, keys: &[&str]) -> Option<Judged> {
    value(root, keys).filter(|found| !found.is_seq())?;
    Some(told(Outcome::Unknown, keys, format!("`{}` is no list", keys.join("."))))
}

fn logs(root: Node<'_>, wanted: &[&str]) -> Judged {
    if let Some(unknown) = no_list(root, LOGGING) {
        return unknown;
    }
    let groups: Vec<Node<'_>> = root
        .path(LOGGING)
        .into_iter()
        .flat_map(Node::items)
        .filter(|group| group.bool("enabled") == Some(true))
        .collect();
    let on =
        |log: &&&str| groups.iter().any(|group| group.list("types").any(|own| own.as_str() == Some(**log)));
    let missing: Vec<&str> = wanted.iter().filter(|log| !on(log)).copied().collect();
    if missing.is_empty() {
        let what = format!("`{}` enables {}", LOGGING.join("."), wanted.join(", "));
        return told(Outcome::Pass, LOGGING, what);
    }
    told(Outcome::Fail, LOGGING, format!("`{}` does not enable {}", LOGGING.join("."), missing.join(", ")))
}

fn own_key(root: Node<'_>) -> Judged {
    if let Some(unknown) = no_list(root, ENCRYPTION) {
        return unknown;
    }
    let covers = |config: &Node<'_>| {
        let secrets = config.list("resources").any(|resource| resource.as_str() == Some("secrets"));
        secrets
            && config.path(&["provider", "keyArn"]).and_then(Node::as_str).is_some_and(|key| !key.is_empty())
    };
    match root.path(ENCRYPTION).is_some_and(|list| list.items().any(|config| covers(&config))) {
        true => {
            told(Outcome::Pass, ENCRYPTION, "`encryptionConfig` encrypts `secrets` with a key of the owner")
        }
        false => told(Outcome::Fail, ENCRYPTION, "`encryptionConfig` has no key for `secrets`"),
    }
}

fn encrypted(root: Node<'_>) -> Judged {
    let own = own_key(root);
    if own.outcome == Outcome::Pass {
        return own;
    }
    if own.outcome == Outcome::Unknown {
        return own;
    }
    let Some(version) = value(root, &["version"]).and_then(Node::as_str) else {
        return told(Outcome::Unknown, &["version"], "no key is set, and the answer has no `version`");
    };
    let minor = version.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
    match minor {
        Some(minor) if minor >= ENCRYPTED_SINCE => {
            let why = format!(
                "{}: EKS encrypts with a key of its own from 1.{ENCRYPTED_SINCE} on",
                is(&["version"], version)
            );
            told(Outcome::Pass, &["version"], why)
        }
        Some(_) => own,
        None => told(Outcome::Unknown, &["version"], "no key is set, and `version` is no version"),
    }
}

fn restricted(root: Node<'_>) -> Judged {
    match value(root, PUBLIC).map(Node::as_bool) {
        Some(Some(false)) => return told(Outcome::Pass, PUBLIC, is(PUBLIC, "false")),
        Some(Some(true)) => {}
        _ => {
            return told(
                Outcome::Unknown,
                PUBLIC,
                format!("`{}` is neither true nor false", PUBLIC.join(".")),
            );
        }
    }
    let odd = value(root, CIDRS).is_some_and(|list| list.items().any(|range| range.as_str().is_none()));
    if let Some(unknown) = no_list(root, CIDRS) {
        return unknown;
    }
    if odd {
        return told(Outcome::Unknown, CIDRS, format!("an item of `{}` is no text", CIDRS.join(".")));
    }
    let mut ranges = root.path(CIDRS).into_iter().flat_map(Node::items).filter_map(Node::as_str).peekable();
    if ranges.peek().is_none() {
        return told(Outcome::Fail, PUBLIC, "the endpoint is public, for every address");
    }
    match ranges.find(|range| is_everything(range)) {
        Some(range) => told(Outcome::Fail, CIDRS, is(CIDRS, range)),
        None => told(Outcome::Pass, CIDRS, "the endpoint is public, for the listed ranges only"),
    }
}
