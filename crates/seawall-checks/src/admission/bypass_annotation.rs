//! `admission-bypass-annotation`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{Place, Resource};
use seawall_yaml::Node;

use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-bypass-annotation",
    title: "object carries an emergency pass for admission",
    why: "the pass was for one night: with it the object goes past every policy for as long as it lives, and so \
          does each later change of it",
    help: "remove the annotation once the emergency is over",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    settings: &[Setting {
        name: ANNOTATIONS,
        doc: "annotations with which an object goes past the policies of admission",
        default: SettingDefault::Strings(&["admission.stackrox.io/break-glass"]),
    }],
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

/// The setting.
const ANNOTATIONS: &str = "bypassAnnotations";

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let annotations = out.settings().strings(ANNOTATIONS);
    let templates = resource.pods().filter_map(|pod| pod.metadata());
    let mut seen: Vec<Node<'_>> = Vec::new();
    for metadata in resource.metadata().into_iter().chain(templates) {
        for annotation in &annotations {
            let Some(node) = metadata.get("annotations").and_then(|all| all.entry(annotation)) else {
                continue;
            };
            // The metadata of a Pod is also that of its template.
            if seen.iter().any(|other| other.id() == node.id()) {
                continue;
            }
            seen.push(node);
            let place = Place { resource: resource.id(), route: resource.route_of(node) };
            let fix = Fix::remove(FixRisk::Medium, place.route.clone());
            out.fail(place, format!("annotation `{annotation}` takes the object past admission")).fix(fix);
        }
    }
}
