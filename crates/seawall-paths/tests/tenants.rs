//! Two tenants: a cluster in which they are isolated, and one change for each way in which they are not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_network::{Network, Plugin, Profile};
use seawall_paths::tenants::{Dimension, NoTenant, Outcome, Tenant, Tenants};
use seawall_rbac::Rbac;
use seawall_yaml::{Limits, NodeId, Text, read};

/// Pods of each team on nodes of its own, behind policies that let nobody else in, with rights at home only.
const ISOLATED: &str = "
kind: Namespace
apiVersion: v1
metadata: {name: blue, labels: {team: blue}}
---
kind: Namespace
apiVersion: v1
metadata: {name: red, labels: {team: red}}
---
kind: Node
apiVersion: v1
metadata: {name: n1, labels: {pool: blue}}
---
kind: Node
apiVersion: v1
metadata: {name: n2, labels: {pool: red}}
spec: {taints: [{key: pool, value: red, effect: NoSchedule}]}
---
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: blue, labels: {app: web}}
spec:
  nodeName: n1
  nodeSelector: {pool: blue}
  containers: [{name: web, image: web, volumeMounts: [{name: data, mountPath: /data}]}]
  volumes: [{name: data, hostPath: {path: /srv/blue}}]
---
kind: Pod
apiVersion: v1
metadata: {name: db, namespace: red, labels: {app: db}}
spec:
  nodeName: n2
  nodeSelector: {pool: red}
  tolerations: [{key: pool, value: red}]
  containers: [{name: db, image: db, volumeMounts: [{name: data, mountPath: /data}]}]
  volumes: [{name: data, hostPath: {path: /srv/red}}]
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: own, namespace: blue}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: own, namespace: red}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}
---
kind: Role
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: run, namespace: blue}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
---
kind: RoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: run, namespace: blue}
roleRef: {kind: Role, name: run, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: ci, namespace: blue}, {kind: Group, name: blues, apiGroup: rbac.authorization.k8s.io}]
---
kind: PersistentVolumeClaim
apiVersion: v1
metadata: {name: data, namespace: blue}
spec: {volumeName: pv-blue, storageClassName: fast}
---
kind: PersistentVolumeClaim
apiVersion: v1
metadata: {name: data, namespace: red}
spec: {volumeName: pv-red, storageClassName: fast}
---
kind: PersistentVolume
apiVersion: v1
metadata: {name: pv-blue}
spec: {storageClassName: fast, claimRef: {namespace: blue, name: data}, nfs: {server: nas, path: /export/blue}}
status: {phase: Bound}
---
kind: PersistentVolume
apiVersion: v1
metadata: {name: pv-red}
spec: {storageClassName: fast, claimRef: {namespace: red, name: data}, nfs: {server: nas, path: /export/red}}
status: {phase: Bound}
---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: {name: web, namespace: blue}
spec: {rules: [{host: blue.example.com}]}
---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: {name: web, namespace: red}
spec: {rules: [{host: red.example.com}]}
";

fn builder(yaml: &str) -> InventoryBuilder {
    let (documents, problems) = read(&Text::new(yaml), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{yaml}");
    let origin = Origin { file: "test.yaml".into(), document: 0, line: 1, kind: OriginKind::File };
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let tree = Arc::new(document.tree);
        builder.push(Resource::new(tree, NodeId::ROOT, origin.clone(), None).unwrap());
    }
    builder
}

fn complete(yaml: &str) -> Inventory {
    let mut builder = builder(yaml);
    builder.complete();
    builder.build()
}

fn compare(inventory: &Inventory, a: &str, b: &str) -> Vec<Dimension> {
    let (a, b) = (Tenant::read(a, inventory).unwrap(), Tenant::read(b, inventory).unwrap());
    let (rbac, _) = Rbac::build(inventory);
    let (network, _) = Network::build(inventory, Profile::default());
    Tenants::compare(inventory, &rbac, &network, &a, &b)
}

