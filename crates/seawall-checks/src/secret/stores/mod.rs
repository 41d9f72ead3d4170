//! Secrets that come from a store outside the cluster.

use std::collections::HashSet;

use seawall_inventory::{Inventory, Resource};
use seawall_yaml::Node;

/// Kinds that fetch secrets from a store and write Secret objects, and where they name the Secret; the object's own name
/// where they do not.
const MAKERS: [(&str, &str, &[&str]); 9] = [
    ("external-secrets.io", "ExternalSecret", &["spec", "target", "name"]),
    ("secrets.hashicorp.com", "VaultStaticSecret", &["spec", "destination", "name"]),
    ("secrets.hashicorp.com", "VaultDynamicSecret", &["spec", "destination", "name"]),
    ("secrets.hashicorp.com", "VaultPKISecret", &["spec", "destination", "name"]),
    ("secrets.hashicorp.com", "HCPVaultSecretsApp", &["spec", "destination", "name"]),
    ("secrets.infisical.com", "InfisicalSecret", &["spec", "managedSecretReference", "secretName"]),
    ("secrets.doppler.com", "DopplerSecret", &["spec", "managedSecret", "name"]),
    ("spv.no", "AzureKeyVaultSecret", &["spec", "output", "secret", "name"]),
    ("onepassword.com", "OnePasswordItem", &["metadata", "name"]),
];

/// The driver that mounts secrets of a store without a Secret object.
pub(crate) const CSI_DRIVER: &str = "secrets-store.csi.k8s.io";

/// Namespace and name of the Secrets that some object fetches from a store.
pub(crate) fn fetched(inventory: &Inventory) -> HashSet<(&str, &str)> {
    let mut names = HashSet::new();
    for (group, kind, path) in MAKERS {
        for maker in inventory.of_kind_any_group(kind).filter(|maker| maker.group() == group) {
            let target = maker.root().path(path).and_then(Node::as_str).unwrap_or(maker.name());
            names.insert((namespace(maker), target));
        }
    }
    let classes = inventory.of_kind_any_group("SecretProviderClass");
    for class in classes.filter(|class| class.group() == "secrets-store.csi.x-k8s.io") {
        let objects = class.root().get("spec").into_iter().flat_map(|spec| spec.list("secretObjects"));
        names.extend(objects.filter_map(|object| Some((namespace(class), object.str("secretName")?))));
    }
    names
}

/// The namespace that an object without one joins with.
pub(crate) fn namespace(resource: &Resource) -> &str {
    resource.namespace().unwrap_or("default")
}

/// Whether the Secret itself says that somebody else writes it: from a store, or a certificate that is renewed.
pub(crate) fn is_managed(secret: &Resource) -> bool {
    const TYPES: [&str; 3] =
        ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token", "helm.sh/release.v1"];
    let owners = secret.metadata().into_iter().flat_map(|metadata| metadata.list("ownerReferences"));
    let mut owners = owners.filter_map(|owner| owner.str("kind"));
    owners.any(|owner| {
        MAKERS.iter().any(|(_, kind, _)| *kind == owner) || owner == "SecretProviderClassPodStatus"
    }) || secret.labels().get("reconcile.external-secrets.io/managed").is_some()
        || secret.annotation("cert-manager.io/certificate-name").is_some()
        || secret.root().str("type").is_some_and(|kind| TYPES.contains(&kind))
}
