//! Settings of the control plane and of kubelets (C03, C05–C07), programs without a login (E05), credentials in secrets
//! (C08, D06).

use seawall_paths::{Filter, Model};

use crate::{case, check, inventory, model, pairs, steps};

const CLIENT: &str = "---\nkind: Pod\napiVersion: v1\nmetadata: {name: client, namespace: b}\n\
     spec: {nodeName: n1, automountServiceAccountToken: false, containers: [{name: c, image: i}]}\n\
     ---\nkind: Pod\napiVersion: v1\nmetadata: {name: holder, namespace: b}\n\
     spec: {nodeName: n2, containers: [{name: c, image: i}]}\n\
     ---\nkind: Node\napiVersion: v1\nmetadata: {name: n1}\nspec: {providerID: kind://n1}\nstatus: {addresses: [{type: InternalIP, address: 10.0.0.1}]}\n\
     ---\nkind: Node\napiVersion: v1\nmetadata: {name: n2}\nspec: {providerID: kind://n2}\n";

const NO_EGRESS: &str = "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: none, namespace: b}\n\
     spec: {podSelector: {}, policyTypes: [Egress]}\n";

/// A pod of the control plane with a command line.
fn component(program: &str, flags: &[&str]) -> String {
    let flags: Vec<String> = flags.iter().map(|flag| format!(", '{flag}'")).collect();
    format!(
        "kind: Pod\napiVersion: v1\nmetadata: {{name: {program}-n1, namespace: kube-system}}\n\
         spec: {{nodeName: n1, hostNetwork: true, automountServiceAccountToken: false, containers: [{{name: {program}, image: i, command: [/usr/bin/{program}{}]}}]}}\n\
         status: {{hostIP: 10.0.0.1}}\n{CLIENT}",
        flags.concat()
    )
}

const RESTRICTED: &str = "--enable-admission-plugins=NodeRestriction";

#[test]
fn an_api_server_that_allows_everything_is_open_to_every_token() {
    let open = component("kube-apiserver", &["--authorization-mode=AlwaysAllow", RESTRICTED]);
    check(&[
        case(open.clone(), "C07 Group/system:authenticated → cluster-admin", ("AlwaysAllow", "Node,RBAC")),
        // Without the flag it allows everything, unless a file says otherwise.
        case(
            component("kube-apiserver", &["--none=1", RESTRICTED]),
            "C07 Group/system:authenticated → cluster-admin",
            ("--none=1", "--authorization-config=/etc/a.yaml"),
        ),
        // Only the control plane's own.
        case(
            open.clone(),
            "C07 Group/system:authenticated → cluster-admin",
            ("namespace: kube-system", "namespace: shop"),
        ),
    ]);
    assert_eq!(pairs(&model(&open), &["Pod/b"], &["cluster-admin"]), ["Pod/b/holder → cluster-admin"]);
}

#[test]
fn the_insecure_port_of_old_api_servers() {
    let flags =
        ["--authorization-mode=RBAC", RESTRICTED, "--insecure-port=8080", "--insecure-bind-address=0.0.0.0"];
    let yaml = component("kube-apiserver", &flags);
    let old = |yaml: &str| Model::build(&inventory(yaml, Some((1, 18)))).0;
    let both = ["Pod/b/client → cluster-admin", "Pod/b/holder → cluster-admin"];
    assert_eq!(pairs(&old(&yaml), &["Pod/b"], &["cluster-admin"]), both);
    assert!(pairs(&model(&yaml), &["Pod/b"], &["cluster-admin"]).is_empty());
    assert!(pairs(&old(&yaml.replace("8080", "0")), &["Pod/b"], &["cluster-admin"]).is_empty());
    assert!(pairs(&old(&format!("{yaml}{NO_EGRESS}")), &["Pod/b"], &["cluster-admin"]).is_empty());
    // On the loopback address for pods in the network of that node.
    let local = yaml.replace("0.0.0.0", "127.0.0.1");
    assert!(pairs(&old(&local), &["Pod/b"], &["cluster-admin"]).is_empty());
    let near =
        local.replace("spec: {nodeName: n1, automount", "spec: {nodeName: n1, hostNetwork: true, automount");
    assert_eq!(pairs(&old(&near), &["Pod/b"], &["cluster-admin"]), ["Pod/b/client → cluster-admin"]);
}

#[test]
fn kubelets_without_node_restriction_create_any_pod() {
    let yaml =
        component("kube-apiserver", &["--authorization-mode=Node,RBAC", "--enable-admission-plugins=A,B"]);
    check(&[case(
        yaml,
        "C03 Group/system:nodes → service accounts of the cluster",
        ("plugins=A,B", "plugins=A,NodeRestriction"),
    )]);
}

