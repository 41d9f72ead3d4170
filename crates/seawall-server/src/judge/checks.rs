//! The built-in checks, on the object of a request.
//!
//! The object stands in an inventory of its own, with its namespace and its service account where these are known. Checks
//! that judge an inventory as a whole are not asked: they are about what is there, not about what comes. An update is held
//! against the object before it: what was there already is noted and refuses nothing.

use std::sync::Arc;

use seawall_checks::{Check, Judge as Scope, Ready, Settings};
use seawall_core::{Finding, NotEvaluated, ResourceId};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Decision, Denial, NotJudged, Operation, Reason, Request};
use seawall_waivers::Rules;

use super::before;
use crate::judge::{Around, Judge};

/// The checks that judge one object, with the exceptions from them.
pub struct Checks {
    ready: Ready,
    waivers: Rules,
}

impl Checks {
    /// The checks among these that judge one object, and who accepted what. Waivers in the object itself do not count: who
    /// asks to be let in cannot excuse himself.
    pub fn new(checks: &[&'static Check], settings: Settings, waivers: Rules) -> Self {
        let one: Vec<&'static Check> =
            checks.iter().copied().filter(|check| !matches!(check.judge, Scope::Inventory(_))).collect();
        Checks { ready: Ready::new(&one, settings), waivers }
    }
}

impl Judge for Checks {
    fn name(&self) -> &str {
        "checks"
    }

    fn policies(&self) -> usize {
        self.ready.len()
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        let writes = matches!(request.operation, Operation::Create | Operation::Update);
        // These parts of a pod are written as the whole pod.
        let whole = matches!(request.subresource, "" | "ephemeralcontainers" | "resize");
        let object = request.object.filter(|_| writes && whole);
        let Some(resource) = object.and_then(|object| around.resource(object)) else {
            return Decision::default();
        };
        let (inventory, id) = neighbourhood(resource, request, around);
        let mut evaluation = self.ready.evaluate_one(&inventory, id);
        seawall_waivers::apply(&mut evaluation, &inventory, &self.waivers, around.today, &Default::default());
        evaluation.findings.retain(|finding| finding.resource == id && finding.waiver.is_none());
        let again = |old: Resource| {
            let (inventory, id) = neighbourhood(old, request, around);
            self.ready.evaluate_one(&inventory, id)
        };
        let mut decision = Decision::default();
        before::noted(&mut evaluation, request, around, again, &mut decision.noted);
        decision.denials = evaluation.findings.iter().map(denial).collect();
        decision.not_judged = evaluation.not_evaluated.into_iter().map(gap).collect();
        decision
    }
}

fn denial(finding: &Finding) -> Denial {
    Denial {
        policy: finding.check.id.as_str().into(),
        binding: Arc::default(),
        code: 403,
        reason: Reason::Forbidden,
        message: message(finding),
    }
}

/// What a finding says, with its place.
pub(super) fn message(finding: &Finding) -> String {
    let place = finding
        .locations
        .first()
        .map(|location| location.route.to_string())
        .filter(|route| !route.is_empty());
    let place = place.map_or(String::new(), |route| format!(" (`{route}`)"));
    format!("{}: {}{place}", finding.check.id, finding.message)
}

fn gap(not_evaluated: NotEvaluated) -> NotJudged {
    let policy = not_evaluated.check.as_str().to_owned();
    NotJudged { policy, binding: String::new(), reason: not_evaluated.reason }
}

/// The object with what of the known inventory speaks of it.
fn neighbourhood(resource: Resource, request: &Request<'_>, around: &Around<'_>) -> (Inventory, ResourceId) {
    let mut builder = InventoryBuilder::new();
    let account = resource.pods().next().map(|pod| pod.spec().str("serviceAccountName").unwrap_or("default"));
    let known = account.and_then(|name| {
        around.known.inventory.find(GroupKind::new("", "ServiceAccount"), Some(request.namespace), name)
    });
    if let Some((major, minor)) = around.known.inventory.server_version() {
        builder.server_version(major, minor);
    }
    builder.push(resource);
    let near = known.into_iter().chain(around.namespace(request.namespace));
    near.cloned().for_each(|resource| builder.push(resource));
    (builder.build(), ResourceId(0))
}
