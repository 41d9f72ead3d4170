//! `secret-external-store`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Completeness, GroupKind, Inventory, Place, PodView, Resource};
use seawall_yaml::Node;

use std::collections::HashSet;

use crate::secret::stores::{CSI_DRIVER, fetched, is_managed, namespace};
use crate::{Check, Judge, Profile, Verdicts, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "secret-external-store",
    title: "workload uses Secrets that live in the cluster only",
    why: "a Secret that was typed into the cluster has no owner, no expiry and no log of who read it; and it is in \
          Git or in somebody's shell history",
    help: "keep the value in an external store and let External Secrets, the Secrets Store CSI driver or the \
          store's operator bring it",
    pillar: Pillar::Secrets,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.4.2", "CIS-EKS-1.8:4.4.2", "CIS-AKS-1.8:4.5.2", "CIS-GKE-1.9:4.4.2"],
    needs: &[SECRET],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

const SECRET: GroupKind<'static> = GroupKind::new("", "Secret");

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let fetched = fetched(inventory);
    // What a workload makes says the same as the workload.
    let is_top = |resource: &&Resource| inventory.top_owner(resource).is_none_or(|top| !top.has_pods());
    for resource in inventory.resources().iter().filter(|resource| resource.has_pods()).filter(is_top) {
        let uses: Vec<(Place, &str)> = resource.pods().flat_map(|pod| uses(&pod)).collect();
        let has_driver = resource.pods().any(|pod| uses_driver(&pod));
        if !uses.is_empty() || has_driver {
            judge_uses(resource, uses, &fetched, inventory, out.judge(resource));
        }
    }
}

fn judge_uses(
    resource: &Resource,
    uses: Vec<(Place, &str)>,
    fetched: &HashSet<(&str, &str)>,
    inventory: &Inventory,
    out: &mut Verdicts<'_>,
) {
    let complete = inventory.completeness(SECRET) == Completeness::Complete;
    let mut direct: Vec<(Place, &str)> = Vec::new();
    for (place, name) in uses {
        if fetched.contains(&(namespace(resource), name)) || direct.iter().any(|(_, known)| *known == name) {
            continue;
        }
        match inventory.find_near(resource, SECRET, resource.namespace(), name) {
            Some(secret) if is_managed(secret) => {}
            Some(_) => direct.push((place, name)),
            // It does not exist, so nothing is used.
            None if complete => {}
            None => out.not_evaluated(format!(
                "where Secret `{name}` comes from is not known: it is not among the objects read"
            )),
        }
    }
    let names: Vec<String> = direct.iter().map(|(_, name)| format!("`{name}`")).collect();
    if let Some((place, _)) = direct.into_iter().next() {
        out.fail(place, format!("uses Secrets of no external store: {}", names.join(", ")));
    }
}

/// The Secrets that a pod reads, and where.
fn uses<'r>(pod: &PodView<'r>) -> Vec<(Place, &'r str)> {
    let mut uses = Vec::new();
    let mut add = |node: Option<Node<'r>>, key: &str| {
        if let Some((node, name)) = node.and_then(|node| Some((node, node.str(key)?))) {
            uses.push((pod.place_of(node).keys(&[key]), name));
        }
    };
    for volume in pod.volumes() {
        add(volume.node().get("secret"), "secretName");
        let sources =
            volume.node().get("projected").into_iter().flat_map(|projected| projected.list("sources"));
        sources.for_each(|source| add(source.get("secret"), "name"));
    }
    for container in pod.containers() {
        container.env().for_each(|variable| add(variable.node.path(&["valueFrom", "secretKeyRef"]), "name"));
        container.node().list("envFrom").for_each(|source| add(source.get("secretRef"), "name"));
    }
    uses
}

fn uses_driver(pod: &PodView<'_>) -> bool {
    let driver = |volume: &Node<'_>| {
        volume.path(&["csi", "driver"]).and_then(|node| node.as_str()) == Some(CSI_DRIVER)
    };
    pod.volumes().any(|volume| driver(&volume.node()))
}
