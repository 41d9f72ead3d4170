//! Tables B, C and D: from containers to nodes, from nodes onwards, and to clouds.

use crate::{case, check, model, pairs, steps};

fn pod(spec: &str, container: &str) -> String {
    format!(
        "kind: Namespace\napiVersion: v1\nmetadata: {{name: a}}\n---\n\
         kind: Node\napiVersion: v1\nmetadata: {{name: n1}}\nspec: {{providerID: kind://n1}}\n---\n\
         kind: Pod\napiVersion: v1\nmetadata: {{name: p, namespace: a}}\n\
         spec: {{nodeName: n1, {spec} containers: [{{name: c, image: i, {container}}}, {{name: d, image: i}}]}}\n"
    )
}

const OUT: &str = "securityContext: ";

#[test]
fn containers_reach_their_node() {
    let volume = |path: &str, options: &str| {
        pod(
            &format!("volumes: [{{name: v, hostPath: {{path: {path}}}}}],"),
            &format!("volumeMounts: [{{name: v, mountPath: /m{options}}}]"),
        )
    };
    let context = |text: &str| pod("", &format!("{OUT}{{{text}}}"));
    let caps = |cap: &str| context(&format!("capabilities: {{add: [{cap}]}}"));
    check(&[
        case(context("privileged: true"), "B01 Container/a/p/c → Node/n1", ("true", "false")),
        case(
            pod("hostPID: true,", "securityContext: {privileged: true}"),
            "B02 Container/a/p/c → Node/n1",
            ("hostPID: true", "hostPID: false"),
        ),
        case(caps("CAP_SYS_MODULE"), "B03 Container/a/p/c → Node/n1", ("CAP_SYS_MODULE", "SYS_TIME")),
        case(caps("ALL"), "B03 Container/a/p/c → Node/n1", ("add", "drop")),
        case(caps("sys_admin"), "B04 Container/a/p/c → Node/n1", ("sys_admin", "SYS_NICE")),
        case(
            pod("hostPID: true,", "securityContext: {capabilities: {add: [SYS_PTRACE]}}"),
            "B05 Container/a/p/c → Node/n1",
            ("hostPID: true", "hostPID: false"),
        ),
        case(caps("DAC_READ_SEARCH"), "B06 Container/a/p/c → NodeFiles/n1", ("DAC_READ_SEARCH", "CHOWN")),
        case(caps("SYS_RAWIO"), "B07 Container/a/p/c → Node/n1", ("SYS_RAWIO", "NET_BIND_SERVICE")),
        case(
            pod("hostPID: true,", "tty: true"),
            "B09 Container/a/p/c → tokens on Node/n1",
            ("hostPID: true", "hostPID: false"),
        ),
        case(
            pod("hostIPC: true,", "tty: true"),
            "~B10 Container/a/p/c → Node/n1",
            ("hostIPC: true", "hostIPC: false"),
        ),
        case(
            pod("hostNetwork: true,", "tty: true"),
            "~B11 Container/a/p/c → Node/n1",
            ("hostNetwork: true", "hostNetwork: false"),
        ),
        case(
            volume("/var/run/docker.sock", ", readOnly: true"),
            "B12 Container/a/p/c → Node/n1",
            ("docker.sock", "my.sock"),
        ),
        case(
            volume("/etc/cron.d", ""),
            "B13 Container/a/p/c → Node/n1",
            ("mountPath: /m", "mountPath: /m, readOnly: true"),
        ),
        case(
            volume("/etc/kubernetes", ", readOnly: true"),
            "B14 Container/a/p/c → NodeFiles/n1",
            ("/etc/kubernetes", "/etc/ssl/certs"),
        ),
        case(
            volume("/var/lib/kubelet/pods", ", readOnly: true"),
            "B15 Container/a/p/c → tokens on Node/n1",
            ("/pods", "/plugins"),
        ),
        case(
            volume("/proc", ""),
            "B16 Container/a/p/c → Node/n1",
            ("mountPath: /m", "mountPath: /m, readOnly: true"),
        ),
        case(volume("/dev", ""), "B18 Container/a/p/c → Node/n1", ("path: /dev", "path: /dev/fuse")),
        case(volume("/run/dbus", ""), "B19 Container/a/p/c → Node/n1", ("/run/dbus", "/run/app")),
        case(
            pod("shareProcessNamespace: true,", "tty: true"),
            "B22 Container/a/p/c → Pod/a/p",
            ("true", "false"),
        ),
        case(
            context("windowsOptions: {hostProcess: true}"),
            "B23 Container/a/p/c → Node/n1",
            ("true", "false"),
        ),
        // The volume must be mounted by the container.
        case(
            volume("/", ""),
            "B13 Container/a/p/c → Node/n1",
            ("{name: v, mountPath", "{name: w, mountPath"),
        ),
    ]);
}

