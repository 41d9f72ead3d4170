//! What `gcloud container clusters describe` says. Source: the type `Cluster` of the Kubernetes Engine API, v1.

use seawall_yaml::Node;

use super::rule::{Keys, Rule, is_everything, told, value};
use super::{Fact, Judged, Outcome, Provider};

const fn fact(id: &'static str, title: &'static str, help: &'static str, rule: Rule) -> Fact {
    Fact { id, provider: Provider::Gke, title, help, rule }
}

const POOLS: Keys = &["nodePools"];
/// Networks that may reach the control plane, as they were and as they are written.
const NETWORKS: [Keys; 2] = [
    &["masterAuthorizedNetworksConfig"],
    &["controlPlaneEndpointsConfig", "ipEndpointsConfig", "authorizedNetworksConfig"],
];

pub(super) const FACTS: &[Fact] = &[
    fact(
        "gke-secrets-encrypted",
        "Secrets are encrypted in the application layer, with a key of the owner",
        "set `databaseEncryption`: `gcloud container clusters update --database-encryption-key`",
        Rule::Any(&[
            Rule::Word(&["databaseEncryption", "state"], &["ENCRYPTED", "ALL_OBJECTS_ENCRYPTION_ENABLED"]),
            Rule::Word(&["databaseEncryption", "currentState"], &["CURRENT_STATE_ENCRYPTED"]),
        ]),
    ),
    fact(
        "gke-endpoint-restricted",
        "not every address of the internet reaches the API server",
        "enable authorized networks, or close the public endpoint",
        Rule::Any(&[Rule::Own(restricted), PRIVATE_ENDPOINT, NO_PUBLIC_ENDPOINT]),
    ),
    fact(
        "gke-endpoint-private",
        "the API server is reached from the private network only",
        "create the cluster with `--enable-private-endpoint`",
        Rule::Any(&[PRIVATE_ENDPOINT, NO_PUBLIC_ENDPOINT]),
    ),
    fact(
        "gke-private-nodes",
        "nodes have no public address",
        "create the cluster with `--enable-private-nodes`",
        Rule::Any(&[
            Rule::On(&["privateClusterConfig", "enablePrivateNodes"]),
            Rule::On(&["networkConfig", "defaultEnablePrivateNodes"]),
        ]),
    ),
    fact(
        "gke-workload-identity",
        "pods get identities of the cloud of their own",
        "set `workloadIdentityConfig`: `gcloud container clusters update --workload-pool`",
        Rule::Text(&["workloadIdentityConfig", "workloadPool"]),
    ),
    fact(
        "gke-network-policy",
        "network policies are enforced",
        "use Dataplane V2, or enable network policy enforcement",
        Rule::Any(&[
            Rule::On(&["networkPolicy", "enabled"]),
            Rule::Word(&["networkConfig", "datapathProvider"], &["ADVANCED_DATAPATH"]),
        ]),
    ),
    fact(
        "gke-shielded-nodes",
        "nodes prove to the control plane who they are",
        "enable Shielded GKE Nodes: `gcloud container clusters update --enable-shielded-nodes`",
        Rule::On(&["shieldedNodes", "enabled"]),
    ),
    fact(
        "gke-binary-authorization",
        "a policy decides which images may run",
        "enable Binary Authorization: `--binauthz-evaluation-mode=PROJECT_SINGLETON_POLICY_ENFORCE`",
        Rule::Any(&[
            Rule::Word(
                &["binaryAuthorization", "evaluationMode"],
                &["PROJECT_SINGLETON_POLICY_ENFORCE", "POLICY_BINDINGS_AND_PROJECT_SINGLETON_POLICY_ENFORCE"],
            ),
            Rule::On(&["binaryAuthorization", "enabled"]),
        ]),
    ),
    fact(
        "gke-no-legacy-abac",
        "no rights come from the old attribute-based authorizer",
        "switch it off: `gcloud container clusters update --no-enable-legacy-authorization`",
        Rule::Off(&["legacyAbac", "enabled"]),
    ),
    fact(
        "gke-logging",
        "logs of the system go to Cloud Logging",
        "enable it: `gcloud container clusters update --logging=SYSTEM,WORKLOAD`",
        Rule::Any(&[
            Rule::Own(|root| components(root, "loggingConfig")),
            Rule::Word(&["loggingService"], &["logging.googleapis.com/kubernetes"]),
        ]),
    ),
    fact(
        "gke-monitoring",
        "measures of the system go to Cloud Monitoring",
        "enable it: `gcloud container clusters update --monitoring=SYSTEM`",
        Rule::Any(&[
            Rule::Own(|root| components(root, "monitoringConfig")),
            Rule::Word(&["monitoringService"], &["monitoring.googleapis.com/kubernetes"]),
        ]),
    ),
    fact(
        "gke-release-channel",
        "a release channel brings updates of the control plane",
        "choose one: `gcloud container clusters update --release-channel`",
        Rule::Word(&["releaseChannel", "channel"], &["RAPID", "REGULAR", "STABLE", "EXTENDED"]),
    ),
    fact(
        "gke-no-client-certificate",
        "no client certificate is issued",
        "create the cluster without one: `--no-issue-client-certificate`",
        Rule::Off(&["masterAuth", "clientCertificateConfig", "issueClientCertificate"]),
    ),
    fact(
        "gke-groups",
        "groups of the directory may be used in bindings",
        "enable Google Groups for RBAC: `--security-group`",
        Rule::On(&["authenticatorGroupsConfig", "enabled"]),
    ),
    fact(
        "gke-vpc-native",
        "pods have addresses of the network",
        "create the cluster with `--enable-ip-alias`",
        Rule::On(&["ipAllocationPolicy", "useIpAliases"]),
    ),
    fact(
        "gke-intranode-visibility",
        "traffic within a node is seen by the network's logs",
        "enable it: `gcloud container clusters update --enable-intra-node-visibility`",
        Rule::On(&["networkConfig", "enableIntraNodeVisibility"]),
    ),
    fact(
        "gke-no-alpha",
        "no alpha features are on",
        "make a cluster without `--enable-kubernetes-alpha`",
        Rule::Off(&["enableKubernetesAlpha"]),
    ),
    fact(
        "gke-security-posture",
        "the provider looks for flaws in workloads",
        "enable it: `gcloud container clusters update --security-posture=standard`",
        Rule::Word(&["securityPostureConfig", "mode"], &["BASIC", "ENTERPRISE"]),
    ),
    fact(
        "gke-node-auto-upgrade",
        "nodes are upgraded by themselves",
        "enable it: `gcloud container node-pools update --enable-autoupgrade`",
        Rule::Each(POOLS, &Rule::On(&["management", "autoUpgrade"])),
    ),
    fact(
        "gke-node-auto-repair",
        "broken nodes are repaired by themselves",
        "enable it: `gcloud container node-pools update --enable-autorepair`",
        Rule::Each(POOLS, &Rule::On(&["management", "autoRepair"])),
    ),
    fact(
        "gke-node-image",
        "nodes run an operating system made for containers",
        "use the image type `COS_CONTAINERD`",
        Rule::Each(POOLS, &Rule::Word(&["config", "imageType"], &["COS_CONTAINERD", "COS"])),
    ),
    fact(
        "gke-node-metadata",
        "pods do not reach the metadata of their node",
        "use `--workload-metadata=GKE_METADATA` for every node pool",
        Rule::Each(POOLS, &Rule::Word(&["config", "workloadMetadataConfig", "mode"], &["GKE_METADATA"])),
    ),
    fact(
        "gke-node-secure-boot",
        "nodes boot signed code only",
        "use `--shielded-secure-boot` for every node pool",
        Rule::Each(POOLS, &Rule::On(&["config", "shieldedInstanceConfig", "enableSecureBoot"])),
    ),
    fact(
        "gke-node-integrity",
        "the boot of nodes is measured",
        "use `--shielded-integrity-monitoring` for every node pool",
        Rule::Each(POOLS, &Rule::On(&["config", "shieldedInstanceConfig", "enableIntegrityMonitoring"])),
    ),
    fact(
        "gke-node-service-account",
        "nodes do not run as the default account of the project",
        "give every node pool an account of its own: `--service-account`",
        Rule::Each(POOLS, &Rule::Not(&["config", "serviceAccount"], "default")),
    ),
];

