//! The runs whose outputs are held against the schemas: the example, a folder made for the branches that it does not
//! have, and a real cluster where there is one.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::{Run, seawall_in, workspace};

/// The schemas of which these runs produce every branch.
pub(super) const FOLDER_SCHEMAS: &[&str] = &[
    #[cfg(feature = "admit")]
    "admit-preview-v1",
    "rbac-v1",
    "network-can-v1",
    "network-explain-v1",
    "network-list-v1",
    "network-diff-v1",
    "network-lint-v1",
    "network-exposure-v1",
    "paths-cut-v1",
    "paths-what-if-v1",
    "paths-shortest-v1",
];

/// What a command printed.
pub(super) struct Output {
    pub(super) words: String,
    pub(super) json: Value,
}

/// Commands with `-o json` added; `SHOP` is the example.
const RUNS: &[&str] = &[
    "rbac who-can list secrets -n shop -f SHOP",
    "rbac who-can list secrets -f whole.jsonl",
    "rbac can-i list secrets -n shop --as sa/shop-ci/ci-deployer -f SHOP",
    "rbac can-i list secrets --as eve --as-group system:masters -f SHOP",
    "rbac can-i list secrets --as eve -f SHOP",
    "rbac show sa/shop-ci/ci-deployer -f SHOP",
    "rbac show sa/shop-ci/jenkins -f SHOP",
    "rbac show Group/system:masters -f SHOP",
    "rbac show sa/blue/sa0 -f whole.jsonl",
    "rbac risks -f SHOP",
    "rbac risks -f whole.jsonl --expected",
    "rbac diff SHOP HARDENED",
    "rbac diff HARDENED SHOP",
    "rbac minimize sa/shop/ci --audit audit.jsonl -f cluster.yaml --max-names 1 --include-denied",
    "rbac minimize sa/shop/ci --audit audit.jsonl",
    "rbac minimize sa/shop/ci --audit timeless.jsonl",
    "rbac tenants shop shop-ci -f SHOP",
    "rbac tenants blue red -f whole.jsonl",
    "rbac tenants blue green -f whole.jsonl",
    "rbac tenants one two -f apart.yaml",
    "rbac kubeconfig kubeconfig.yaml",
    "network can shop/web shop/db -f shop.yaml",
    "network can 8.8.8.8 shop/web 8080 -f cilium.yaml",
    "network can legacy/report shop/api 8080 -f mesh.yaml",
    "network can shop/web shop/api 8080 -f mesh.yaml",
    "network can shop/web shop/api 8080 -f mesh.jsonl",
    "network can shop/web legacy/report -f waypoint.yaml",
    "network explain shop/web shop/db 5432 -f shop.yaml",
    "network explain 169.254.169.254 shop/web 80 -f shop.yaml",
    "network explain shop/web 8.8.8.8 443 -f cilium.yaml",
    "network explain 8.8.8.8 shop/web 8080 -f cilium.yaml",
    "network explain shop/db shop/web 8081 -f calico.yaml",
    "network explain shop/web shop/api 8080 -f mesh.yaml",
    "network explain legacy/report shop/api 8080 -f mesh.jsonl",
    "network explain shop/web shop/db 5432 -f shop.jsonl",
    "network explain shop/web legacy/report 80 -f waypoint.yaml",
    "network list -f SHOP",
    "network list --exposure -f SHOP",
    "network list --exposure -f shop.yaml",
    "network list -f mesh.yaml",
    "network list -f mesh.jsonl",
    "network list -f waypoint.yaml",
    "network diff shop.yaml changed.yaml",
    "network diff changed.yaml shop.yaml",
    "network lint -f SHOP",
    "network lint -f calico.yaml",
    "network lint -f lint.yaml",
    "network lint -f lint.jsonl",
    "network exposure -f SHOP",
    "network exposure -f mesh.yaml",
    "network exposure -f ways.yaml",
    "network exposure -f ways.jsonl",
    "network exposure -f waypoint.yaml",
    "paths cut -f SHOP",
    "paths cut -f cluster.yaml --audit audit.jsonl",
    "paths cut -f cluster.yaml --audit other.jsonl",
    "paths cut -f cluster.yaml --audit timeless.jsonl",
    "paths cut -f SHOP --to node-root --audit audit.jsonl",
    "paths cut -f whole.jsonl",
    "paths what-if delete.txt -f cluster.yaml",
    "paths what-if add.yaml -f cluster.yaml",
    "paths --all-shortest -f SHOP",
    "paths -f SHOP",
    "paths -f cluster.yaml",
    "plan -f SHOP",
    "plan -f cluster.yaml --audit audit.jsonl",
    "network mesh -f mesh.yaml",
    "comply",
    "comply cis-1.12 SHOP",
    "comply owasp-2025 whole.jsonl --timestamp 2026-11-29T08:00:00Z",
    "comply pss-restricted SHOP",
    "comply cis-eks-1.8 cluster.yaml --cloud-facts eks.json",
];

