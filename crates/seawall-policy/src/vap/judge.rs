//! What the policies that validate say of a request.
//!
//! Source: `Dispatch` (`pkg/admission/plugin/policy/validating/dispatcher.go`) of the API server.

use seawall_yaml::Node;

use super::activation::{Activation, NamespaceObject};
use super::answer::Answer;
use super::authorizer::{Doubt, Rights};
use super::dispatch::{Plan, Step, plan};
use super::objects::Objects;
use super::observer::Observer;
use super::params::Param;
use super::policy::{Binding, FailurePolicy, Policy, Rules};
use super::set::PolicySet;
use super::validate;
use super::world::{Namespace, World};
use crate::admission::{Decision, Reason, Request};
use crate::cel::{Bindings, Value};

/// Kinds about which no policy speaks, so that no policy can forbid its own repair; those of webhooks are not among them.
///
/// Source: `admissionConfigResources` (`pkg/admission/plugin/policy/generic/plugin.go`).
const EXEMPT: [&str; 4] = [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
];

pub(crate) fn is_exempt(request: &Request<'_>) -> bool {
    request.kind.0 == super::read::GROUP && EXEMPT.contains(&request.kind.2)
}

/// The namespace of a request: a Namespace has none, though its request carries its name.
pub(crate) fn namespace_of<'a>(request: &Request<'a>, world: &World<'a>) -> Option<Namespace<'a>> {
    let itself = (request.kind.0, request.kind.1, request.kind.2) == ("", "v1", "Namespace");
    (!request.namespace.is_empty() && !itself).then(|| world.namespace(request.namespace))
}

impl PolicySet {
    /// What the policies that validate say of a request, whose object is as it would be stored.
    pub fn judge(&self, request: &Request<'_>, world: &World<'_>) -> Decision {
        self.judge_under(request, world, &mut ())
    }

    /// The same while somebody looks on.
    pub fn judge_under(
        &self,
        request: &Request<'_>,
        world: &World<'_>,
        observer: &mut dyn Observer,
    ) -> Decision {
        if is_exempt(request) {
            return Decision::default();
        }
        let candidates = self.validating.about(request.resource.0, request.resource.2, request.operation);
        if candidates.is_empty() {
            return Decision::default();
        }
        let plan = plan(candidates.into_iter(), request, world);
        let objects = Objects::of(request, &plan.subjects, world);
        let doubt = Doubt::default();
        let rights = Rights::new(&request.user, world, &doubt);
        let judge = Judge {
            request,
            namespace: namespace_of(request, world),
            plan: &plan,
            objects: &objects,
            rights: &rights,
            doubt: &doubt,
        };
        observer.prepared();
        judge.run(observer)
    }
}

struct Judge<'a> {
    request: &'a Request<'a>,
    namespace: Option<Namespace<'a>>,
    plan: &'a Plan<'a>,
    objects: &'a Objects<'a>,
    rights: &'a Rights<'a>,
    doubt: &'a Doubt,
}

impl<'a> Judge<'a> {
    fn run(&self, observer: &mut dyn Observer) -> Decision {
        let mut answer = Answer::default();
        let mut activations: Vec<Option<Activation<'a>>> = Vec::new();
        activations.resize_with(self.plan.subjects.len(), || None);
        let mut bindings = Bindings::new();
        let mut current: Option<&'a Policy> = None;
        for step in &self.plan.steps {
            let policy = step.policy();
            if let Some(last) = current.replace(policy).filter(|last| !std::ptr::eq(*last, policy)) {
                answer.publish(last);
                observer.judged(last.place);
            }
            if !observer.goes_on() {
                return answer.finish();
            }
            match step {
                Step::Failed { policy, binding, message } => {
                    if policy.failure == FailurePolicy::Fail {
                        answer.deny(policy, *binding, message, Reason::Invalid);
                    }
                }
                Step::Unknown { policy, binding, reason } => answer.unknown(policy, *binding, reason),
                Step::Run { policy, binding, subject, params } => {
                    let place = activations.get_mut(*subject);
                    self.step(policy, binding, *subject, params, (place, &mut bindings), &mut answer);
                }
            }
        }
        if let Some(last) = current {
            answer.publish(last);
            observer.judged(last.place);
        }
        answer.finish()
    }

    fn step(
        &self,
        policy: &'a Policy,
        binding: &'a Binding,
        subject: usize,
        params: &'a [Param<'a>],
        (place, bindings): (Option<&mut Option<Activation<'a>>>, &mut Bindings<'a>),
        answer: &mut Answer,
    ) {
        let Rules::Validate { validations, annotations } = &policy.rules else { return };
        let namespace = match self.namespace {
            None => NamespaceObject::None,
            Some(Namespace::Is(node)) => NamespaceObject::Is(node),
            Some(Namespace::Missing) => {
                let message = format!("namespaces \"{}\" not found", self.request.namespace);
                return answer.deny(policy, Some(binding), &message, Reason::NotFound);
            }
            Some(Namespace::Unknown) if policy.reads.namespace => {
                let reason = format!("it reads namespace `{}`, which is not known", self.request.namespace);
                return answer.unknown(policy, Some(binding), &reason);
            }
            // Nothing of the policy looks at it.
            Some(Namespace::Unknown) => NamespaceObject::None,
        };
        let objects = match self.objects.get(subject) {
            Ok(objects) => objects,
            Err(reason) => return answer.unknown(policy, Some(binding), reason),
        };
        let (Some(place), Some(subject)) = (place, self.plan.subjects.get(subject)) else { return };
        let activation =
            place.get_or_insert_with(|| Activation::new(self.request, subject, objects, namespace));
        for param in params {
            bindings.clone_from(&activation.bindings);
            bindings.set_authorizer(self.rights);
            bindings.set(activation.slots.params, param.value());
            let judgement = validate::judge(policy, validations, annotations, activation, bindings);
            match self.doubt.take() {
                Some(reason) => answer.unknown(policy, Some(binding), &reason),
                None => answer.take(policy, binding, judgement),
            }
        }
    }
}

impl<'a> Param<'a> {
    pub(crate) fn value(&'a self) -> Value<'a> {
        let node: Node<'a> = match self {
            Param::None => return Value::Null,
            Param::Stored(resource) => resource.root(),
            Param::Converted(tree) => tree.root(),
        };
        Value::from_node(node)
    }
}

impl<'a> Step<'a> {
    fn policy(&self) -> &'a Policy {
        match self {
            Step::Failed { policy, .. } | Step::Unknown { policy, .. } | Step::Run { policy, .. } => policy,
        }
    }
}
