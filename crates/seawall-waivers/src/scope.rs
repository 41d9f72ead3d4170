//! What a waiver is about.

use std::collections::BTreeSet;

use seawall_core::{Finding, Location, Route, Step};
use seawall_inventory::{Inventory, Resource};

use crate::{Glob, RoutePattern};

/// Conditions on a finding; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The kind of the subject.
    pub kind: Option<Glob>,
    /// The namespace of the subject; an unset one fits `*` only.
    pub namespace: Option<Glob>,
    /// The name of the subject.
    pub name: Option<Glob>,
    /// Labels that the judged object has.
    pub labels: Vec<(String, String)>,
    /// The name of a container that the finding is about.
    pub container: Option<Glob>,
    /// A place of the finding lies here or below.
    pub route: Option<RoutePattern>,
    /// The file of the judged object, as reports show it.
    pub file: Option<Glob>,
    /// One finding by its identity, in hexadecimal digits.
    pub fingerprint: Option<String>,
    /// Places of the judged object or below (comments in its text); empty when the scope is said otherwise.
    pub places: BTreeSet<(u32, Vec<String>)>,
}

impl Scope {
    /// Whether a finding is meant.
    pub fn covers(&self, inventory: &Inventory, finding: &Finding) -> bool {
        let Some(resource) = inventory.get(finding.resource) else { return false };
        let fits = |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|glob| glob.matches(text));
        let subject = &finding.subject;
        fits(&self.kind, &subject.kind)
            && fits(&self.name, &subject.name)
            && fits(&self.namespace, subject.namespace.as_deref().unwrap_or(""))
            && fits(&self.file, &resource.origin().file)
            && self.labels.iter().all(|(key, value)| resource.labels().get(key) == Some(value))
            && self.fingerprint.as_ref().is_none_or(|wanted| *wanted == finding.fingerprint.to_string())
            && self
                .container
                .as_ref()
                .is_none_or(|name| about(inventory, finding, |at| in_container(at, name)))
            && self.route.as_ref().is_none_or(|route| {
                about(inventory, finding, |(resource, location)| {
                    route.covers(resource.root(), &location.route)
                })
            })
            && (self.places.is_empty() || about(inventory, finding, |at| self.is_place(at)))
    }

    /// Whether a location lies in one of the marked places.
    fn is_place(&self, (resource, location): (&Resource, &Location)) -> bool {
        let steps = words(&location.anchor());
        (0..=steps.len()).any(|len| {
            steps.get(..len).is_some_and(|head| self.places.contains(&(resource.id().0, head.to_vec())))
        })
    }
}

/// A route as texts that can be compared.
pub(crate) fn words(route: &Route) -> Vec<String> {
    let word = |step: &Step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::Index(index) => format!("[{index}]"),
    };
    route.steps().iter().map(word).collect()
}

/// Whether the primary place of a finding is as asked: what only helps to understand does not count.
fn about(inventory: &Inventory, finding: &Finding, holds: impl Fn((&Resource, &Location)) -> bool) -> bool {
    let primary = finding.locations.first();
    primary.is_some_and(|location| {
        inventory.get(location.resource).is_some_and(|resource| holds((resource, location)))
    })
}

/// Whether a location lies in a container of this name.
fn in_container((resource, location): (&Resource, &Location), name: &Glob) -> bool {
    let mut node = Some(resource.root());
    let mut list = false;
    for step in location.route.steps() {
        match step {
            Step::Key(key) => {
                node = node.and_then(|node| node.entry(key));
                list = matches!(&**key, "containers" | "initContainers" | "ephemeralContainers");
            }
            Step::Index(index) => {
                node = node.and_then(|node| node.item(*index as usize));
                if list && node.and_then(|node| node.str("name")).is_some_and(|found| name.matches(found)) {
                    return true;
                }
                list = false;
            }
        }
    }
    false
}