/// All witnesses of a dimension in words: `FROM WHAT TO`, then the evidence.
fn witnesses(dimension: &Dimension) -> Vec<String> {
    let Outcome::Witness(all) = &dimension.outcome else { return Vec::new() };
    let words = all.iter().map(|own| {
        let evidence = own.evidence.iter().map(|one| format!("{}: {}", one.object, one.says));
        format!("{} {} {} | {}", own.from, own.what, own.to, evidence.collect::<Vec<_>>().join(" | "))
    });
    words.collect()
}

/// The dimensions with a witness.
fn open(dimensions: &[Dimension]) -> Vec<&str> {
    let is_open = |own: &&Dimension| matches!(own.outcome, Outcome::Witness(_));
    dimensions.iter().filter(is_open).map(|own| own.name).collect()
}

#[test]
fn isolated_tenants_are_proven_so() {
    let inventory = complete(ISOLATED);
    for (a, b) in [("blue", "red"), ("red", "blue"), ("team=blue", "team!=blue")] {
        let dimensions = compare(&inventory, a, b);
        assert_eq!(
            dimensions.iter().map(|own| own.name).collect::<Vec<_>>(),
            ["rights", "network", "nodes", "storage", "hosts", "cluster-objects"]
        );
        for own in &dimensions {
            let Outcome::Proof(checked) = &own.outcome else { panic!("{a} {b}: {own:#?}") };
            assert!(!checked.is_empty(), "{own:?}");
        }
    }
}

/// A binding of what stands at its end.
fn grant(kind: &str, place: &str, subject: &str, rule: &str) -> String {
    let (role, namespace) = match kind {
        "ClusterRoleBinding" => ("ClusterRole", String::new()),
        _ => ("Role", format!(", namespace: {place}")),
    };
    format!(
        "---\nkind: {role}\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: new{namespace}}}\nrules: [{rule}]\n\
         ---\nkind: {kind}\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: new{namespace}}}\n\
         roleRef: {{kind: {role}, name: new, apiGroup: rbac.authorization.k8s.io}}\nsubjects: [{subject}]\n"
    )
}

const CI: &str = "{kind: ServiceAccount, name: ci, namespace: blue}";
const BLUES: &str = "{kind: Group, name: blues, apiGroup: rbac.authorization.k8s.io}";
const ALL: &str = "{kind: Group, name: 'system:authenticated', apiGroup: rbac.authorization.k8s.io}";
const READ: &str = "{apiGroups: [''], resources: [secrets], verbs: [get]}";

