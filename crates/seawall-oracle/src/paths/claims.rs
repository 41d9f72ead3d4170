//! B20: from a claim to the path of a node.

use crate::json::{name, of_kind, text};

use super::world::World;

/// The path of the node behind a claim, when the volume that it is bound to is one.
pub(super) fn path_of_claim<'v>(world: &World<'v>, space: &str, claim: &str) -> Option<&'v str> {
    let wanted = world
        .find("PersistentVolumeClaim", space, claim)
        .map_or("", |claim| text(claim, &["spec", "volumeName"]));
    let volume = of_kind(world.objects, "PersistentVolume").find(|volume| {
        let to = ["spec", "claimRef", "namespace"];
        let called = ["spec", "claimRef", "name"];
        name(volume) == wanted
            || !claim.is_empty() && text(volume, &to) == space && text(volume, &called) == claim
    })?;
    match (text(volume, &["spec", "hostPath", "path"]), text(volume, &["spec", "local", "path"])) {
        ("", "") => None,
        ("", path) | (path, _) => Some(path),
    }
}
