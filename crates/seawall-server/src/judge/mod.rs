//! Who judges a request, and who changes its object: policies behind two narrow doors.
//!
//! Invariants, above all what is absent:
//! - a judge is a pure function of the request, the inventory, what was learnt of images and its own settings: no IO, no
//!   side effect, so that a dry run is the same as the real one. The day is given; times are taken for metrics alone;
//! - what must be learnt of images is asked for before, through `look_up`;
//! - a judge says what it would refuse; whether that blocks, and which policies may change an object, is decided elsewhere,
//!   by modes;
//! - what could not be judged is said so, never passed over in silence.

mod before;
mod changer;
mod checks;
mod defaults;
mod excused;
mod gatekeeper;
mod image_pins;
mod images;
mod known;
mod mutations;
mod pod_security;
mod policies;
mod used;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use seawall_core::{Date, Origin, OriginKind};
use seawall_inventory::{GroupKind, Resource};
use seawall_policy::admission::{Action, Decision, Failure, Note, Request};
use seawall_schema::Value;
use seawall_yaml::{Node, Tree};
use tokio::time::Instant;

use crate::images::{LookUp, Looked};

pub use changer::Changer;
pub(crate) use changer::{in_turn, with_object};
pub use checks::Checks;
pub use defaults::{DEFAULTS_LABEL, Defaults, DefaultsRule};
pub use gatekeeper::Constraints;
pub use image_pins::{ImagePins, PIN_LABEL};
pub use images::ImagePolicies;
pub use known::Known;
pub(crate) use pod_security::NAME as POD_SECURITY;
pub use pod_security::{Exemptions, NamespacePolicy, PodSecurity, label_policy};
pub use policies::Policies;

/// What the ids of policies over images begin with.
pub(crate) const IMAGES: [&str; 2] = ["image-signature/", "image-pin"];

/// At which hook a review arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// Objects are changed.
    Mutate,
    /// Objects are allowed or refused.
    Validate,
}

impl Hook {
    /// The name in paths, metrics and events.
    pub fn name(self) -> &'static str {
        match self {
            Hook::Mutate => "mutate",
            Hook::Validate => "validate",
        }
    }
}

/// How long a judge may go on: whoever waits for it sets the flag when nobody waits any more.
#[derive(Clone, Debug, Default)]
pub struct Budget(Arc<AtomicBool>);

impl Budget {
    /// Whether the answer will be thrown away. To be asked between policies.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Nobody waits any more.
    pub fn spend(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is known beside the request.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The tree that the request lies in.
    pub tree: &'a Arc<Tree>,
    /// What else is in the cluster.
    pub known: &'a Known,
    /// How long the judge may go on.
    pub budget: &'a Budget,
    /// The day, for waivers.
    pub today: Date,
    /// What was learnt of images.
    pub looked: &'a Looked,
}

impl<'a> Around<'a> {
    /// An object of the request as a resource.
    pub fn resource(&self, object: Node<'_>) -> Option<Resource> {
        let origin = Origin { file: "request".into(), document: 0, line: 1, kind: OriginKind::Cluster };
        Resource::new(Arc::clone(self.tree), object.id(), origin, None).ok()
    }

    /// The old object of the request as a resource: when somebody changed the new one, the old one is in a tree of its own.
    pub(crate) fn earlier(&self, old: Node<'_>) -> Option<Resource> {
        if std::ptr::eq(old.tree(), &**self.tree) {
            return self.resource(old);
        }
        let tree = Arc::new(Value::of(old)?.to_tree());
        Around { tree: &tree, ..*self }.resource(tree.root())
    }

    /// The namespace object, when it is known.
    pub fn namespace(&self, name: &str) -> Option<&'a Resource> {
        if name.is_empty() {
            return None;
        }
        self.known.inventory.find(GroupKind::new("", "Namespace"), None, name)
    }
}

/// What policies fail to validate and tell the audit event alone: a note for each policy that does not refuse anyway. `id`
/// gives the id of a policy; `annotated` says whether the audit event has their words.
pub(crate) fn audited(decision: &Decision, annotated: bool, id: impl Fn(&Arc<str>) -> Arc<str>) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    let told = decision.failures.iter().filter(|failure| failure.actions.contains(&Action::Audit));
    for Failure { policy, message, .. } in told {
        let policy = id(policy);
        let is_told = notes.iter().any(|note| note.policy == policy)
            || decision.denials.iter().any(|denial| denial.policy == policy);
        if !is_told {
            let message = format!("{policy}: {message}");
            notes.push(Note { policy, reason: "Audit", message, annotated });
        }
    }
    notes
}

/// A family of policies.
pub trait Judge: Send + Sync {
    /// The name of the family in settings, metrics and events; its warnings go by it.
    fn name(&self) -> &str;

    /// How many policies it holds.
    fn policies(&self) -> usize;

    /// What must be learnt of images before this judges, by then at the latest. It is found in [`Around::looked`].
    fn look_up(&self, _: &Request<'_>, _: &Around<'_>, _until: Instant) -> Option<LookUp> {
        None
    }

    /// Judges a request. Policies in what it says go by the ids that modes are set for.
    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision;
}