#[test]
fn a_change_opens_one_dimension() {
    let added = |text: &str| format!("{ISOLATED}{text}");
    let object = |text: &str| format!("{ISOLATED}---\n{text}\n");
    let changed = |from: &str, to: &str| {
        assert!(ISOLATED.contains(from), "{from}");
        ISOLATED.replace(from, to)
    };
    let cases = [
        // Rights in the other's namespaces, and those that lead there.
        (
            added(&grant("RoleBinding", "red", CI, READ)),
            "rights",
            "ServiceAccount/blue/ci holds rights in Namespace/red | RoleBinding/red/new:  | Role/red/new rule 1: get on secrets (core)",
        ),
        (
            added(&grant("ClusterRoleBinding", "", BLUES, READ)),
            "rights",
            "Group/blues holds rights in every namespace of `red`",
        ),
        (
            added(&grant("RoleBinding", "red", ALL, READ)),
            "rights",
            "everybody of `blue`, as Group/system:authenticated holds rights in Namespace/red",
        ),
        (
            added(&grant(
                "ClusterRoleBinding",
                "",
                CI,
                "{apiGroups: [''], resources: [groups, users], verbs: [impersonate]}",
            )),
            "rights",
            "and so reaches every namespace of `red`",
        ),
        // Connections.
        (
            changed("name: own, namespace: red", "name: own, namespace: other"),
            "network",
            "Pod/blue/web reaches, on all ports, Pod/red/db | egress: no policy decides, and the default allows",
        ),
        (
            object(
                "{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: hole, namespace: red}, spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 5432}]}]}}",
            ),
            "network",
            "reaches, on TCP 5432, Pod/red/db | egress: no policy decides, and the default allows | NetworkPolicy/red/hole spec.ingress[0]: ingress is allowed",
        ),
        // Nodes.
        (
            object(
                "{kind: Pod, apiVersion: v1, metadata: {name: guest, namespace: blue}, spec: {nodeName: n2, nodeSelector: {pool: blue}, containers: [{name: a, image: a}]}}",
            ),
            "nodes",
            "Pod/blue/guest runs on Node/n2, together with Pod/red/db",
        ),
        (
            object(
                "{kind: Deployment, apiVersion: apps/v1, metadata: {name: app, namespace: red}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a}]}}}}",
            ),
            "nodes",
            "Pod/blue/web may be placed on Node/n1, together with Deployment/red/app",
        ),
        // Storage.
        (
            changed("volumeName: pv-red", "volumeName: pv-blue"),
            "storage",
            "PersistentVolumeClaim/blue/data names PersistentVolume/pv-blue, as does PersistentVolumeClaim/red/data",
        ),
        (
            changed("path: /export/red", "path: /export/blue/sub"),
            "storage",
            "PersistentVolume/pv-blue shares data with PersistentVolume/pv-red",
        ),
        (changed("path: /srv/red", "path: /srv"), "storage", "Pod/blue/web shares data with Pod/red/db"),
        (
            changed("path: /srv/red", "path: /var/lib/kubelet"),
            "storage",
            "Pod/red/db mounts a path that holds the volumes of every pod",
        ),
        (
            object(
                "{kind: PersistentVolume, apiVersion: v1, metadata: {name: old}, spec: {storageClassName: fast, claimRef: {namespace: red, name: gone}, nfs: {server: old, path: /}}, status: {phase: Released}}",
            ),
            "storage",
            "PersistentVolume/old is released with its data, and binds without its `claimRef` by class `fast` to claims of `blue`",
        ),
        // Hosts.
        (
            changed("host: red.example.com", "host: Blue.example.com"),
            "hosts",
            "Ingress/blue/web claims host blue.example.com, as does Ingress/red/web",
        ),
        (
            changed("host: red.example.com", "host: '*.example.com'"),
            "hosts",
            "Ingress/red/web claims *.example.com, which covers blue.example.com of Ingress/blue/web",
        ),
        (
            object(
                "{kind: HTTPRoute, apiVersion: gateway.networking.k8s.io/v1, metadata: {name: all, namespace: red}, spec: {hostnames: ['*.com']}}",
            ),
            "hosts",
            "HTTPRoute/red/all claims *.com, which covers blue.example.com of Ingress/blue/web",
        ),
        (
            changed("{host: blue.example.com}", "{}").replace("{host: red.example.com}", "{}"),
            "hosts",
            "claims every host of the default ingress class, as does",
        ),
        // Objects without a namespace.
        (
            added(&grant(
                "ClusterRoleBinding",
                "",
                CI,
                "{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [create]}",
            )),
            "cluster-objects",
            "ServiceAccount/blue/ci may write mutatingwebhookconfigurations (changes what others create), which acts on `red`",
        ),
        (
            added(&grant(
                "ClusterRoleBinding",
                "",
                CI,
                "{apiGroups: [''], resources: [persistentvolumes], verbs: [create]}",
            )),
            "cluster-objects",
            "may write persistentvolumes (binds volumes to data of others)",
        ),
    ];
    for (yaml, dimension, words) in &cases {
        let dimensions = compare(&complete(yaml), "blue", "red");
        assert_eq!(open(&dimensions), [*dimension], "{words}\n{dimensions:#?}");
        let found = dimensions.iter().flat_map(witnesses).collect::<Vec<_>>();
        assert!(found.iter().any(|own| own.contains(words)), "{words}\n{found:#?}");
    }
}

