//! The ends of a rule: selectors, accounts, blocks of addresses and Services. All criteria of an end must hold.
//!
//! `selector`, `namespaceSelector` and `serviceAccounts` together select what Calico knows: pods, NetworkSets and host
//! endpoints. In a policy of a namespace they look into that namespace alone unless `namespaceSelector` says otherwise.
//! `notSelector` by itself meets everything else, the outside too.

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::Front;
use super::rule::{End, Families};
use crate::addresses::AddressSet;
use crate::expression::{Ask, Expr, Key, Scope};
use crate::policy::reading::Refused;
use crate::policy::{PeerKey, RulePorts, Scope as Namespaces};

/// A Service that an end names.
pub(super) struct ServiceMatch {
    /// Its ports, for a destination.
    pub(super) ports: Option<RulePorts>,
}

impl<'r> Front<'_, 'r, '_> {
    pub(super) fn end(&mut self, rule: Node<'r>, key: &str) -> Result<End, Refused> {
        let mut end = End::default();
        let Some(node) = rule.get(key).filter(|node| !node.is_null()) else { return Ok(end) };
        self.labels(node, &mut end)?;
        for (key, negated) in [("nets", false), ("notNets", true)] {
            let Some(addresses) = self.nets(node, key, &mut end.families)? else { continue };
            let block = PeerKey::Block { addresses, in_cluster: true };
            if negated { end.criteria.none.push(block) } else { end.criteria.all.push(vec![block]) }
        }
        if let Some(services) = node.get("services").filter(|node| !node.is_null()) {
            self.service(node, services, key == "destination", &mut end)?;
        }
        Ok(end)
    }

    fn labels(&mut self, node: Node<'r>, end: &mut End) -> Result<(), Refused> {
        let mut parts = Vec::new();
        let namespaces = self.text(node, "namespaceSelector")?;
        if let Some((place, text)) = namespaces {
            let expr = self.selector(place, text, Scope::Namespace)?;
            let nowhere = Expr::Test(Key::NamespaceName, Ask::Has).negated();
            if text.contains("global(") && expr != nowhere {
                let cause = "`global()` must stand alone in a `namespaceSelector`";
                return Err(self.reading.refuse(Some(place), cause));
            }
            parts.push(expr);
        }
        if let Some((place, text)) = self.text(node, "selector")? {
            self.no_global(place, text)?;
            parts.push(self.selector(place, text, Scope::Own)?);
        }
        parts.extend(self.accounts(node)?);
        let not = match self.text(node, "notSelector")? {
            Some((place, text)) => Some(self.selector(place, text, Scope::Own)?),
            None => None,
        };
        if let Some(namespace) = self.namespace
            && namespaces.is_none()
            && (!parts.is_empty() || not.is_some())
        {
            parts.push(Expr::is_in(Key::NamespaceName, [namespace]));
        }
        let labelled = |expr| PeerKey::Labelled { expr, sets: true };
        match (parts.is_empty(), not) {
            (true, None) => {}
            (true, Some(not)) => end.criteria.none.push(labelled(not)),
            // Both are asked of the same thing: a pod in a selected NetworkSet is no selected pod.
            (false, not) => {
                parts.extend(not.map(Expr::negated));
                end.criteria.all.push(vec![labelled(Expr::all(parts))]);
            }
        }
        Ok(())
    }

    fn accounts(&mut self, node: Node<'r>) -> Result<Vec<Expr>, Refused> {
        let mut parts = Vec::new();
        let Some(accounts) = node.get("serviceAccounts").filter(|node| !node.is_null()) else {
            return Ok(parts);
        };
        if let Some((place, text)) = self.text(accounts, "selector")? {
            self.no_global(place, text)?;
            parts.push(self.selector(place, text, Scope::Account)?);
        }
        let names: Vec<_> = accounts.list("names").filter_map(Node::as_str).collect();
        if !names.is_empty() {
            let names: Vec<_> = names.into_iter().map(|name| self.reading.words.intern(name)).collect();
            parts.push(Expr::is_in(Key::account_name(self.reading.words), names));
        }
        Ok(parts)
    }

    fn nets(
        &mut self,
        node: Node<'r>,
        key: &str,
        families: &mut Families,
    ) -> Result<Option<AddressSet>, Refused> {
        let mut all: Option<AddressSet> = None;
        for item in node.list(key) {
            let block = self.reading.cidr(item)?;
            let v4 = block.is_subset(&AddressSet::all_v4());
            (families.v4, families.v6) = (families.v4 || v4, families.v6 || !v4);
            all = Some(all.map_or(block.clone(), |all| all.union(&block)));
        }
        Ok(all)
    }

    fn service(
        &mut self,
        node: Node<'r>,
        services: Node<'r>,
        destination: bool,
        end: &mut End,
    ) -> Result<(), Refused> {
        for key in ["selector", "notSelector", "namespaceSelector", "nets", "notNets", "serviceAccounts"] {
            let says = |field: Node<'_>| field.as_str().map_or(!field.is_empty(), |text| !text.is_empty());
            if node.get(key).is_some_and(says) {
                let cause = format!("`services` and `{key}` exclude each other");
                return Err(self.reading.refuse(Some(services), &cause));
            }
        }
        let ports = |key: &str| node.list(key).next().is_some();
        if destination && (ports("ports") || ports("notPorts")) {
            return Err(self.reading.refuse(Some(services), "a Service as destination brings its ports"));
        }
        let Some((_, name)) = self.text(services, "name")? else {
            return Err(self.reading.refuse(Some(services), "`services` needs the `name` of a Service"));
        };
        let name = self.reading.words.intern(name);
        let namespace = match self.text(services, "namespace")? {
            Some((_, namespace)) => self.reading.words.intern(namespace),
            // A policy of the cluster has no namespace to look into.
            None => self.namespace.unwrap_or_else(|| self.reading.words.intern("")),
        };
        self.used.push((namespace, name));
        let selected = self.services.get(namespace, name);
        if selected.is_some_and(|service| service.pods.is_none()) {
            let cause = "not judged: the Service has no selector, so that its endpoints are not known; it counts as if it had none";
            self.reading.note(ProblemSeverity::Warning, Some(services), cause);
        }
        let pods = selected.and_then(|service| service.pods.clone());
        let peers = pods.map(|pods| PeerKey::Pods { scope: Namespaces::One(namespace), pods });
        end.criteria.all.push(peers.into_iter().collect());
        let ports = selected.map(|service| service.ports.clone()).unwrap_or_default();
        end.service = Some(ServiceMatch { ports: destination.then_some(ports) });
        Ok(())
    }
}