const PRIVATE_ENDPOINT: Rule = Rule::On(&["privateClusterConfig", "enablePrivateEndpoint"]);
const NO_PUBLIC_ENDPOINT: Rule = Rule::Own(|root| {
    let keys = &["controlPlaneEndpointsConfig", "ipEndpointsConfig", "enablePublicEndpoint"];
    match value(root, keys).and_then(Node::as_bool) {
        Some(false) => told(Outcome::Pass, keys, format!("`{}` is `false`", keys.join("."))),
        _ => told(Outcome::Fail, keys, format!("`{}` is not `false`", keys.join("."))),
    }
});

fn restricted(root: Node<'_>) -> Judged {
    for keys in NETWORKS {
        let Some(config) = value(root, keys).filter(|config| config.bool("enabled") == Some(true)) else {
            continue;
        };
        let open = config.list("cidrBlocks").any(|block| block.str("cidrBlock").is_some_and(is_everything));
        let name = keys.join(".");
        return match open {
            true => told(Outcome::Fail, keys, format!("`{name}` lists every address")),
            false => told(Outcome::Pass, keys, format!("`{name}` is enabled")),
        };
    }
    let [keys, _] = NETWORKS;
    told(Outcome::Fail, keys, format!("`{}` is not enabled", keys.join(".")))
}

fn components(root: Node<'_>, config: &'static str) -> Judged {
    let keys = &[config, "componentConfig", "enableComponents"];
    let system = root
        .path(keys)
        .is_some_and(|list| list.items().any(|part| part.as_str() == Some("SYSTEM_COMPONENTS")));
    let (outcome, verb) = if system { (Outcome::Pass, "has") } else { (Outcome::Fail, "lacks") };
    told(outcome, keys, format!("`{}` {verb} `SYSTEM_COMPONENTS`", keys.join(".")))
}