#[test]
fn what_barely_touches_is_no_witness() {
    let cases = [
        // Without a namespace, harmless, or at home.
        grant("ClusterRoleBinding", "", CI, "{apiGroups: [''], resources: [nodes], verbs: [get, list]}"),
        grant("ClusterRoleBinding", "", CI, "{nonResourceURLs: ['*'], verbs: [get]}"),
        grant("ClusterRoleBinding", "", CI, "{apiGroups: [''], resources: [namespaces], resourceNames: [blue], verbs: [patch]}"),
        grant("ClusterRoleBinding", "", CI, "{apiGroups: [''], resources: [persistentvolumes], resourceNames: [x], verbs: [create]}"),
        grant("RoleBinding", "red", CI, "{apiGroups: [''], resources: [nodes, persistentvolumes], verbs: ['*']}"),
        // Of neither tenant.
        grant("RoleBinding", "red", "{kind: ServiceAccount, name: ci, namespace: third}", READ),
        grant("ClusterRoleBinding", "", "{kind: User, name: root, apiGroup: rbac.authorization.k8s.io}", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"),
        // Comes with every control plane.
        "---\nkind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: 'system:basic-user'}\n\
         rules: [{apiGroups: [authorization.k8s.io], resources: [selfsubjectaccessreviews], verbs: [create]}]\n\
         ---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: 'system:basic-user'}\n\
         roleRef: {kind: ClusterRole, name: 'system:basic-user', apiGroup: rbac.authorization.k8s.io}\n"
            .to_owned()
            + &format!("subjects: [{ALL}]\n"),
        // A finished pod uses no node.
        "---\n{kind: Pod, apiVersion: v1, metadata: {name: job, namespace: blue}, spec: {nodeName: n2, nodeSelector: {pool: blue}}, status: {phase: Failed}}\n".to_owned(),
        // One label more than a wildcard of an Ingress covers.
        "---\n{kind: Ingress, apiVersion: networking.k8s.io/v1, metadata: {name: w, namespace: red}, spec: {rules: [{host: '*.com'}]}}\n".to_owned(),
    ];
    for text in &cases {
        let dimensions = compare(&complete(&format!("{ISOLATED}{text}")), "blue", "red");
        assert_eq!(open(&dimensions), [] as [&str; 0], "{text}\n{dimensions:#?}");
    }
}

#[test]
fn data_that_both_only_read_is_a_note() {
    let read = ISOLATED.replace("/srv/red", "/etc/hosts").replace("/srv/blue", "/etc/hosts");
    let read = read.replace("mountPath: /data", "mountPath: /data, readOnly: true");
    let storage = &compare(&complete(&read), "blue", "red")[3];
    assert!(matches!(storage.outcome, Outcome::Proof(_)), "{storage:#?}");
    assert!(storage.notes[0].contains("both read the path /etc/hosts of a node"), "{storage:#?}");
}

#[test]
fn affinity_and_taints_separate_as_selectors_do() {
    let required = |term: &str| {
        format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{term}]}}}}}}"
        )
    };
    for (wish, separated) in [
        (required("{matchExpressions: [{key: pool, operator: In, values: [red]}]}"), true),
        (required("{matchExpressions: [{key: pool, operator: NotIn, values: [blue]}]}"), true),
        (required("{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}"), true),
        (required("{matchExpressions: [{key: pool, operator: Exists}]}"), false),
        (
            required(
                "{matchExpressions: [{key: pool, operator: In, values: [red]}]}, {matchFields: [{key: metadata.name, operator: NotIn, values: [n2]}]}",
            ),
            false,
        ),
        ("terminationGracePeriodSeconds: 1".to_owned(), false),
    ] {
        let text = format!(
            "{ISOLATED}---\n{{kind: Deployment, apiVersion: apps/v1, metadata: {{name: app, namespace: red}}, spec: {{template: {{spec: {{tolerations: [{{key: pool, operator: Exists}}], {wish}, containers: [{{name: a, image: a}}]}}}}}}}}\n"
        );
        let nodes = &compare(&complete(&text), "blue", "red")[2];
        assert_eq!(matches!(nodes.outcome, Outcome::Proof(_)), separated, "{wish}\n{nodes:#?}");
    }
    // A taint alone keeps others away from its own node only.
    let tainted = ISOLATED.replace(
        "labels: {pool: blue}}\n---",
        "labels: {pool: blue}}\nspec: {taints: [{key: pool, value: blue, effect: NoExecute}]}\n---",
    );
    let tainted = tainted
        .replace("  nodeSelector: {pool: blue}\n", "  tolerations: [{key: pool, value: blue}]\n")
        .replace("  nodeSelector: {pool: red}\n", "");
    assert_ne!(tainted, ISOLATED);
    let nodes = &compare(&complete(&tainted), "blue", "red")[2];
    assert!(matches!(nodes.outcome, Outcome::Proof(_)), "{nodes:#?}");
}

