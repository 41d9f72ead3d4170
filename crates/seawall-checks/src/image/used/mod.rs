//! The images that a pod uses.

use seawall_inventory::{Place, PodView};

/// An image that a pod uses, as written.
pub(crate) struct Used<'r> {
    /// How messages name it: "the image of container `web`".
    pub(crate) what: String,
    /// The reference.
    pub(crate) text: &'r str,
    /// Where it is written.
    pub(crate) place: Place,
}

/// The images of the containers, and those that are mounted as volumes.
pub(crate) fn images<'r>(pod: &PodView<'r>) -> Vec<Used<'r>> {
    let containers = pod.containers().filter_map(|container| {
        let what = format!("the image of {}", container.label());
        Some(Used { what, text: container.image()?, place: container.place(&["image"]) })
    });
    let volumes = pod.volumes().filter_map(|volume| {
        let text = volume.node().path(&["image", "reference"])?.as_str()?;
        let what = format!("the image of volume `{}`", volume.name());
        Some(Used { what, text, place: volume.place(&["image", "reference"]) })
    });
    containers.chain(volumes).collect()
}
