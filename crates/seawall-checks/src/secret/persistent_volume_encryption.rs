//! `secret-persistent-volume-encryption`

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "secret-persistent-volume-encryption",
    title: "nothing says that a persistent volume is encrypted",
    why: "who gets hold of the disk, a snapshot or a backup of it reads the data without asking the cluster",
    help: "use a StorageClass that encrypts (`parameters.encrypted: \"true\"` for many drivers) and move the data",
    pillar: Pillar::Secrets,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    frameworks: &["SOC2:CC1.1", "SOC2:CC6.7"],
    needs: &[GroupKind::new("storage.k8s.io", "StorageClass")],
    judge: Judge::Resource(&[GroupKind::new("", "PersistentVolume")], judge),
    ..Check::PLAIN
};

/// Drivers whose disks are always encrypted at rest.
const ALWAYS: [&str; 6] = [
    "pd.csi.storage.gke.io",
    "filestore.csi.storage.gke.io",
    "kubernetes.io/gce-pd",
    "disk.csi.azure.com",
    "file.csi.azure.com",
    "kubernetes.io/azure",
];

/// Parameters that switch encryption on.
const PARAMETERS: [&str; 3] = ["encrypted", "secure", "encryption"];

fn judge(volume: &Resource, out: &mut Verdicts<'_>) {
    let name = volume.root().path(&["spec", "storageClassName"]).and_then(|node| node.as_str()).unwrap_or("");
    let kind = GroupKind::new("storage.k8s.io", "StorageClass");
    let Some(class) = out.inventory().find_near(volume, kind, None, name).filter(|_| !name.is_empty()) else {
        // Made by hand, or its class is gone: only the storage system knows.
        return out.not_applicable();
    };
    let provisioner = class.root().str("provisioner").unwrap_or("");
    let parameters = class.root().get("parameters");
    let says_so = PARAMETERS.iter().any(|key| {
        let value = parameters.and_then(|parameters| parameters.get(key)).and_then(|node| node.scalar_text());
        value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    });
    if says_so || ALWAYS.iter().any(|driver| provisioner.starts_with(driver)) {
        return;
    }
    let place = Place { resource: volume.id(), route: Route::root().keys(&["spec", "storageClassName"]) };
    out.fail(place, format!("StorageClass `{name}` of driver `{provisioner}` does not say that it encrypts"))
        .linked(class.subject());
}
