//! What the policies that mutate make of a request.
//!
//! Source: `dispatchInvocations` (`dispatcher.go`), `Dispatch` (`policy/generic/policy_dispatcher.go`), and the chain's second
//! run (`pkg/admission/reinvocation.go`).

use std::sync::Arc;

use seawall_schema::{Admission, Value as Data, admitted};
use seawall_yaml::{Node, Tree};

use super::invocation::Invocation;
use super::patch::NotPatched;
use super::reinvocation::{Key, Reinvocation};
use crate::admission::{Decision, Denial, NotJudged, Operation, Reason, Request};
use crate::vap::conditions::Conditions;
use crate::vap::judge::{is_exempt, namespace_of};
use crate::vap::{
    Binding, Doubt, FailurePolicy, Namespace, NamespaceObject, Objects, Param, Plan, Policy, PolicySet,
    Rules, Step, Subject, World, plan, with_version,
};

impl PolicySet {
    /// What the policies that mutate say of a request and make of its object.
    pub fn mutate(&self, request: &Request<'_>, world: &World<'_>) -> Decision {
        self.mutate_by(request, world, |_| true)
    }

    /// The same, as if there were no other policies than those of which `counts` takes the name.
    pub fn mutate_by(
        &self,
        request: &Request<'_>,
        world: &World<'_>,
        counts: impl Fn(&str) -> bool,
    ) -> Decision {
        let mut candidates = self.mutating.about(request.resource.0, request.resource.2, request.operation);
        candidates.retain(|policy| counts(&policy.name));
        if is_exempt(request) || candidates.is_empty() {
            return Decision::default();
        }
        let mut state = Reinvocation::default();
        let first = pass(&candidates, request, world, &mut state, false);
        if !first.denials.is_empty() || !state.is_needed() {
            return first;
        }
        let object = first.object.as_ref().map(Tree::root).or(request.object);
        let mut second = pass(&candidates, &Request { object, ..request.clone() }, world, &mut state, true);
        second.object = second.object.or_else(|| first.object.clone());
        let later = std::mem::replace(&mut second.changed, first.changed);
        later.into_iter().for_each(|policy| note(&mut second.changed, &policy));
        for one in first.not_judged {
            if !second.not_judged.contains(&one) {
                second.not_judged.push(one);
            }
        }
        second
    }

    /// What all policies say: those that mutate first, then those that validate, of the object that came out and that would
    /// be stored.
    pub fn admit(&self, request: &Request<'_>, world: &World<'_>) -> Decision {
        let mut mutated = self.mutate(request, world);
        if !mutated.is_allowed() {
            return mutated;
        }
        let prepared = mutated.object.as_ref().map(|object| prepared(object, request, world));
        let object = prepared.as_ref().map(Tree::root).or(request.object);
        let judged = self.judge(&Request { object, ..request.clone() }, world);
        mutated.object = prepared;
        mutated.denials = judged.denials;
        mutated.failures = judged.failures;
        mutated.warnings = judged.warnings;
        mutated.audit_annotations = judged.audit_annotations;
        mutated.not_judged.extend(judged.not_judged);
        mutated
    }
}

/// A new object as it is after the API server has prepared it, between mutation and validation.
fn prepared(object: &Tree, request: &Request<'_>, world: &World<'_>) -> Tree {
    let (group, version, kind) = request.kind;
    let created = request.operation == Operation::Create && request.subresource.is_empty();
    match world.schemas().of(group, version, kind).filter(|_| created) {
        Some(schema) => admitted(object, schema, Admission { creation: true, plugins: false }).tree,
        None => object.clone(),
    }
}

/// The object of a request as it is judged as one resource.
struct State<'a> {
    subject: &'a Subject<'a>,
    object: Option<Tree>,
    /// Whether a mutation was applied.
    touched: bool,
}

