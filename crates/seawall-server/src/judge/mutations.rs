//! Admission policies of Kubernetes that change objects (MutatingAdmissionPolicy with its bindings).
//!
//! What goes back is the object that came in with what the policies changed: the defaults that were filled in so that they
//! see a whole object, and the fields of a newer API that were left out of it, are nobody's change.

use seawall_core::CheckId;
use seawall_policy::admission::{Decision, Failure, Request};
use seawall_policy::vap::World;
use seawall_schema::patch::rebase;
use seawall_schema::{Admission, Value, admitted};
use seawall_yaml::{Node, Tree};

use crate::judge::{Around, Changer, Policies};

impl Changer for Policies {
    fn family(&self) -> &str {
        Policies::FAMILY
    }

    fn ids(&self) -> &[String] {
        &self.changers
    }

    fn change(&self, request: &Request<'_>, around: &Around<'_>, counts: &dyn Fn(&str) -> bool) -> Decision {
        let Some(object) = request.object else { return Decision::default() };
        let excused = self.excused(request, around);
        let id = |name: &str| CheckId::of_policy(name).as_str().to_owned();
        let world = World::new(&around.known.inventory, Some(&around.known.rights));
        let mut decision = self.set.mutate_by(request, &world, |name| {
            let id = id(name);
            counts(&id) && !excused.contains(&id)
        });
        decision.object = decision.object.and_then(|made| kept(object, &made, request.kind, &world));
        if decision.object.is_none() {
            decision.changed.clear();
        }
        decision.denials.iter_mut().for_each(|denial| denial.policy = id(&denial.policy));
        decision.not_judged.iter_mut().for_each(|gap| gap.policy = id(&gap.policy));
        decision.changed.iter_mut().for_each(|policy| *policy = id(policy));
        decision
    }
}

impl Policies {
    /// The policies that somebody has excepted the object from.
    fn excused(&self, request: &Request<'_>, around: &Around<'_>) -> std::collections::BTreeSet<String> {
        if self.changers.is_empty() || !self.has_waivers() {
            return Default::default();
        }
        // A waiver covers findings: one for each policy that may have something to do.
        let failure = |policy: &str| Failure {
            policy: policy.to_owned(),
            binding: String::new(),
            validation: 0,
            actions: Vec::new(),
            message: String::new(),
        };
        let failures = self.set.mutating().map(failure).collect();
        self.waived(&Decision { failures, ..Decision::default() }, request, around)
    }
}

/// The object as it came in, with what policies changed; `None` when that is nothing.
fn kept(object: Node<'_>, made: &Tree, kind: (&str, &str, &str), world: &World<'_>) -> Option<Tree> {
    let original = Value::of(object)?;
    let decoded = world
        .schemas()
        .of(kind.0, kind.1, kind.2)
        .map(|schema| admitted(&original.to_tree(), schema, Admission::default()).tree);
    let from = match &decoded {
        Some(decoded) => Value::of(decoded.root())?,
        None => original.clone(),
    };
    rebase(&original, &from, &Value::of(made.root())?).map(|value| value.to_tree())
}
