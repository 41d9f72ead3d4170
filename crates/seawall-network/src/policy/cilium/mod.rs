//! `cilium.io/v2` CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.
//!
//! An object holds rules under `spec` and `specs`; each becomes one policy: a subject, rules that deny, rules that allow.
//! What the agent's validation refuses (`pkg/policy/api/rule_validation.go` of Cilium 1.19) takes the whole object out of
//! force. Other sources: `Documentation/security/policy`, `pkg/k8s/apis/cilium.io/utils/utils.go` (how selectors are bound
//! to namespaces), `pkg/policy/utils` (which lists count as absent).
//!
//! Not judged, and said so: policies of nodes (`nodeSelector`), groups of a cloud (`toGroups`), `fromRequires` and
//! `toRequires`, which 1.19 took away, and everything above ports.

mod entities;
mod layer7;
mod peers;
mod ports;
mod selector;

use seawall_yaml::Node;

use super::reading::{Reading, Refused};
use super::{Action, Direction, Order, PeerKey, Peers, PerDirection, PolicyKind, Read, Rule, Scope, Tier};
use crate::selector::{LabelSelector, Operator, Requirement};
use peers::Meant;

/// The namespace that an unset one joins.
const DEFAULT_NAMESPACE: &str = "default";

pub(super) fn read(reading: &mut Reading<'_, '_>, kind: PolicyKind) -> Vec<Read> {
    let own = (!kind.is_cluster_scoped())
        .then(|| reading.resource.namespace().unwrap_or(DEFAULT_NAMESPACE).to_owned());
    Front { reading, own }.policies().unwrap_or_default()
}

struct Front<'a, 'r, 'w> {
    reading: &'a mut Reading<'r, 'w>,
    /// The namespace of a policy that has one.
    own: Option<String>,
}

impl<'r> Front<'_, 'r, '_> {
    fn policies(&mut self) -> Result<Vec<Read>, Refused> {
        let root = self.reading.resource.root();
        let specs: Vec<Node<'r>> = root.get("spec").into_iter().chain(root.list("specs")).collect();
        if specs.is_empty() {
            return Err(self.reading.refuse(None, "it needs `spec` or `specs`"));
        }
        let read: Vec<Option<Read>> =
            specs.into_iter().map(|spec| self.policy(spec)).collect::<Result<_, _>>()?;
        Ok(read.into_iter().flatten().collect())
    }

    /// One rule of Cilium's; `None` for one about nodes.
    fn policy(&mut self, spec: Node<'r>) -> Result<Option<Read>, Refused> {
        let subject = match (spec.get("endpointSelector"), spec.get("nodeSelector")) {
            (Some(endpoints), None) => Some(self.subject(endpoints)?),
            (None, Some(nodes)) if self.own.is_none() => {
                self.reading.selector(spec, "nodeSelector")?;
                self.reading.warn(nodes, "policies of nodes are not judged: this one counts as absent");
                None
            }
            (None, Some(nodes)) => {
                let cause = "only a CiliumClusterwideNetworkPolicy may have a `nodeSelector`";
                return Err(self.reading.refuse(Some(nodes), cause));
            }
            _ => {
                let cause = "it needs either `endpointSelector` or `nodeSelector`";
                return Err(self.reading.refuse(Some(spec), cause));
            }
        };
        let ingress = self.rules(spec, Direction::Ingress)?;
        let egress = self.rules(spec, Direction::Egress)?;
        if ingress.is_none() && egress.is_none() {
            let cause = "it has no rule: an empty list governs nothing, and one empty rule, `ingress: [{}]`, denies all";
            return Err(self.reading.refuse(Some(spec), cause));
        }
        let denies_rest = PerDirection {
            ingress: self.denies_rest(spec, Direction::Ingress, ingress.is_some())?,
            egress: self.denies_rest(spec, Direction::Egress, egress.is_some())?,
        };
        let place = self.reading.route(spec);
        let rules = PerDirection { ingress, egress };
        let read = |subject| Read {
            tier: Tier::NetworkPolicy,
            priority: Order::from(0),
            subject,
            rules,
            denies_rest,
            place,
            services: Box::default(),
        };
        Ok(subject.map(read))
    }

    /// Rules that isolate deny the rest, unless the policy says otherwise.
    fn denies_rest(&mut self, spec: Node<'r>, direction: Direction, governs: bool) -> Result<bool, Refused> {
        let Some(node) = spec.path(&["enableDefaultDeny", direction.as_str()]) else { return Ok(governs) };
        let Some(asked) = node.as_bool() else {
            return Err(self.reading.refuse(Some(node), "it must be `true` or `false`"));
        };
        if asked && !governs {
            let cause = "without a rule in this direction it has no effect";
            self.reading.warn(node, cause);
        }
        Ok(governs && asked)
    }