#[test]
fn a_volume_of_one_asked_for_by_the_other_is_a_witness() {
    let claim = "---\n{kind: PersistentVolume, apiVersion: v1, metadata: {name: old}, spec: {claimRef: {namespace: blue, name: gone}, csi: {driver: d, volumeHandle: h}}, status: {phase: Released}}\n\
                 ---\n{kind: PersistentVolumeClaim, apiVersion: v1, metadata: {name: want, namespace: red}, spec: {volumeName: old}}\n";
    let found = witnesses(&compare(&complete(&format!("{ISOLATED}{claim}")), "red", "blue")[3]);
    let words = "PersistentVolume/old is of one tenant and is asked for by PersistentVolumeClaim/red/want";
    assert!(found.len() == 1 && found[0].starts_with(words), "{found:#?}");
    let twin = "---\n{kind: PersistentVolume, apiVersion: v1, metadata: {name: one}, spec: {claimRef: {namespace: blue, name: a}, csi: {driver: d, volumeHandle: h}}}\n\
                ---\n{kind: PersistentVolume, apiVersion: v1, metadata: {name: two}, spec: {claimRef: {namespace: red, name: a}, csi: {driver: d, volumeHandle: h}}}\n";
    let found = witnesses(&compare(&complete(&format!("{ISOLATED}{twin}")), "red", "blue")[3]);
    assert!(found.len() == 1 && found[0].contains("volume h of d"), "{found:#?}");
    let other = twin.replacen("volumeHandle: h", "volumeHandle: other", 1);
    let found = witnesses(&compare(&complete(&format!("{ISOLATED}{other}")), "red", "blue")[3]);
    assert_eq!(found, [] as [String; 0]);
}

#[test]
fn who_is_named_in_both_is_shared() {
    let text = format!("{ISOLATED}{}", grant("RoleBinding", "red", BLUES, READ));
    let rights = &compare(&complete(&text), "blue", "red")[0];
    assert!(matches!(rights.outcome, Outcome::Proof(_)), "{rights:#?}");
    assert_eq!(rights.shared, ["Group/blues, bound by RoleBinding/blue/run and RoleBinding/red/new"]);
}

#[test]
fn a_pod_in_the_network_of_a_node_reaches_its_pods() {
    let text = ISOLATED.replace("spec:\n  nodeName: n1", "spec:\n  hostNetwork: true\n  nodeName: n2");
    let dimensions = compare(&complete(&text), "blue", "red");
    let found = witnesses(&dimensions[1]);
    assert!(found.iter().any(|own| own.contains("a node always reaches its own pods")), "{found:#?}");
}

#[test]
fn a_folder_proves_nothing_but_shows_witnesses() {
    let folder = builder(ISOLATED).build();
    for own in compare(&folder, "team=blue", "red") {
        let Outcome::NotEvaluated(reason) = &own.outcome else { panic!("{own:#?}") };
        assert!(
            reason.contains("not every object is here of ") && reason.contains(", Namespace"),
            "{own:#?}"
        );
    }
    let hole = format!("{ISOLATED}{}", grant("RoleBinding", "red", CI, READ));
    let rights = &compare(&builder(&hole).build(), "blue", "red")[0];
    assert_eq!(witnesses(rights).len(), 1);
    assert!(
        rights.missing.iter().any(|own| own.contains("RoleBinding.rbac.authorization.k8s.io")),
        "{rights:#?}"
    );
}

