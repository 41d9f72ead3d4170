//! Admission policies of Kubernetes (ValidatingAdmissionPolicy with its bindings), as the API server runs them.

use seawall_policy::admission::{Decision, Request};
use seawall_policy::vap::{PolicySet, World};

use crate::judge::{Around, Judge};

/// The policies of a set; each goes by its own name.
pub struct Policies(pub PolicySet);

impl Judge for Policies {
    fn name(&self) -> &str {
        "policies"
    }

    fn policies(&self) -> usize {
        self.0.len()
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        self.0.judge(request, &World::new(&around.known.inventory, Some(&around.known.rights)))
    }
}
