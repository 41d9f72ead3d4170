//! The attack primitives that the rights of each subject open.
//!
//! Rights of one subject are joined, with those of the groups that it is in of itself; rights that an attacker gains
//! from several identities are joined in the graph of paths. Invariants, above all what is absent: what comes with a
//! vanilla control plane is found and marked, never left out here; nothing is reported that the escalation check of the
//! API server stops (writing roles without `escalate`, writing bindings without `bind`).

mod held;
mod surroundings;

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Severity;

pub use surroundings::Surroundings;

use crate::model::{Binding, BindingId, Rbac, Scope, SubjectId};
use crate::primitives::{Capability, FactTable, PRIMITIVES, Primitive, Reach};
use crate::subject::{ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED};
use crate::{Request, Subject, UserInfo};
use held::Held;

/// What a risk rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RiskEvidence {
    /// Whether the binding and its role come with a control plane.
    pub expected: bool,
    /// The binding.
    pub binding: BindingId,
    /// The place of the rule in the rules of its role; `None` where it is about the binding itself.
    pub rule: Option<u32>,
}

/// A step of an attack that a subject's rights open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The primitive of table A, or the rule (`R4`, `R6`) for bindings that point at nothing.
    pub id: &'static str,
    /// Who holds the rights.
    pub subject: Subject,
    /// Where.
    pub scope: Scope,
    /// The names of the objects that it is restricted to; empty for all.
    pub names: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What the subject gains, in words that follow "so that it".
    pub gains: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Whether all of it comes with a vanilla control plane.
    pub expected: bool,
    /// The bindings and rules, those that come with a control plane last.
    pub evidence: Vec<RiskEvidence>,
}

/// Finds the risks of all subjects: by severity, subject, scope and number.
pub fn risks(rbac: &Rbac, facts: &FactTable, around: &Surroundings) -> Vec<Risk> {
    let mut risks = Vec::new();
    for (subject, _) in rbac.named_subjects() {
        if let Some(id) = rbac.subject_id(subject) {
            let judged = Judged::new(rbac, facts, around, subject, id);
            risks.extend(judged.primitives());
            risks.extend(judged.strangers());
        }
    }
    for binding in rbac.bindings() {
        dangling(rbac, around, binding, &mut risks);
    }
    let place = |scope: Scope| match scope {
        Scope::Cluster => None,
        Scope::Namespace(namespace) => Some(rbac.text(namespace).to_owned()),
    };
    risks.sort_by_cached_key(|risk| {
        (
            std::cmp::Reverse(risk.severity),
            risk.subject.clone(),
            place(risk.scope),
            risk.id,
            risk.names.clone(),
        )
    });
    risks
}

/// One subject with everything that it holds.
struct Judged<'m> {
    rbac: &'m Rbac,
    around: &'m Surroundings,
    subject: &'m Subject,
    /// By its own bindings.
    own: BTreeMap<Scope, Held>,
    /// By those of the groups that it is in of itself.
    base: BTreeMap<Scope, Held>,
}

impl<'m> Judged<'m> {
    fn new(
        rbac: &'m Rbac,
        facts: &FactTable,
        around: &'m Surroundings,
        subject: &'m Subject,
        id: SubjectId,
    ) -> Self {
        let collect = |id: SubjectId| {
            let mut held: BTreeMap<Scope, Held> = BTreeMap::new();
            for binding in rbac.bindings_of(id) {
                held.entry(binding.scope()).or_default().add(rbac, facts, binding);
            }
            held
        };
        let own = collect(id);
        let mut base: BTreeMap<Scope, Held> = BTreeMap::new();
        let implied = UserInfo::of(subject);
        let groups = implied.subjects().filter(|group| group != subject);
        for group in groups.filter_map(|group| rbac.subject_id(&group)) {
            for (scope, held) in collect(group) {
                if scope == Scope::Cluster || own.contains_key(&scope) {
                    base.entry(scope).or_default().join(&held);
                }
            }
        }
        Judged { rbac, around, subject, own, base }
    }

    fn primitives(&self) -> Vec<Risk> {
        let mut found = Vec::new();
        if *self.subject == Subject::group(MASTERS) {
            return found;
        }
        let everywhere = self.effective(Scope::Cluster);
        for (scope, own) in &self.own {
            if *scope != Scope::Cluster && everywhere.all.has(Capability::Everything) {
                continue;
            }
            let effective = self.effective(*scope);
            let mut owned: Vec<&str> = Vec::new();
            let first = found.len();
            for primitive in PRIMITIVES {
                if is_implied(primitive, &owned, &effective) {
                    continue;
                }
                if let Some(risk) = self.judge(primitive, *scope, own, &effective, &everywhere) {
                    owned.push(primitive.id);
                    found.push(risk);
                }
            }
            // Whoever lists Secrets or binds roles gains nothing from the weaker right beside it.
            let weaker = |id: &str| match id {
                "A16" => owned.contains(&"A17"),
                "A26" => owned.contains(&"A25"),
                _ => false,
            };
            let here = found.split_off(first);
            found.extend(here.into_iter().filter(|risk| !weaker(risk.id)));
        }
        found
    }