/// Those of builds that can admit.
const ADMIT: &[&str] = &[
    "admit preview preview.yaml --policies preview-policy.yaml --mode enforce",
    "admit preview preview.jsonl --policies preview-policy.yaml",
    "admit preview --audit preview-audit.jsonl --policies preview-policy.yaml --mode warn",
    "admit preview --audit audit.jsonl",
    "admit preview --audit timeless.jsonl",
];

/// The same on a real cluster, where it is.
const BUSY: &[&str] = &[
    "rbac who-can create pods -f BUSY",
    "rbac risks --expected -f BUSY",
    "rbac show sa/team-b/ci -f BUSY",
    "rbac tenants payments team-b -f BUSY",
    "network list --exposure --workload payments/api -f BUSY",
    "network can payments/api internet -f BUSY",
    "network explain payments/api internet -f BUSY",
    "network exposure -f BUSY",
    "network lint -f BUSY",
    "paths cut -f BUSY",
];

/// The snapshot of a real cluster.
pub(super) fn busy() -> PathBuf {
    workspace().join("../shared/corpus/cluster/busy.jsonl.zst")
}

/// What every run printed; they run once.
pub(super) fn outputs() -> &'static [Output] {
    static OUTPUTS: OnceLock<Vec<Output>> = OnceLock::new();
    OUTPUTS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let busy = busy();
        let real = if busy.exists() { BUSY } else { &[] };
        let names = [("SHOP", "examples/shop"), ("HARDENED", "examples/hardened")];
        let path = |word: &str| match names.iter().find(|(name, _)| *name == word) {
            Some((_, path)) => workspace().join(path).display().to_string(),
            None if word == "BUSY" => busy.display().to_string(),
            None => word.to_owned(),
        };
        let run = |words: &&str| {
            let args: Vec<String> = words.split(' ').map(path).chain(["-o".into(), "json".into()]).collect();
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let Run { code, out, err } = seawall_in(folder.path(), &args, b"");
            let json = serde_json::from_str(&out);
            let json = json.unwrap_or_else(|error| panic!("{words}: exit code {code}: {error}\n{err}"));
            Output { words: (*words).to_owned(), json }
        };
        let admit = if cfg!(feature = "admit") { ADMIT } else { &[] };
        RUNS.iter().chain(admit).chain(real).map(run).collect()
    })
}

const CLUSTER: &str = include_str!("../../data/schemas-cluster.yaml");
const WAYS: &str = include_str!("../../data/schemas-ways.yaml");
const WAYPOINT: &str = include_str!("../../data/schemas-waypoint.yaml");

