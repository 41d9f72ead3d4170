//! Calico: NetworkPolicy and GlobalNetworkPolicy of `projectcalico.org/v3`, and as `crd.projectcalico.org/v1` stores them.
//!
//! Sources: the reference pages of both kinds at docs.tigera.io/calico; the API types and their validation in
//! `api/pkg/apis/projectcalico/v3` and `libcalico-go/lib/validator/v3` of projectcalico/calico; how rules become matches in
//! `libcalico-go/lib/backend/syncersv1/updateprocessors`. What the API refuses is not in force, and neither is it with
//! Calico's agent.

mod entity;
mod ports;
mod rule;

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::reading::{Reading, Refused};
use super::{Order, PeerKey, PerDirection, PolicyKind, Read, Rule, Tier, TierName};
use crate::expression::{Expr, Key, Scope, parse};
use crate::model::CalicoServices;
use crate::words::Word;

/// The tier of policies that name none.
pub(crate) const DEFAULT_TIER: &str = "default";
/// The namespace that an unset one joins.
const DEFAULT_NAMESPACE: &str = "default";

pub(super) fn read(
    reading: &mut Reading<'_, '_>,
    kind: PolicyKind,
    services: &CalicoServices,
) -> Option<Read> {
    let namespace = (kind == PolicyKind::CalicoNetworkPolicy).then(|| {
        let namespace = reading.resource.namespace().unwrap_or(DEFAULT_NAMESPACE);
        reading.words.intern(namespace)
    });
    Front { reading, services, namespace, used: Vec::new() }.policy().ok().flatten()
}

struct Front<'a, 'r, 'w> {
    reading: &'a mut Reading<'r, 'w>,
    services: &'a CalicoServices,
    /// That of a namespaced policy.
    namespace: Option<Word>,
    /// The Services that its rules name, by namespace and name.
    used: Vec<(Word, Word)>,
}

impl<'r> Front<'_, 'r, '_> {
    /// The policy; nothing when it is about host endpoints only.
    fn policy(&mut self) -> Result<Option<Read>, Refused> {
        let Some(spec) = self.reading.spec() else {
            return Err(self.reading.refuse(None, "it has no `spec`"));
        };
        let tier = self.tier(spec)?;
        let priority = self.order(spec)?;
        let subject = self.subject(spec)?;
        let ingress = self.rules(spec, "ingress")?;
        let egress = self.rules(spec, "egress")?;
        let types = self.types(spec)?;
        if !self.is_about_pods(spec)? {
            return Ok(None);
        }
        let rules = PerDirection {
            ingress: types.ingress.then_some(ingress),
            egress: types.egress.then_some(egress),
        };
        self.used.sort_unstable();
        self.used.dedup();
        Ok(Some(Read {
            tier: Tier::Calico(TierName(tier)),
            priority,
            subject,
            rules,
            // The tier says what happens to the rest.
            denies_rest: PerDirection::default(),
            place: self.reading.route(spec),
            services: std::mem::take(&mut self.used).into_boxed_slice(),
        }))
    }

    fn tier(&mut self, spec: Node<'r>) -> Result<Word, Refused> {
        let Some(node) = spec.get("tier").filter(|node| !node.is_null()) else {
            return Ok(self.reading.words.intern(DEFAULT_TIER));
        };
        match node.as_str() {
            Some(name) => {
                let name = if name.is_empty() { DEFAULT_TIER } else { name };
                Ok(self.reading.words.intern(name))
            }
            None => Err(self.reading.refuse(Some(node), "`tier` must be the name of a Tier")),
        }
    }

    fn order(&mut self, spec: Node<'r>) -> Result<Order, Refused> {
        let Some(node) = spec.get("order").filter(|node| !node.is_null()) else { return Ok(Order::LAST) };
        let number = node.as_f64().filter(|number| number.is_finite());
        number.map(Order::new).ok_or_else(|| self.reading.refuse(Some(node), "`order` must be a number"))
    }

