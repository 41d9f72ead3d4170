//! Faults that the comparison with the oracle (`seawall-oracle`) found, each with the cluster that showed it.

use seawall_paths::{Filter, Model};

use crate::{clusterwide, inventory, model, namespaced, pairs, steps};

pub(crate) const RBAC: &str = "apiGroups: [rbac.authorization.k8s.io]";
pub(crate) const BOT: &str = "ServiceAccount/ci/bot";

pub(crate) fn has(yaml: &str, step: &str) -> bool {
    steps(&model(yaml)).iter().any(|own| own == step)
}

/// Starts that reach a sink plainly.
pub(crate) fn from(yaml: &str, sink: &str) -> Vec<String> {
    let filter = Filter { from: Vec::new(), to: vec![sink.to_owned()] };
    model(yaml).pairs(&filter).unwrap().into_iter().map(|pair| pair.from).collect()
}

pub(crate) fn reaches(yaml: &str, start: &str, sink: &str) -> bool {
    from(yaml, sink).iter().any(|own| own == start)
}

pub(crate) fn role(kind: &str, name: &str, rules: &str) -> String {
    let space = if kind == "Role" { ", namespace: ci" } else { "" };
    format!(
        "---\nkind: {kind}\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {name}{space}}}\nrules: [{rules}]\n"
    )
}

/// A binding called like its role, in `ci` or in the cluster.
pub(crate) fn bound(cluster: bool, role_kind: &str, role: &str, subject: &str) -> String {
    let (kind, space) = if cluster { ("ClusterRoleBinding", "") } else { ("RoleBinding", ", namespace: ci") };
    format!(
        "---\nkind: {kind}\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {role}-of{space}}}\n\
         roleRef: {{kind: {role_kind}, name: {role}, apiGroup: rbac.authorization.k8s.io}}\nsubjects: [{subject}]\n"
    )
}

pub(crate) fn account(name: &str) -> String {
    format!("{{kind: ServiceAccount, name: {name}, namespace: ci}}")
}

pub(crate) fn on_node(name: &str, spec: &str) -> String {
    format!(
        "---\nkind: Pod\napiVersion: v1\nmetadata: {{name: {name}, namespace: ci, labels: {{app: {name}}}}}\nspec: {{nodeName: n1, {spec}}}\n"
    )
}

const RESTRICTED: &str = "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}";

#[test]
fn issue_a_user_with_the_name_of_an_account_repro() {
    let yaml = clusterwide("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}").replace(
        "{kind: ServiceAccount, name: bot, namespace: ci}",
        "{kind: User, name: 'system:serviceaccount:ci:bot'}",
    );
    assert!(reaches(&yaml, BOT, "cluster-admin"));
}

/// Also when their own binding gives nothing.
#[test]
fn issue_members_of_a_group_are_authenticated_repro() {
    let both = "{kind: Group, name: devs}, {kind: Group, name: 'system:unauthenticated'}";
    let yaml = role("ClusterRole", "all", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}")
        + &bound(true, "ClusterRole", "all", "{kind: Group, name: 'system:authenticated'}")
        + &bound(true, "ClusterRole", "nowhere", both);
    let starts = from(&yaml, "cluster-admin");
    assert!(starts.contains(&"Group/devs".to_owned()), "{starts:?}");
    assert!(!starts.contains(&"Group/system:unauthenticated".to_owned()), "{starts:?}");
}

#[test]
fn issue_the_anonymous_user_is_in_its_group_repro() {
    let yaml = bound(true, "ClusterRole", "cluster-admin", "{kind: Group, name: 'system:unauthenticated'}")
        + &bound(true, "ClusterRole", "nowhere", "{kind: User, name: 'system:anonymous'}");
    assert!(reaches(&yaml, "User/system:anonymous", "cluster-admin"));
}

#[test]
fn issue_attaching_by_get_repro() {
    let yaml = namespaced("{apiGroups: [''], resources: [pods/attach], verbs: [get]}");
    let attaches = |version| {
        let (model, _) = Model::build(&inventory(&yaml, Some(version)));
        model.attacks().iter().any(|attack| attack.primitive.id() == "A09")
    };
    assert!(attaches((1, 34)) && !attaches((1, 35)));
}

