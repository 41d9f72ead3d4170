//! Which policies speak about a request, through which bindings, and with which parameters: the same for policies that
//! validate and for those that mutate.
//!
//! Invariant: nothing is evaluated here. What cannot be configured is an error of its policy, what is not known is said.
//! Source: `Dispatch` (`pkg/admission/plugin/policy/generic/policy_dispatcher.go`, `validating/dispatcher.go`).

use super::matching::{Matched, Subject};
use super::params::{self, NoParams, Param};
use super::policy::{Binding, Policy};
use super::world::World;
use crate::admission::Request;

/// One thing to do for a request, in order.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// The API server cannot configure the policy or the binding.
    Failed { policy: &'a Policy, binding: Option<&'a Binding>, message: String },
    /// It is not known whether the policy speaks about the request, or with which parameters.
    Unknown { policy: &'a Policy, binding: Option<&'a Binding>, reason: String },
    /// Judge it.
    Run { policy: &'a Policy, binding: &'a Binding, subject: usize, params: Vec<Param<'a>> },
}

/// All that is to be done for a request.
#[derive(Debug, Default)]
pub(crate) struct Plan<'a> {
    pub(crate) steps: Vec<Step<'a>>,
    /// The resources as which the request is judged.
    pub(crate) subjects: Vec<Subject<'a>>,
    /// The place of the resource that the request names.
    own: Option<usize>,
}

/// Finds what is to be done.
pub(crate) fn plan<'a>(
    policies: impl Iterator<Item = &'a Policy>,
    request: &Request<'a>,
    world: &World<'a>,
) -> Plan<'a> {
    let mut plan = Plan::default();
    for policy in policies {
        plan.policy(policy, request, world);
    }
    plan
}

impl<'a> Plan<'a> {
    fn policy(&mut self, policy: &'a Policy, request: &Request<'a>, world: &World<'a>) {
        let subject = match policy.constraints.judge(request, world) {
            Matched::No => return,
            Matched::Error(error) => {
                let message = format!("failed to configure policy: {error}");
                return self.steps.push(Step::Failed { policy, binding: None, message });
            }
            Matched::Unknown(reason) => {
                return self.steps.push(Step::Unknown { policy, binding: None, reason });
            }
            Matched::Yes(subject) => subject,
        };
        if let Some(error) = policy.params.as_ref().and_then(|kind| kind.missing(world)) {
            let message = format!("failed to configure policy: {error}");
            return self.steps.push(Step::Failed { policy, binding: None, message });
        }
        let subject = match subject {
            Some(subject) => self.subject(subject),
            None => self.own(request),
        };
        for binding in &policy.bindings {
            self.binding(policy, binding, subject, request, world);
        }
    }

    fn binding(
        &mut self,
        policy: &'a Policy,
        binding: &'a Binding,
        subject: usize,
        request: &Request<'a>,
        world: &World<'a>,
    ) {
        let failed = |error: String| Step::Failed {
            policy,
            binding: Some(binding),
            message: format!("failed to configure binding: {error}"),
        };
        let unknown = |reason: String| Step::Unknown { policy, binding: Some(binding), reason };
        match binding.resources.as_ref().map(|constraints| constraints.judge(request, world)) {
            None | Some(Matched::Yes(_)) => {}
            Some(Matched::No) => return,
            Some(Matched::Error(error)) => return self.steps.push(failed(error)),
            Some(Matched::Unknown(reason)) => return self.steps.push(unknown(reason)),
        }
        match params::collect(policy, binding, request.namespace, world) {
            Err(NoParams::Error(error)) => self.steps.push(failed(error)),
            Err(NoParams::Unknown(reason)) => self.steps.push(unknown(reason)),
            Ok((params, more)) => {
                if !params.is_empty() {
                    self.steps.push(Step::Run { policy, binding, subject, params });
                }
                self.steps.extend(more.map(unknown));
            }
        }
    }

    fn own(&mut self, request: &Request<'a>) -> usize {
        let own = self.own.unwrap_or_else(|| self.subject(Subject::of(request)));
        *self.own.insert(own)
    }

    fn subject(&mut self, subject: Subject<'a>) -> usize {
        match self.subjects.iter().position(|own| *own == subject) {
            Some(place) => place,
            None => {
                self.subjects.push(subject);
                self.subjects.len() - 1
            }
        }
    }
}
