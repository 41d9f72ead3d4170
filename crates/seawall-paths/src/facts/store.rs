//! The records by identity.

use std::collections::BTreeMap;

use seawall_checks::pss::Level;
use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

use crate::facts::admission::AdmissionStore;
use crate::facts::cloud::{self, CloudKind, MappedRole};
use crate::facts::control::ControlStore;
use crate::facts::snippets::{self, SnippetStore};
use crate::facts::{DefinitionFacts, FlawFacts, NodeFacts, PodFacts};
use crate::names::{Name, Names};

/// A service account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountFacts {
    pub(crate) automount: Option<bool>,
    /// Annotation, cloud, identity.
    pub(crate) cloud: Vec<(&'static str, CloudKind, String)>,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamespaceFacts {
    /// The Pod Security level that is enforced, as written, and as the API server takes it.
    pub(crate) enforce: Option<(String, Level)>,
    pub(crate) labels: Box<[(Name, Name)]>,
}

/// A secret, as far as the graph goes on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretFacts {
    /// The token of a service account.
    Token(Name),
    /// A token with which nodes join.
    Bootstrap,
    /// Keys of a cloud, told by the names of its entries.
    CloudKeys(&'static str),
    /// A kubeconfig, told by the name of an entry.
    Kubeconfig,
    /// Anything else.
    Other,
}

/// A volume of the cluster that is a path of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VolumeFacts {
    pub(crate) path: String,
    /// `spec.hostPath.path` or `spec.local.path`.
    pub(crate) route: &'static str,
    /// Namespace and name of the claim it is bound to.
    pub(crate) claim: Option<(Name, Name)>,
}

/// A controller that carries out custom resources is known by its account; what else stands in the cluster is noted.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// By kind, namespace, name.
    pub(crate) pods: BTreeMap<(Name, Name, Name), PodFacts>,
    pub(crate) accounts: BTreeMap<(Name, Name), AccountFacts>,
    pub(crate) namespaces: BTreeMap<Name, NamespaceFacts>,
    pub(crate) nodes: BTreeMap<Name, NodeFacts>,
    pub(crate) secrets: BTreeMap<(Name, Name), SecretFacts>,
    pub(crate) volumes: BTreeMap<Name, VolumeFacts>,
    /// Claims: the name of their volume.
    pub(crate) claims: BTreeMap<(Name, Name), Option<Name>>,
    pub(crate) mapped: Vec<MappedRole>,
    pub(crate) has_aws_auth: bool,
    /// Objects that decide about pods beside Pod Security: kind, name.
    pub(crate) admitting: BTreeMap<(Name, Name, Name), ()>,
    /// Those whose text is known to refuse something.
    pub(crate) admission: AdmissionStore,
    /// Custom resources defined, by the name of the definition.
    pub(crate) defined: BTreeMap<Name, Option<DefinitionFacts>>,
    /// What ingress-nginx is told about annotations.
    pub(crate) snippets: SnippetStore,
    /// Settings of kubelets, and where the API server is.
    pub(crate) control: ControlStore,
    /// What reports of scanners say of images.
    pub(crate) flaws: FlawFacts,
}

/// Kinds whose objects may refuse pods in ways that are not judged here.
const ADMISSION: &[(&str, &str)] = &[
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("kyverno.io", "ClusterPolicy"),
    ("kyverno.io", "Policy"),
];

