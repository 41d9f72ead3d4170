//! Where clusters and clouds trust each other.

use seawall_inventory::Resource;
use seawall_yaml::{Limits, NodeId, Text, read};

/// Which cloud an account is joined to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloudKind {
    Aws,
    Google,
    Azure,
}

/// The annotations of a service account that name a cloud identity.
const ANNOTATIONS: &[(&str, CloudKind)] = &[
    ("eks.amazonaws.com/role-arn", CloudKind::Aws),
    ("iam.gke.io/gcp-service-account", CloudKind::Google),
    ("azure.workload.identity/client-id", CloudKind::Azure),
];

/// The cloud identities of a service account: annotation, value.
pub(crate) fn cloud_roles(account: &Resource) -> Vec<(&'static str, CloudKind, String)> {
    let named =
        ANNOTATIONS.iter().filter_map(|(key, kind)| Some((*key, *kind, account.annotation(key)?.to_owned())));
    named.filter(|(_, _, value)| !value.is_empty()).collect()
}

/// An entry of `aws-auth`: a cloud identity and whom the cluster takes it for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MappedRole {
    pub(crate) arn: String,
    pub(crate) user: Option<String>,
    pub(crate) groups: Vec<String>,
    /// The key of the ConfigMap: `mapRoles` or `mapUsers`.
    pub(crate) key: &'static str,
}

/// The entries of the ConfigMap `kube-system/aws-auth`.
pub(crate) fn mapped_roles(config: &Resource) -> Vec<MappedRole> {
    let mut mapped = Vec::new();
    for (key, arn) in [("mapRoles", "rolearn"), ("mapUsers", "userarn")] {
        let Some(text) = config.root().path(&["data", key]).and_then(|node| node.as_str()) else { continue };
        let (documents, _) = read(&Text::new(text), &Limits::default());
        let items = documents.iter().flat_map(|document| document.tree.node(NodeId::ROOT).items());
        mapped.extend(items.filter_map(|item| {
            Some(MappedRole {
                arn: item.str(arn)?.to_owned(),
                // A template stands for the name of an instance or a session: nobody in particular.
                user: item.str("username").filter(|name| !name.contains("{{")).map(str::to_owned),
                groups: item.list("groups").filter_map(|group| group.as_str().map(str::to_owned)).collect(),
                key,
            })
        }));
    }
    mapped
}
