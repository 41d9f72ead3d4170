//! The situations in which a policy is asked: kinds of objects and operations on them.
//!
//! Invariant: every request that the rules of a policy take is of one of its situations; what a situation does not know, it
//! leaves open.

use seawall_schema::{Schema, Schemas};

use crate::admission::Operation;
use crate::vap::typing::KindName;
use crate::vap::{Constraints, Rule, Word};

/// A kind of object, or any, and what is done to it.
#[derive(Clone, Debug)]
pub(crate) struct Situation<'s> {
    pub(crate) operation: Operation,
    /// The kind of the objects; `None` where a rule does not tell.
    pub(crate) kind: Option<KindName>,
    /// Their type.
    pub(crate) schema: Option<Schema<'s>>,
    /// Group and plural name.
    pub(crate) resource: Option<(String, String)>,
    /// `None` where a rule does not tell.
    pub(crate) subresource: Option<String>,
    /// Whether the objects are in namespaces, where that is known.
    pub(crate) namespaced: Option<bool>,
    /// Whether the objects are held against their definitions before the policy sees them, and not only when they were stored:
    /// a policy that mutates sees what will be refused, and an old object may follow an older definition.
    pub(crate) settled: bool,
}

const OPERATIONS: [Operation; 4] =
    [Operation::Create, Operation::Update, Operation::Delete, Operation::Connect];

/// The situations of a policy. More than this many would only repeat each other: then only operations are told apart.
const MOST: usize = 200;

/// All situations of these rules.
pub(crate) fn situations<'s>(
    constraints: &Constraints,
    schemas: &'s Schemas,
    settled: bool,
) -> Vec<Situation<'s>> {
    let mut all: Vec<Situation<'s>> = Vec::new();
    for rule in &constraints.rules {
        for operation in OPERATIONS.into_iter().filter(|operation| rule.takes_operation(*operation)) {
            all.extend(of_rule(rule, operation, schemas));
        }
    }
    // A connection is only to some subresources; what else a rule takes has none.
    all.retain(|own| own.operation != Operation::Connect || own.subresource.as_deref() != Some(""));
    let mut known = std::collections::HashSet::new();
    all.retain(|own| {
        known.insert((own.operation, own.resource.clone(), own.subresource.clone(), own.kind.clone()))
    });
    if all.len() <= MOST {
        return all.into_iter().map(|own| Situation { settled, ..own }).collect();
    }
    OPERATIONS
        .into_iter()
        .filter(|operation| all.iter().any(|own| own.operation == *operation))
        .map(open)
        .collect()
}

fn open<'s>(operation: Operation) -> Situation<'s> {
    Situation {
        operation,
        kind: None,
        schema: None,
        resource: None,
        subresource: None,
        namespaced: None,
        settled: false,
    }
}

fn of_rule<'s>(rule: &Rule, operation: Operation, schemas: &'s Schemas) -> Vec<Situation<'s>> {
    let (builtin, mut found) = (Schemas::builtin(), Vec::new());
    for group in &rule.groups {
        for (resource, part) in &rule.resources {
            let (Word::Is(group), Word::Is(resource), Word::Is(part)) = (group, resource, part) else {
                let part = match part {
                    Word::Is(part) => Some(part.to_string()),
                    Word::Any => None,
                };
                found.push(Situation { subresource: part, ..open(operation) });
                continue;
            };
            let of_resource = Situation {
                resource: Some((group.to_string(), resource.to_string())),
                subresource: Some(part.to_string()),
                ..open(operation)
            };
            let name = if part.is_empty() { resource.to_string() } else { format!("{resource}/{part}") };
            let typed: Vec<Situation<'s>> = rule
                .versions
                .iter()
                .flat_map(|version| {
                    let of_version = schemas.resources().filter(|own| {
                        own.group() == &**group && own.name() == name && version.takes(own.version())
                    });
                    of_version.map(|own| {
                        let (group, version, kind) = own.kind();
                        Situation {
                            kind: Some(KindName::new(group, version, kind)),
                            schema: schemas.of(group, version, kind),
                            namespaced: Some(own.is_namespaced()),
                            ..of_resource.clone()
                        }
                    })
                })
                .collect();
            // What a group of the API server's own does not have nobody can ask for.
            let own = builtin.resources().any(|known| known.group() == &**group);
            if typed.is_empty() && !own {
                found.push(of_resource);
            }
            found.extend(typed);
        }
    }
    found
}
