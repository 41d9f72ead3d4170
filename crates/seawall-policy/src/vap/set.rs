//! All policies of an inventory, and where each is looked for.
//!
//! Invariants: a set never changes and is shared by threads. A request costs nothing for a policy whose rules name other
//! resources or operations. Policies stand in the order of their names, bindings too: the API server's own order is not
//! fixed.

use std::collections::HashMap;

use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::{Inventory, Resource};
use seawall_schema::Schemas;
use seawall_yaml::Node;

use super::kinds::crossed;
use super::matching::{Rule, Word};
use super::policy::{Binding, Policy};
use super::read::{self, Flavor, GROUP, Refusal};
use crate::admission::Operation;
use crate::input::twice;

/// The policies of an inventory, compiled.
#[derive(Debug, Default)]
pub struct PolicySet {
    pub(crate) validating: Policies,
    pub(crate) mutating: Policies,
    refusals: Vec<Refusal>,
}

/// Policies of one kind.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    policies: Vec<Policy>,
    /// By group, then by resource: the places of policies, one list an operation.
    index: HashMap<Box<str>, HashMap<Box<str>, Places>>,
    /// Those whose rules name a group or a resource by `*`.
    anywhere: Places,
}

/// Places of policies, one list an operation; each is sorted.
type Places = [Vec<u32>; 4];

impl PolicySet {
    /// Reads the policies and bindings of an inventory. What the API server would refuse is a problem and is not in force.
    pub fn read(inventory: &Inventory) -> (Self, Vec<Problem>) {
        let mut set = PolicySet::default();
        let mut problems = Vec::new();
        for flavor in [Flavor::Validating, Flavor::Mutating] {
            let policies = set.read_flavor(inventory, flavor, &mut problems);
            match flavor {
                Flavor::Validating => set.validating = policies,
                Flavor::Mutating => set.mutating = policies,
            }
        }
        (set, problems)
    }

    /// What the API server refuses.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// How many policies are in force: those that a binding names.
    pub fn len(&self) -> usize {
        self.validating.policies.len() + self.mutating.policies.len()
    }

    /// The names of the policies that validate, by their places.
    pub fn validating(&self) -> impl Iterator<Item = &str> {
        self.validating.policies.iter().map(|policy| &*policy.name)
    }

    /// Every policy that is in force.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.validating.policies.iter().chain(&self.mutating.policies)
    }

    /// Whether no policy is in force.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read_flavor(
        &mut self,
        inventory: &Inventory,
        flavor: Flavor,
        problems: &mut Vec<Problem>,
    ) -> Policies {
        let kind = match flavor {
            Flavor::Validating => "ValidatingAdmissionPolicy",
            Flavor::Mutating => "MutatingAdmissionPolicy",
        };
        let binding_kind = format!("{kind}Binding");
        let of = |kind: &str| {
            let mut all: Vec<&Resource> =
                inventory.of_kind_any_group(kind).filter(|resource| resource.group() == GROUP).collect();
            all.sort_by(|one, two| one.name().cmp(two.name()));
            all
        };
        let mut policies: Vec<Policy> = Vec::new();
        let mut last: Option<&Resource> = None;
        for resource in of(kind).into_iter().chain(of(&binding_kind)) {
            unknown_fields(resource, problems);
        }
        for resource in of(kind) {
            match read::policy(resource.root(), flavor) {
                Ok(policy) => match last.filter(|last| last.name() == resource.name()) {
                    Some(first) => problems.push(twice(first, resource)),
                    None => {
                        last = Some(resource);
                        policies.push(policy);
                    }
                },
                Err(fault) => problems.push(self.refuse(resource, fault)),
            }
        }
        let mut bindings: HashMap<Box<str>, Vec<Binding>> = HashMap::new();
        let mut last: Option<&Resource> = None;
        for resource in of(&binding_kind) {
            match read::binding(resource.root(), flavor) {
                Ok(binding) => match last.filter(|last| last.name() == resource.name()) {
                    Some(first) => problems.push(twice(first, resource)),
                    None => {
                        last = Some(resource);
                        bindings.entry(binding.policy.clone()).or_default().push(binding);
                    }
                },
                Err(fault) => problems.push(self.refuse(resource, fault)),
            }
        }
        for policy in &mut policies {
            policy.bindings = bindings.remove(&*policy.name).unwrap_or_default();
        }
        for resource in of(&binding_kind) {
            let policy = resource.root().path(&["spec", "policyName"]).and_then(Node::as_str).unwrap_or("");
            let refused = self.refusals.iter().any(|refusal| refusal.kind == kind && refusal.name == policy);
            if bindings.contains_key(policy) && !refused {
                problems.push(dangling(resource, policy));
            }
        }
        policies.retain(|policy| !policy.bindings.is_empty());
        Policies::new(policies)
    }

    fn refuse(&mut self, resource: &Resource, fault: read::Fault) -> Problem {
        let refusal = Refusal { kind: resource.kind().to_owned(), name: resource.name().to_owned(), fault };
        let message = format!("the API server refuses this: {refusal}");
        let problem = at(Problem::new(ProblemSeverity::Error, message), resource, &refusal);
        self.refusals.push(refusal);
        problem
    }
}