fn write(folder: &Path) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let (shop, mesh) =
        (include_str!("../../data/network-shop.yaml"), include_str!("../../data/network-mesh.yaml"));
    write("shop.yaml", shop);
    write("changed.yaml", &(shop.replace("port: 5432", "port: 5433") + JOB));
    write("mesh.yaml", mesh);
    write("cilium.yaml", include_str!("../../data/network-cilium.yaml"));
    write("calico.yaml", include_str!("../../data/network-calico.yaml"));
    write("ways.yaml", WAYS);
    write("waypoint.yaml", WAYPOINT);
    write("cluster.yaml", CLUSTER);
    write("lint.yaml", LINT);
    write("apart.yaml", APART);
    write("delete.txt", "delete ClusterRoleBinding/ci\n");
    write("add.yaml", ALICE);
    write("kubeconfig.yaml", KUBECONFIG);
    write("eks.json", include_str!("../../../../seawall-report/tests/data/eks.json"));
    write("audit.jsonl", &log("ci", Some("2026-11-09T00:00:00.000000Z")));
    write("other.jsonl", &log("other", Some("2026-11-09T00:00:00.000000Z")));
    write("timeless.jsonl", &log("ci", None));
    write("whole.jsonl", &whole());
    write("preview.yaml", PREVIEW);
    write("preview-policy.yaml", PREVIEW_POLICY);
    write("preview-audit.jsonl", &preview_log());
    for (name, text) in [("shop", shop), ("mesh", mesh), ("ways", WAYS), ("lint", LINT), ("preview", PREVIEW)]
    {
        write(&format!("{name}.jsonl"), &lines(text));
    }
}

/// Objects of every scope, one of a kind that nothing defines, and one that nobody judges.
const PREVIEW: &str = "apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {generateName: a-, namespace: lost}
---
apiVersion: x.example/v1
kind: Thing
metadata: {name: a}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: a, namespace: shop}
";

/// Refuses everything that it knows the namespace of.
const PREVIEW_POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: never}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: ['*']}]
  validations: [{expression: 'false', message: never}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: never}
spec: {policyName: never, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: reads}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: ['*'], operations: [CREATE], resources: [configmaps]}]
  validations: [{expression: namespaceObject.metadata.name == 'shop'}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: reads}
spec: {policyName: reads, validationActions: [Deny]}
";

/// Creations with and without names, namespaces, programs and times.
fn preview_log() -> String {
    let event = |object: Value, target: Value, more: Value| {
        let mut event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request", "auditID": "a", "verb": "create",
            "stage": "ResponseComplete", "requestURI": "/x", "user": {"username": "alice"}, "objectRef": target,
            "responseStatus": {"code": 201}, "requestObject": object,
        });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event.to_string() + "\n"
    };
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}});
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a"}});
    [
        event(map, json!({"resource": "configmaps", "namespace": "shop", "apiVersion": "v1"}), json!({})),
        event(
            role,
            json!({"resource": "clusterroles", "name": "a", "apiGroup": "rbac.authorization.k8s.io", "apiVersion": "v1"}),
            json!({"userAgent": "kubectl/v1.36 (x)", "stageTimestamp": "2026-11-09T00:00:00.000000Z"}),
        ),
    ]
    .concat()
}

/// A workload more.
const JOB: &str = "---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
";

const ALICE: &str = "kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: new}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: User, name: alice}]
";

const KUBECONFIG: &str = "apiVersion: v1
kind: Config
clusters: [{name: prod, cluster: {server: 'https://x', insecure-skip-tls-verify: true}}]
users: [{name: me, user: {token: t}}]
";

/// Two tenants of which nothing else is known.
const APART: &str = "apiVersion: v1
kind: Namespace
metadata: {name: one}
---
apiVersion: v1
kind: Namespace
metadata: {name: two}
";