#[test]
fn etcd_without_client_certificates_is_the_cluster_for_who_reaches_it() {
    let flags =
        ["--listen-client-urls=https://127.0.0.1:2379,https://10.0.0.1:2379", "--client-cert-auth=false"];
    let yaml = component("etcd", &flags);
    let step = "C06 Endpoint/kube-system/etcd-n1/2379 → cluster-admin";
    check(&[
        case(yaml.clone(), step, ("auth=false", "auth=true")),
        case(yaml.clone(), step, (",https://10.0.0.1:2379", "")),
        case(
            yaml.replace("auth=false", "auth=true").replace("https://10", "http://10"),
            step,
            ("http://10", "https://10"),
        ),
        // The environment says it as well.
        case(
            yaml.replace(", '--client-cert-auth=false'], ", "], env: [{name: ETCD_X, value: 'true'}], ")
                .replace(", '--client-cert-auth=false']", "], env: [{name: ETCD_X, value: 'true'}]"),
            step,
            ("ETCD_X", "ETCD_CLIENT_CERT_AUTH"),
        ),
    ]);
    let both = ["Pod/b/client → cluster-admin", "Pod/b/holder → cluster-admin"];
    assert_eq!(pairs(&model(&yaml), &["Pod/b"], &["cluster-admin"]), both);
    assert!(pairs(&model(&format!("{yaml}{NO_EGRESS}")), &["Pod/b"], &["cluster-admin"]).is_empty());
    // The flag is what to change.
    let filter = Filter { from: vec!["Pod/b".into()], to: vec!["cluster-admin".into()] };
    let cut = model(&yaml).cut(&filter, None).unwrap();
    let changes: Vec<String> =
        cut.changes.iter().map(|change| format!("{} {}", change.object, change.route)).collect();
    assert_eq!(changes, ["Pod/kube-system/etcd-n1 spec.containers[0].command"]);
    assert!(cut.uncut.is_empty());
}

#[test]
fn kubelets_that_allow_everything_are_open_to_the_network() {
    let config = |text: &str| {
        format!(
            "kind: ConfigMap\napiVersion: v1\nmetadata: {{name: kubelet-config, namespace: kube-system}}\ndata: {{kubelet: '{text}'}}\n{CLIENT}"
        )
    };
    let yaml = config("{authentication: {anonymous: {enabled: true}}, authorization: {mode: AlwaysAllow}}");
    check(&[case(
        yaml.clone(),
        "C05 Endpoint/nodes/kubelet/10250 → pods of the cluster",
        ("AlwaysAllow", "Webhook"),
    )]);
    let reached = |model: &Model| pairs(model, &["Pod/b/client"], &["Pod/b/holder"]);
    assert_eq!(reached(&model(&yaml)), ["Pod/b/client → Pod/b/holder"]);
    assert!(reached(&model(&format!("{yaml}{NO_EGRESS}"))).is_empty());
    // With a login any token will do, but there must be one.
    let asked = model(&yaml.replace("enabled: true", "enabled: false"));
    assert!(reached(&asked).is_empty());
    assert_eq!(pairs(&asked, &["Pod/b/holder"], &["Pod/b/client"]), ["Pod/b/holder → Pod/b/client"]);
}

/// Whether requests without credentials are taken is seen where the API server is.
#[test]
fn anonymous_requests() {
    let bound = "---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: x}\n\
        roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n\
        subjects: [{kind: Group, name: 'system:unauthenticated', apiGroup: rbac.authorization.k8s.io}]\n\
        ---\nkind: Endpoints\napiVersion: v1\nmetadata: {name: kubernetes, namespace: default}\n\
        subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 6443}]}]\n";
    let server =
        component("kube-apiserver", &["--authorization-mode=RBAC", RESTRICTED, "--anonymous-auth=true"]);
    let yaml = format!("{server}{bound}");
    let from = |yaml: &str| pairs(&model(yaml), &["internet", "Pod/b/client"], &["cluster-admin"]);
    assert_eq!(from(&yaml), ["Pod/b/client → cluster-admin", "internet → cluster-admin"]);
    assert_eq!(from(&format!("{yaml}{NO_EGRESS}")), ["internet → cluster-admin"]);
    assert_eq!(from(&yaml.replace("auth=true", "auth=false")), ["internet → cluster-admin (held back)"]);
}