/// Init and ephemeral containers escape as others do, and the pod's settings hold for all.
#[test]
fn every_kind_of_container_counts() {
    for kind in ["initContainers", "ephemeralContainers"] {
        let yaml = pod(
            &format!("{kind}: [{{name: x, image: i, securityContext: {{privileged: true}}}}],"),
            "tty: true",
        );
        assert!(steps(&model(&yaml)).contains(&"B01 Container/a/p/x → Node/n1".to_owned()), "{kind}");
    }
    // A pod-level user that is not root makes writing to the node doubtful.
    let yaml = |spec: &str| {
        pod(
            &format!("{spec} volumes: [{{name: v, hostPath: {{path: /etc}}}}],"),
            "volumeMounts: [{name: v, mountPath: /m}]",
        )
    };
    for (spec, sure) in [
        ("", "high"),
        ("securityContext: {runAsUser: 1000},", "low"),
        ("securityContext: {runAsUser: 0},", "high"),
    ] {
        let model = model(&yaml(spec));
        let step = model.attacks().into_iter().find(|attack| attack.primitive.id() == "B13").unwrap();
        assert_eq!(step.confidence.as_str(), sure, "{spec}");
    }
}

/// Mitigations keep the step, held back.
#[test]
fn what_weakens_an_escape_keeps_it_visible() {
    for weak in ["runtimeClassName: kata,", "hostUsers: false,"] {
        let yaml = pod(weak, "securityContext: {privileged: true}");
        let model = model(&yaml);
        assert!(steps(&model).contains(&"~B01 Container/a/p/c → Node/n1".to_owned()), "{weak}");
        assert_eq!(pairs(&model, &["Pod"], &["node-root"]), ["Pod/a/p → node-root (held back)"], "{weak}");
    }
    // A path of the node is shared with a sandbox as it is with a container.
    let yaml = pod(
        "runtimeClassName: gvisor, volumes: [{name: v, hostPath: {path: /}}],",
        "volumeMounts: [{name: v, mountPath: /m}]",
    );
    assert_eq!(pairs(&model(&yaml), &["Pod"], &["node-root"]), ["Pod/a/p → node-root"]);
}

const STRONG: &str = "---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: strong}\n\
     roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n\
     subjects: [{kind: ServiceAccount, name: strong, namespace: b}]\n\
     ---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: strong, namespace: b}\n\
     ---\nkind: Pod\napiVersion: v1\nmetadata: {name: s, namespace: b}\n\
     spec: {nodeName: n1, serviceAccountName: strong, containers: [{name: c, image: i}]}\n";

#[test]
fn a_node_holds_its_pods_and_its_kubelet() {
    let yaml = pod("", "securityContext: {privileged: true}") + STRONG;
    let own = ["Pod/a/p → cluster-admin"];
    assert_eq!(pairs(&model(&yaml), &["Pod/a/p"], &["cluster-admin"]), own);
    // On another node the pod is out of reach.
    let elsewhere =
        yaml.replace("spec: {nodeName: n1, serviceAccountName", "spec: {nodeName: n2, serviceAccountName");
    assert!(pairs(&model(&elsewhere), &["Pod/a/p"], &["cluster-admin"]).is_empty());
    // Without a mounted token the kubelet still may ask for one, and so may who holds the node.
    let unmounted = yaml.replace(
        "serviceAccountName: strong,",
        "serviceAccountName: strong, automountServiceAccountToken: false,",
    );
    assert_eq!(pairs(&model(&unmounted), &["Pod/a/p"], &["cluster-admin"]), own);
    assert!(pairs(&model(&unmounted), &["Pod/b/s"], &["cluster-admin"]).is_empty());
    // The pod's word goes before the account's.
    let account = yaml.replace(
        "metadata: {name: strong, namespace: b}\n---\nkind: Pod",
        "metadata: {name: strong, namespace: b}\nautomountServiceAccountToken: false\n---\nkind: Pod",
    );
    assert!(pairs(&model(&account), &["Pod/b/s"], &["cluster-admin"]).is_empty());
    let overruled = account.replace(
        "serviceAccountName: strong,",
        "serviceAccountName: strong, automountServiceAccountToken: true,",
    );
    assert_eq!(pairs(&model(&overruled), &["Pod/b/s"], &["cluster-admin"]), ["Pod/b/s → cluster-admin"]);
}

