//! The policies and bindings of an inventory, with what is known of their expressions.

use std::collections::{BTreeMap, HashMap, HashSet};

use seawall_core::Route;
use seawall_inventory::{Inventory, Place, Resource};
use seawall_schema::{Schema, Schemas};
use seawall_yaml::Node;

use super::fold::{Fact, Fails, Found, Trace, fold};
use super::situation::{Situation, situations};
use crate::cel::ast::{Ast, Expr};
use crate::cel::{Limits, parse};
use crate::vap::typing::{FieldWarnings, Typing};
use crate::vap::{Binding, Fault, Flavor, Policy, World, read_binding, read_policy};

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Condition,
    Variable,
    Validation,
    Message,
    Annotation,
    Mutation,
}

/// An expression as it stands in a policy.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub(crate) role: Role,
    /// Its number among those of its role; a message has that of its validation.
    pub(crate) place: usize,
    pub(crate) route: Route,
    pub(crate) text: &'a str,
    pub(crate) ast: Ast,
    /// What it always is, in the situations in which it is asked; `None` where it is not asked at all.
    pub(crate) always: Option<Always>,
    pub(crate) trace: Trace<'a>,
}

/// What an expression is in every situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Always {
    /// A truth value that it always has.
    pub(crate) truth: Option<bool>,
    pub(crate) fails: Fails,
}

/// A policy with its bindings.
pub(crate) struct Subject<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) flavor: Flavor,
    pub(crate) read: Result<Policy, Fault>,
    pub(crate) expressions: Vec<Written<'a>>,
    pub(crate) bindings: Vec<usize>,
    pub(crate) situations: Vec<Situation<'a>>,
    /// By situation: whether a match condition is always false in it.
    pub(crate) excluded: Vec<bool>,
    pub(crate) warnings: Vec<FieldWarnings>,
}

/// A binding.
pub(crate) struct Bound<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) flavor: Flavor,
    pub(crate) read: Result<Binding, Fault>,
    /// The place of its policy among the subjects.
    pub(crate) policy: Option<usize>,
}

/// All policies and bindings, in the order of the inventory.
pub(crate) struct Subjects<'a> {
    pub(crate) policies: Vec<Subject<'a>>,
    pub(crate) bindings: Vec<Bound<'a>>,
}

impl<'a> Subjects<'a> {
    pub(crate) fn of(inventory: &'a Inventory, world: &'a World<'a>, typing: &mut Typing<'a>) -> Self {
        let (mut policies, mut bindings) = (Vec::new(), Vec::new());
        for resource in inventory.resources().iter().filter(|own| own.group() == crate::vap::GROUP) {
            match flavor(resource.kind()) {
                Some((flavor, false)) => policies.push(Subject::new(resource, flavor, world, typing)),
                Some((flavor, true)) => bindings.push(Bound {
                    resource,
                    flavor,
                    read: read_binding(resource.root(), flavor),
                    policy: None,
                }),
                None => {}
            }
        }
        let mut by_name: HashMap<(bool, &str), usize> = HashMap::new();
        for (place, policy) in policies.iter().enumerate() {
            by_name.entry((policy.flavor == Flavor::Mutating, policy.resource.name())).or_insert(place);
        }
        for (place, binding) in bindings.iter_mut().enumerate() {
            let name = binding.resource.root().path(&["spec", "policyName"]).and_then(Node::as_str);
            binding.policy =
                name.and_then(|name| by_name.get(&(binding.flavor == Flavor::Mutating, name))).copied();
            if let Some(policy) = binding.policy.and_then(|policy| policies.get_mut(policy)) {
                policy.bindings.push(place);
            }
        }
        Subjects { policies, bindings }
    }

    /// The bindings of a policy that the API server takes.
    pub(crate) fn bindings_of(&self, policy: &Subject<'a>) -> impl Iterator<Item = (&Bound<'a>, &Binding)> {
        policy.bindings.iter().filter_map(|place| {
            let bound = self.bindings.get(*place)?;
            bound.read.as_ref().ok().map(|binding| (bound, binding))
        })
    }
}

/// Which of the kinds a kind is, and whether it is that of bindings.
pub(super) fn flavor(kind: &str) -> Option<(Flavor, bool)> {
    Some(match kind {
        "ValidatingAdmissionPolicy" => (Flavor::Validating, false),
        "MutatingAdmissionPolicy" => (Flavor::Mutating, false),
        "ValidatingAdmissionPolicyBinding" => (Flavor::Validating, true),
        "MutatingAdmissionPolicyBinding" => (Flavor::Mutating, true),
        _ => return None,
    })
}

impl<'a> Subject<'a> {
    fn new(resource: &'a Resource, flavor: Flavor, world: &'a World<'a>, typing: &mut Typing<'a>) -> Self {
        let schemas: &'a Schemas = world.schemas();
        let read = read_policy(resource.root(), flavor);
        let expressions = written(resource.root());
        let old = expressions.iter().any(|own| paths(&own.ast).contains_key("oldObject"));
        let settled = flavor == Flavor::Validating && !old;
        let situations =
            read.as_ref().map_or_else(|_| Vec::new(), |own| situations(&own.constraints, schemas, settled));
        let mut subject = Subject {
            resource,
            flavor,
            expressions,
            bindings: Vec::new(),
            excluded: vec![false; situations.len()],
            situations,
            warnings: match (&read, flavor) {
                (Ok(_), Flavor::Validating) => typing.warnings(resource.root()),
                _ => Vec::new(),
            },
            read,
        };
        if let Ok(policy) = &subject.read {
            let params =
                policy.params.as_ref().and_then(|own| schemas.of(&own.group, &own.version, &own.kind));
            subject.fold(params);
        }
        subject
    }

