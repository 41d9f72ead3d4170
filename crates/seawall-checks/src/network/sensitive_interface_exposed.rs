//! `network-sensitive-interface-exposed`

use std::collections::BTreeMap;

use seawall_core::{Confidence, Pillar, ResourceId, Severity};
use seawall_inventory::{Inventory, PodView, Resource};
use seawall_network::exposure::{EntryKind, EntryPoint};

use crate::image::ImageReference;
use crate::network::backends::SERVICE;
use crate::network::doors::{Door, entry_doors, istio_doors, ways};
use crate::{Check, Judge, Setting, SettingDefault, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-sensitive-interface-exposed",
    title: "administration interface can be reached from outside the cluster",
    why: "these programs run jobs, notebooks or models for whoever reaches their port; many ask for no login until one is \
          configured",
    help: "keep the Service a `ClusterIP` and reach it by port forwarding or through a proxy with a login",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    frameworks: &["MITRE:Initial access"],
    needs: &[SERVICE],
    settings: &[Setting {
        name: "sensitiveInterfaces",
        doc: "names of programs whose interface is not for strangers, as they stand in names of workloads and images",
        default: SettingDefault::Strings(&[
            "nifi",
            "argo-server",
            "weave-scope-app",
            "kubeflow",
            "kubernetes-dashboard",
            "jenkins",
            "prometheus-deployment",
            "ollama",
            "vllm",
            "kserve",
            "triton-inference-server",
            "ray-dashboard",
            "ray-head",
            "mlflow",
            "jupyterhub",
            "seldon",
            "bentoml",
        ]),
    }],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let known = out.settings().strings("sensitiveInterfaces");
    let mut sensitive: BTreeMap<ResourceId, &str> = BTreeMap::new();
    for resource in inventory.resources() {
        let name =
            resource.pods().find_map(|pod| known.iter().copied().find(|name| runs(resource, &pod, name)));
        if let Some(name) = name {
            sensitive.insert(resource.id(), name);
        }
    }
    if sensitive.is_empty() {
        return;
    }
    let declared = |entry: &EntryPoint, _: &Resource| {
        !matches!(entry.kind, EntryKind::HostPort | EntryKind::HostNetwork | EntryKind::ExternalIp)
    };
    let mut doors = entry_doors(inventory, out.models().ways(), declared);
    doors.extend(istio_doors(inventory, out.models().ways()));
    let mut by_target: BTreeMap<ResourceId, Vec<&Door<'_>>> = BTreeMap::new();
    for door in &doors {
        by_target.entry(door.target.id()).or_default().push(door);
    }
    for (id, program) in sensitive {
        let Some(resource) = inventory.get(id) else { continue };
        let owned = inventory.top_owner(resource).is_some_and(|owner| owner.has_pods());
        let own = by_target.get(&id).map_or(&[][..], Vec::as_slice);
        if own.is_empty() {
            if !owned {
                out.judge(resource);
            }
            continue;
        }
        let Some(pod) = resource.pods().next() else { continue };
        let message = format!("`{program}` can be reached from outside the cluster through {}", ways(own));
        let draft = out.judge(resource).fail(pod.place(&["containers"]), message);
        for door in own {
            draft.linked(door.via.subject());
            door.service.into_iter().for_each(|service| {
                draft.linked(service.subject());
            });
            door.places.iter().for_each(|(place, note)| {
                draft.related(place.clone(), note.clone());
            });
        }
    }
}

/// Whether a pod runs a program: its words stand in the name of the workload, of a container or of an image.
fn runs(resource: &Resource, pod: &PodView<'_>, program: &str) -> bool {
    has_words(resource.name(), program)
        || pod.containers().any(|container| {
            let image = container.image().and_then(ImageReference::parse);
            has_words(container.name(), program)
                || image.is_some_and(|image| {
                    image.repository.rsplit('/').next().is_some_and(|last| has_words(last, program))
                })
        })
}

/// Whether the words of a name, which hyphens part, hold those of another side by side.
fn has_words(name: &str, wanted: &str) -> bool {
    name.match_indices(wanted).any(|(at, _)| {
        let before = name.get(..at).is_none_or(|head| head.is_empty() || head.ends_with(['-', '_', '.']));
        let end = name.get(at + wanted.len()..);
        before && end.is_none_or(|tail| tail.is_empty() || tail.starts_with(['-', '_', '.']))
    })
}