#[test]
fn a_control_plane_node_is_the_cluster() {
    let plain = pod("", "securityContext: {privileged: true}");
    assert_eq!(pairs(&model(&plain), &["Pod"], &[]), ["Pod/a/p → node-root"]);
    let labelled = plain.replace(
        "metadata: {name: n1}",
        "metadata: {name: n1, labels: {node-role.kubernetes.io/control-plane: ''}}",
    );
    assert_eq!(
        pairs(&model(&labelled), &["Pod"], &[]),
        ["Pod/a/p → cluster-admin", "Pod/a/p → control-plane-node-root", "Pod/a/p → node-root"]
    );
}

/// A claim hides the path of the node from Pod Security admission.
#[test]
fn claims_lead_to_paths_of_the_node() {
    let yaml = pod(
        "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}],",
        "volumeMounts: [{name: v, mountPath: /m, readOnly: true}]",
    ) + "---\nkind: PersistentVolumeClaim\napiVersion: v1\nmetadata: {name: data, namespace: a}\nspec: {volumeName: pv}\n\
           ---\nkind: PersistentVolume\napiVersion: v1\nmetadata: {name: pv}\nspec: {hostPath: {path: /var/lib/kubelet}}\n";
    check(&[
        case(yaml.clone(), "B20 Container/a/p/c → tokens on Node/n1", ("hostPath: {path", "nfs: {path")),
        // Bound from the other side only.
        case(
            yaml.replace("spec: {volumeName: pv}", "spec: {}")
                .replace("spec: {hostPath", "spec: {claimRef: {namespace: a, name: data}, hostPath"),
            "B20 Container/a/p/c → tokens on Node/n1",
            ("claimRef: {namespace: a", "claimRef: {namespace: b"),
        ),
    ]);
}

#[test]
fn secrets_hold_tokens() {
    let secret = "---\nkind: Secret\napiVersion: v1\nmetadata: {name: t, namespace: a, annotations: {kubernetes.io/service-account.name: strong}}\n\
                  type: kubernetes.io/service-account-token\n\
                  ---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: strong}\n\
                  roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n\
                  subjects: [{kind: ServiceAccount, name: strong, namespace: a}]\n";
    let yaml = pod("", "envFrom: [{secretRef: {name: t}}]") + secret;
    assert_eq!(pairs(&model(&yaml), &["Pod"], &["cluster-admin"]), ["Pod/a/p → cluster-admin"]);
    let opaque = yaml.replace("type: kubernetes.io/service-account-token", "type: Opaque");
    assert!(pairs(&model(&opaque), &["Pod"], &["cluster-admin"]).is_empty());
}