    /// Follows all expressions in all situations.
    fn fold(&mut self, params: Option<Schema<'a>>) {
        let none = HashMap::new();
        for (situation, excluded) in self.situations.iter().zip(&mut self.excluded) {
            let mut variables: HashMap<String, Found<'a>> = HashMap::new();
            for own in self.expressions.iter_mut().filter(|own| own.role == Role::Condition) {
                let found = fold(&own.ast, situation, &none, params, &mut own.trace);
                *excluded |= matches!((&found.is, found.fails), (Fact::Bool(false), Fails::Never));
                own.always = Some(joined(own.always, &found));
            }
            if *excluded {
                continue;
            }
            for own in self.expressions.iter_mut().filter(|own| own.role != Role::Condition) {
                let found = fold(&own.ast, situation, &variables, params, &mut own.trace);
                own.always = Some(joined(own.always, &found));
                if own.role == Role::Variable
                    && let Some(name) = variable_name(self.resource.root(), own.place)
                {
                    variables.insert(name.to_owned(), found);
                }
            }
        }
    }

    /// A place in the policy.
    pub(crate) fn at(&self, route: Route) -> Place {
        Place { resource: self.resource.id(), route }
    }

    /// The expressions of a role.
    pub(crate) fn of(&self, role: Role) -> impl Iterator<Item = &Written<'a>> {
        self.expressions.iter().filter(move |own| own.role == role)
    }

    /// Whether an expression, or a variable that it needs, names something: `object.spec`, `oldObject`.
    pub(crate) fn reads(&self, own: &Written<'a>, wanted: impl Fn(&str) -> bool) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![own];
        while let Some(own) = open.pop() {
            let paths = paths(&own.ast);
            if paths.keys().any(|path| wanted(path)) {
                return true;
            }
            open.extend(self.of(Role::Variable).filter(|variable| {
                variable_name(self.resource.root(), variable.place)
                    .is_some_and(|name| paths.contains_key(&format!("variables.{name}")))
                    && seen.insert(variable.place)
            }));
        }
        false
    }

    /// Whether any situation is left that no match condition rules out.
    pub(crate) fn is_asked(&self) -> bool {
        self.excluded.iter().any(|excluded| !excluded)
    }
}

impl Bound<'_> {
    /// A place in the binding.
    pub(crate) fn at(&self, route: Route) -> Place {
        Place { resource: self.resource.id(), route }
    }
}

fn joined(before: Option<Always>, found: &Found<'_>) -> Always {
    let truth = match found.is {
        Fact::Bool(truth) => Some(truth),
        _ => None,
    };
    match before {
        None => Always { truth, fails: found.fails },
        Some(before) => {
            let fails = if before.fails == found.fails { found.fails } else { Fails::Maybe };
            Always { truth: before.truth.filter(|own| truth == Some(*own)), fails }
        }
    }
}

/// The name of a variable, by its place.
pub(crate) fn variable_name(policy: Node<'_>, place: usize) -> Option<&str> {
    policy.path(&["spec", "variables"])?.item(place)?.str("name")
}

/// All expressions of a policy that parse.
fn written(policy: Node<'_>) -> Vec<Written<'_>> {
    let fields: [(Role, &str, &[&str]); 6] = [
        (Role::Condition, "matchConditions", &["expression"]),
        (Role::Variable, "variables", &["expression"]),
        (Role::Validation, "validations", &["expression"]),
        (Role::Message, "validations", &["messageExpression"]),
        (Role::Annotation, "auditAnnotations", &["valueExpression"]),
        (Role::Mutation, "mutations", &["applyConfiguration", "jsonPatch"]),
    ];
    let Some(spec) = policy.get("spec") else { return Vec::new() };
    let mut all = Vec::new();
    for (role, list, keys) in fields {
        for (place, item) in spec.list(list).enumerate() {
            for key in keys {
                let route = Route::root().keys(&["spec", list]).index(place).key(key);
                // A mutation has its expression one step deeper.
                let (text, route) = match role {
                    Role::Mutation => {
                        (item.get(key).and_then(|own| own.str("expression")), route.key("expression"))
                    }
                    _ => (item.str(key), route),
                };
                let Some(text) = text.filter(|text| !text.trim().is_empty()) else { continue };
                let Ok(ast) = parse(text, &Limits::default()) else { continue };
                all.push(Written { role, place, route, text, ast, always: None, trace: Trace::default() });
            }
        }
    }
    all
}

/// The paths below variables that an expression names: `object.spec.containers`, `variables.x`, and the fields of its macros'
/// variables, by the name of the variable.
pub(crate) fn paths(ast: &Ast) -> BTreeMap<String, usize> {
    let mut paths = BTreeMap::new();
    for (place, expr) in ast.exprs().enumerate() {
        let path = match expr {
            Expr::Select { of, field, .. } | Expr::Has { of, field } => {
                chain(ast, *of).map(|of| format!("{of}.{field}"))
            }
            Expr::Ident(name) => Some(name.clone()),
            _ => None,
        };
        if let Some(path) = path {
            paths.entry(path).or_insert(place);
        }
    }
    paths
}

/// `a.b.c`, also where a step is optional.
fn chain(ast: &Ast, id: crate::cel::ast::ExprId) -> Option<String> {
    match ast.expr(id) {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select { of, field, .. } => Some(format!("{}.{field}", chain(ast, *of)?)),
        _ => None,
    }
}