#[test]
fn issue_names_of_tunnels_and_debug_containers_repro() {
    let rule = |resource: &str, verb: &str, name: &str| {
        namespaced(&format!(
            "{{apiGroups: [''], resources: [{resource}], verbs: [{verb}], resourceNames: [{name}]}}"
        ))
        .replace(
            "containers: [{name: web, image: web}]",
            "containers: [{name: web, image: web, ports: [{containerPort: 80}]}]",
        )
    };
    let forward = rule("pods/portforward", "create", "web");
    assert!(has(&forward, "A10 ServiceAccount/ci/bot → Endpoint/ci/web/80"));
    assert!(!has(&forward, "A10 ServiceAccount/ci/bot → ports of namespace ci"));
    assert!(has(&rule("pods/ephemeralcontainers", "patch", "web"), "A11 ServiceAccount/ci/bot → Node/n1"));
    assert!(!has(&rule("pods/ephemeralcontainers", "patch", "other"), "A11 ServiceAccount/ci/bot → Node/n1"));
}

#[test]
fn issue_mutating_webhooks_see_secrets_repro() {
    let rule = "{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [patch]}";
    assert!(reaches(&clusterwide(rule), BOT, "all-secrets"));
}

#[test]
fn issue_ports_of_services_repro() {
    let service = |target: &str| {
        format!(
            "kind: Service\napiVersion: v1\nmetadata: {{name: web, namespace: ci}}\nspec: {{type: LoadBalancer, selector: {{app: p}}, ports: [{{port: 80, targetPort: {target}}}]}}\n"
        )
    };
    let one = on_node("p", "containers: [{name: c, image: i, securityContext: {privileged: true}}]");
    let two = one.replace("{name: c,", "{name: d, image: i}, {name: c,");
    // A name that nobody declares is no port; a number may be listened on by any container.
    assert!(!reaches(&(service("http") + &one), "internet", "node-root"));
    assert!(reaches(&(service("8080") + &one), "internet", "node-root"));
    assert!(reaches(&(service("8080") + &two), "internet", "node-root"));
    let declared = two.replace("{name: d, image: i}", "{name: d, image: i, ports: [{containerPort: 8080}]}");
    assert!(!reaches(&(service("8080") + &declared), "internet", "node-root"));
}

#[test]
fn issue_tokens_that_no_pod_mounts_repro() {
    let strong = bound(true, "ClusterRole", "cluster-admin", &account("strong"));
    let pods = |spec: &str| {
        on_node(
            "p",
            "volumes: [{name: v, hostPath: {path: /var/lib/kubelet/pods}}], containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /m, readOnly: true}]}]",
        ) + &on_node("s", &format!("serviceAccountName: strong, {spec} containers: [{{name: c, image: i}}]"))
    };
    assert!(reaches(&(pods("") + &strong), "Pod/ci/p", "cluster-admin"));
    assert!(!reaches(&(pods("automountServiceAccountToken: false,") + &strong), "Pod/ci/p", "cluster-admin"));
}

#[test]
fn issue_kubelets_read_the_secrets_of_their_pods_repro() {
    let kubelet = "{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests, certificatesigningrequests/approval], verbs: [create, update]}, \
                   {apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve], resourceNames: [kubernetes.io/kube-apiserver-client-kubelet]}";
    let yaml = clusterwide(kubelet)
        + &on_node(
            "s",
            "automountServiceAccountToken: false, containers: [{name: c, image: i, envFrom: [{secretRef: {name: token}}]}]",
        )
        + &bound(true, "ClusterRole", "cluster-admin", &account("other"));
    assert!(reaches(&yaml, BOT, "cluster-admin"));
    assert!(!reaches(
        &yaml.replace("secretRef: {name: token}", "secretRef: {name: none}"),
        BOT,
        "cluster-admin"
    ));
}

#[test]
fn issue_the_name_of_a_kubelet_is_not_its_group_repro() {
    let yaml = clusterwide("{apiGroups: [''], resources: [users], verbs: [impersonate]}")
        + &on_node("s", "serviceAccountName: other, containers: [{name: c, image: i}]")
        + &bound(true, "ClusterRole", "cluster-admin", &account("other"));
    assert!(!reaches(&yaml, BOT, "cluster-admin"));
}