/// Two policies that mean the same pods, and an object without a namespace: in a snapshot nothing has a line.
const LINT: &str = "apiVersion: v1
kind: Pod
metadata: {name: cache, labels: {app: cache}}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 6379}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: wide, namespace: default}
spec: {podSelector: {}, ingress: [{}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: narrow, namespace: default}
spec: {podSelector: {matchLabels: {app: cache}}, ingress: [{from: [{podSelector: {}}]}]}
";

/// Documents as a snapshot.
fn lines(text: &str) -> String {
    let text = seawall_yaml::Text::new(text.to_owned());
    let (documents, problems) = seawall_yaml::read(&text, &seawall_yaml::Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    documents.iter().map(|document| value(document.tree.root()).to_string() + "\n").collect()
}

fn value(node: seawall_yaml::Node<'_>) -> Value {
    if node.is_map() {
        node.entries().map(|(key, value)| (key.to_owned(), self::value(value))).collect()
    } else if node.is_seq() {
        node.items().map(value).collect()
    } else {
        let number = node.as_u64().map(Value::from);
        let other =
            number.or_else(|| node.as_bool().map(Value::from)).or_else(|| node.as_str().map(Value::from));
        other.unwrap_or(Value::Null)
    }
}

/// Requests of an account: names that change, one that is refused, and one that binds.
fn log(account: &str, time: Option<&str>) -> String {
    let event = |number: usize, verb: &str, resource: &str, group: &str, name: &str, decision: &str| {
        let mut event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": format!("id-{number}"),
            "stage": "ResponseComplete", "verb": verb, "requestURI": "/x",
            "user": {"username": format!("system:serviceaccount:shop:{account}"), "groups": ["system:authenticated"]},
            "objectRef": {
                "resource": resource, "namespace": "shop", "name": name, "apiGroup": group, "apiVersion": "v1",
            },
            "responseStatus": {"code": 200},
            "annotations": {"authorization.k8s.io/decision": decision, "authorization.k8s.io/reason": ""},
        });
        if let Some(time) = time {
            event["stageTimestamp"] = time.into();
        }
        event.to_string() + "\n"
    };
    [
        event(1, "get", "configmaps", "", "a", "allow"),
        event(2, "get", "configmaps", "", "b", "allow"),
        event(3, "list", "pods", "", "", "forbid"),
        event(4, "list", "nodes", "", "", "allow").replace("\"namespace\":\"shop\",", ""),
        event(5, "create", "rolebindings", "rbac.authorization.k8s.io", "", "allow"),
    ]
    .concat()
}

/// A whole cluster: two tenants that touch each other more often than is kept, one that touches none, and bindings to
/// what is not there.
fn whole() -> String {
    let header = json!({
        "kind": "SnapshotHeader", "apiVersion": "seawall.dev/v1", "complete": true,
        "serverVersion": {"major": "1", "minor": "36"},
    });
    let mut all = vec![header];
    let rbac = "rbac.authorization.k8s.io";
    let binding = |kind: &str, namespace: Option<&str>, name: &str, role: (&str, &str), subject: Value| {
        json!({
            "apiVersion": format!("{rbac}/v1"), "kind": kind, "metadata": {"name": name, "namespace": namespace},
            "roleRef": {"apiGroup": rbac, "kind": role.0, "name": role.1}, "subjects": [subject],
        })
    };
    let account =
        |namespace: &str, name: &str| json!({"kind": "ServiceAccount", "namespace": namespace, "name": name});
    for name in ["blue", "red", "green"] {
        all.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
        all.push(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": "deny", "namespace": name}, "spec": {"podSelector": {}},
        }));
    }
    all.push(json!({
        "apiVersion": format!("{rbac}/v1"), "kind": "Role", "metadata": {"name": "reader", "namespace": "red"},
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["one"]}],
    }));
    for number in 0..60 {
        let name = format!("sa{number}");
        all.push(json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "blue"}}));
        all.push(binding("RoleBinding", Some("red"), &name, ("Role", "reader"), account("blue", &name)));
    }
    all.push(binding("ClusterRoleBinding", None, "lost", ("ClusterRole", "none"), account("blue", "sa0")));
    all.push(binding("ClusterRoleBinding", None, "ghost", ("ClusterRole", "all"), account("blue", "none")));
    all.push(binding("ClusterRoleBinding", None, "boss", ("ClusterRole", "all"), account("blue", "sa0")));
    all.push(json!({
        "apiVersion": format!("{rbac}/v1"), "kind": "ClusterRole", "metadata": {"name": "all"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
    }));
    for name in ["sa0", "none"] {
        // No such kind can be referred to.
        all.push(binding(
            "ClusterRoleBinding",
            None,
            &format!("odd-{name}"),
            ("Secret", "all"),
            account("blue", name),
        ));
    }
    let shared = json!({"kind": "User", "name": "bob", "apiGroup": rbac});
    for namespace in ["blue", "red"] {
        all.push(binding("RoleBinding", Some(namespace), "bob", ("Role", "none"), shared.clone()));
    }
    all.iter().map(|object| object.to_string() + "\n").collect()
}
