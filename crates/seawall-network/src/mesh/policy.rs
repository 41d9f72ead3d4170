//! AuthorizationPolicy as read: whom it is for, what it does, and its rules.

use seawall_core::{Problem, Route};
use seawall_inventory::{Place, Resource};

use super::answer::Match;
use super::condition::{Requirement, Seen};
use super::reading::MatchLabels;

/// What a policy does with what it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeshAction {
    /// `CUSTOM`: an external authorizer decides, before all others.
    Custom,
    /// `DENY`
    Deny,
    /// `ALLOW`
    Allow,
    /// `AUDIT`: decides nothing.
    Audit,
}

impl MeshAction {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            MeshAction::Custom => "CUSTOM",
            MeshAction::Deny => "DENY",
            MeshAction::Allow => "ALLOW",
            MeshAction::Audit => "AUDIT",
        }
    }
}

/// Whom a policy is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// Workloads of its namespace, or of the whole mesh when that is the root namespace.
    Workloads(MatchLabels),
    /// What these references lead to; never workloads themselves.
    Targets(Box<[TargetRef]>),
}

/// A reference to what a gateway or waypoint serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TargetRef {
    pub(super) kind: TargetKind,
    pub(super) name: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetKind {
    Gateway,
    GatewayClass,
    Service,
    ServiceEntry,
}

/// A rule: one source, one operation and all conditions must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Sources, each a list of requirements; any source where there is none.
    pub(super) from: Box<[Box<[Requirement]>]>,
    /// Operations, likewise.
    pub(super) to: Box<[Box<[Requirement]>]>,
    pub(super) when: Box<[Requirement]>,
    pub(super) route: Route,
}

#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) resource: Resource,
    pub(super) namespace: Box<str>,
    pub(super) aim: Aim,
    pub(super) action: MeshAction,
    pub(super) provider: Option<Box<str>>,
    pub(super) rules: Box<[Rule]>,
    /// Only logged, by an annotation.
    pub(super) dry_run: bool,
}

/// Who carries a policy out, and what it can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Enforcer {
    /// Envoy on a port that speaks HTTP.
    Http,
    /// Envoy on a port that speaks something else.
    Tcp,
    /// Envoy on a port of which nobody says what it speaks.
    Any,
    /// A ztunnel.
    Ztunnel,
}

impl Policy {
    pub(super) fn read(resource: &Resource, problems: &mut Vec<Problem>) -> Option<Self> {
        super::policy_read::read(resource, problems)
    }

    /// The whole policy, for evidence.
    pub(super) fn place(&self) -> Place {
        let spec = Route::root().key("spec");
        let route = if self.resource.root().get("spec").is_some() { spec } else { Route::root() };
        Place { resource: self.resource.id(), route }
    }

    pub(super) fn rule_place(&self, rule: &Rule) -> Place {
        Place { resource: self.resource.id(), route: rule.route.clone() }
    }

    pub(super) fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.rules.iter().flat_map(Rule::requirements)
    }
}

impl Rule {
    pub(super) fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.from.iter().chain(&self.to).flatten().chain(&self.when)
    }

    /// Attributes of requests that it asks for.
    pub(super) fn http_attributes(&self) -> Vec<&str> {
        let http = self.requirements().filter(|one| matches!(one, Requirement::Http(_)));
        http.map(Requirement::attribute).collect()
    }

    /// Whether a connection matches.
    pub(super) fn matches(&self, action: MeshAction, judge: Enforcer, seen: &Seen<'_>) -> Match {
        match judge {
            Enforcer::Ztunnel => self.at_ztunnel(action, seen),
            Enforcer::Http | Enforcer::Tcp => self.at_envoy(action, judge, seen),
            Enforcer::Any => {
                let [http, tcp] =
                    [Enforcer::Http, Enforcer::Tcp].map(|judge| self.at_envoy(action, judge, seen));
                if http == tcp { http } else { Match::differs([http, tcp], "protocol") }
            }
        }
    }

    /// On a port that speaks no HTTP a rule of an ALLOW policy that asks for a request never matches; other policies leave
    /// such a requirement out, and match more (`rule.checkError`).
    fn at_envoy(&self, action: MeshAction, judge: Enforcer, seen: &Seen<'_>) -> Match {
        let tcp = judge == Enforcer::Tcp;
        if tcp
            && action == MeshAction::Allow
            && self.requirements().any(|one| matches!(one, Requirement::Http(_)))
        {
            return Match::No;
        }
        let one = |requirement: &Requirement| match requirement {
            Requirement::Http(_) if tcp => Match::Yes,
            Requirement::RemoteIp(_) if tcp => requirement.remote_is_source(seen).unwrap_or(Match::Yes),
            _ => requirement.at_envoy(seen),
        };
        let clause = |items: &[Box<[Requirement]>]| {
            if items.is_empty() {
                return Match::Yes;
            }
            Match::any(items.iter().map(|item| Match::all(item.iter().map(one))))
        };
        Match::all([clause(&self.from), clause(&self.to)].into_iter().chain(self.when.iter().map(one)))
    }

    /// A ztunnel is handed only what it understands. A rule of an ALLOW policy that asks for more never matches. In a DENY
    /// policy the rest is left out, which matches more; but a source, operation or condition of which nothing is left
    /// matches nothing (`handleRule` of istio/istio, `Authorization::matches` of istio/ztunnel).
    fn at_ztunnel(&self, action: MeshAction, seen: &Seen<'_>) -> Match {
        if action == MeshAction::Allow && self.asks_more_than_ztunnel_knows() {
            return Match::No;
        }
        let item = |requirements: &[Requirement]| {
            let mut known = requirements.iter().filter(|one| ztunnel_knows(one)).peekable();
            if known.peek().is_none() {
                return Match::No;
            }
            Match::all(known.map(|one| one.at_ztunnel(seen)))
        };
        let clause = |items: &[Box<[Requirement]>]| {
            if items.is_empty() { Match::Yes } else { Match::any(items.iter().map(|one| item(one))) }
        };
        let when = self.when.iter().map(|one| {
            let account = matches!(one, Requirement::Account(_));
            if account { Match::No } else { item(std::slice::from_ref(one)) }
        });
        Match::all([clause(&self.from), clause(&self.to)].into_iter().chain(when))
    }

    /// Sources by trust domain are no reason; as a condition they are, like service accounts.
    pub(super) fn asks_more_than_ztunnel_knows(&self) -> bool {
        let beyond = |one: &Requirement| matches!(one, Requirement::Http(_) | Requirement::RemoteIp(_));
        self.from.iter().chain(&self.to).flatten().any(beyond)
            || self.when.iter().any(|one| !ztunnel_knows(one) || matches!(one, Requirement::Account(_)))
    }

    /// Whether a ztunnel can ever find it to match, for a policy that is no ALLOW policy.
    pub(super) fn is_empty_at_ztunnel(&self) -> bool {
        let nothing = |items: &[Box<[Requirement]>]| {
            !items.is_empty() && !items.iter().any(|item| item.iter().any(ztunnel_knows))
        };
        nothing(&self.from)
            || nothing(&self.to)
            || self.when.iter().any(|one| !ztunnel_knows(one) || matches!(one, Requirement::Account(_)))
    }
}

fn ztunnel_knows(requirement: &Requirement) -> bool {
    matches!(
        requirement,
        Requirement::SourceIp(_)
            | Requirement::DestinationIp(_)
            | Requirement::Port(_)
            | Requirement::Namespace(_)
            | Requirement::Account(_)
            | Requirement::Principal(_)
    )
}