#[test]
fn issue_bootstrap_tokens_join_nodes_repro() {
    let secret = |space: &str| {
        format!(
            "---\nkind: Secret\napiVersion: v1\nmetadata: {{name: t, namespace: {space}}}\ntype: bootstrap.kubernetes.io/token\n"
        )
    };
    let rest = on_node("s", "serviceAccountName: other, containers: [{name: c, image: i}]")
        + &bound(true, "ClusterRole", "cluster-admin", &account("other"));
    let reads = namespaced("{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [t]}");
    let there = reads
        .replace("metadata: {name: r, namespace: ci}", "metadata: {name: r, namespace: kube-system}")
        .replace("metadata: {name: b, namespace: ci}", "metadata: {name: b, namespace: kube-system}");
    assert!(reaches(&(there + &secret("kube-system") + &rest), BOT, "cluster-admin"));
    assert!(!reaches(&(reads + &secret("ci") + &rest), BOT, "cluster-admin"));
}

#[test]
fn issue_kernel_files_and_processes_in_a_user_namespace_repro() {
    let proc = on_node(
        "p",
        "hostUsers: false, volumes: [{name: v, hostPath: {path: /proc}}], containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /m}]}]",
    );
    assert!(has(&proc, "~B16 Container/ci/p/c → Node/n1"));
    let shared =
        on_node("p", "hostUsers: false, shareProcessNamespace: true, containers: [{name: c, image: i}]");
    assert!(has(&shared, "B22 Container/ci/p/c → Pod/ci/p"));
}

#[test]
fn issue_groups_need_anybody_to_be_in_them_repro() {
    let groups = "{apiGroups: [''], resources: [groups], verbs: [impersonate]}";
    let one = clusterwide(&format!(
        "{groups}, {{apiGroups: [''], resources: [users], verbs: [impersonate], resourceNames: [ann]}}"
    ));
    assert!(reaches(&one, BOT, "system-masters"));
    let strong = bound(true, "ClusterRole", "cluster-admin", "{kind: Group, name: devs}");
    for somebody in ["users", "serviceaccounts"] {
        let named = clusterwide(&format!(
            "{{apiGroups: [''], resources: [groups], verbs: [impersonate], resourceNames: [devs]}}, {{apiGroups: [''], resources: [{somebody}], verbs: [impersonate]}}"
        )) + &strong;
        assert!(reaches(&named, BOT, "cluster-admin"), "{somebody}");
        assert!(!reaches(
            &named.replace("resourceNames: [devs]", "resourceNames: [ops]"),
            BOT,
            "cluster-admin"
        ));
        assert!(!reaches(&named, BOT, "system-masters"), "{somebody}");
    }
}

#[test]
fn issue_one_namespace_by_name_repro() {
    let yaml = |name: &str| {
        clusterwide(&format!("{{apiGroups: [''], resources: [namespaces], verbs: [patch], resourceNames: [{name}]}}, {{apiGroups: [''], resources: [pods], verbs: [create]}}"))
            .replace("metadata: {name: ci}", RESTRICTED)
    };
    assert!(reaches(&yaml("ci"), BOT, "node-root"));
    assert!(!reaches(&yaml("other"), BOT, "node-root"));
}

#[test]
fn issue_roles_that_nobody_is_bound_to_are_taken_repro() {
    let strong = role("ClusterRole", "strong", "{apiGroups: [''], resources: [secrets], verbs: [list]}")
        + &role("Role", "admin-here", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}");
    let binds = |kind: &str, what: &str, name: &str| {
        format!(
            "{{{RBAC}, resources: [{kind}], verbs: [create]}}, {{{RBAC}, resources: [{what}], verbs: [bind], resourceNames: [{name}]}}"
        )
    };
    let cluster = clusterwide(&binds("clusterrolebindings", "clusterroles", "strong")) + &strong;
    assert!(reaches(&cluster, BOT, "all-secrets"));
    // What is bound in namespaces is not held in the cluster.
    let spaces = clusterwide(&binds("rolebindings", "clusterroles", "strong")) + &strong;
    assert!(!reaches(&spaces, BOT, "all-secrets"));
    assert!(reaches(&spaces, BOT, "Secret/ci/token"));
    let own = namespaced(&binds("rolebindings", "roles", "admin-here")) + &strong;
    assert!(reaches(&own, BOT, "namespace-admin:ci"));
}

#[test]
fn issue_lists_of_names_are_kept_apart_repro() {
    let binds = |names: &str| {
        format!(
            "{{{RBAC}, resources: [clusterrolebindings], verbs: [create]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind], resourceNames: [{names}]}}"
        )
    };
    let yaml = role("ClusterRole", "weak", "{apiGroups: [''], resources: [pods], verbs: [get]}")
        + &role("ClusterRole", "less", &binds("weak"))
        + &role("ClusterRole", "more", &binds("weak, cluster-admin"))
        + &bound(true, "ClusterRole", "less", &account("less"))
        + &bound(true, "ClusterRole", "more", &account("more"));
    assert_eq!(from(&yaml, "cluster-admin"), ["ServiceAccount/ci/more"]);
}

