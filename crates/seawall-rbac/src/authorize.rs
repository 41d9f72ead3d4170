//! Questions: may this client do that, and who may?
//!
//! Source: `VisitRulesFor` (`pkg/registry/rbac/validation/rule.go`): ClusterRoleBindings first, then, for a request with
//! a namespace, the RoleBindings of it.

use std::collections::BTreeMap;

use crate::model::{Binding, BindingId, MastersRule, Rbac, Role, Scope, SubjectId};
use crate::rule::Asked;
use crate::subject::MASTERS;
use crate::{Request, Rule, Subject, UserInfo};

/// What a right comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// Membership in `system:masters`.
    Masters,
    /// A binding and a rule of its role.
    Rule {
        /// The binding.
        binding: BindingId,
        /// The subject of it that is the client.
        subject: SubjectId,
        /// The place in the role's rules, from 0 ([`Rbac::rule_evidence`] says where it is written).
        rule: u32,
    },
}

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Something grants it.
    Allowed(Grant),
    /// Nothing grants it.
    NotAllowed,
}

impl Decision {
    /// Whether the request is allowed.
    pub fn is_allowed(self) -> bool {
        matches!(self, Decision::Allowed(_))
    }

    /// What grants it.
    pub fn grant(self) -> Option<Grant> {
        match self {
            Decision::Allowed(grant) => Some(grant),
            Decision::NotAllowed => None,
        }
    }
}

/// Someone who may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Whom the bindings name.
    pub subject: Subject,
    /// Everything that grants it, at least one, by scope and name.
    pub grants: Vec<Grant>,
}

impl Rbac {
    /// Whether a client may do something: the first grant among `system:masters`, the bindings at cluster scope of the
    /// client and its groups in their order, and those of the request's namespace.
    pub fn allows(&self, user: &UserInfo, request: &Request) -> Decision {
        if user.is_master() && self.masters == MastersRule::MayEverything {
            return Decision::Allowed(Grant::Masters);
        }
        let asked = Asked::new(request, &self.symbols);
        let subjects: Vec<SubjectId> =
            user.subjects().filter_map(|subject| self.subject_id(&subject)).collect();
        for scope in self.scopes(request) {
            for subject in &subjects {
                for binding in self.index.at(*subject, scope).iter().filter_map(|id| self.binding(*id)) {
                    if let Some(rule) = self.granting_rule(binding, &asked) {
                        let grant = Grant::Rule { binding: binding.id(), subject: *subject, rule };
                        return Decision::Allowed(grant);
                    }
                }
            }
        }
        Decision::NotAllowed
    }

    /// Everyone to whom a binding grants a request, by subject. Members of named groups and service accounts of the
    /// namespaces are not listed one by one.
    pub fn who_can(&self, request: &Request) -> Vec<Holder> {
        let asked = Asked::new(request, &self.symbols);
        let first_rule = |rules: &[Rule]| {
            let at = rules.iter().position(|rule| rule.allows(&asked, &self.symbols));
            at.and_then(|at| u32::try_from(at).ok())
        };
        // Distinct lists of rules are far fewer than bindings.
        let by_rules: Vec<Option<u32>> = self.rule_sets.iter().map(first_rule).collect();
        let scopes = self.scopes(request);
        let mut grants: BTreeMap<&Subject, Vec<(&Binding, Grant)>> = BTreeMap::new();
        let masters = Subject::group(MASTERS);
        if self.masters == MastersRule::MayEverything {
            grants.insert(&masters, Vec::new());
        }
        for binding in self.bindings().filter(|binding| scopes.contains(&binding.scope())) {
            let Some(role) = self.role_of(binding) else { continue };
            let Some(rule) = by_rules.get(role.rule_set().index()).copied().flatten() else { continue };
            for id in binding.subjects() {
                let Some(subject) = self.subject(*id) else { continue };
                let grant = Grant::Rule { binding: binding.id(), subject: *id, rule };
                grants.entry(subject).or_default().push((binding, grant));
            }
        }
        let holder = |(subject, mut found): (&Subject, Vec<(&Binding, Grant)>)| {
            found.sort_by_key(|(binding, _)| self.binding_name(binding));
            let mut grants: Vec<Grant> = found.into_iter().map(|(_, grant)| grant).collect();
            if *subject == masters && self.masters == MastersRule::MayEverything {
                grants.insert(0, Grant::Masters);
            }
            Holder { subject: subject.clone(), grants }
        };
        grants.into_iter().map(holder).collect()
    }

    /// Whether one rule allows a request, wherever its binding stands.
    pub fn rule_allows(&self, rule: &Rule, request: &Request) -> bool {
        rule.allows(&Asked::new(request, &self.symbols), &self.symbols)
    }

    /// All rules of a binding's role that allow a request, wherever the binding stands.
    pub(crate) fn granting_rules(&self, binding: &Binding, request: &Request) -> Vec<u32> {
        let asked = Asked::new(request, &self.symbols);
        let rules = self.role_of(binding).map_or(&[][..], |role| self.rules(role.rule_set()));
        let allowing = (0u32..).zip(rules).filter(|(_, rule)| rule.allows(&asked, &self.symbols));
        allowing.map(|(place, _)| place).collect()
    }

    /// The bindings of a subject in whose scope a request lies.
    pub(crate) fn bindings_at(&self, subject: SubjectId, request: &Request) -> Vec<&Binding> {
        let scopes = self.scopes(request);
        let ids = scopes.iter().flat_map(|scope| self.index.at(subject, *scope));
        ids.filter_map(|id| self.binding(*id)).collect()
    }

    /// The scopes whose bindings can grant a request.
    fn scopes(&self, request: &Request) -> Vec<Scope> {
        let namespace = request.namespace().and_then(|namespace| self.sym(namespace));
        [Some(Scope::Cluster), namespace.map(Scope::Namespace)].into_iter().flatten().collect()
    }

    fn granting_rule(&self, binding: &Binding, asked: &Asked<'_>) -> Option<u32> {
        let role: &Role = self.role_of(binding)?;
        let rules = self.rules(role.rule_set());
        let at = rules.iter().position(|rule| rule.allows(asked, &self.symbols))?;
        u32::try_from(at).ok()
    }
}