    /// Everything that counts for requests at a scope.
    fn effective(&self, scope: Scope) -> Held {
        let mut all = Held::default();
        let scopes = [Some(Scope::Cluster), Some(scope).filter(|scope| *scope != Scope::Cluster)];
        for scope in scopes.into_iter().flatten() {
            for held in [self.own.get(&scope), self.base.get(&scope)].into_iter().flatten() {
                all.join(held);
            }
        }
        all
    }

    fn judge(
        &self,
        primitive: &'static Primitive,
        scope: Scope,
        own: &Held,
        effective: &Held,
        everywhere: &Held,
    ) -> Option<Risk> {
        // Everything in a namespace is A02.
        if primitive.id == "A01" && scope != Scope::Cluster {
            return None;
        }
        let mut needed: BTreeSet<Capability> = BTreeSet::new();
        for needs in primitive.needs {
            let here = needs.iter().any(|need| own.has(*need));
            let new = scope == Scope::Cluster || !self.holds(primitive, needs, everywhere, Scope::Cluster);
            if here && new && self.holds(primitive, needs, effective, scope) {
                needed.extend(needs.iter());
            }
        }
        if needed.is_empty() || (primitive.id == "A52" && !self.operator_is_here(effective)) {
            return None;
        }
        let mut evidence: Vec<RiskEvidence> = effective
            .grants
            .iter()
            .filter(|(capability, ..)| needed.contains(capability))
            .map(|(_, binding, rule, expected)| RiskEvidence {
                expected: *expected,
                binding: *binding,
                rule: Some(*rule),
            })
            .collect();
        let expected =
            own.grants.iter().filter(|grant| needed.contains(&grant.0)).all(|(.., expected)| *expected);
        let name = |evidence: &RiskEvidence| {
            self.rbac.binding(evidence.binding).map(|binding| self.rbac.binding_name(binding))
        };
        evidence.sort_by_key(|evidence| (evidence.expected, name(evidence), evidence.rule));
        evidence.dedup();
        let names = self.names(primitive, &needed, effective);
        let home = matches!(scope, Scope::Namespace(namespace) if self.rbac.text(namespace) != "kube-system");
        let severity = if home { primitive.in_namespace } else { primitive.everywhere };
        let about_names = primitive.signer.is_some() || !primitive.objects.is_empty();
        Some(Risk {
            id: primitive.id,
            subject: self.subject.clone(),
            scope,
            severity: if names.is_empty() || about_names { severity } else { lower(severity) },
            names,
            gains: primitive.gains,
            fix: primitive.fix,
            expected,
            evidence,
        })
    }

    /// Whether all capabilities are held, for objects that serve the primitive.
    fn holds(&self, primitive: &Primitive, needs: &[Capability], held: &Held, scope: Scope) -> bool {
        if !needs.iter().all(|need| held.has(*need)) {
            return false;
        }
        let named = |capability: Capability, wanted: &dyn Fn(&str) -> bool| {
            held.names(capability).is_none_or(|names| names.iter().any(|name| wanted(self.rbac.text(*name))))
        };
        if let Some(signer) = primitive.signer {
            // The admission plugin also takes `approve` on the signer's whole domain.
            return named(Capability::ApproveSigners, &|name| name == signer || name == "kubernetes.io/*");
        }
        if !primitive.objects.is_empty() {
            return primitive.objects.iter().any(|object| {
                let in_scope = match scope {
                    Scope::Cluster => true,
                    Scope::Namespace(namespace) => self.rbac.text(namespace) == object.namespace,
                };
                let key = (object.namespace.to_owned(), object.name.to_owned());
                in_scope
                    && self.around.config_maps.contains(&key)
                    && named(Capability::UpdateConfigMaps, &|name| name == object.name)
            });
        }
        // To write a right into a role takes `escalate` and `update` on the same one.
        if let ("A24", [escalate, update]) = (primitive.id, needs)
            && let (Some(escalate), Some(update)) = (held.names(*escalate), held.names(*update))
        {
            return !escalate.is_disjoint(update);
        }
        true
    }