/// One run of all policies; the second one runs only those that are to run again.
fn pass(
    candidates: &[&Policy],
    request: &Request<'_>,
    world: &World<'_>,
    reinvocation: &mut Reinvocation,
    again: bool,
) -> Decision {
    let plan: Plan<'_> = plan(candidates.iter().copied(), request, world);
    let objects = Objects::of(request, &plan.subjects, world);
    let mut states: Vec<State<'_>> =
        plan.subjects.iter().map(|subject| State { subject, object: None, touched: false }).collect();
    let mut pass = Pass { request, world, objects: &objects, again, decision: Decision::default() };
    for step in &plan.steps {
        match step {
            Step::Failed { policy, binding, message } => {
                pass.fail(policy, *binding, message, Reason::Forbidden);
            }
            Step::Unknown { policy, binding, reason } => pass.unknown(policy, *binding, reason),
            Step::Run { .. } => {}
        }
    }
    let mut last = None;
    for step in &plan.steps {
        let Step::Run { policy, binding, subject, params } = step else { continue };
        for param in params {
            let Some(state) = states.get_mut(*subject) else { continue };
            match pass.invoke(policy, binding, *subject, param, state, reinvocation) {
                Ok(true) => last = Some(*subject),
                Ok(false) => {}
                Err(denial) => {
                    pass.decision.denials = vec![*denial];
                    return pass.decision;
                }
            }
        }
    }
    if let Some(state) = last.and_then(|last| states.into_iter().nth(last))
        && state.touched
    {
        reinvocation.changed();
        // What is refused is not changed.
        if pass.decision.is_allowed() {
            pass.decision.object = state.object.map(|object| pass.returned(object, state.subject));
        }
    }
    pass.decision
}

struct Pass<'a> {
    request: &'a Request<'a>,
    world: &'a World<'a>,
    objects: &'a Objects<'a>,
    again: bool,
    decision: Decision,
}

impl<'a> Pass<'a> {
    /// Runs one policy with one parameter; whether its mutations were tried. An error ends the request, whatever the policy
    /// says.
    fn invoke(
        &mut self,
        policy: &Policy,
        binding: &Binding,
        place: usize,
        param: &Param<'_>,
        state: &mut State<'_>,
        reinvocation: &mut Reinvocation,
    ) -> Result<bool, Box<Denial>> {
        let Rules::Mutate { mutations, reinvoked } = &policy.rules else { return Ok(false) };
        let known = self.known(policy, binding, place)?;
        let (namespace, (given, old)) = match known {
            Ok(known) => known,
            Err(reason) => {
                self.unknown(policy, Some(binding), &reason);
                return Ok(false);
            }
        };
        let doubt = Doubt::default();
        let (request, world) = (self.request, self.world);
        let one = Invocation {
            request,
            world,
            policy,
            param,
            namespace,
            old,
            subject: state.subject,
            doubt: &doubt,
        };
        let held = one.conditions(state.object.as_ref().map(Tree::root).or(given));
        if let Some(reason) = doubt.take() {
            self.unknown(policy, Some(binding), &reason);
            return Ok(false);
        }
        match held {
            Conditions::Hold => {}
            Conditions::Skip => return Ok(false),
            Conditions::Failed(message) => {
                self.fail(policy, Some(binding), &message, Reason::Invalid);
                return Ok(false);
            }
        }
        let key = key(policy, binding, param);
        if self.again && !reinvocation.runs_again(&key) {
            return Ok(false);
        }
        let (before, touched) = (state.object.clone(), state.touched);
        for mutation in mutations {
            let Some(object) = state.object.as_ref().map(Tree::root).or(given) else { continue };
            match one.mutate(mutation, object) {
                Ok(tree) => {
                    state.object = Some(tree);
                    state.touched = true;
                }
                Err(NotPatched::Failed(message)) => {
                    self.fail(policy, Some(binding), &message, Reason::Invalid)
                }
                Err(NotPatched::Unknown(reason)) => doubt.cast(reason),
                Err(NotPatched::Status(reason, message)) => {
                    return Err(Box::new(denial(policy, binding, message, reason)));
                }
            }
        }
        if let Some(reason) = doubt.take() {
            // What is not certain is not done.
            (state.object, state.touched) = (before, touched);
            self.unknown(policy, Some(binding), &reason);
            return Ok(false);
        }
        if differs(before.as_ref().map(Tree::root).or(given), state.object.as_ref()) {
            reinvocation.changed();
            note(&mut self.decision.changed, &policy.name);
        }
        if *reinvoked {
            reinvocation.ran(key);
        }
        Ok(true)
    }