#[test]
fn programs_without_a_login() {
    let pod = |image: &str, more: &str, port: u16| {
        format!(
            "kind: Pod\napiVersion: v1\nmetadata: {{name: p, namespace: a}}\n\
             spec: {{serviceAccountName: s, containers: [{{name: c, image: '{image}', ports: [{{containerPort: {port}}}], {more}}}]}}\n"
        )
    };
    let cases = [
        case(
            pod("redis:6", "tty: true", 6379),
            "E05 Endpoint/a/p/6379 → Data/a/p/c",
            ("tty: true", "args: [--requirepass, x]"),
        ),
        case(
            pod("redis", "tty: true", 6379),
            "E05 Endpoint/a/p/6379 → Data/a/p/c",
            ("tty: true", "args: [/etc/redis.conf]"),
        ),
        case(
            pod("bitnami/redis:7", "env: [{name: ALLOW_EMPTY_PASSWORD, value: 'yes'}]", 6379),
            "E05 Endpoint/a/p/6379 → Data/a/p/c",
            ("'yes'", "'no'"),
        ),
        case(
            pod("mongo:7", "tty: true", 27017),
            "E05 Endpoint/a/p/27017 → Data/a/p/c",
            (
                "tty: true",
                "env: [{name: MONGO_INITDB_ROOT_USERNAME, valueFrom: {secretKeyRef: {name: s, key: u}}}]",
            ),
        ),
        case(pod("memcached", "tty: true", 11211), "E05 Endpoint/a/p/11211 → Data/a/p/c", ("11211", "11212")),
        case(
            pod("docker:dind", "env: [{name: DOCKER_TLS_CERTDIR, value: ''}]", 2375),
            "E05 Endpoint/a/p/2375 → Container/a/p/c",
            ("value: ''", "value: /certs"),
        ),
        case(
            pod("kubernetesui/dashboard:v2.7.0", "args: [--enable-skip-login]", 8443),
            "E05 Endpoint/a/p/8443 → ServiceAccount/a/s",
            ("--enable-skip-login", "--auto-generate-certificates"),
        ),
        case(
            pod("bitnami/kubectl", "args: [kubectl, proxy, --address=0.0.0.0, --port=8001]", 8001),
            "E05 Endpoint/a/p/8001 → ServiceAccount/a/s",
            ("0.0.0.0", "127.0.0.1"),
        ),
        case(
            pod("gcr.io/kubernetes-helm/tiller:v2.17.0", "tty: true", 44134),
            "E05 Endpoint/a/p/44134 → ServiceAccount/a/s",
            ("tty: true", "args: [--tls-verify]"),
        ),
        case(
            pod("jupyter/base-notebook", "args: [start-notebook.sh, \"--NotebookApp.token=''\"]", 8888),
            "E05 Endpoint/a/p/8888 → Container/a/p/c",
            ("token=''", "token='x'"),
        ),
    ];
    check(&cases);
    // Any pod may ask, unless a policy is in the way; the data is no sink unless asked for.
    let yaml = format!("{}{CLIENT}", pod("redis:6", "tty: true", 6379));
    assert_eq!(pairs(&model(&yaml), &["Pod/b/client"], &["Data/a/p/c"]), ["Pod/b/client → Data/a/p/c"]);
    assert!(
        model(&yaml).paths(&Filter { from: vec!["Pod/b/client".into()], to: vec![] }).unwrap().is_empty()
    );
    assert!(pairs(&model(&format!("{yaml}{NO_EGRESS}")), &["Pod/b/client"], &["Data/a/p/c"]).is_empty());
}

#[test]
fn names_of_entries_tell_credentials() {
    let secret = |key: &str| {
        format!("kind: Secret\napiVersion: v1\nmetadata: {{name: s, namespace: a}}\ndata: {{{key}: eA==}}\n")
    };
    check(&[
        case(
            secret("aws_secret_access_key"),
            "D06 Secret/a/s → CloudRole/holder of Secret/a/s",
            ("aws_secret", "aws"),
        ),
        case(secret("kubeconfig"), "~C08 Secret/a/s → cluster-admin", ("kubeconfig", "config")),
    ]);
    let reader = "---\nkind: Pod\napiVersion: v1\nmetadata: {name: p, namespace: a}\n\
                  spec: {containers: [{name: c, image: i, envFrom: [{secretRef: {name: s}}]}]}\n";
    let found = steps(&model(&format!("{}{reader}", secret("AWS_SECRET_ACCESS_KEY"))));
    assert!(found.iter().any(|step| step.starts_with("D06")), "{found:?}");
    let yaml = format!("{}{reader}", secret("AWS_SECRET_ACCESS_KEY"));
    assert_eq!(pairs(&model(&yaml), &["Pod"], &[]), ["Pod/a/p → cloud-role:holder of Secret/a/s"]);
}