#[test]
fn issue_subjects_of_bindings_that_are_there_repro() {
    let rules = format!(
        "{{{RBAC}, resources: [rolebindings], verbs: [patch]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind]}}"
    );
    let yaml = namespaced(&rules)
        + &role("ClusterRole", "strong", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}");
    assert!(!reaches(&yaml, BOT, "namespace-admin:ci"));
    let there = yaml + &bound(false, "ClusterRole", "strong", "{kind: User, name: ann}");
    assert!(reaches(&there, BOT, "namespace-admin:ci"));
}

#[test]
fn issue_escalation_by_halves_repro() {
    let half = |verb: &str, name: &str| {
        format!("{{{RBAC}, resources: [clusterroles], verbs: [{verb}], resourceNames: [{name}]}}")
    };
    // A role that opens nothing yet, written into with rights of two roles.
    let yaml = role("ClusterRole", "idle", "{apiGroups: [''], resources: [pods], verbs: [get]}")
        + &role("ClusterRole", "one", &half("escalate", "idle"))
        + &role("ClusterRole", "two", &half("patch", "idle"))
        + &["idle", "one", "two"].map(|name| bound(true, "ClusterRole", name, &account("bot"))).concat();
    assert!(reaches(&yaml, BOT, "cluster-admin"));
    assert!(!reaches(
        &yaml.replace("verbs: [patch], resourceNames: [idle]", "verbs: [patch], resourceNames: [one]"),
        BOT,
        "cluster-admin"
    ));
}

#[test]
fn issue_an_admin_of_a_namespace_by_parts_repro() {
    let parts = [
        ("run", "{apiGroups: [''], resources: [pods, pods/exec], verbs: [create]}"),
        ("read", "{apiGroups: [''], resources: [secrets], verbs: [get]}"),
        ("hand", "{apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [create]}"),
    ];
    let yaml = parts
        .map(|(name, rule)| role("Role", name, rule) + &bound(false, "Role", name, &account("bot")))
        .concat();
    assert!(reaches(&yaml, BOT, "namespace-admin:ci"));
    assert!(!reaches(&yaml.replace("pods/exec", "pods/log"), BOT, "namespace-admin:ci"));
}

/// The labels of a namespace are part of everything in it.
#[test]
fn issue_whoever_binds_everything_sets_the_level_repro() {
    let rules = format!(
        "{{{RBAC}, resources: [rolebindings], verbs: [create]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind]}}"
    );
    assert!(reaches(&namespaced(&rules).replace("metadata: {name: ci}", RESTRICTED), BOT, "node-root"));
}

#[test]
fn issue_whoever_binds_everything_maps_cloud_identities_repro() {
    let rules = format!(
        "{{{RBAC}, resources: [rolebindings], verbs: [create]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind], resourceNames: [cluster-admin]}}"
    );
    let map = "---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: aws-auth, namespace: kube-system}\ndata: {}\n\
               ---\nkind: Namespace\napiVersion: v1\nmetadata: {name: kube-system}\n";
    assert!(!reaches(&namespaced(&rules), BOT, "system-masters"));
    assert!(reaches(&(clusterwide(&rules) + map), BOT, "system-masters"));
}

/// A namespace of which only the accounts are here has no level that is known.
#[test]
fn issue_namespaces_that_are_not_here_repro() {
    let yaml = clusterwide("{apiGroups: [''], resources: [pods], verbs: [create]}")
        .replace("metadata: {name: ci}", RESTRICTED);
    assert!(!reaches(&yaml, BOT, "node-root"));
    let other =
        "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: default, namespace: elsewhere}\n";
    assert!(reaches(&(yaml + other), BOT, "node-root"));
}

/// A namespace of which only bindings are here is one as well.
#[test]
fn issue_namespaces_that_only_bindings_are_in_repro() {
    let yaml = role("Role", "run", "{apiGroups: [''], resources: [pods], verbs: [create]}")
        + &bound(false, "Role", "run", "{kind: User, name: ann}");
    let yaml = yaml.replace("namespace: ci", "namespace: kube-system");
    assert!(reaches(&yaml, "User/ann", "kube-system-secrets"));
}

