//! What constraints say of a request.
//!
//! Sources: `Handle` and `processValidationResults` (`pkg/webhook/policy.go`), `Review` (`pkg/client/client.go`).

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use regorus::Value;
use seawall_core::CheckId;
use seawall_inventory::{GroupKind, Inventory};
use seawall_policy::admission::{Action, Decision, Denial, Failure, NotJudged, Reason, Request};

use crate::matching::{Home, Matched};
use crate::read::constraint::Constraint;
use crate::read::template::Template;
use crate::rego::{INVENTORY, value};
use crate::set::Gatekeeper;
use crate::{data, review};

/// Where a verdict is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// At the door.
    Webhook,
    /// Over objects that are there.
    Audit,
}

impl Point {
    /// All names that constraints may say; those of Gatekeeper's other tools are never asked for here.
    pub(crate) const NAMES: [&str; 4] =
        ["validation.gatekeeper.sh", "audit.gatekeeper.sh", "gator.gatekeeper.sh", "vap.k8s.io"];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Point::Webhook => "validation.gatekeeper.sh",
            Point::Audit => "audit.gatekeeper.sh",
        }
    }
}

impl Gatekeeper {
    /// What all constraints say of a request, whose object is as it would be stored. Policies go by the ids that reports
    /// and waivers know them by: `gatekeeper/KIND/NAME`.
    pub fn judge(&self, request: &Request<'_>, inventory: &Inventory, point: Point) -> Decision {
        let mut decision = Decision::default();
        if self.exempts(request, point) {
            return decision;
        }
        let asked = Asked::new(self, request, inventory);
        for constraint in &self.constraints {
            let Some(template) = self.templates.get(constraint.template) else { continue };
            let actions: Arc<[Action]> = constraint.actions.at(point).into();
            let spoken = template.operations.is_empty() || template.operations.contains(&request.operation);
            if actions.is_empty() || !spoken {
                continue;
            }
            let policy: Arc<str> = CheckId::of_constraint(&template.kind, &constraint.name).as_str().into();
            match asked.ask(template, constraint) {
                Ok(messages) => tell(&mut decision, &policy, constraint, &actions, messages),
                Err(reason) => {
                    let policy = policy.to_string();
                    decision.not_judged.push(NotJudged { policy, binding: String::new(), reason });
                }
            }
        }
        decision
    }

    /// Whether the settings leave the namespace of a request alone.
    fn exempts(&self, request: &Request<'_>, point: Point) -> bool {
        let itself = (request.kind.0, request.kind.2) == ("", "Namespace");
        let namespace = if itself { request.name } else { request.namespace };
        self.config.exempts(point, namespace)
    }
}

/// A request with what is made of it once.
struct Asked<'a> {
    set: &'a Gatekeeper,
    request: &'a Request<'a>,
    inventory: &'a Inventory,
    home: Home<'a>,
    review: OnceCell<Value>,
    /// The inventory by the template that reads it.
    data: std::cell::RefCell<HashMap<usize, Result<Value, String>>>,
}

impl<'a> Asked<'a> {
    fn new(set: &'a Gatekeeper, request: &'a Request<'a>, inventory: &'a Inventory) -> Self {
        let itself = (request.kind.0, request.kind.2) == ("", "Namespace");
        let home = match request.namespace {
            "" => Home::None,
            _ if itself => Home::None,
            name => match inventory.find(GroupKind::new("", "Namespace"), None, name) {
                Some(found) => Home::Known(name, found.root()),
                None => Home::Named(name),
            },
        };
        let data = std::cell::RefCell::default();
        Asked { set, request, inventory, home, review: OnceCell::new(), data }
    }

    /// The messages of a constraint.
    fn ask(&self, template: &Template, constraint: &Constraint) -> Result<Vec<String>, String> {
        let unseen = self.request.unseen;
        if unseen.object || unseen.old_object && template.program.reads_old_object() {
            return Err("it reads an object that is not known".to_owned());
        }
        let objects = self.request.object.into_iter().chain(self.request.old_object);
        match constraint.matching.any(objects, (self.request.kind.0, self.request.kind.2), self.home) {
            Matched::No => return Ok(Vec::new()),
            Matched::Unknown(why) => return Err(why),
            Matched::Yes => {}
        }
        let namespace = match self.home {
            Home::Known(_, node) => Some(node),
            Home::Named(name) if template.program.reads_namespace() => {
                return Err(format!("it reads namespace `{name}`, which is not known"));
            }
            Home::Named(_) | Home::None => None,
        };
        let review = self.review.get_or_init(|| review::review(self.request, namespace)).clone();
        let mut input = vec![("review", review), ("parameters", constraint.parameters.clone())];
        if !template.program.inventory().is_empty() {
            let mut known = self.data.borrow_mut();
            let data = known
                .entry(constraint.template)
                .or_insert_with(|| data::of(self.inventory, template.program.inventory(), &self.set.config));
            input.push((INVENTORY, data.clone()?));
        }
        let violations = template.program.run(value::object(input))?;
        Ok(violations.into_iter().map(|(message, _)| message).collect())
    }
}

fn tell(
    decision: &mut Decision,
    policy: &Arc<str>,
    constraint: &Constraint,
    actions: &Arc<[Action]>,
    messages: Vec<String>,
) {
    for (place, message) in messages.into_iter().enumerate() {
        let told = format!("[{}] {message}", constraint.name);
        for action in &**actions {
            match action {
                Action::Deny => decision.denials.push(Denial {
                    policy: Arc::clone(policy),
                    binding: Arc::default(),
                    code: 403,
                    reason: Reason::Forbidden,
                    message: told.clone(),
                }),
                Action::Warn => decision.warnings.push(told.clone()),
                Action::Audit => {}
            }
        }
        decision.failures.push(Failure {
            policy: Arc::clone(policy),
            binding: Arc::default(),
            validation: place,
            actions: Arc::clone(actions),
            message: message.into(),
        });
    }
}
