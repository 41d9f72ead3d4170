//! Cases held against what is decided.

use seawall_core::Problem;
use seawall_gatekeeper::Point;
use seawall_policy::admission::{Decision, Resources, as_created};
use seawall_policy::page::{Case, Expect};
use seawall_policy::vap::World;
use seawall_schema::{Schemas, Value};
use seawall_yaml::Tree;

use crate::commands::policy::subject::user;
use crate::commands::policy::world::{self, Policies};

/// What came of a case.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) expect: Expect,
    /// What is not as expected; empty: it holds.
    pub(super) faults: Vec<String>,
}

/// Judges the cases of a page.
pub(super) fn judge(cases: &[Case], policies: &Policies, problems: &mut Vec<Problem>) -> Vec<Outcome> {
    let rights = world::rights(&policies.inventory, problems);
    let world = World::new(&policies.inventory, rights.as_ref());
    let resources = Resources::new(world.schemas());
    cases
        .iter()
        .map(|case| {
            let faults = match decide(case, policies, &resources, &world) {
                Ok(decision) => faults(case, &decision, world.schemas()),
                Err(fault) => vec![fault],
            };
            Outcome { name: case.name.clone(), line: case.line, expect: case.expect, faults }
        })
        .collect()
}

fn decide(
    case: &Case,
    policies: &Policies,
    resources: &Resources<'_>,
    world: &World<'_>,
) -> Result<Decision, String> {
    let name = if case.user.is_empty() { "seawall" } else { &case.user };
    let user = user(name, &case.groups);
    // Options of a connection are no objects; nothing is made of them.
    let made = |tree: &Option<Tree>| match tree {
        Some(tree) => as_created(tree.root(), world.schemas()),
        None => Ok(None),
    };
    let refused = |why: String| format!("the API server would not take the object: {why}");
    let (new, old) = (made(&case.object).map_err(refused)?, made(&case.old_object).map_err(refused)?);
    let object = new.as_ref().or(case.object.as_ref()).map(Tree::root);
    let old = old.as_ref().or(case.old_object.as_ref()).map(Tree::root);
    let request = if case.resource.is_empty() {
        let request = resources.request(case.operation, object, old, &user);
        request.ok_or_else(|| {
            "nothing tells the resource of this kind: add its CustomResourceDefinition, or say `resource=` and \
             `subresource=`"
                .to_owned()
        })
    } else {
        let part = format!("{}/{}", case.resource, case.subresource);
        let request = resources.part(&part, case.operation, object, old, &user);
        request.ok_or_else(|| format!("no resource `{part}` that takes such objects is known"))
    };
    let mut request = request?;
    request.subresource = &case.subresource;
    request.dry_run = case.dry_run;
    let decided = policies.admit(&request, world, &policies.inventory, Point::Webhook);
    let (mut decision, constraints) = (decided.policies, decided.constraints);
    decision.denials.extend(constraints.denials);
    decision.warnings.extend(constraints.warnings);
    decision.not_judged.extend(constraints.not_judged);
    Ok(decision)
}

/// What in a decision is not as expected.
fn faults(case: &Case, decision: &Decision, schemas: &Schemas) -> Vec<String> {
    let mut faults = Vec::new();
    for not_judged in &decision.not_judged {
        faults.push(format!("policy `{}` could not be judged: {}", not_judged.policy, not_judged.reason));
    }
    let said: Vec<&str> = decision
        .denials
        .iter()
        .map(|denial| denial.message.as_str())
        .chain(decision.warnings.iter().map(String::as_str))
        .collect();
    let denied = !decision.is_allowed();
    match case.expect {
        Expect::Deny if !denied => faults.push("it is allowed".to_owned()),
        Expect::Allow | Expect::Warn | Expect::Mutate if denied => faults.push("it is refused".to_owned()),
        Expect::Allow if !decision.warnings.is_empty() => {
            faults.push("it is allowed, but warned about".to_owned())
        }
        Expect::Warn if decision.warnings.is_empty() => faults.push("nobody is warned".to_owned()),
        _ => {}
    }
    for message in &case.messages {
        if !said.iter().any(|text| text.contains(&message.text)) {
            faults.push(format!("nothing says `{}` (line {})", message.text, message.line));
        }
    }
    if let Some(wanted) = case.becomes.as_ref().filter(|_| !denied) {
        faults.extend(unlike(wanted, decision.object.as_ref(), schemas));
    }
    if !faults.is_empty() {
        faults.extend(said.iter().map(|text| format!("said: {text}")));
    }
    faults
}

/// What is wrong with the object that results: both are taken as the API server would store them.
fn unlike(wanted: &Tree, made: Option<&Tree>, schemas: &Schemas) -> Option<String> {
    let Some(made) = made else { return Some("nothing is changed".to_owned()) };
    let stored = match as_created(wanted.root(), schemas) {
        Ok(stored) => stored,
        Err(why) => return Some(format!("the API server would not take what is to become: {why}")),
    };
    let wanted = stored.as_ref().unwrap_or(wanted);
    let same = match (Value::of(made.root()), Value::of(wanted.root())) {
        (Some(made), Some(wanted)) => made.means(&wanted),
        _ => false,
    };
    let mut yaml = String::new();
    made.root().write_yaml(&mut yaml);
    (!same).then(|| format!("it becomes something else:\n{yaml}"))
}
