//! Constraints.
//!
//! Sources: `pkg/client/crds/validate.go`, `pkg/apis/constraints/apis.go` of the frameworks, `pkg/util/enforcement_action.go`.

use regorus::Value;
use seawall_inventory::Resource;
use seawall_policy::admission::Action;
use seawall_yaml::Node;

use super::field::{list, only, text};
use super::matching;
use super::parameters::Schema;
use crate::fault::Fault;
use crate::judge::Point;
use crate::matching::Match;

/// A constraint in force.
#[derive(Debug)]
pub(crate) struct Constraint {
    pub(crate) name: Box<str>,
    /// The place of its template.
    pub(crate) template: usize,
    pub(crate) matching: Match,
    pub(crate) parameters: Value,
    /// What a violation leads to, where.
    pub(crate) actions: Actions,
}

/// What a violation leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Actions {
    Everywhere(Action),
    /// At points by name; `*` is all.
    Scoped(Vec<(Box<str>, Action)>),
}

impl Actions {
    /// The consequences at a point, each once, the strictest first; empty where the constraint is not enforced.
    pub(crate) fn at(&self, point: Point) -> Vec<Action> {
        match self {
            Actions::Everywhere(action) => vec![*action],
            Actions::Scoped(scoped) => {
                let mut actions: Vec<Action> = scoped
                    .iter()
                    .filter(|(name, _)| &**name == "*" || &**name == point.name())
                    .map(|(_, action)| *action)
                    .collect();
                actions.sort_unstable();
                actions.dedup();
                actions
            }
        }
    }
}

/// Reads a constraint of a template.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn read(
    resource: &Resource,
    template: usize,
    schema: Schema<'_>,
) -> Result<Constraint, Vec<Fault>> {
    let root = resource.root();
    let mut faults = Vec::new();
    let api_version = root.str("apiVersion").unwrap_or_default();
    if !matches!(api_version.rsplit_once('/'), Some((_, "v1beta1" | "v1alpha1"))) {
        faults.push(Fault::at(root, format!("`{api_version}` is no version of constraints; `v1beta1` is")));
    }
    let spec = root.get("spec");
    if let Some(spec) = spec {
        let known = ["enforcementAction", "match", "parameters", "scopedEnforcementActions"];
        only(spec, "`spec` of a constraint", &known, &mut faults);
    }
    let matching = matching::read(spec, &mut faults);
    let parameters = schema.parameters(spec.and_then(|spec| spec.get("parameters")), &mut faults);
    let actions = actions(spec, &mut faults);
    match actions {
        Some(actions) if faults.is_empty() => {
            Ok(Constraint { name: resource.name().into(), template, matching, parameters, actions })
        }
        _ => Err(faults),
    }
}

fn actions(spec: Option<Node<'_>>, faults: &mut Vec<Fault>) -> Option<Actions> {
    let Some((spec, node)) = spec.and_then(|spec| Some((spec, spec.get("enforcementAction")?))) else {
        return Some(Actions::Everywhere(Action::Deny));
    };
    match node.as_str() {
        Some("scoped") => Some(Actions::Scoped(scoped(spec, node, faults))),
        Some("") => Some(Actions::Everywhere(Action::Deny)),
        Some(word) if action(word).is_some() => action(word).map(Actions::Everywhere),
        _ => {
            faults.push(Fault::at(node, "`enforcementAction` is `deny`, `warn`, `dryrun` or `scoped`"));
            None
        }
    }
}

fn action(word: &str) -> Option<Action> {
    match word {
        "deny" => Some(Action::Deny),
        "warn" => Some(Action::Warn),
        "dryrun" => Some(Action::Audit),
        _ => None,
    }
}

fn scoped(spec: Node<'_>, place: Node<'_>, faults: &mut Vec<Fault>) -> Vec<(Box<str>, Action)> {
    let mut scoped = Vec::new();
    if spec.get("scopedEnforcementActions").is_none() {
        faults.push(Fault::at(place, "`scoped` needs `scopedEnforcementActions`"));
    }
    for item in list(spec, "scopedEnforcementActions", faults) {
        let Some(action) = text(item, "action", faults).and_then(action) else {
            faults.push(Fault::at(item, "a scoped `action` is `deny`, `warn` or `dryrun`"));
            continue;
        };
        for point in list(item, "enforcementPoints", faults) {
            match text(point, "name", faults) {
                Some(name) if name == "*" || Point::NAMES.contains(&name) => {
                    scoped.push((name.into(), action))
                }
                _ => faults.push(Fault::at(
                    point,
                    format!(
                        "an enforcement point is `*`, {}",
                        Point::NAMES.map(|name| format!("`{name}`")).join(", ")
                    ),
                )),
            }
        }
    }
    scoped
}