#[test]
fn issue_whoever_is_only_impersonated_is_no_start_repro() {
    let yaml =
        clusterwide("{apiGroups: [''], resources: [users], verbs: [impersonate], resourceNames: [nobody]}")
            + &bound(true, "ClusterRole", "cluster-admin", "{kind: Group, name: 'system:authenticated'}");
    assert!(!from(&yaml, "cluster-admin").contains(&"User/nobody".to_owned()));
}

/// A ReplicaSet that a Deployment stands for is no pod of its own behind a Service.
#[test]
fn issue_a_workload_that_another_stands_for_is_behind_no_service_repro() {
    let spec = "template: {metadata: {labels: {app: p}}, spec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}}";
    let yaml = format!(
        "kind: Service\napiVersion: v1\nmetadata: {{name: web, namespace: ci}}\nspec: {{type: LoadBalancer, selector: {{app: p}}, ports: [{{port: 80}}]}}\n\
         ---\nkind: Deployment\napiVersion: apps/v1\nmetadata: {{name: app, namespace: ci}}\nspec: {{{spec}}}\n\
         ---\nkind: ReplicaSet\napiVersion: apps/v1\nmetadata: {{name: app-1, namespace: ci, ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: app, controller: true}}]}}\nspec: {{{spec}}}\n"
    );
    let shut = "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: n, namespace: ci}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n";
    assert!(reaches(&yaml, "internet", "node-root"));
    assert!(!reaches(&(yaml + shut), "internet", "node-root"));
}

#[test]
fn issue_nodes_have_their_cloud_role_repro() {
    let node = "kind: Node\napiVersion: v1\nmetadata: {name: n1}\nspec: {providerID: 'aws:///z/n1'}\n---\nkind: Node\napiVersion: v1\nmetadata: {name: n2}\n";
    let shut = "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: n, namespace: ci}\nspec: {podSelector: {}, policyTypes: [Egress]}\n";
    let pod = on_node("p", "containers: [{name: c, image: i, securityContext: {privileged: true}}]");
    let found = pairs(&model(&format!("{node}{shut}{pod}")), &["Pod"], &[]);
    assert_eq!(found, ["Pod/ci/p → cloud-role:role of the aws nodes", "Pod/ci/p → node-root"]);
}

#[test]
fn issue_pods_are_stolen_from_deleted_nodes_repro() {
    let yaml = clusterwide(
        "{apiGroups: [''], resources: [nodes], verbs: [delete]}, {apiGroups: [''], resources: [nodes/status], verbs: [patch]}",
    ) + &on_node(
        "foot",
        "serviceAccountName: bot, containers: [{name: c, image: i, securityContext: {privileged: true}}]",
    ) + &on_node("strong", "serviceAccountName: other, containers: [{name: c, image: i}]")
        .replace("nodeName: n1", "nodeName: n2")
        + &bound(true, "ClusterRole", "cluster-admin", &account("other"));
    assert!(reaches(&yaml, "Pod/ci/foot", "cluster-admin"));
    assert!(!reaches(&yaml.replace("verbs: [delete]", "verbs: [get]"), "Pod/ci/foot", "cluster-admin"));
}

#[test]
fn issue_a_part_of_a_claimed_volume_repro() {
    let volume = "---\nkind: PersistentVolumeClaim\napiVersion: v1\nmetadata: {name: data, namespace: ci}\nspec: {volumeName: pv}\n\
                  ---\nkind: PersistentVolume\napiVersion: v1\nmetadata: {name: pv}\nspec: {hostPath: {path: /dev}}\n";
    let pod = on_node(
        "p",
        "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}], containers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /m}]}]",
    );
    assert!(has(&format!("{pod}{volume}"), "B20 Container/ci/p/c → Node/n1"));
    let part = pod.replace("mountPath: /m", "mountPath: /m, subPath: shm");
    assert!(!has(&format!("{part}{volume}"), "B20 Container/ci/p/c → Node/n1"));
}

/// A named workload is changed in its own namespaces.
#[test]
fn issue_a_workload_by_name_is_in_its_namespace_repro() {
    let yaml =
        clusterwide("{apiGroups: [apps], resources: [deployments], verbs: [patch], resourceNames: [app]}");
    assert!(has(&yaml, "A06 ServiceAccount/ci/bot → service accounts of namespace ci"));
    assert!(!has(&yaml, "A06 ServiceAccount/ci/bot → service accounts of the cluster"));
}
