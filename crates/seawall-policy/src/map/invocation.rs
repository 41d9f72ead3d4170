//! One policy with one parameter, on whatever the object is by now.

use seawall_yaml::{Node, Tree};

use super::patch::{self, NotPatched};
use crate::admission::Request;
use crate::cel::Bindings;
use crate::vap::conditions::{self, Conditions};
use crate::vap::{Activation, Doubt, Mutation, NamespaceObject, Param, Policy, Rights, Subject, World};

/// What one mutation may cost (`RuntimeCELCostBudget`).
const BUDGET: u64 = 10_000_000;

pub(super) struct Invocation<'i> {
    pub(super) request: &'i Request<'i>,
    pub(super) world: &'i World<'i>,
    pub(super) policy: &'i Policy,
    pub(super) param: &'i Param<'i>,
    pub(super) namespace: NamespaceObject<'i>,
    pub(super) old: Option<Node<'i>>,
    pub(super) subject: &'i Subject<'i>,
    pub(super) doubt: &'i Doubt,
}

impl Invocation<'_> {
    pub(super) fn conditions(&self, object: Option<Node<'_>>) -> Conditions {
        if self.policy.conditions.is_empty() {
            return Conditions::Hold;
        }
        let rights = Rights::new(&self.request.user, self.world, self.doubt);
        let (activation, bindings) = self.bound(object, &rights);
        conditions::judge(self.policy, &activation, bindings)
    }

    pub(super) fn mutate(&self, mutation: &Mutation, object: Node<'_>) -> Result<Tree, NotPatched> {
        let (Mutation::Apply(expression) | Mutation::JsonPatch(expression)) = mutation;
        let kind = (&*self.subject.kind.0, &*self.subject.kind.1, &*self.subject.kind.2);
        let rights = Rights::new(&self.request.user, self.world, self.doubt);
        let (activation, mut bindings) = self.bound(Some(object), &rights);
        bindings.set(activation.slots.namespace, activation.namespace.0.clone());
        self.policy.variables.bind(&mut bindings);
        let mut budget = BUDGET;
        let made = expression.run(&bindings, &mut budget);
        let made = made.map_err(|out| NotPatched::Failed(out.to_string()))?.map_err(NotPatched::Failed)?;
        match mutation {
            Mutation::Apply(_) => patch::apply(object, &made, kind, self.world),
            Mutation::JsonPatch(_) => patch::json_patch(object, &made, kind, self.world),
        }
    }

    /// Everything that the policy's expressions may name.
    fn bound<'x>(
        &'x self,
        object: Option<Node<'x>>,
        rights: &'x Rights<'x>,
    ) -> (Activation<'x>, Bindings<'x>) {
        let activation = Activation::new(self.request, self.subject, (object, self.old), self.namespace);
        let mut bindings = activation.bindings.clone();
        bindings.set_authorizer(rights);
        bindings.set(activation.slots.params, self.param.value());
        (activation, bindings)
    }
}