    /// Whether one of the operators is here whose objects may be written.
    fn operator_is_here(&self, held: &Held) -> bool {
        let rules = held.grants.iter().filter(|grant| grant.0 == Capability::WriteOperatorObjects);
        let mut rules = rules.filter_map(|(_, binding, rule, _)| {
            let role = self.rbac.role_of(self.rbac.binding(*binding)?)?;
            self.rbac.rules(role.rule_set()).get(*rule as usize)
        });
        rules.any(|rule| {
            let known = Capability::WriteOperatorObjects.what().iter();
            known.filter(|what| self.around.custom_groups.contains(what.group)).any(|what| {
                what.resources.split(' ').any(|resource| {
                    what.verbs.split(' ').any(|verb| {
                        let name = rule.names().first().map_or("", |name| self.rbac.text(*name));
                        self.rbac
                            .rule_allows(rule, &Request::resource(verb, what.group, resource).named(name))
                    })
                })
            })
        })
    }

    /// The names that the narrowest of the needed capabilities is restricted to.
    fn names(&self, primitive: &Primitive, needed: &BTreeSet<Capability>, held: &Held) -> Vec<String> {
        // With alternatives, one without names makes all of them wide.
        let wide = primitive
            .needs
            .iter()
            .any(|needs| needs.iter().all(|need| needed.contains(need) && held.names(*need).is_none()));
        if wide {
            return Vec::new();
        }
        let names = needed.iter().filter_map(|capability| held.names(*capability)).flatten();
        let names: BTreeSet<&str> = names.map(|name| self.rbac.text(*name)).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// A51: rights of people whom nobody let in.
    fn strangers(&self) -> Vec<Risk> {
        let (severity, gains) = match self.subject {
            Subject::Group(name) if **name == *UNAUTHENTICATED => {
                (Severity::High, "is anybody who reaches the API server, without credentials")
            }
            Subject::User(name) if **name == *ANONYMOUS => {
                (Severity::High, "is anybody who reaches the API server, without credentials")
            }
            Subject::Group(name) if **name == *AUTHENTICATED => {
                (Severity::Medium, "is every user and every service account of every namespace")
            }
            _ => return Vec::new(),
        };
        let id = self.rbac.subject_id(self.subject);
        let bindings = id.into_iter().flat_map(|id| self.rbac.bindings_of(id));
        let risk = |binding: &Binding| {
            let role =
                self.rbac.role_of(binding).filter(|role| !self.rbac.rules(role.rule_set()).is_empty())?;
            let expected = binding.is_expected() && role.is_expected();
            Some(Risk {
                id: "A51",
                subject: self.subject.clone(),
                scope: binding.scope(),
                names: Vec::new(),
                severity,
                gains,
                fix: "bind the role to those who need it",
                expected,
                evidence: vec![RiskEvidence { expected, binding: binding.id(), rule: None }],
            })
        };
        bindings.filter_map(risk).collect()
    }
}

/// Whether a primitive adds nothing to being the owner of the cluster or of its namespaces.
fn is_implied(primitive: &Primitive, found: &[&str], effective: &Held) -> bool {
    let beyond = |need: &Capability| need.reach() == Reach::Cluster && effective.has(*need);
    let of_namespaces =
        primitive.objects.is_empty() && !primitive.needs.iter().copied().flatten().any(beyond);
    found.contains(&"A01") || (found.contains(&"A02") && of_namespaces)
}

/// One step less, but still something.
fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
        Severity::Info => Severity::Info,
    }
}

/// R4 and R6: bindings that grant as soon as somebody creates the account or the role that they name.
fn dangling(rbac: &Rbac, around: &Surroundings, binding: &Binding, risks: &mut Vec<Risk>) {
    if binding.is_expected() {
        return;
    }
    let subjects = || binding.subjects().iter().filter_map(|id| rbac.subject(*id));
    let risk = |id, subject: &Subject, gains, fix| Risk {
        id,
        subject: subject.clone(),
        scope: binding.scope(),
        names: Vec::new(),
        severity: Severity::Low,
        gains,
        fix,
        expected: false,
        evidence: vec![RiskEvidence { expected: false, binding: binding.id(), rule: None }],
    };
    if around.all_roles && binding.role().is_some() && rbac.role_of(binding).is_none() {
        let gains = "gets whatever somebody writes who creates the missing role";
        risks.extend(subjects().map(|subject| risk("R6", subject, gains, "delete the binding")));
        return;
    }
    let Some(accounts) = &around.service_accounts else { return };
    for subject in subjects() {
        let Subject::ServiceAccount { namespace, name } = subject else { continue };
        if !accounts.contains(&(namespace.to_string(), name.to_string())) {
            let gains = "does not exist: who creates it, and pods or tokens of it, gets its rights";
            risks.push(risk("R4", subject, gains, "delete the subject from the binding"));
        }
    }
}
