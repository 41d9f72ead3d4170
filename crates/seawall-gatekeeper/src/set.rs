//! All templates and constraints of an inventory.
//!
//! Invariants: a set never changes and is shared by threads. Constraints stand in the order of their kinds and names. What
//! is not understood is an error with its place, and is not in force.

use std::collections::BTreeMap;
use std::time::Duration;

use seawall_core::{CheckId, Problem, ProblemSeverity};
use seawall_inventory::{Inventory, Resource};
use seawall_policy::input::twice;

use crate::fault::Fault;
use crate::read::config::Config;
use crate::read::constraint::{self, Constraint};
use crate::read::template::{self, Template};

pub(crate) const TEMPLATES: &str = "templates.gatekeeper.sh";
pub(crate) const CONSTRAINTS: &str = "constraints.gatekeeper.sh";
const CONFIG: &str = "config.gatekeeper.sh";

/// Groups whose objects would do something that is not done here, and what.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("expansion.gatekeeper.sh", "objects are not expanded into those that they generate"),
    ("externaldata.gatekeeper.sh", "external data is not asked for"),
    ("mutations.gatekeeper.sh", "objects are not changed; a MutatingAdmissionPolicy changes them"),
];

/// How long one constraint may take over one object.
const TIME: Duration = Duration::from_millis(500);

/// Templates and constraints, compiled.
#[derive(Debug, Default)]
pub struct Gatekeeper {
    pub(crate) templates: Vec<Template>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) config: Config,
}

impl Gatekeeper {
    /// Reads the templates, constraints and settings of an inventory. What is wrong is an error and is not in force.
    pub fn read(inventory: &Inventory) -> (Self, Vec<Problem>) {
        Self::read_within(inventory, TIME)
    }

    /// The ids of the constraints, in their order.
    pub fn ids(&self) -> impl Iterator<Item = CheckId> {
        self.constraints.iter().filter_map(|constraint| {
            let template = self.templates.get(constraint.template)?;
            Some(CheckId::of_constraint(&template.kind, &constraint.name))
        })
    }

    /// The same with another limit for one constraint over one object.
    pub fn read_within(inventory: &Inventory, time: Duration) -> (Self, Vec<Problem>) {
        let mut set = Gatekeeper::default();
        let mut problems = Vec::new();
        let of = |group: &'static str| {
            let mut all: Vec<&Resource> =
                inventory.resources().iter().filter(|resource| resource.group() == group).collect();
            all.sort_by(|one, two| (one.kind(), one.name()).cmp(&(two.kind(), two.name())));
            all
        };
        let mut by_kind: BTreeMap<&str, (Option<usize>, &Resource)> = BTreeMap::new();
        for resource in of(TEMPLATES) {
            let kind = resource.root().path(&["spec", "crd", "spec", "names", "kind"]);
            let kind = kind.and_then(|kind| kind.as_str()).unwrap_or_default();
            if let Some((_, first)) = by_kind.get(kind) {
                problems.push(twice(first, resource));
                continue;
            }
            let place = match template::read(resource, time) {
                Ok(template) => {
                    set.templates.push(template);
                    Some(set.templates.len() - 1)
                }
                Err(faults) => {
                    problems.extend(faults.into_iter().map(|fault| fault.problem(resource)));
                    None
                }
            };
            by_kind.insert(kind, (place, resource));
        }
        let mut last: Option<&Resource> = None;
        for resource in of(CONSTRAINTS) {
            let same = |last: &&Resource| (last.kind(), last.name()) == (resource.kind(), resource.name());
            if let Some(first) = last.filter(same) {
                problems.push(twice(first, resource));
                continue;
            }
            last = Some(resource);
            match by_kind.get(resource.kind()) {
                None => {
                    let message = format!("there is no ConstraintTemplate of kind `{}`", resource.kind());
                    problems.push(Fault::at(resource.root(), message).problem(resource));
                }
                // Its template said why.
                Some((None, _)) => {}
                Some((Some(place), template)) => {
                    match constraint::read(resource, *place, template::schema(template)) {
                        Ok(constraint) => set.constraints.push(constraint),
                        Err(faults) => {
                            problems.extend(faults.into_iter().map(|fault| fault.problem(resource)))
                        }
                    }
                }
            }
        }
        for resource in of(CONFIG) {
            let mut faults = Vec::new();
            set.config.read(resource.root(), &mut faults);
            problems.extend(faults.into_iter().map(|fault| fault.problem(resource)));
        }
        for (group, why) in UNSUPPORTED {
            problems.extend(of(group).into_iter().map(|resource| {
                Fault::at(resource.root(), format!("`{group}` is not supported: {why}")).problem(resource)
            }));
        }
        for (kind, (place, resource)) in &by_kind {
            let used = place.is_none_or(|place| set.constraints.iter().any(|own| own.template == place));
            if !used && problems.is_empty() {
                let message = format!("no constraint is of kind `{kind}`: this template is not in force");
                let problem = Problem::new(ProblemSeverity::Warning, message);
                problems.push(problem.in_file(&resource.origin().file));
            }
        }
        (set, problems)
    }

    /// How many constraints are in force.
    pub fn len(&self) -> usize {
        self.constraints.len()
    }

    /// Whether no constraint is in force.
    pub fn is_empty(&self) -> bool {
        self.constraints.is_empty()
    }
}
