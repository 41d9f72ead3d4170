//! What `az aks show` says. Source: the type `ManagedCluster` of the REST API `Microsoft.ContainerService`.

use seawall_yaml::Node;

use super::rule::{Keys, Rule, is_everything, told, value};
use super::{Fact, Judged, Outcome, Provider};

const fn fact(id: &'static str, title: &'static str, help: &'static str, rule: Rule) -> Fact {
    Fact { id, provider: Provider::Aks, title, help, rule }
}

const PRIVATE: Keys = &["apiServerAccessProfile", "enablePrivateCluster"];
const RANGES: Keys = &["apiServerAccessProfile", "authorizedIpRanges"];

pub(super) const FACTS: &[Fact] = &[
    fact(
        "aks-endpoint-restricted",
        "not every address of the internet reaches the API server",
        "set authorized ranges (`az aks update --api-server-authorized-ip-ranges`), or make the cluster private",
        Rule::Own(restricted),
    ),
    fact(
        "aks-endpoint-private",
        "the API server is reached from the private network only",
        "create the cluster with `--enable-private-cluster`",
        Rule::On(PRIVATE),
    ),
    fact(
        "aks-rbac",
        "Kubernetes RBAC authorizes requests",
        "create the cluster without `--disable-rbac`",
        Rule::Any(&[Rule::On(&["enableRbac"]), Rule::On(&["enableRBAC"])]),
    ),
    fact(
        "aks-entra",
        "people log in with Microsoft Entra ID",
        "enable it: `az aks update --enable-aad`",
        Rule::On(&["aadProfile", "managed"]),
    ),
    fact(
        "aks-azure-rbac",
        "Azure RBAC decides who may do what in Kubernetes",
        "enable it: `az aks update --enable-azure-rbac`",
        Rule::Any(&[
            Rule::On(&["aadProfile", "enableAzureRbac"]),
            Rule::On(&["aadProfile", "enableAzureRBAC"]),
        ]),
    ),
    fact(
        "aks-no-local-accounts",
        "nobody gets in with the certificate of a local account",
        "switch them off: `az aks update --disable-local-accounts`",
        Rule::On(&["disableLocalAccounts"]),
    ),
    fact(
        "aks-network-policy",
        "network policies are enforced",
        "choose an engine: `az aks update --network-policy`",
        Rule::Word(&["networkProfile", "networkPolicy"], &["azure", "calico", "cilium"]),
    ),
    fact(
        "aks-azure-policy",
        "Azure Policy guards admission",
        "enable the add-on: `az aks enable-addons --addons azure-policy`",
        Rule::Any(&[
            Rule::On(&["addonProfiles", "azurepolicy", "enabled"]),
            Rule::On(&["addonProfiles", "azurePolicy", "enabled"]),
        ]),
    ),
    fact(
        "aks-secrets-encrypted",
        "Secrets are encrypted with a key of the owner",
        "enable it: `az aks update --enable-azure-keyvault-kms`",
        Rule::On(&["securityProfile", "azureKeyVaultKms", "enabled"]),
    ),
    fact(
        "aks-workload-identity",
        "pods get identities of the cloud of their own",
        "enable it: `az aks update --enable-oidc-issuer --enable-workload-identity`",
        Rule::All(&[
            Rule::On(&["oidcIssuerProfile", "enabled"]),
            Rule::On(&["securityProfile", "workloadIdentity", "enabled"]),
        ]),
    ),
    fact(
        "aks-defender",
        "Microsoft Defender for Containers watches the cluster",
        "enable it: `az aks update --enable-defender`",
        Rule::On(&["securityProfile", "defender", "securityMonitoring", "enabled"]),
    ),
    fact(
        "aks-private-nodes",
        "nodes have no public address",
        "make node pools without `--enable-node-public-ip`",
        Rule::Each(
            &["agentPoolProfiles"],
            &Rule::All(&[Rule::Off(&["enableNodePublicIp"]), Rule::Off(&["enableNodePublicIP"])]),
        ),
    ),
    fact(
        "aks-key-vault",
        "secrets can come from Azure Key Vault",
        "enable the add-on: `az aks enable-addons --addons azure-keyvault-secrets-provider`",
        Rule::On(&["addonProfiles", "azureKeyvaultSecretsProvider", "enabled"]),
    ),
];

fn restricted(root: Node<'_>) -> Judged {
    if value(root, PRIVATE).and_then(Node::as_bool) == Some(true) {
        return told(Outcome::Pass, PRIVATE, "the cluster is private");
    }
    let mut ranges = root.path(RANGES).into_iter().flat_map(Node::items).filter_map(Node::as_str).peekable();
    if ranges.peek().is_none() {
        return told(Outcome::Fail, RANGES, format!("`{}` lists no range", RANGES.join(".")));
    }
    match ranges.any(is_everything) {
        true => told(Outcome::Fail, RANGES, format!("`{}` lists every address", RANGES.join("."))),
        false => told(Outcome::Pass, RANGES, "only the listed ranges reach it"),
    }
}