impl Facts {
    /// Adds or replaces what an object says.
    pub(crate) fn put(&mut self, names: &mut Names, resource: &Resource) {
        let kind = resource.group_kind();
        let namespace = resource.namespace().unwrap_or("default");
        self.take(names, kind, namespace, resource.name());
        self.control.put(names, resource);
        self.admission.put(names, resource);
        snippets::put(&mut self.snippets, names, resource);
        let name = names.intern(resource.name());
        let space = names.intern(namespace);
        match (kind.group, kind.kind) {
            ("", "ServiceAccount") => {
                let automount = resource.root().bool("automountServiceAccountToken");
                let facts = AccountFacts { automount, cloud: cloud::cloud_roles(resource) };
                self.accounts.insert((space, name), facts);
            }
            ("", "Namespace") => {
                let pairs = resource.labels();
                let labels = pairs.iter().map(|(key, value)| (names.intern(key), names.intern(value)));
                let facts = NamespaceFacts { enforce: enforced(resource), labels: labels.collect() };
                self.namespaces.insert(name, facts);
            }
            ("", "Node") => {
                self.nodes.insert(name, NodeFacts::read(resource));
            }
            ("", "Secret") => {
                let facts = secret(resource, names);
                self.secrets.insert((space, name), facts);
            }
            ("", "PersistentVolume") => {
                if let Some(facts) = volume(resource, names) {
                    self.volumes.insert(name, facts);
                }
            }
            ("", "PersistentVolumeClaim") => {
                let volume = resource.root().path(&["spec", "volumeName"]).and_then(Node::as_str);
                let volume = volume.filter(|name| !name.is_empty()).map(|name| names.intern(name));
                self.claims.insert((space, name), volume);
            }
            ("", "ConfigMap") if namespace == "kube-system" && resource.name() == "aws-auth" => {
                self.mapped = cloud::mapped_roles(resource);
                self.has_aws_auth = true;
            }
            ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                let facts = DefinitionFacts::read(resource, names);
                self.defined.insert(name, facts);
            }
            (group, kind) if ADMISSION.contains(&(group, kind)) => {
                let kind = names.intern(kind);
                self.admitting.insert((kind, space, name), ());
            }
            _ if resource.has_pods() => {
                let kind = names.intern(kind.kind);
                if let Some(facts) = PodFacts::read(resource, names) {
                    self.pods.insert((kind, space, name), facts);
                }
            }
            _ => {}
        }
    }

    /// Takes away what an object said.
    pub(crate) fn take(&mut self, names: &Names, kind: GroupKind<'_>, namespace: &str, name: &str) {
        self.control.take(names, kind, namespace, name);
        self.admission.take(names, kind, namespace, name);
        snippets::take(&mut self.snippets, names, kind, namespace, name);
        let Some(name_id) = names.find(name) else { return };
        let Some(space) = names.find(namespace) else { return };
        match (kind.group, kind.kind) {
            ("", "ServiceAccount") => drop(self.accounts.remove(&(space, name_id))),
            ("", "Namespace") => drop(self.namespaces.remove(&name_id)),
            ("", "Node") => drop(self.nodes.remove(&name_id)),
            ("", "Secret") => drop(self.secrets.remove(&(space, name_id))),
            ("", "PersistentVolume") => drop(self.volumes.remove(&name_id)),
            ("", "PersistentVolumeClaim") => drop(self.claims.remove(&(space, name_id))),
            ("", "ConfigMap") if namespace == "kube-system" && name == "aws-auth" => {
                self.mapped.clear();
                self.has_aws_auth = false;
            }
            ("apiextensions.k8s.io", "CustomResourceDefinition") => drop(self.defined.remove(&name_id)),
            (_, word) => {
                let Some(kind) = names.find(word) else { return };
                self.admitting.remove(&(kind, space, name_id));
                self.pods.remove(&(kind, space, name_id));
            }
        }
    }
}

/// What the label says, and how the API server takes it: an unknown level is enforced as the strictest.
fn enforced(namespace: &Resource) -> Option<(String, Level)> {
    let written = namespace.labels().get("pod-security.kubernetes.io/enforce")?;
    Some((written.to_owned(), written.parse().unwrap_or(Level::Restricted)))
}

fn secret(secret: &Resource, names: &mut Names) -> SecretFacts {
    match secret.root().str("type") {
        Some("kubernetes.io/service-account-token") => {
            match secret.annotation("kubernetes.io/service-account.name") {
                Some(account) => SecretFacts::Token(names.intern(account)),
                None => SecretFacts::Other,
            }
        }
        // In any other namespace nothing reads them.
        Some("bootstrap.kubernetes.io/token") if secret.namespace() == Some("kube-system") => {
            SecretFacts::Bootstrap
        }
        _ => credentials(secret),
    }
}

/// Names of entries that hold credentials by the custom of the tools that read them; values are never looked at.
const CLOUD_KEYS: &[&str] = &[
    "AWS_SECRET_ACCESS_KEY",
    "aws_secret_access_key",
    "AZURE_CLIENT_SECRET",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "service-account.json",
];
const KUBECONFIGS: &[&str] =
    &["kubeconfig", "kubeconfig.yaml", "kubeconfig.yml", "admin.conf", ".kubeconfig"];

fn credentials(secret: &Resource) -> SecretFacts {
    let root = secret.root();
    let has = |wanted: &str| {
        ["data", "stringData"]
            .iter()
            .any(|key| root.get(key).is_some_and(|entries| entries.entry(wanted).is_some()))
    };
    if let Some(key) = CLOUD_KEYS.iter().find(|key| has(key)) {
        return SecretFacts::CloudKeys(key);
    }
    if KUBECONFIGS.iter().any(|key| has(key)) { SecretFacts::Kubeconfig } else { SecretFacts::Other }
}

fn volume(volume: &Resource, names: &mut Names) -> Option<VolumeFacts> {
    let spec = volume.root().get("spec")?;
    let at = |key: &str| spec.get(key).and_then(|source| source.str("path"));
    let (path, route) = match (at("hostPath"), at("local")) {
        (Some(path), _) => (path, "spec.hostPath.path"),
        (None, Some(path)) => (path, "spec.local.path"),
        (None, None) => return None,
    };
    let claim = spec.get("claimRef").and_then(|claim| {
        let namespace = claim.str("namespace").unwrap_or("default");
        Some((names.intern(namespace), names.intern(claim.str("name")?)))
    });
    Some(VolumeFacts { path: path.to_owned(), route, claim })
}
