//! What the mesh as a whole is told: `meshConfig` in the `istio` ConfigMap of the control plane.
//!
//! Source: `mesh/v1alpha1/config.proto` of istio/api. Where no such ConfigMap is here, the documented defaults hold, and the
//! settings say that they were not seen.

use std::collections::BTreeSet;

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::{GroupKind, Inventory, Place, Resource};
use seawall_yaml::{Limits, Node, Text, read};

use super::reading::problem;

/// What sidecars do with connections to hosts that no service registry knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outbound {
    /// `ALLOW_ANY`, the default: let through.
    #[default]
    AllowAny,
    /// `REGISTRY_ONLY`: refused.
    RegistryOnly,
}

/// Settings of the mesh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Policies here hold for all namespaces.
    pub root_namespace: String,
    /// The first part of identities.
    pub trust_domain: String,
    /// Other first parts that count as the own one.
    pub trust_domain_aliases: Vec<String>,
    /// What sidecars do with unknown hosts.
    pub outbound: Outbound,
    /// Whether clients use mutual TLS of themselves where the other side can.
    pub auto_mtls: bool,
    /// Names of external authorizers; `None` where the settings were not seen.
    pub providers: Option<BTreeSet<String>>,
    /// Where the settings stand; `None` for defaults.
    pub place: Option<Place>,
}

/// The namespace of the control plane, and the root namespace unless it is told otherwise.
const ISTIO_SYSTEM: &str = "istio-system";
const CONFIG_MAP: GroupKind<'static> = GroupKind::new("", "ConfigMap");

impl Default for Settings {
    fn default() -> Self {
        Settings {
            root_namespace: ISTIO_SYSTEM.to_owned(),
            trust_domain: "cluster.local".to_owned(),
            trust_domain_aliases: Vec::new(),
            outbound: Outbound::AllowAny,
            auto_mtls: true,
            providers: None,
            place: None,
        }
    }
}

impl Outbound {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outbound::AllowAny => "ALLOW_ANY",
            Outbound::RegistryOnly => "REGISTRY_ONLY",
        }
    }

    /// The mode of an `outboundTrafficPolicy`. One without a mode is `REGISTRY_ONLY`, the first value of the enumeration.
    pub(super) fn of(policy: Option<Node<'_>>) -> Option<Self> {
        match policy?.str("mode") {
            Some("ALLOW_ANY" | "ALLOW_ANY_DYNAMIC_DNS") => Some(Outbound::AllowAny),
            Some("REGISTRY_ONLY") | None => Some(Outbound::RegistryOnly),
            Some(_) => None,
        }
    }
}

impl Settings {
    /// The settings of the control plane that is here; of several revisions the plain `istio` one, else the first by name.
    pub(super) fn read(inventory: &Inventory, problems: &mut Vec<Problem>) -> Self {
        let named = |map: &&Resource| map.name() == "istio" || map.name().starts_with("istio-");
        let holds = |map: &&Resource| map.root().path(&["data", "mesh"]).and_then(Node::as_str).is_some();
        let mut maps: Vec<&Resource> = inventory.of_kind(CONFIG_MAP).filter(named).filter(holds).collect();
        maps.sort_by_key(|map| (map.name() != "istio", map.namespace() != Some(ISTIO_SYSTEM), map.name()));
        let Some(map) = maps.first() else { return Settings::default() };
        if let Some(other) = maps.get(1) {
            let cause =
                format!("these settings of the mesh count, not those of ConfigMap `{}`", other.name());
            problems.push(problem(ProblemSeverity::Note, map, &route(), &cause));
        }
        Self::of_map(map, problems)
    }

    fn of_map(map: &Resource, problems: &mut Vec<Problem>) -> Self {
        let mut settings = Settings {
            place: Some(Place { resource: map.id(), route: route() }),
            providers: Some(BTreeSet::new()),
            ..Settings::default()
        };
        let text = map.root().path(&["data", "mesh"]).and_then(Node::as_str).unwrap_or_default();
        let (documents, wrong) = read(&Text::new(text), &Limits::default());
        if !wrong.is_empty() {
            let cause = "the settings of the mesh cannot be read: the defaults are taken";
            problems.push(problem(ProblemSeverity::Error, map, &route(), cause));
            return Settings { providers: None, ..settings };
        }
        if let Some(document) = documents.first() {
            settings.take(document.tree.root(), map, problems);
        }
        settings
    }

    fn take(&mut self, mesh: Node<'_>, map: &Resource, problems: &mut Vec<Problem>) {
        let text = |key: &str| mesh.str(key).filter(|text| !text.is_empty());
        if let Some(namespace) = text("rootNamespace") {
            namespace.clone_into(&mut self.root_namespace);
        }
        if let Some(domain) = text("trustDomain") {
            domain.clone_into(&mut self.trust_domain);
        }
        self.trust_domain_aliases =
            mesh.list("trustDomainAliases").filter_map(Node::as_str).map(Into::into).collect();
        self.auto_mtls = mesh.bool("enableAutoMtls") != Some(false);
        let policy = mesh.get("outboundTrafficPolicy");
        match Outbound::of(policy) {
            Some(outbound) => self.outbound = outbound,
            None if policy.is_some() => {
                let cause = "the mode of `outboundTrafficPolicy` is neither `ALLOW_ANY` nor `REGISTRY_ONLY`: the default is taken";
                problems.push(problem(ProblemSeverity::Error, map, &route(), cause));
            }
            None => {}
        }
        let providers = mesh.list("extensionProviders").filter_map(|provider| provider.str("name"));
        self.providers = Some(providers.map(Into::into).collect());
    }

    /// Whether a trust domain is the own one, an alias, or the word that stands for the own one.
    pub(super) fn is_own_domain(&self, domain: &str) -> bool {
        domain == "cluster.local"
            || domain == self.trust_domain
            || self.trust_domain_aliases.iter().any(|alias| alias == domain)
    }
}

fn route() -> Route {
    Route::root().keys(&["data", "mesh"])
}
