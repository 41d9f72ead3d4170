//! Policies run on objects that an API server takes.
//!
//! Invariants: what is said to fail has failed, on a request that the policy's rules take and its match conditions let
//! through. What asks for rights, or for parameters that are not here, is not run.

use std::collections::HashSet;
use std::sync::LazyLock;

use seawall_inventory::KnownLabels;
use seawall_schema::split_api_version;
use seawall_yaml::{Limits, Node, Text, Tree, read};

use super::situation::Situation;
use super::subject::{Role, Subject, Subjects, paths, variable_name};
use super::witness::{WITNESSES, Witness};
use crate::admission::{Operation, Request, Unseen, User};
use crate::cel::{Bindings, EvalError, Value};
use crate::vap::{
    Activation, Constraints, Expression, Mutation, NamespaceObject, Policy, Rules, Subject as Judged, Target,
};

/// What one expression may cost (`PerCallLimit`).
pub(crate) const LIMIT: u64 = 1_000_000;
/// What all expressions of a policy may cost together (`RuntimeCELCostBudget`).
pub(crate) const BUDGET: u64 = 10_000_000;
const EXCEEDED: &str = "actual cost limit exceeded";

/// An expression that failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The error, and where in its own text it came up; of a variable that failed, where the variable is named.
    pub(crate) error: EvalError,
    pub(crate) operation: Operation,
    pub(crate) kind: String,
    pub(crate) about: &'static str,
}

/// What came of one expression.
struct Outcome {
    result: Result<(), EvalError>,
    /// What it cost without its variables, and with them.
    own: u64,
    whole: u64,
}

/// The namespace of the objects.
static NAMESPACE: LazyLock<Tree> = LazyLock::new(|| {
    const TEXT: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: example, labels: {kubernetes.io/metadata.name: example}}, spec: {}, status: {}}";
    let (documents, _) = read(&Text::new(TEXT), &Limits::default());
    documents.into_iter().next().map_or_else(Tree::null, |document| document.tree)
});

/// Runs every expression of a policy on every kind of object that its rules take; what fails, by the number of the
/// expression: one failure for each operation and error.
pub(crate) fn failures(subject: &Subject<'_>, all: &Subjects<'_>) -> Vec<(usize, Failure)> {
    let mut found: Vec<(usize, Failure)> = Vec::new();
    for (situation, witness) in runs(subject, all) {
        let object = witness.tree.root();
        trial(subject, all, situation, object, &mut |place, outcome| {
            let Err(error) = outcome.result else { return };
            let known = found.iter().any(|(known, own)| {
                *known == place && own.operation == situation.operation && own.error.message == error.message
            });
            if !known {
                let kind = object.str("kind").unwrap_or_default().to_owned();
                found.push((
                    place,
                    Failure { error, operation: situation.operation, kind, about: witness.about },
                ));
            }
        });
    }
    found
}

/// What expressions cost on pods with many containers: the most of each, by number, and the most of all together.
pub(crate) fn costs(subject: &Subject<'_>, all: &Subjects<'_>) -> (Vec<(usize, u64)>, u64) {
    let mut most: Vec<(usize, u64)> = Vec::new();
    let mut together = 0;
    for (situation, witness) in runs(subject, all) {
        if situation.operation != Operation::Create {
            continue;
        }
        let Some(object) = witness.large() else { continue };
        let mut sum: u64 = 0;
        trial(subject, all, situation, object.root(), &mut |place, outcome| {
            sum = sum.saturating_add(outcome.whole);
            // A variable that costs too much is an error of what asks for it.
            let exceeded = outcome.result.is_err_and(|error| error.message.contains(EXCEEDED));
            let own = if exceeded { outcome.own.max(LIMIT + 1) } else { outcome.own };
            match most.iter_mut().find(|(known, _)| *known == place) {
                Some((_, known)) => *known = (*known).max(own),
                None => most.push((place, own)),
            }
        });
        together = together.max(sum);
    }
    (most, together)
}