    fn subject(&mut self, spec: Node<'r>) -> Result<PeerKey, Refused> {
        let mut parts = Vec::new();
        parts.extend(self.namespace.map(|namespace| Expr::is_in(Key::NamespaceName, [namespace])));
        for (key, scope) in [
            ("selector", Scope::Own),
            ("namespaceSelector", Scope::Namespace),
            ("serviceAccountSelector", Scope::Account),
        ] {
            if key == "namespaceSelector" && self.namespace.is_some() {
                continue;
            }
            let Some((node, text)) = self.text(spec, key)? else { continue };
            self.no_global(node, text)?;
            parts.push(self.selector(node, text, scope)?);
        }
        Ok(PeerKey::Labelled { expr: Expr::all(parts), sets: false })
    }

    /// A text field that says something.
    fn text(&mut self, parent: Node<'r>, key: &str) -> Result<Option<(Node<'r>, &'r str)>, Refused> {
        let Some(node) = parent.get(key).filter(|node| !node.is_null()) else { return Ok(None) };
        match node.as_str() {
            Some("") => Ok(None),
            Some(text) => Ok(Some((node, text))),
            None => Err(self.reading.refuse(Some(node), &format!("`{key}` must be a text"))),
        }
    }

    fn selector(&mut self, node: Node<'r>, text: &str, scope: Scope) -> Result<Expr, Refused> {
        parse(text, scope, self.reading.words).map_err(|wrong| {
            let cause = format!("no selector: {} at character {}", wrong.cause, wrong.column);
            self.reading.refuse(Some(node), &cause)
        })
    }

    fn no_global(&mut self, node: Node<'r>, text: &str) -> Result<(), Refused> {
        if text.contains("global(") {
            let cause = "`global()` is for the `namespaceSelector` of a rule's source or destination only";
            return Err(self.reading.refuse(Some(node), cause));
        }
        Ok(())
    }

    fn rules(&mut self, spec: Node<'r>, list: &str) -> Result<Vec<Rule<PeerKey>>, Refused> {
        let mut rules = Vec::new();
        for rule in spec.list(list) {
            rules.extend(self.rule(rule, list == "ingress")?);
        }
        Ok(rules)
    }

    /// Without `types`: ingress unless there are only rules for egress, egress where there are any.
    fn types(&mut self, spec: Node<'r>) -> Result<PerDirection<bool>, Refused> {
        let mut types = PerDirection::default();
        let mut any = false;
        for item in spec.list("types") {
            any = true;
            let side = match item.as_str() {
                Some("Ingress") => &mut types.ingress,
                Some("Egress") => &mut types.egress,
                other => {
                    let cause = format!("`{}` is no policy type", other.unwrap_or_default());
                    return Err(self.reading.refuse(Some(item), &cause));
                }
            };
            if std::mem::replace(side, true) {
                return Err(self.reading.refuse(Some(item), "a policy type stands here twice"));
            }
        }
        if any {
            return Ok(types);
        }
        let has = |list: &str| spec.list(list).next().is_some();
        Ok(PerDirection { ingress: has("ingress") || !has("egress"), egress: has("egress") })
    }

    /// Policies before connection tracking or address translation are about host endpoints alone.
    fn is_about_pods(&mut self, spec: Node<'r>) -> Result<bool, Refused> {
        if self.namespace.is_some() {
            return Ok(true);
        }
        let flag = |key: &str| spec.bool(key) == Some(true);
        let (untracked, early) = (flag("doNotTrack"), flag("preDNAT"));
        let cause = if untracked && early {
            "`doNotTrack` and `preDNAT` exclude each other"
        } else if early && spec.list("egress").next().is_some() {
            "a policy with `preDNAT` must have no rules for egress"
        } else if early && spec.list("types").any(|item| item.as_str() == Some("Egress")) {
            "a policy with `preDNAT` must not be of type `Egress`"
        } else if (untracked || early) && !flag("applyOnForward") {
            "`doNotTrack` and `preDNAT` need `applyOnForward: true`"
        } else {
            if untracked || early {
                let key = if untracked { "doNotTrack" } else { "preDNAT" };
                let cause =
                    format!("a policy with `{key}` is about host endpoints only, which are not judged");
                self.reading.note(ProblemSeverity::Note, spec.get(key), &cause);
            }
            return Ok(!untracked && !early);
        };
        Err(self.reading.refuse(Some(spec), cause))
    }
}
