//! `workload-duplicate-env-var`

use std::collections::HashMap;

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;
use seawall_yaml::Node;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-duplicate-env-var",
    title: "environment variable is set twice in one container",
    why: "the later one silently wins: what a reader sees first is not what the program gets",
    help: "remove the entry that has no effect",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let mut last: HashMap<&str, Node<'_>> = HashMap::new();
    // From the end, so that the one that wins is met first.
    let variables: Vec<_> = container.env().filter(|variable| !variable.name.is_empty()).collect();
    for variable in variables.iter().rev() {
        match last.get(variable.name) {
            None => {
                last.insert(variable.name, variable.node);
            }
            Some(winner) => {
                let pod = container.pod();
                let place = pod.place_of(variable.node);
                let fix = Fix::remove(FixRisk::Low, place.route.clone());
                let message = format!("{} sets `{}` again further down", container.label(), variable.name);
                out.fail(place.keys(&["name"]), message)
                    .fix(fix)
                    .related(pod.place_of(*winner), "this one has effect");
            }
        }
    }
}
