//! Custom resources whose schema speaks of pods or secrets, for controllers that are here (A53, A34).
//!
//! A controller is an account that may write the status or the finalizers of the kind, by name: nobody else is given that.
//! What its objects lead to is what it may do in the writer's namespace: run pods, read secrets. It is no more than a guess
//! from the schema, so every step is of low confidence; kinds of the catalogue (A52) are left to that.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use seawall_core::Confidence;
use seawall_rbac::{Rbac, Rule, RuleSetId, Subject, SubjectId, Sym};

use crate::Primitive;
use crate::graph::build::Step;
use crate::names::Name;
use crate::numbers::NumberMap;
use crate::rights::Permission;
use crate::rules::{Assembly, operators};
use crate::vertex::{Place, Vertex};

/// A kind with a controller, and what the controller does with what an object of it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Custom {
    group: String,
    plural: String,
    /// The definition, as evidence.
    object: Name,
    gates: Name,
    runs: bool,
    reads: bool,
}

/// All such kinds, and by list of rules which of them each rule writes.
#[derive(Debug, Default)]
pub(crate) struct Customs {
    kinds: Rc<Vec<Custom>>,
    written: NumberMap<RuleSetId, Rc<Vec<(u32, usize)>>>,
}

const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];

fn has(rbac: &Rbac, list: &[Sym], wanted: &str) -> bool {
    list.iter().any(|own| rbac.text(*own) == wanted)
}

fn allows(rbac: &Rbac, rule: &Rule, custom: &Custom) -> bool {
    let any = |list: &[Sym], wanted: &str| list.contains(&Sym::STAR) || has(rbac, list, wanted);
    // Who may do anything to anything needs no controller.
    let everything = rule.groups().contains(&Sym::STAR) && rule.resources().contains(&Sym::STAR);
    let verbs = if rule.names().is_empty() { WRITE } else { CHANGE };
    !everything
        && verbs.iter().any(|verb| any(rule.verbs(), verb))
        && any(rule.groups(), &custom.group)
        && any(rule.resources(), &custom.plural)
}