    /// The rules of a direction, those that deny first; `None` where there are none.
    fn rules(&mut self, spec: Node<'r>, direction: Direction) -> Result<Option<Vec<Rule<PeerKey>>>, Refused> {
        let (allow, deny) = match direction {
            Direction::Ingress => ("ingress", "ingressDeny"),
            Direction::Egress => ("egress", "egressDeny"),
        };
        let mut governs = false;
        let mut rules = Vec::new();
        for (list, action) in [(deny, Action::Deny), (allow, Action::Allow)] {
            if let Some(node) = spec.get(list).filter(|node| !node.is_seq()) {
                return Err(self.reading.refuse(Some(node), "it must be a list of rules"));
            }
            for rule in spec.list(list) {
                governs = true;
                self.rule(rule, action, direction, &mut rules)?;
            }
        }
        Ok(governs.then_some(rules))
    }

    /// One rule: peers, and each item of `toPorts` by itself, since what is asked above ports may differ.
    fn rule(
        &mut self,
        rule: Node<'r>,
        action: Action,
        direction: Direction,
        rules: &mut Vec<Rule<PeerKey>>,
    ) -> Result<(), Refused> {
        self.check_keys(rule, action)?;
        let meant = self.peers(rule, direction)?;
        let ports = self.ports(rule, direction, action)?;
        let authenticated = self.authentication(rule)?;
        let (peers, names) = match meant {
            // Without peers and ports a rule matches nothing: all it does is to govern.
            Meant::Unsaid if ports.is_none() => return Ok(()),
            Meant::Unsaid | Meant::Everyone => (Peers::Everyone, Box::default()),
            Meant::These(peers, names) => (Peers::Any(peers), names),
        };
        for found in ports.unwrap_or_else(|| vec![ports::Found::all(rule)]) {
            let asked: Vec<Box<str>> =
                [found.narrowed, authenticated.clone()].into_iter().flatten().collect();
            let narrowed = (!asked.is_empty()).then(|| asked.join(", ").into_boxed_str());
            let (peers, names) = (peers.clone(), names.clone());
            let route = self.reading.route(found.place);
            let (own, ports) = (Peers::Everyone, found.ports);
            rules.push(Rule { action, own, peers, ports, names, narrowed, route });
        }
        Ok(())
    }

    /// What the API has no field for in rules that deny.
    fn check_keys(&mut self, rule: Node<'r>, action: Action) -> Result<(), Refused> {
        if !rule.is_map() {
            return Err(self.reading.refuse(Some(rule), "a rule must be an object"));
        }
        if action != Action::Deny {
            return Ok(());
        }
        for key in ["toFQDNs", "authentication"] {
            if let Some(node) = rule.get(key) {
                return Err(self.reading.refuse(Some(node), &format!("a rule that denies has no `{key}`")));
            }
        }
        Ok(())
    }

    fn authentication(&mut self, rule: Node<'r>) -> Result<Option<Box<str>>, Refused> {
        let Some(authentication) = rule.get("authentication") else { return Ok(None) };
        match authentication.str("mode") {
            Some("required") => Ok(Some("with mutual authentication".into())),
            Some("test-always-fail") => Ok(Some("with an authentication that always fails".into())),
            Some("disabled") => Ok(None),
            other => {
                let cause = format!("`{}` is no mode of authentication", other.unwrap_or_default());
                Err(self.reading.refuse(Some(authentication), &cause))
            }
        }
    }

    /// Whom the policy selects: in a CiliumNetworkPolicy only pods of its own namespace, whatever the selector says.
    fn subject(&mut self, node: Node<'r>) -> Result<PeerKey, Refused> {
        let mut selector = self.read_selector(node)?;
        let elsewhere = self.own.as_ref().is_some_and(|own| selector.drop_namespaces(own));
        if elsewhere {
            let cause = "a CiliumNetworkPolicy selects pods of its own namespace only: the other namespace is ignored";
            self.reading.warn(node, cause);
        }
        let key = self.pods(&selector, self.own.is_some());
        if key.is_none() {
            self.reading.warn(node, "no pod can be what this selector asks for");
        }
        Ok(key.unwrap_or_else(|| self.nobody()))
    }

    /// No pod at all.
    fn nobody(&mut self) -> PeerKey {
        let key = self.reading.words.intern(crate::model::NAME_LABEL);
        let never = Requirement { key, operator: Operator::In, values: Box::default() };
        PeerKey::Pods {
            scope: Scope::Matching(LabelSelector::of(vec![never])),
            pods: LabelSelector::default(),
        }
    }
}