fn at(problem: Problem, resource: &Resource, refusal: &Refusal) -> Problem {
    let problem = problem.in_file(&resource.origin().file);
    match resource.position(&refusal.route()) {
        Some(position) => problem.at(position),
        None => problem,
    }
}

/// A binding of a policy that is not here does nothing, as for the API server.
fn dangling(resource: &Resource, policy: &str) -> Problem {
    let message =
        format!("{} `{}` names policy `{policy}`, which is not here", resource.kind(), resource.name());
    Problem::new(ProblemSeverity::Warning, message).in_file(&resource.origin().file)
}

/// Fields that the type does not have: kubectl refuses them, and the API server drops them.
fn unknown_fields(resource: &Resource, problems: &mut Vec<Problem>) {
    let schemas = Schemas::builtin();
    let Some(schema) = schemas.of_object(resource.root()) else { return };
    for node in schema.unknown_fields(resource.root()) {
        let route = resource.route_of(node);
        let message = format!(
            "{} `{}`: `{route}` is an unknown field, which the API server drops",
            resource.kind(),
            resource.name()
        );
        let problem = Problem::new(ProblemSeverity::Warning, message).in_file(&resource.origin().file);
        problems.push(match resource.position(&route) {
            Some(position) => problem.at(position),
            None => problem,
        });
    }
}

impl Policies {
    fn new(policies: Vec<Policy>) -> Self {
        let mut made = Policies { policies, ..Policies::default() };
        made.policies.iter_mut().enumerate().for_each(|(place, policy)| policy.place = place);
        for (place, policy) in (0u32..).zip(&made.policies) {
            for rule in &policy.constraints.rules {
                note(&mut made.index, &mut made.anywhere, rule, policy.constraints.equivalent, place);
            }
        }
        made
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter()
    }

    /// The policies that may speak about a request, in order.
    pub(crate) fn about(&self, group: &str, resource: &str, operation: Operation) -> Vec<&Policy> {
        let column = column(operation);
        let list = |places: &'_ Places| places.get(column).cloned().unwrap_or_default();
        let mut places = list(&self.anywhere);
        if let Some(own) = self.index.get(group).and_then(|group| group.get(resource)) {
            places.extend(list(own));
            places.sort_unstable();
            places.dedup();
        }
        places.into_iter().filter_map(|place| self.policies.get(place as usize)).collect()
    }
}

fn column(operation: Operation) -> usize {
    match operation {
        Operation::Create => 0,
        Operation::Update => 1,
        Operation::Delete => 2,
        Operation::Connect => 3,
    }
}

fn note(
    index: &mut HashMap<Box<str>, HashMap<Box<str>, Places>>,
    anywhere: &mut Places,
    rule: &Rule,
    equivalent: bool,
    place: u32,
) {
    const ALL: [Operation; 4] = [Operation::Create, Operation::Update, Operation::Delete, Operation::Connect];
    let operations = || ALL.into_iter().filter(|operation| rule.takes_operation(*operation));
    let put = |places: &mut Places| {
        for operation in operations() {
            if let Some(list) = places.get_mut(column(operation))
                && list.last() != Some(&place)
            {
                list.push(place);
            }
        }
    };
    for group in &rule.groups {
        for (resource, _) in &rule.resources {
            let (Word::Is(group), Word::Is(resource)) = (group, resource) else {
                put(anywhere);
                continue;
            };
            put(index.entry(group.clone()).or_default().entry(resource.clone()).or_default());
            if equivalent && let Some(other) = crossed(group, resource) {
                put(index.entry(other.into()).or_default().entry(resource.clone()).or_default());
            }
        }
    }
}
