//! The records by identity.

use std::collections::BTreeMap;

use seawall_checks::pss::Level;
use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

use crate::facts::cloud::{self, CloudKind, MappedRole};
use crate::facts::{NodeFacts, PodFacts};
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
}

/// A secret, as far as the graph goes on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretFacts {
    /// The token of a service account.
    Token(Name),
    /// A token with which nodes join.
    Bootstrap,
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

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceFacts {
    pub(crate) selector: Box<[(Name, Name)]>,
    /// Name or number of each port, and the container port it leads to.
    pub(crate) ports: Box<[(Name, Option<Name>)]>,
    /// The field that exposes it outside the cluster.
    pub(crate) exposed: Option<&'static str>,
}

/// A controller that carries out custom resources is known by its account; what else stands in the cluster is noted.
#[derive(Clone, Debug, Default)]
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
    pub(crate) services: BTreeMap<(Name, Name), ServiceFacts>,
    /// Services behind an Ingress or a route: namespace and name of the route, its kind, namespace and name of a service.
    pub(crate) routes: BTreeMap<(Name, Name, Name), Vec<Name>>,
    pub(crate) mapped: Vec<MappedRole>,
    pub(crate) has_aws_auth: bool,
    /// Objects that decide about pods beside Pod Security: kind, name.
    pub(crate) admission: BTreeMap<(Name, Name, Name), ()>,
    /// Custom resources defined: group and plural.
    pub(crate) defined: BTreeMap<Name, ()>,
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
        let name = names.intern(resource.name());
        let space = names.intern(namespace);
        match (kind.group, kind.kind) {
            ("", "ServiceAccount") => {
                let automount = resource.root().bool("automountServiceAccountToken");
                let facts = AccountFacts { automount, cloud: cloud::cloud_roles(resource) };
                self.accounts.insert((space, name), facts);
            }
            ("", "Namespace") => {
                self.namespaces.insert(name, NamespaceFacts { enforce: enforced(resource) });
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
            ("", "Service") => {
                let facts = service(resource, names);
                self.services.insert((space, name), facts);
            }
            ("networking.k8s.io" | "extensions", "Ingress") => {
                let services = backends(resource, names);
                let kind = names.intern(kind.kind);
                self.routes.insert((kind, space, name), services);
            }
            ("", "ConfigMap") if namespace == "kube-system" && resource.name() == "aws-auth" => {
                self.mapped = cloud::mapped_roles(resource);
                self.has_aws_auth = true;
            }
            ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                self.defined.insert(name, ());
            }
            (group, kind) if ADMISSION.contains(&(group, kind)) => {
                let kind = names.intern(kind);
                self.admission.insert((kind, space, name), ());
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
        let Some(name_id) = names.find(name) else { return };
        let Some(space) = names.find(namespace) else { return };
        match (kind.group, kind.kind) {
            ("", "ServiceAccount") => drop(self.accounts.remove(&(space, name_id))),
            ("", "Namespace") => drop(self.namespaces.remove(&name_id)),
            ("", "Node") => drop(self.nodes.remove(&name_id)),
            ("", "Secret") => drop(self.secrets.remove(&(space, name_id))),
            ("", "PersistentVolume") => drop(self.volumes.remove(&name_id)),
            ("", "PersistentVolumeClaim") => drop(self.claims.remove(&(space, name_id))),
            ("", "Service") => drop(self.services.remove(&(space, name_id))),
            ("", "ConfigMap") if namespace == "kube-system" && name == "aws-auth" => {
                self.mapped.clear();
                self.has_aws_auth = false;
            }
            ("apiextensions.k8s.io", "CustomResourceDefinition") => drop(self.defined.remove(&name_id)),
            (_, word) => {
                let Some(kind) = names.find(word) else { return };
                self.routes.remove(&(kind, space, name_id));
                self.admission.remove(&(kind, space, name_id));
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
        _ => SecretFacts::Other,
    }
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

fn service(service: &Resource, names: &mut Names) -> ServiceFacts {
    let spec = service.root().get("spec");
    let kind = spec.and_then(|spec| spec.str("type")).unwrap_or("ClusterIP");
    let external_ips = spec.is_some_and(|spec| spec.list("externalIPs").next().is_some());
    let selector = spec.and_then(|spec| spec.get("selector")).filter(|_| kind != "ExternalName");
    let pairs = selector.into_iter().flat_map(Node::entries);
    let port = |port: Node<'_>| {
        let number = port.int("port")?;
        let word = port.str("name").map_or_else(|| number.to_string(), str::to_owned);
        let target = port.get("targetPort").and_then(Node::scalar_text);
        let target = target.map_or_else(|| number.to_string(), |text| text.into_owned());
        Some((names.intern(&word), Some(names.intern(&target))))
    };
    let ports = spec.into_iter().flat_map(|spec| spec.list("ports")).filter_map(port).collect();
    ServiceFacts {
        ports,
        selector: pairs
            .filter_map(|(key, value)| Some((names.intern(key), names.intern(value.as_str()?))))
            .collect(),
        exposed: match kind {
            "LoadBalancer" | "NodePort" => Some("spec.type"),
            _ if external_ips => Some("spec.externalIPs"),
            _ => None,
        },
    }
}

fn backends(ingress: &Resource, names: &mut Names) -> Vec<Name> {
    let Some(spec) = ingress.root().get("spec") else { return Vec::new() };
    let rules =
        spec.list("rules").flat_map(|rule| rule.get("http").into_iter().flat_map(|http| http.list("paths")));
    let backends = rules.filter_map(|path| path.get("backend"));
    let defaults = spec.get("defaultBackend").or_else(|| spec.get("backend"));
    let service = |backend: Node<'_>| {
        let new = backend.get("service").and_then(|service| service.str("name"));
        new.or_else(|| backend.str("serviceName")).map(|name| names.intern(name))
    };
    let mut services: Vec<Name> = backends.chain(defaults).filter_map(service).collect();
    services.sort_unstable();
    services.dedup();
    services
}

/// Whether a selector is one that Services use: used where labels are at hand.
pub(crate) fn selects(selector: &[(Name, Name)], labels: &[(Name, Name)]) -> bool {
    !selector.is_empty() && selector.iter().all(|pair| labels.contains(pair))
}
