//! One rule: action, both ends, protocol and ports.

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::Front;
use crate::addresses::AddressSet;
use crate::policy::reading::Refused;
use crate::policy::{Action, Criteria, PeerKey, Peers, Rule};

/// What an end of a rule asks for.
#[derive(Default)]
pub(super) struct End {
    pub(super) criteria: Criteria<PeerKey>,
    /// The ports of a Service that it names.
    pub(super) service: Option<super::entity::ServiceMatch>,
    /// The families of the blocks that it lists.
    pub(super) families: Families,
}

/// Which families of addresses something speaks of.
#[derive(Clone, Copy, Default)]
pub(super) struct Families {
    pub(super) v4: bool,
    pub(super) v6: bool,
}

impl<'r> Front<'_, 'r, '_> {
    /// The rule; nothing for one that only writes a log.
    pub(super) fn rule(&mut self, rule: Node<'r>, ingress: bool) -> Result<Option<Rule<PeerKey>>, Refused> {
        let action = match rule.str("action") {
            Some("Allow") => Some(Action::Allow),
            Some("Deny") => Some(Action::Deny),
            Some("Pass") => Some(Action::Pass),
            Some("Log") => None,
            other => {
                let cause =
                    format!("`{}` is no action: `Allow`, `Deny`, `Pass` or `Log`", other.unwrap_or_default());
                return Err(self.reading.refuse(rule.get("action").or(Some(rule)), &cause));
            }
        };
        let source = self.end(rule, "source")?;
        let destination = self.end(rule, "destination")?;
        let version = self.version(rule, source.families, destination.families)?;
        let (mut ports, narrowed) = self.connections(rule, action)?;
        let (own, other) = if ingress { (destination, source) } else { (source, destination) };
        for of_service in
            [&own.service, &other.service].into_iter().flatten().filter_map(|one| one.ports.as_ref())
        {
            ports.restrict(of_service);
        }
        let Some(mut action) = action else { return Ok(None) };
        let mut other = other.criteria;
        match version {
            Some(4) => other.none.push(all_v6()),
            Some(_) => other.all.push(vec![all_v6()]),
            None => {}
        }
        let mut peers = other.into_peers();
        if let Some(narrowed) = &narrowed {
            let cause = if action == Action::Allow {
                format!("not judged: {narrowed}; the rule counts as if it allowed all of them")
            } else {
                format!("not judged: {narrowed}; the rule counts as if it matched none of them")
            };
            self.reading.note(ProblemSeverity::Warning, Some(rule), &cause);
            if action != Action::Allow {
                // Nobody is met.
                (action, peers) = (action, Peers::Any(Box::default()));
            }
        }
        let own = own.criteria.into_peers();
        let narrowed = narrowed.map(Into::into);
        let route = self.reading.route(rule);
        Ok(Some(Rule { action, own, peers, ports, names: Box::default(), narrowed, route }))
    }

    /// `ipVersion`, which must fit the blocks of both ends.
    fn version(
        &mut self,
        rule: Node<'r>,
        source: Families,
        destination: Families,
    ) -> Result<Option<i64>, Refused> {
        let (v4, v6) = (source.v4 || destination.v4, source.v6 || destination.v6);
        if v4 && v6 {
            return Err(self.reading.refuse(Some(rule), "a rule must not have both IPv4 and IPv6 blocks"));
        }
        let Some(node) = rule.get("ipVersion").filter(|node| !node.is_null()) else { return Ok(None) };
        match node.as_i64() {
            Some(4) if !v6 => Ok(Some(4)),
            Some(6) if !v4 => Ok(Some(6)),
            Some(4 | 6) => Err(self.reading.refuse(Some(node), "the blocks are of another family")),
            _ => Err(self.reading.refuse(Some(node), "`ipVersion` must be 4 or 6")),
        }
    }
}

fn all_v6() -> PeerKey {
    PeerKey::Block { addresses: AddressSet::all().difference(&AddressSet::all_v4()), in_cluster: true }
}
