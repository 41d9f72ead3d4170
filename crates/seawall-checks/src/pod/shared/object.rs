//! Objects that a pod mounts.

use seawall_core::Subject;
use seawall_inventory::{Completeness, GroupKind, Place, PodView, VolumeView};

use crate::Verdicts;

/// Names of one kind that a volume brings into the pod.
pub(crate) type Names = fn(&VolumeView<'_>) -> Vec<String>;

/// Fails every volume that brings an object of `kind` into a container, at the mount. One that is known not to exist
/// brings nothing; `word` names the kind in messages.
pub(crate) fn fail_mounted(
    pod: &PodView<'_>,
    kind: GroupKind<'_>,
    word: &str,
    names: Names,
    out: &mut Verdicts<'_>,
) {
    let resource = pod.resource();
    let inventory = out.inventory();
    let complete = inventory.completeness(kind) == Completeness::Complete;
    for volume in pod.volumes() {
        let found: Vec<(String, Option<&Subject>)> = names(&volume)
            .into_iter()
            .map(|name| {
                let object = inventory.find_near(resource, kind, resource.namespace(), &name);
                (name, object.map(|object| object.subject()))
            })
            .filter(|(_, object)| object.is_some() || !complete)
            .collect();
        if found.is_empty() {
            continue;
        }
        let quoted: Vec<String> = found.iter().map(|(name, _)| format!("`{name}`")).collect();
        for container in pod.containers() {
            for mount in container.volume_mounts().filter(|mount| mount.volume == volume.name()) {
                let message = format!("{} mounts {word} {}", container.label(), quoted.join(", "));
                let draft = out.fail(container.place_of(mount.node), message);
                draft.related(volume_place(&volume), "the volume");
                found.iter().filter_map(|(_, object)| *object).for_each(|object| {
                    draft.linked(object);
                });
            }
        }
    }
}

fn volume_place(volume: &VolumeView<'_>) -> Place {
    volume.place(&[])
}

/// The names below a projected volume's sources of one kind (`secret`, `configMap`).
pub(crate) fn projected(volume: &VolumeView<'_>, source: &str) -> Vec<String> {
    let sources = volume.node().path(&["projected", "sources"]);
    let items = sources.into_iter().flat_map(|node| node.items());
    items.filter_map(|item| Some(item.get(source)?.str("name")?.to_owned())).collect()
}
