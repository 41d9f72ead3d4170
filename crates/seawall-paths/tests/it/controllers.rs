//! Rights that act through a controller or a server: A33, A34, A43, A44, A47, A53; and A21, A23.

use seawall_paths::Model;

use crate::{case, check, clusterwide, inventory, model, namespaced, pairs, steps};

const NGINX: &str = "---\nkind: Deployment\napiVersion: apps/v1\nmetadata: {name: ctl, namespace: edge}\n\
     spec: {template: {spec: {serviceAccountName: ctl, containers: [{name: c, image: 'registry.k8s.io/ingress-nginx/controller:v1.11.5', args: [/nginx, '--configmap=$(NS)/conf']}]}}}\n\
     ---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: conf, namespace: edge}\ndata: {allow-snippet-annotations: 'true'}\n";

#[test]
fn ingresses_run_code_in_ingress_nginx() {
    let rule = "{apiGroups: [networking.k8s.io], resources: [ingresses], verbs: [create]}";
    let step = "A47 ServiceAccount/ci/bot → Container/edge/ctl/c";
    let yaml = || namespaced(rule) + NGINX;
    let old = || yaml().replace("'true'", "'false'").replace("v1.11.5", "v1.11.4");
    let new = || {
        yaml().replace("v1.11.5", "v1.12.1").replace("'true'}", "'true', annotations-risk-level: Critical}")
    };
    check(&[
        case(yaml(), step, ("'true'", "'false'")),
        case(yaml(), step, ("name: conf, namespace: edge", "name: conf, namespace: other")),
        case(yaml(), step, ("[create]", "[get]")),
        case(old(), step, ("v1.11.4", "v1.11.5")),
        case(new(), step, ("Critical", "High")),
        case(yaml(), step, ("$(NS)/conf'", "$(NS)/conf', --watch-namespace=prod")),
    ]);
}

fn definition(schema: &str) -> String {
    format!(
        "---\nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {{name: runs.x.io}}\n\
         spec: {{group: x.io, names: {{plural: runs}}, versions: [{{schema: {{openAPIV3Schema: {{properties: {{spec: {{properties: {{{schema}}}}}}}}}}}}}]}}\n\
         ---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {{name: ctl, namespace: x}}\n\
         ---\nkind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: ctl}}\n\
         rules: [{{apiGroups: [x.io], resources: [runs/status], verbs: [update]}}, {{apiGroups: [''], resources: [pods], verbs: [create]}}, {{apiGroups: [''], resources: [secrets], verbs: [get]}}]\n\
         ---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: ctl}}\n\
         roleRef: {{kind: ClusterRole, name: ctl, apiGroup: rbac.authorization.k8s.io}}\n\
         subjects: [{{kind: ServiceAccount, name: ctl, namespace: x}}]\n"
    )
}

#[test]
fn custom_resources_that_run_pods_or_read_secrets() {
    let rule = "{apiGroups: [x.io], resources: [runs], verbs: [create]}";
    let runs = || namespaced(rule) + &definition("job: {properties: {serviceAccountName: {type: string}}}");
    let reads = || namespaced(rule) + &definition("auth: {items: {properties: {secretRef: {type: object}}}}");
    let (accounts, secrets) = (
        "A53 ServiceAccount/ci/bot → service accounts of namespace ci",
        "A53 ServiceAccount/ci/bot → secrets of namespace ci",
    );
    check(&[
        case(runs(), accounts, ("serviceAccountName: {type", "name: {type")),
        // No controller, none that is here, none that may do it.
        case(runs(), accounts, ("runs/status", "runs/scale")),
        case(
            runs(),
            accounts,
            (
                "kind: ServiceAccount\napiVersion: v1\nmetadata: {name: ctl",
                "kind: Other\napiVersion: v1\nmetadata: {name: ctl",
            ),
        ),
        case(runs(), accounts, ("resources: [pods], verbs: [create]", "resources: [pods], verbs: [get]")),
        case(runs(), accounts, ("resources: [runs], verbs: [create]", "resources: [runs], verbs: [get]")),
        case(reads(), secrets, ("secretRef", "ref")),
        case(
            reads(),
            secrets,
            ("resources: [secrets], verbs: [get]", "resources: [secrets], verbs: [create]"),
        ),
    ]);
    assert!(!steps(&model(&runs())).contains(&secrets.to_owned()));
    let change =
        "{apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: [update]}";
    let wide = clusterwide(change) + &definition("serviceAccountName: {type: string}");
    check(&[case(
        wide,
        "A34 ServiceAccount/ci/bot → service accounts of the cluster",
        ("resources: [customresourcedefinitions]", "resources: [customresourcedefinitions/status]"),
    )]);
}

