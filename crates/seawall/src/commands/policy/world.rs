//! Policies read from files, and the world in which they judge.

use anyhow::bail;
use seawall_core::{Problem, ProblemSeverity};
use seawall_gatekeeper::{Gatekeeper, Point};
use seawall_inventory::{GroupKind, Inventory};
use seawall_policy::admission::{Decision, Request};
use seawall_policy::input::{duplicates, foreign};
use seawall_policy::vap::{PolicySet, World};
use seawall_rbac::Rbac;
use seawall_sources::{Intake, Progress, Rendering, SourceLimits, Target, load_rendered};
use seawall_yaml::Tree;

use crate::output;

const GROUP: &str = "admissionregistration.k8s.io";

/// Policies ready to judge, with what was read beside them.
pub(in crate::commands) struct Policies {
    /// Policies, bindings, parameters.
    pub(in crate::commands) inventory: Inventory,
    /// The policies in force.
    pub(in crate::commands) set: PolicySet,
    /// Gatekeeper's constraints in force.
    pub(in crate::commands) constraints: Gatekeeper,
    /// What is wrong with them.
    pub(in crate::commands) problems: Vec<Problem>,
}

/// Reads files and folders with policies; charts and kustomizations among them are rendered when it is told how.
///
/// # Errors
/// When nothing in them is a policy, one of them could not be read whole, or the API server would refuse a policy: judging
/// by the others would look like a pass.
pub(in crate::commands) fn policies(
    targets: &[String],
    rendering: Option<&Rendering>,
) -> anyhow::Result<Policies> {
    let targets = targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    let progress = Progress::default();
    let live = |_: Option<&str>, _: &mut Intake<'_>| {
        bail!("policies are read from files, folders and snapshots, not from a live cluster")
    };
    let loaded = load_rendered(&targets, &SourceLimits::default(), rendering, &progress, live)?;
    in_force(loaded.inventory, loaded.problems)
}

/// Takes policies that were read already.
///
/// # Errors
/// As [`policies`].
pub(super) fn in_force(inventory: Inventory, mut problems: Vec<Problem>) -> anyhow::Result<Policies> {
    whole(&inventory, &mut problems)?;
    let (set, mut refused) = PolicySet::read(&inventory);
    let (constraints, faults) = Gatekeeper::read(&inventory);
    refused.extend(faults);
    let broken = refused.iter().any(is_error);
    problems.extend(refused);
    if broken {
        problems.iter().for_each(output::problem);
        bail!("a policy is not in force, so nothing can be judged by it");
    }
    for unbound in unbound(&inventory) {
        problems.push(Problem::new(
            ProblemSeverity::Warning,
            format!("policy `{unbound}` has no binding: it is not in force"),
        ));
    }
    if set.is_empty() && constraints.is_empty() {
        problems.iter().for_each(output::problem);
        bail!(
            "no policy is in force\nhint: a policy acts through a binding (`ValidatingAdmissionPolicyBinding`), a \
             template of Gatekeeper through a constraint"
        );
    }
    Ok(Policies { inventory, set, constraints, problems })
}

/// Holds policies to have been read whole, each once, and to be all of kinds that are understood; else all problems are
/// printed.
///
/// # Errors
/// When they were not.
pub(super) fn whole(inventory: &Inventory, problems: &mut Vec<Problem>) -> anyhow::Result<()> {
    problems.extend(foreign(inventory));
    problems.extend(duplicates(inventory));
    if problems.iter().any(is_error) {
        problems.iter().for_each(output::problem);
        bail!(
            "not every policy is read as it is meant, so nothing is judged by the others\nhint: mend or remove what is \
             named above, or name only the files that hold policies"
        );
    }
    Ok(())
}

fn is_error(problem: &Problem) -> bool {
    problem.severity == ProblemSeverity::Error
}

/// What was decided about one request, by whom.
pub(super) struct Decided {
    pub(super) policies: Decision,
    pub(super) constraints: Decision,
}

impl Decided {
    /// Whether anything was decided: what only could not be judged is no verdict.
    pub(super) fn is_verdict(&self) -> bool {
        let both = [&self.policies, &self.constraints];
        both.iter().any(|own| !own.failures.is_empty()) || both.iter().all(|own| own.not_judged.is_empty())
    }
}

impl Policies {
    /// Judges a request: policies of Kubernetes first, which may change the object, then Gatekeeper's constraints.
    pub(super) fn admit(
        &self,
        request: &Request<'_>,
        world: &World<'_>,
        around: &Inventory,
        point: Point,
    ) -> Decided {
        let policies = self.set.admit(request, world);
        let object = policies.object.as_ref().map(Tree::root).or(request.object);
        let constraints = self.constraints.judge(&Request { object, ..request.clone() }, around, point);
        Decided { policies, constraints }
    }

    /// How many are in force.
    pub(super) fn len(&self) -> usize {
        self.set.len() + self.constraints.len()
    }
}

/// Policies that no binding names.
fn unbound(inventory: &Inventory) -> Vec<&str> {
    let mut names = Vec::new();
    for kind in ["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"] {
        let binding = format!("{kind}Binding");
        let bound: Vec<&str> = inventory
            .of_kind(GroupKind::new(GROUP, &binding))
            .filter_map(|binding| binding.root().path(&["spec", "policyName"])?.as_str())
            .collect();
        let policies = inventory.of_kind(GroupKind::new(GROUP, kind)).map(|policy| policy.name());
        names.extend(policies.filter(|name| !bound.contains(name)));
    }
    names
}

/// The rights of an inventory, when it holds any.
pub(super) fn rights(inventory: &Inventory, problems: &mut Vec<Problem>) -> Option<Rbac> {
    let has = inventory.resources().iter().any(|resource| resource.group() == "rbac.authorization.k8s.io");
    has.then(|| {
        let (rights, faults) = Rbac::build(inventory);
        problems.extend(faults);
        rights
    })
}

/// Both inventories in one; what is in the first one counts where both have it.
pub(in crate::commands) fn joined(first: &Inventory, second: &Inventory) -> Inventory {
    let new = second.resources().iter().filter(|resource| {
        first.find(resource.group_kind(), resource.namespace(), resource.name()).is_none()
    });
    let documents = second.api_documents().iter().cloned();
    first.joined_with(new.cloned()).described_by(documents)
}