impl Assembly<'_> {
    /// Runs before rights are read.
    pub(crate) fn customs(&mut self) {
        let facts = self.facts;
        let wanted: Vec<_> = facts
            .defined
            .iter()
            .filter_map(|(name, definition)| Some((*name, (*definition)?)))
            .filter(|(_, own)| (own.runs || own.reads) && !self.is_catalogued(own.group, own.plural))
            .collect();
        if wanted.is_empty() {
            return;
        }
        let controllers = self.controllers();
        let mut kinds = Vec::new();
        for (name, definition) in wanted {
            let group = self.names.text(definition.group).to_owned();
            let plural = self.names.text(definition.plural).to_owned();
            // What one controller does not do another one may.
            let mut done = (false, false);
            for subject in controllers.get(&(group.clone(), plural.clone())).into_iter().flatten() {
                let Some(Subject::ServiceAccount { namespace, name: own }) = self.rbac.subject(*subject)
                else {
                    continue;
                };
                let account = format!("{namespace}/{own}");
                let (makes, looks) = self.does(*subject);
                let (runs, reads) =
                    (definition.runs && makes && !done.0, definition.reads && looks && !done.1);
                if !runs && !reads {
                    continue;
                }
                done = (done.0 || runs, done.1 || reads);
                let object = self.names.text(name).to_owned();
                let gates = format!(
                    "a guess from the schema of `{object}` and the rights of its controller, ServiceAccount/{account}"
                );
                kinds.push(Custom {
                    group: group.clone(),
                    plural: plural.clone(),
                    object: self.names.intern(&format!("CustomResourceDefinition/{object}")),
                    gates: self.names.intern(&gates),
                    runs,
                    reads,
                });
            }
        }
        self.customs = Customs { kinds: Rc::new(kinds), written: NumberMap::default() };
    }

    fn is_catalogued(&self, group: Name, plural: Name) -> bool {
        let (group, plural) = (self.names.text(group), self.names.text(plural));
        operators::CATALOGUE.iter().any(|row| row.group.contains(&group) && row.resource.contains(&plural))
    }

    /// The accounts that write the status or the finalizers of each kind.
    fn controllers(&self) -> BTreeMap<(String, String), BTreeSet<SubjectId>> {
        let rbac = self.rbac;
        let mut controllers: BTreeMap<(String, String), BTreeSet<SubjectId>> = BTreeMap::new();
        for binding in rbac.bindings() {
            let Some(role) = rbac.role_of(binding) else { continue };
            for rule in rbac.rules(role.rule_set()) {
                if !rule.names().is_empty()
                    || !CHANGE
                        .iter()
                        .any(|verb| has(rbac, rule.verbs(), verb) || rule.verbs().contains(&Sym::STAR))
                {
                    continue;
                }
                for resource in rule.resources() {
                    let Some((plural, "status" | "finalizers")) = rbac.text(*resource).split_once('/') else {
                        continue;
                    };
                    for group in rule.groups() {
                        let key = (rbac.text(*group).to_owned(), plural.to_owned());
                        controllers.entry(key).or_default().extend(binding.subjects());
                    }
                }
            }
        }
        for subjects in controllers.values_mut() {
            subjects.retain(|subject| match rbac.subject(*subject) {
                Some(Subject::ServiceAccount { namespace, name }) => {
                    let (space, own) = (self.names.find(namespace), self.names.find(name));
                    space.zip(own).is_some_and(|account| self.facts.accounts.contains_key(&account))
                }
                _ => false,
            });
        }
        controllers
    }

    /// Whether an account makes pods, and reads secrets.
    fn does(&mut self, subject: SubjectId) -> (bool, bool) {
        let rbac = self.rbac;
        let (mut makes, mut looks) = (false, false);
        for binding in rbac.bindings_of(subject) {
            let Some(role) = rbac.role_of(binding) else { continue };
            let holdings = self.holdings(role.rule_set());
            let holds = |wanted: &[Permission]| {
                holdings.everything.is_some()
                    || holdings.list.iter().any(|held| wanted.contains(&held.permission))
            };
            makes |= holds(&[Permission::PodCreate, Permission::WorkloadCreate]);
            looks |= holds(&[Permission::SecretGet, Permission::SecretList]);
        }
        (makes, looks)
    }

    /// Which rules of a list write which kinds.
    pub(crate) fn written(&mut self, set: RuleSetId) -> Rc<Vec<(u32, usize)>> {
        if self.customs.kinds.is_empty() {
            return Rc::default();
        }
        if let Some(known) = self.customs.written.get(&set) {
            return Rc::clone(known);
        }
        let rbac = self.rbac;
        let kinds = Rc::clone(&self.customs.kinds);
        let found = (0u32..).zip(rbac.rules(set)).flat_map(|(number, rule)| {
            let own = kinds.iter().enumerate().filter(|(_, custom)| allows(rbac, rule, custom));
            own.map(|(at, _)| (number, at)).collect::<Vec<_>>()
        });
        let found = Rc::new(found.collect::<Vec<_>>());
        self.customs.written.insert(set, Rc::clone(&found));
        found
    }

    /// What writing an object of a kind leads to.
    pub(crate) fn writes_custom(&mut self, at: usize, place: Place, rule: u32) {
        let kinds = Rc::clone(&self.customs.kinds);
        if let Some(custom) = kinds.get(at) {
            self.custom_steps(Primitive::A53, custom, place, rule);
        }
    }

    fn custom_steps(&mut self, primitive: Primitive, custom: &Custom, place: Place, rule: u32) {
        let route = self.names.intern("spec.versions");
        let because = crate::graph::Evidence::Object { object: custom.object, route };
        let step = Step::new(primitive).sure(Confidence::Low).gated(Some(custom.gates)).because(because);
        if custom.runs {
            self.over(Vertex::Accounts(place), step, rule);
        }
        if custom.reads {
            self.over(Vertex::Secrets(place), step, rule);
        }
    }

    /// Whoever changes definitions changes what controllers read of every object (A34).
    pub(crate) fn changes_definitions(&mut self, rule: u32) {
        let kinds = Rc::clone(&self.customs.kinds);
        for custom in kinds.iter() {
            self.custom_steps(Primitive::A34, custom, Place::Cluster, rule);
        }
        let gates = self.names.intern("by a conversion webhook that the API server reaches");
        let step = Step::new(Primitive::A34).sure(Confidence::Low).gated(Some(gates));
        self.over_operators(step, rule);
    }

    /// The accounts of controllers in the catalogue that are here and whose kinds are defined.
    pub(crate) fn over_operators(&mut self, step: Step, rule: u32) {
        let mut accounts = BTreeSet::new();
        for (row, operator) in (0u8..).zip(operators::CATALOGUE) {
            let defined = self.facts.defined.values().flatten().any(|own| {
                operator.group.contains(&self.names.text(own.group))
                    && operator.resource.contains(&self.names.text(own.plural))
            });
            if defined {
                accounts.extend(operators::accounts(self, row));
            }
        }
        accounts.into_iter().for_each(|account| self.over(account, step, rule));
    }
}