    /// The namespace of the request and its objects, or why they are not known.
    #[allow(clippy::type_complexity, reason = "two optional nodes are what they are")]
    fn known(
        &self,
        policy: &Policy,
        binding: &Binding,
        place: usize,
    ) -> Result<Result<(NamespaceObject<'a>, (Option<Node<'a>>, Option<Node<'a>>)), String>, Box<Denial>>
    {
        let namespace = match namespace_of(self.request, self.world) {
            None => NamespaceObject::None,
            Some(Namespace::Is(node)) => NamespaceObject::Is(node),
            Some(Namespace::Missing) => {
                let message = format!("namespaces \"{}\" not found", self.request.namespace);
                return Err(Box::new(denial(policy, binding, message, Reason::NotFound)));
            }
            Some(Namespace::Unknown) if policy.reads.namespace => {
                return Ok(Err(format!(
                    "it reads namespace `{}`, which is not known",
                    self.request.namespace
                )));
            }
            // Nothing of the policy looks at it.
            Some(Namespace::Unknown) => NamespaceObject::None,
        };
        if let Some(reason) = policy.reads.missing(self.request.unseen) {
            return Ok(Err(reason.to_owned()));
        }
        Ok(self.objects.get(place).map(|objects| (namespace, objects)).map_err(str::to_owned))
    }

    fn fail(&mut self, policy: &Policy, binding: Option<&Binding>, message: &str, reason: Reason) {
        if policy.failure == FailurePolicy::Ignore {
            return;
        }
        let by = match binding {
            Some(binding) => format!("policy '{}' with binding '{}'", policy.name, binding.name),
            None => format!("policy {:?}", policy.name),
        };
        self.decision.denials.push(Denial {
            policy: Arc::clone(&policy.name),
            binding: binding.map(|binding| Arc::clone(&binding.name)).unwrap_or_default(),
            // Whatever the reason is, the code is that of a refusal by a plugin.
            code: Reason::Forbidden.code(),
            reason,
            message: format!("{by} denied request: {message}"),
        });
    }

    fn unknown(&mut self, policy: &Policy, binding: Option<&Binding>, reason: &str) {
        self.decision.not_judged.push(NotJudged {
            policy: policy.name.to_string(),
            binding: binding.map(|binding| binding.name.to_string()).unwrap_or_default(),
            reason: reason.to_owned(),
        });
    }

    /// The changed object in the version in which it came.
    fn returned(&self, object: Tree, subject: &Subject<'_>) -> Tree {
        let (group, version, kind) = self.request.kind;
        if (&*subject.kind.0, &*subject.kind.1, &*subject.kind.2) == (group, version, kind) {
            return object;
        }
        with_version(object.root(), &format!("{group}/{version}"))
    }
}

fn note(names: &mut Vec<String>, name: &str) {
    if names.iter().all(|own| own != name) {
        names.push(name.to_owned());
    }
}

/// A denial that is not the policy's own.
fn denial(policy: &Policy, binding: &Binding, message: String, reason: Reason) -> Denial {
    let (policy, binding) = (Arc::clone(&policy.name), Arc::clone(&binding.name));
    Denial { policy, binding, code: reason.code(), reason, message }
}

fn key(policy: &Policy, binding: &Binding, param: &Param<'_>) -> Key {
    let param = match param {
        Param::None => ("".into(), "".into()),
        Param::Stored(resource) => (resource.namespace().unwrap_or("").into(), resource.name().into()),
        Param::Converted(tree) => {
            let text =
                |key: &str| tree.root().path(&["metadata", key]).and_then(Node::as_str).unwrap_or("").into();
            (text("namespace"), text("name"))
        }
    };
    Key { policy: policy.name.clone(), binding: binding.name.clone(), param }
}

fn differs(before: Option<Node<'_>>, after: Option<&Tree>) -> bool {
    match (before.and_then(Data::of), after.and_then(|tree| Data::of(tree.root()))) {
        (Some(before), Some(after)) => !before.means(&after),
        _ => false,
    }
}
