//! Admission policies of Kubernetes that change objects (MutatingAdmissionPolicy with its bindings).
//!
//! What goes back is the object that came in with what the policies changed: the defaults that were filled in so that they
//! see a whole object, and the fields of a newer API that were left out of it, are nobody's change.

use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_policy::admission::{Decision, Failure, NotJudged, Request};
use seawall_policy::vap::World;
use seawall_schema::patch::rebase;
use seawall_schema::{Admission, Value, admitted};
use seawall_yaml::Tree;

use super::policies::id;
use crate::judge::{Around, Changer, Policies};

impl Changer for Policies {
    fn family(&self) -> &str {
        Policies::FAMILY
    }

    fn ids(&self) -> &[String] {
        &self.changers
    }

    fn change(&self, request: &Request<'_>, around: &Around<'_>, counts: &dyn Fn(&str) -> bool) -> Decision {
        let Some(object) = request.object.filter(|_| self.set.may_change(request)) else {
            return Decision::default();
        };
        let Some(original) = Value::of(object) else {
            return Policies::gap("the object is nested too deeply");
        };
        let world = around.known.world();
        let decoded = decoded(&original, request.kind, &world);
        let excused = self.excused(request, around);
        let request = Request { object: Some(decoded.root()), ..request.clone() };
        let mut decision = self.set.mutate_by(&request, &world, |name| {
            let id = id(name);
            counts(&id) && !excused.contains(&id) && !around.budget.is_spent()
        });
        if around.budget.is_spent() {
            return Policies::gap("the time for this request was up");
        }
        decision.object = decision.object.and_then(|made| {
            let (from, to) = (Value::of(decoded.root())?, Value::of(made.root())?);
            Some(rebase(&original, &from, &to)?.to_tree())
        });
        if decision.object.is_none() {
            decision.changed.clear();
        }
        decision.denials.iter_mut().for_each(|denial| denial.policy = id(&denial.policy).into());
        decision.not_judged.iter_mut().for_each(|gap| gap.policy = id(&gap.policy));
        decision.changed.iter_mut().for_each(|policy| *policy = id(policy));
        decision
    }
}

impl Policies {
    fn gap(reason: &str) -> Decision {
        let gap = NotJudged {
            policy: Policies::FAMILY.to_owned(),
            binding: String::new(),
            reason: reason.to_owned(),
        };
        Decision { not_judged: vec![gap], ..Decision::default() }
    }

    /// The policies that somebody has excepted the object from.
    fn excused(&self, request: &Request<'_>, around: &Around<'_>) -> BTreeSet<String> {
        if !self.has_waivers() {
            return BTreeSet::new();
        }
        // A waiver covers findings: one for each policy that may have something to do.
        let failure = |policy: &str| Failure {
            policy: policy.into(),
            binding: Arc::default(),
            validation: 0,
            actions: Arc::default(),
            message: Arc::default(),
        };
        let failures = self.set.mutating().map(failure).collect();
        self.waived(&Decision { failures, ..Decision::default() }, request, around)
    }
}

/// An object as this version knows its type, with its defaults; as it is when the type is not known.
fn decoded(object: &Value<'_>, kind: (&str, &str, &str), world: &World<'_>) -> Tree {
    let tree = object.to_tree();
    match world.schemas().of(kind.0, kind.1, kind.2) {
        Some(schema) => admitted(&tree, schema, Admission::default()).tree,
        None => tree,
    }
}