#[test]
fn servers_endpoints_and_settings_in_place_of_others() {
    let flux = "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: kustomize-controller, namespace: flux}\n\
        ---\nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {name: k}\n\
        spec: {group: kustomize.toolkit.fluxcd.io, names: {plural: kustomizations}}\n";
    let servers = "{apiGroups: [apiregistration.k8s.io], resources: [apiservices], verbs: [patch]}";
    let endpoints = "{apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [create]}";
    let accounts = "{apiGroups: [''], resources: [serviceaccounts], verbs: [create]}";
    let cloud = "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: c, namespace: x, annotations: {eks.amazonaws.com/role-arn: 'arn:y'}}\n";
    let settings =
        "{apiGroups: [''], resources: [configmaps], resourceNames: [kubelet-config], verbs: [update]}";
    let kubelets = "---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: kubelet-config, namespace: kube-system}\ndata: {kubelet: '{}'}\n";
    check(&[
        case(
            clusterwide(servers) + flux,
            "~A33 ServiceAccount/ci/bot → ServiceAccount/flux/kustomize-controller",
            ("group: kustomize", "group: other"),
        ),
        case(
            namespaced(endpoints),
            "~A44 ServiceAccount/ci/bot → ports of the cluster",
            ("[create]", "[get]"),
        ),
        case(
            namespaced(accounts) + cloud,
            "~A21 ServiceAccount/ci/bot → CloudRole/arn:y",
            ("eks.amazonaws.com", "example.com"),
        ),
        case(
            clusterwide(settings) + kubelets,
            "~A43 ServiceAccount/ci/bot → nodes",
            ("[kubelet-config]", "[other]"),
        ),
    ]);
    // Before the repair of CVE-2022-3172 clients were sent on with their credentials.
    let old = |version| Model::build(&inventory(&clusterwide(servers), Some((1, version)))).0;
    let step = "A33 ServiceAccount/ci/bot → service accounts of the cluster".to_owned();
    assert!(steps(&old(21)).contains(&step) && !steps(&old(22)).contains(&step));
}

/// Who may be impersonated and what may be done as them are two rights.
#[test]
fn impersonation_within_limits_needs_both_rights() {
    let both = "{apiGroups: [authentication.k8s.io], resources: [users], verbs: ['impersonate:user-info']}, \
                {apiGroups: [''], resources: [secrets], verbs: ['impersonate-on:user-info:list']}";
    let step = "A17 ServiceAccount/ci/bot → secrets of the cluster";
    check(&[
        case(clusterwide(both), step, ("'impersonate:user-info'", "'impersonate:arbitrary-node'")),
        case(
            clusterwide(both),
            step,
            ("impersonate-on:user-info:list", "impersonate-on:serviceaccount:list"),
        ),
        case(clusterwide(both), step, ("impersonate-on:user-info:list", "impersonate-on:user-info:create")),
        case(clusterwide(both), step, ("[authentication.k8s.io]", "['']")),
    ]);
    let at = |version| {
        let model = Model::build(&inventory(&clusterwide(both), Some((1, version)))).0;
        let groups = model
            .paths(&seawall_paths::Filter {
                from: vec!["ServiceAccount/ci/bot".into()],
                to: vec!["all-secrets".into()],
            })
            .unwrap();
        groups.first().map(|group| group.path.confidence.as_str().to_owned())
    };
    assert_eq!((at(34), at(35), at(36)), (None, Some("low".to_owned()), Some("medium".to_owned())));
    // A RoleBinding does not let anybody impersonate users.
    assert!(pairs(&model(&namespaced(both)), &["ServiceAccount/ci/bot"], &[]).is_empty());
}

/// A ReplicaSet that still runs pods does so for itself when its Deployment is scaled to nothing, in every room.
#[test]
fn issue_what_an_idle_owner_leaves_behind_runs_for_itself_repro() {
    let yaml = |replicas: u8| {
        format!(
            "kind: Namespace\napiVersion: v1\nmetadata: {{name: a}}\n---\nkind: Deployment\napiVersion: apps/v1\n\
             metadata: {{name: web, namespace: a}}\nspec: {{replicas: {replicas}, template: {{spec: {{containers: [{{name: c}}]}}}}}}\n---\n\
             kind: ReplicaSet\napiVersion: apps/v1\n\
             metadata: {{name: web-1, namespace: a, ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}}]}}\n\
             spec: {{template: {{spec: {{containers: [{{name: c, securityContext: {{privileged: true}}, ports: [{{containerPort: 80, hostPort: 80}}]}}]}}}}}}\n"
        )
    };
    let from_outside = |replicas| pairs(&model(&yaml(replicas)), &["internet"], &["node-root"]);
    assert_eq!(from_outside(0), ["internet → node-root"]);
    assert_eq!(from_outside(1), [""; 0]);
}