/// The objects that the rules of a policy take, in each situation.
fn runs<'p>(
    subject: &'p Subject<'_>,
    all: &'p Subjects<'_>,
) -> impl Iterator<Item = (&'p Situation<'p>, &'static Witness)> {
    let asked = subject.situations.iter().zip(&subject.excluded).filter(|(_, excluded)| !**excluded);
    asked.flat_map(move |(situation, _)| {
        let fits = move |witness: &&'static Witness| is_taken(subject, all, situation, witness.tree.root());
        WITNESSES.iter().filter(fits).map(move |witness| (situation, witness))
    })
}

/// Whether a policy is asked about an object.
fn is_taken(subject: &Subject<'_>, all: &Subjects<'_>, situation: &Situation<'_>, object: Node<'_>) -> bool {
    let (Some((group, resource)), Some(part), Some(kind)) =
        (&situation.resource, situation.subresource.as_deref(), &situation.kind)
    else {
        return false;
    };
    let (own_group, own_version) = split_api_version(object.str("apiVersion").unwrap_or_default());
    if (&*kind.group, &*kind.version, Some(&*kind.kind)) != (own_group, own_version, object.str("kind")) {
        return false;
    }
    // New and deleted objects have no parts, and a connection is to something else.
    if !(part.is_empty() || situation.operation == Operation::Update)
        || situation.operation == Operation::Connect
    {
        return false;
    }
    let namespace = object.path(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or_default();
    let target = Target {
        operation: situation.operation,
        group,
        version: own_version,
        resource,
        subresource: part,
        namespace,
        name: "example",
    };
    let Ok(policy) = &subject.read else { return false };
    // Without bindings, those that will come are not known to exclude it.
    let mut bindings = all.bindings_of(subject).peekable();
    takes(&policy.constraints, &target, object)
        && (bindings.peek().is_none()
            || bindings.any(|(_, binding)| {
                binding
                    .resources
                    .as_ref()
                    .is_none_or(|own| own.rules.is_empty() || takes(own, &target, object))
            }))
}

/// Whether rules and selectors of objects take an object.
fn takes(constraints: &Constraints, target: &Target<'_>, object: Node<'_>) -> bool {
    constraints.rules.iter().any(|rule| rule.takes(target))
        && !constraints.excluded.iter().any(|rule| rule.takes(target))
        && (constraints.objects.is_empty()
            || constraints.objects.matches(KnownLabels::of_object(object)) == Some(true))
}

/// Whether the policy or a binding of it is only for some namespaces, and for some objects.
fn selects(subject: &Subject<'_>, all: &Subjects<'_>) -> (bool, bool) {
    let own = subject.read.as_ref().ok().map(|policy| &policy.constraints);
    let bindings = all.bindings_of(subject).filter_map(|(_, binding)| binding.resources.as_ref());
    let (mut namespaces, mut objects) = (false, false);
    for constraints in own.into_iter().chain(bindings) {
        namespaces |= !constraints.namespaces.is_empty();
        objects |= !constraints.objects.is_empty();
    }
    (namespaces, objects)
}

/// Runs a policy on an object; nothing that asks for rights or parameters.
fn trial<'p>(
    subject: &'p Subject<'_>,
    all: &Subjects<'_>,
    situation: &'p Situation<'_>,
    object: Node<'p>,
    see: &mut dyn FnMut(usize, Outcome),
) {
    let (Ok(policy), Some(kind)) = (&subject.read, &situation.kind) else { return };
    let hidden = hidden(subject, policy, selects(subject, all));
    let created = situation.operation == Operation::Create;
    let deleted = situation.operation == Operation::Delete;
    let namespace = object.path(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or_default();
    let resource = situation.resource.as_ref().map_or("", |(_, resource)| resource);
    let itself = resource == "namespaces";
    let request = Request {
        uid: "",
        operation: situation.operation,
        kind: (&kind.group, &kind.version, &kind.kind),
        resource: (&kind.group, &kind.version, resource),
        subresource: situation.subresource.as_deref().unwrap_or_default(),
        request_kind: None,
        request_resource: None,
        request_subresource: None,
        name: "example",
        namespace: if itself { "example" } else { namespace },
        user: User { name: "example", groups: vec!["system:authenticated"], ..User::default() },
        object: (!deleted).then_some(object),
        old_object: (!created).then_some(object),
        options: None,
        dry_run: false,
        unseen: Unseen::default(),
    };
    let judged = Judged::of(&request);
    let around =
        if namespace.is_empty() { NamespaceObject::None } else { NamespaceObject::Is(NAMESPACE.root()) };
    let activation = Activation::new(&request, &judged, (request.object, request.old_object), around);
    let mut bindings = activation.bindings.clone();
    bindings.set(activation.slots.params, Value::Null);
    if !conditions_hold(subject, policy, &activation, bindings.clone(), &hidden, see) {
        return;
    }
    bindings.set(activation.slots.namespace, activation.namespace.0.clone());
    policy.variables.bind(&mut bindings);
    for (place, own) in subject.expressions.iter().enumerate() {
        if hidden.contains(&place) {
            continue;
        }
        let Some(expression) = compiled(policy, own.role, own.place) else { continue };
        // A message is asked for where its validation is false.
        if own.role == Role::Message
            && !compiled(policy, Role::Validation, own.place)
                .is_some_and(|own| matches!(own.evaluate(&bindings).result, Ok(Value::Bool(false))))
        {
            continue;
        }
        bindings.take_composited_cost();
        see(place, run(expression, &bindings));
    }
}

/// Whether no match condition is false or fails; those that fail are told.
fn conditions_hold<'p>(
    subject: &Subject<'_>,
    policy: &'p Policy,
    activation: &Activation<'p>,
    mut bindings: Bindings<'p>,
    hidden: &HashSet<usize>,
    see: &mut dyn FnMut(usize, Outcome),
) -> bool {
    bindings.set(activation.slots.namespace, Value::Null);
    bindings.set(activation.slots.request, activation.asked.clone());
    let mut failed = Vec::new();
    for (place, own) in subject.expressions.iter().enumerate().filter(|(_, own)| own.role == Role::Condition)
    {
        if hidden.contains(&place) {
            return false;
        }
        let Some(expression) = compiled(policy, Role::Condition, own.place) else { return false };
        if matches!(expression.evaluate(&bindings).result, Ok(Value::Bool(false))) {
            return false;
        }
        let outcome = run(expression, &bindings);
        if outcome.result.is_err() {
            failed.push((place, outcome));
        }
    }
    let holds = failed.is_empty();
    failed.into_iter().for_each(|(place, outcome)| see(place, outcome));
    holds
}