#[test]
fn one_unknown_kind_spoils_one_proof() {
    let mut refused = builder(ISOLATED);
    refused.complete();
    refused.refuse(GroupKind::new("", "PersistentVolume"), "forbidden");
    let dimensions = compare(&refused.build(), "blue", "red");
    for own in &dimensions {
        match (&own.outcome, own.name) {
            (Outcome::NotEvaluated(reason), "storage") => {
                assert_eq!(reason, "PersistentVolume could not be read (forbidden)");
            }
            (Outcome::Proof(_), name) if name != "storage" => {}
            _ => panic!("{own:#?}"),
        }
    }
    // Kinds of which no definition is here have no objects.
    let mut listed = builder(ISOLATED);
    for (group, kind) in [
        ("", "Pod"),
        ("", "Namespace"),
        ("", "Node"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
    ] {
        listed.complete_kind(GroupKind::new(group, kind));
    }
    let network = &compare(&listed.build(), "blue", "red")[1];
    assert!(matches!(network.outcome, Outcome::Proof(_)), "{network:#?}");
}

#[test]
fn policies_that_are_not_understood_prove_nothing() {
    let foreign =
        "---\n{kind: GlobalNetworkPolicy, apiVersion: projectcalico.org/v3, metadata: {name: g}, spec: {}}\n";
    let network = &compare(&complete(&format!("{ISOLATED}{foreign}")), "blue", "red")[1];
    let Outcome::NotEvaluated(reason) = &network.outcome else { panic!("{network:#?}") };
    assert!(reason.contains("1 policy is of a network plugin"), "{reason}");
}

#[test]
fn policies_of_calico_are_judged_where_calico_enforces_them() {
    let judged = |spec: &str| {
        let kind = "kind: GlobalNetworkPolicy\napiVersion: projectcalico.org/v3\nmetadata: {name: g}\n";
        let inventory = complete(&format!("{ISOLATED}---\n{kind}spec: {spec}\n"));
        let (rbac, _) = Rbac::build(&inventory);
        let (network, _) = Network::build(&inventory, Plugin::Assumed);
        let tenant = |text| Tenant::read(text, &inventory).unwrap();
        Tenants::compare(&inventory, &rbac, &network, &tenant("blue"), &tenant("red")).remove(1)
    };
    // Before the policies of the namespaces, and behind them.
    let open = judged("{order: 1, ingress: [{action: Allow}], egress: [{action: Allow}]}");
    assert!(witnesses(&open)[0].contains("GlobalNetworkPolicy/g spec.egress[0]"), "{open:#?}");
    let behind = judged("{order: 2000, ingress: [{action: Deny}]}");
    assert!(matches!(behind.outcome, Outcome::Proof(_)), "{behind:#?}");
}

#[test]
fn texts_that_are_no_tenant_are_refused() {
    let inventory = complete(ISOLATED);
    let read = |text: &str| Tenant::read(text, &inventory);
    assert_eq!(read("blue,nowhere"), Err(NoTenant::Unknown("nowhere".to_owned())));
    assert_eq!(read("team=green"), Err(NoTenant::Nothing("team=green".to_owned())));
    for wrong in ["", "blue,", "team=blue,x", "=x", "a=b=c"] {
        assert_eq!(read(wrong), Err(NoTenant::Form(wrong.to_owned())), "{wrong}");
    }
    let (a, b) = (read("blue").unwrap(), read("kubernetes.io/metadata.name==blue").unwrap());
    assert_eq!(a.disjoint(&b), Err(NoTenant::Both("blue".to_owned())));
    assert_eq!(read("team!=blue").unwrap().namespaces().collect::<Vec<_>>(), ["red"]);
}