#[test]
fn clouds_trust_accounts_and_nodes() {
    let yaml = pod("serviceAccountName: s,", "tty: true")
        + "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: s, namespace: a, annotations: {eks.amazonaws.com/role-arn: 'arn:x'}}\n";
    assert_eq!(pairs(&model(&yaml), &["Pod"], &[]), ["Pod/a/p → cloud-role:arn:x"]);
    // The metadata service of a cloud, unless a policy denies the way there.
    let cloud = pod("", "tty: true").replace("kind://n1", "aws:///eu/i-1");
    assert_eq!(pairs(&model(&cloud), &["Pod"], &[]), ["Pod/a/p → cloud-role:role of the aws nodes"]);
    let denied = cloud.clone()
        + "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: n, namespace: a}\n\
           spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]}\n";
    assert!(pairs(&model(&denied), &["Pod"], &[]).is_empty());
    // The same by Cilium, whose policies the network plugin is assumed from; they need not isolate to deny.
    let cilium = cloud.clone()
        + "---\nkind: CiliumClusterwideNetworkPolicy\napiVersion: cilium.io/v2\nmetadata: {name: n}\n\
           spec: {endpointSelector: {}, enableDefaultDeny: {egress: false}, egressDeny: [{toCIDR: [169.254.169.254/32]}]}\n";
    assert!(pairs(&model(&cilium), &["Pod"], &[]).is_empty());
    // A cloud role that the cluster takes for a group.
    let mapped = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: aws-auth, namespace: kube-system}\n\
                  data: {mapRoles: \"- rolearn: arn:y\\n  groups: ['system:masters']\\n\"}\n";
    assert!(steps(&model(mapped)).contains(&"D05 CloudRole/arn:y → Group/system:masters".to_owned()));
}

/// A workload goes by itself until a pod of it is seen; scaled to nothing it is nobody's foothold.
#[test]
fn workloads_stand_for_pods_that_are_not_here() {
    let deployment = "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: d, namespace: a}\n\
                      spec: {template: {spec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}}}\n";
    assert_eq!(pairs(&model(deployment), &["Deployment"], &["node-root"]), ["Deployment/a/d → node-root"]);
    let none = deployment.replace("spec: {template", "spec: {replicas: 0, template");
    let none = model(&(none + "---\nkind: Node\napiVersion: v1\nmetadata: {name: n}\n"));
    assert!(none.pairs(&seawall_paths::Filter::default()).unwrap().is_empty());
    let owned = "---\nkind: ReplicaSet\napiVersion: apps/v1\nmetadata: {name: r, namespace: a, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: d, controller: true}]}\n\
                 spec: {template: {spec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}}}\n\
                 ---\nkind: Pod\napiVersion: v1\nmetadata: {name: p, namespace: a, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, controller: true}]}\n\
                 spec: {nodeName: n1, containers: [{name: c, image: i, securityContext: {privileged: true}}]}\n";
    assert_eq!(
        pairs(&model(&format!("{deployment}{owned}")), &["Pod"], &["node-root"]),
        ["Pod/a/p → node-root"]
    );
}

#[test]
fn a_workload_for_control_plane_nodes_reads_their_keys() {
    let job = |placed: &str, mount: &str| {
        format!(
            "kind: Job\napiVersion: batch/v1\nmetadata: {{name: bench, namespace: a}}\nspec: {{template: {{spec: {{{placed}, \
             containers: [{{name: c, image: i, volumeMounts: [{{name: v, mountPath: /m, readOnly: true}}]}}], volumes: [{{name: v, hostPath: {{path: {mount}}}}}]}}}}}}\n"
        )
    };
    let terms = |terms: &str| {
        format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}}}}}"
        )
    };
    let own = "{matchExpressions: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]}";
    let old = "{matchExpressions: [{key: node-role.kubernetes.io/master, operator: Exists}]}";
    let any = "{matchExpressions: [{key: disk, operator: Exists}]}";
    let reached = |yaml: &str| pairs(&model(yaml), &["Job/a/bench"], &["cluster-admin"]);
    let way = ["Job/a/bench → cluster-admin"];
    assert_eq!(reached(&job(&terms(&format!("{own}, {old}")), "/etc/kubernetes")), way);
    assert_eq!(
        reached(&job("nodeSelector: {node-role.kubernetes.io/control-plane: ''}", "/var/lib/etcd")),
        way
    );
    // Terms are alternatives: one that any node meets binds to none.
    assert!(reached(&job(&terms(&format!("{own}, {any}")), "/etc/kubernetes")).is_empty());
    assert!(
        reached(&job(&terms(&own.replace("operator: Exists", "operator: DoesNotExist")), "/etc/kubernetes"))
            .is_empty()
    );
    let preferred = terms(own).replace("requiredDuring", "preferredDuring");
    assert!(reached(&job(&preferred, "/etc/kubernetes")).is_empty());
    assert!(reached(&job(&terms(own), "/var/log/app")).is_empty());
}