fn run<'p>(expression: &'p Expression, bindings: &Bindings<'p>) -> Outcome {
    let evaluation = expression.evaluate(bindings);
    let whole = evaluation.cost.saturating_add(bindings.take_composited_cost());
    Outcome { result: evaluation.result.map(|_| ()), own: evaluation.cost, whole }
}

/// The expressions that cannot be run: they name rights, or parameters that are not here, or labels by which namespaces or
/// objects are selected, by themselves or through variables.
fn hidden(subject: &Subject<'_>, policy: &Policy, (namespaces, objects): (bool, bool)) -> HashSet<usize> {
    let mut names: HashSet<String> = HashSet::new();
    let mut hidden = HashSet::new();
    for (place, own) in subject.expressions.iter().enumerate() {
        let is_hidden = paths(&own.ast).keys().any(|path| {
            path == "authorizer"
                || (path == "params" && policy.params.is_some())
                || (path == "namespaceObject" && namespaces)
                || (path.ends_with(".labels") && objects)
                || names.contains(path)
        });
        if !is_hidden {
            continue;
        }
        hidden.insert(place);
        if own.role == Role::Variable
            && let Some(name) = variable_name(subject.resource.root(), own.place)
        {
            names.insert(format!("variables.{name}"));
        }
    }
    hidden
}

/// The compiled form of an expression; variables run only when they are asked for.
fn compiled(policy: &Policy, role: Role, place: usize) -> Option<&Expression> {
    match (role, &policy.rules) {
        (Role::Condition, _) => policy.conditions.get(place),
        (Role::Validation, Rules::Validate { validations, .. }) => Some(&validations.get(place)?.expression),
        (Role::Message, Rules::Validate { validations, .. }) => {
            validations.get(place)?.message_expression.as_ref()
        }
        (Role::Annotation, Rules::Validate { annotations, .. }) => Some(&annotations.get(place)?.expression),
        (Role::Mutation, Rules::Mutate { mutations, .. }) => match mutations.get(place)? {
            Mutation::Apply(expression) | Mutation::JsonPatch(expression) => Some(expression),
        },
        _ => None,
    }
}
