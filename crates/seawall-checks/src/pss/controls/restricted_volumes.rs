//! `restrictedVolumes`: only volumes that need no trust in the node or in a storage protocol.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{ALLOWED_SOURCES, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::{Values, plural, quoted};

pub(super) const CONTROL: Control = Control {
    id: "restrictedVolumes",
    check: "pss-restricted-volumes",
    level: Level::Restricted,
    title: "volume type is not allowed",
    why: "host paths and in-line storage drivers reach files, devices and servers that nobody granted by a claim",
    help: "use a `persistentVolumeClaim`, `ephemeral`, `csi`, `emptyDir`, `configMap`, `secret`, `downwardAPI`, `projected` or \
           `image` volume",
    overrides: Some("hostPathVolumes"),
    revisions: &[(0, only_allowed)],
};

fn only_allowed(pod: &Pod<'_>) -> Option<Fault> {
    let allowed = |source: &&str| ALLOWED_SOURCES.contains(source);
    // One allowed source makes the volume allowed, whatever else is set; validation refuses two sources later.
    let bad: Vec<_> = pod.volumes.iter().filter(|volume| !volume.sources.iter().any(allowed)).collect();
    if bad.is_empty() {
        return None;
    }
    let kinds: Values<'_> = bad.iter().map(|volume| volume.source()).collect();
    Some(Fault {
        reason: "restricted volume types",
        detail: format!(
            "{} {} {} {} {}",
            plural("volume", "volumes", bad.len()),
            quoted(bad.iter().map(|volume| volume.name)),
            plural("uses", "use", bad.len()),
            plural("restricted volume type", "restricted volume types", kinds.len()),
            quoted(kinds.iter().copied()),
        ),
        places: bad.iter().map(|volume| volume.place(volume.source())).collect(),
    })
}
