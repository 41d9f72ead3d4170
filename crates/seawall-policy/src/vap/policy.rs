//! Policies and bindings as they are held: read once, compiled, and shared by all requests.

use std::sync::Arc;

use seawall_inventory::OwnedSelector;

use crate::admission::{Action, Reason};

use super::expression::{Expression, Reads, Variables};
use super::matching::Constraints;

/// What happens when a policy cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailurePolicy {
    Fail,
    Ignore,
}

/// The kind of a policy's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParamKind {
    pub(crate) group: Box<str>,
    pub(crate) version: Box<str>,
    pub(crate) kind: Box<str>,
}

/// Which objects are parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParamRef {
    pub(crate) choice: ParamChoice,
    /// Empty: that of the request.
    pub(crate) namespace: Box<str>,
    /// What happens when there is none.
    pub(crate) deny_missing: bool,
}

/// One object, or all that are selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParamChoice {
    Named(Box<str>),
    Selected(OwnedSelector),
}

/// What policies of both kinds have.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) name: Arc<str>,
    /// Its place among the policies of its kind.
    pub(crate) place: usize,
    pub(crate) failure: FailurePolicy,
    pub(crate) constraints: Constraints,
    pub(crate) params: Option<ParamKind>,
    pub(crate) conditions: Vec<Expression>,
    pub(crate) variables: Variables,
    /// What its expressions name.
    pub(crate) reads: Reads,
    pub(crate) rules: Rules,
    pub(crate) bindings: Vec<Binding>,
}

/// What a policy does.
#[derive(Debug)]
pub(crate) enum Rules {
    Validate { validations: Vec<Validation>, annotations: Vec<Annotation> },
    Mutate { mutations: Vec<Mutation>, reinvoked: bool },
}

/// One thing that must hold.
#[derive(Debug)]
pub(crate) struct Validation {
    pub(crate) expression: Expression,
    /// What it says when it is false and no message is made.
    pub(crate) message: Arc<str>,
    pub(crate) message_expression: Option<Expression>,
    pub(crate) reason: Reason,
}

/// A text for the audit log.
#[derive(Debug)]
pub(crate) struct Annotation {
    pub(crate) key: Box<str>,
    pub(crate) expression: Expression,
}

/// One change of an object.
#[derive(Debug)]
pub(crate) enum Mutation {
    Apply(Expression),
    JsonPatch(Expression),
}

/// Where a policy is in force, with which parameters and consequences.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) name: Arc<str>,
    pub(crate) policy: Box<str>,
    pub(crate) params: Option<ParamRef>,
    /// `None`: wherever the policy matches.
    pub(crate) resources: Option<Constraints>,
    /// As written; empty for a binding of a policy that mutates.
    pub(crate) actions: Arc<[Action]>,
}
