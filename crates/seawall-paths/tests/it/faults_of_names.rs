//! More faults that the comparison with the oracle found: names that rights are restricted to, roles that are not here, and
//! things of one name.

use seawall_inventory::GroupKind;
use seawall_paths::{Filter, Model};

use crate::faults::{BOT, RBAC, account, bound, on_node, reaches, role};
use crate::{clusterwide, inventory, model, namespaced, resources};

/// A role that gives nothing is written into by whoever is bound to it: one half of the right may be for all roles.
#[test]
fn issue_escalation_into_an_idle_role_by_name_repro() {
    let idle = role("ClusterRole", "idle", "{apiGroups: [''], resources: [events], verbs: [get]}")
        + &bound(true, "ClusterRole", "idle", &account("bot"));
    let yaml = |escalate: &str, update: &str| {
        let half = |verb: &str, names: &str| {
            format!("{{{RBAC}, resources: [clusterroles], verbs: [{verb}]{names}}}")
        };
        clusterwide(&format!("{}, {}", half("escalate", escalate), half("update", update))) + &idle
    };
    const NAMED: &str = ", resourceNames: [idle]";
    for (escalate, update) in [("", NAMED), (NAMED, ""), (NAMED, NAMED)] {
        assert!(reaches(&yaml(escalate, update), BOT, "cluster-admin"), "{escalate} {update}");
    }
    let other = ", resourceNames: [other]";
    assert!(!reaches(&yaml("", other), BOT, "cluster-admin"));
}

/// `admin` is in every control plane, also where no object shows it.
#[test]
fn issue_a_default_role_is_bound_by_name_repro() {
    let rules = |name: &str| {
        format!(
            "{{{RBAC}, resources: [rolebindings], verbs: [create]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind], resourceNames: [{name}]}}"
        )
    };
    assert!(reaches(&namespaced(&rules("admin")), BOT, "node-root"));
    assert!(!reaches(&namespaced(&rules("view")), BOT, "node-root"));
    assert!(!reaches(&namespaced(&rules("none")), BOT, "node-root"));
}

/// An empty model to which objects are given, one by one, assumes what a build from the same objects does.
#[test]
fn issue_a_default_model_assumes_what_a_fresh_one_does_repro() {
    let yaml = namespaced(&format!(
        "{{{RBAC}, resources: [rolebindings], verbs: [update]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind], resourceNames: [edit]}}"
    )) + &bound(true, "ClusterRole", "cluster-admin", "{kind: User, name: ann}")
        + &bound(false, "ClusterRole", "edit", &account("other"))
        + &bound(false, "ClusterRole", "view", "{kind: User, name: bob}");
    let answers = |model: &Model| model.pairs(&Filter::default()).unwrap();
    let fresh = Model::build(&inventory(&yaml, None)).0;
    let mut grown = Model::default();
    resources(&yaml).iter().for_each(|resource| drop(grown.apply(resource)));
    assert_eq!(answers(&grown), answers(&fresh));
    assert!(answers(&grown).iter().any(|pair| pair.from == "User/ann" && pair.sink == "cluster-admin"));
    // What was referred to once leaves nothing behind.
    let kind = GroupKind::new("rbac.authorization.k8s.io", "ClusterRoleBinding");
    grown.delete(kind, None, "cluster-admin-of");
    let without = yaml.replace("kind: User, name: ann", "kind: User, name: nobody");
    let mut rest = answers(&Model::build(&inventory(&without, None)).0);
    rest.retain(|pair| pair.from != "User/nobody");
    assert_eq!(answers(&grown), rest);
}

/// Whoever changes one workload by name runs pods as who changes all.
#[test]
fn issue_a_named_workload_and_the_label_of_its_namespace_repro() {
    let yaml = |name: &str| {
        clusterwide(&format!("{{apiGroups: [''], resources: [namespaces], verbs: [patch]}}, {{apiGroups: [apps], resources: [deployments], verbs: [patch], resourceNames: [{name}]}}"))
            .replace("metadata: {name: ci}", "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}")
    };
    assert!(reaches(&yaml("app"), BOT, "node-root"));
    assert!(!reaches(&yaml("none"), BOT, "node-root"));
}

/// Kubelets are authenticated, also where no binding names their group.
#[test]
fn issue_kubelets_are_authenticated_repro() {
    let yaml = crate::WORLD.to_owned()
        + &bound(true, "ClusterRole", "cluster-admin", "{kind: Group, name: 'system:authenticated'}");
    assert!(reaches(&yaml, "Group/system:nodes", "cluster-admin"));
}

/// The request for a new object carries no name.
#[test]
fn issue_names_never_allow_to_create_repro() {
    let account =
        "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: kustomize-controller, namespace: flux}\n"
            .to_owned()
            + &bound(
                true,
                "ClusterRole",
                "cluster-admin",
                "{kind: ServiceAccount, name: kustomize-controller, namespace: flux}",
            );
    let yaml = |verb: &str, more: &str| {
        let group = "apiGroups: [kustomize.toolkit.fluxcd.io], resources: [kustomizations]";
        namespaced(&format!("{{{group}, verbs: [{verb}]{more}}}")) + &account
    };
    assert!(reaches(&yaml("create", ""), BOT, "cluster-admin"));
    assert!(reaches(&yaml("patch", ", resourceNames: [app]"), BOT, "cluster-admin"));
    assert!(!reaches(&yaml("create", ", resourceNames: [app]"), BOT, "cluster-admin"));
}

/// A RoleBinding gives nothing over kinds without a namespace.
#[test]
fn issue_policies_of_the_cluster_in_a_namespace_repro() {
    let account = "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: kyverno, namespace: kyverno}\n"
        .to_owned()
        + &bound(
            true,
            "ClusterRole",
            "cluster-admin",
            "{kind: ServiceAccount, name: kyverno, namespace: kyverno}",
        );
    let rule = "{apiGroups: [kyverno.io], resources: [clusterpolicies], verbs: [create]}";
    assert!(reaches(&(clusterwide(rule) + &account), BOT, "cluster-admin"));
    assert!(!reaches(&(namespaced(rule) + &account), BOT, "cluster-admin"));
}

/// A Service called like a pod that it does not select.
#[test]
fn issue_a_service_and_a_pod_of_one_name_repro() {
    let pod = on_node(
        "front",
        "containers: [{name: c, image: i, securityContext: {privileged: true}, ports: [{containerPort: 80}]}]",
    );
    let service = |app: &str| {
        format!(
            "---\nkind: Service\napiVersion: v1\nmetadata: {{name: front, namespace: ci}}\nspec: {{type: NodePort, selector: {{app: {app}}}, ports: [{{port: 80}}]}}\n"
        )
    };
    assert!(reaches(&(pod.clone() + &service("front")), "internet", "node-root"));
    assert!(!reaches(&(pod + &service("other")), "internet", "node-root"));
}

/// What a policy refuses to clients outside it need not refuse to the controller of an Ingress.
#[test]
fn issue_a_service_of_its_own_and_behind_an_ingress_repro() {
    let pod = on_node("front", "containers: [{name: c, image: i, securityContext: {privileged: true}}]");
    let rest = "---\nkind: Service\napiVersion: v1\nmetadata: {name: front, namespace: ci}\nspec: {type: NodePort, selector: {app: front}, ports: [{port: 80}]}\n\
                ---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: n, namespace: ci}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n";
    let within = rest.replace("policyTypes: [Ingress]", "ingress: [{from: [{namespaceSelector: {}}]}]");
    let ingress = "---\nkind: Ingress\napiVersion: networking.k8s.io/v1\nmetadata: {name: i, namespace: ci}\nspec: {defaultBackend: {service: {name: front, port: {number: 80}}}}\n";
    assert!(!reaches(&format!("{pod}{rest}"), "internet", "node-root"));
    assert!(!reaches(&format!("{pod}{rest}{ingress}"), "internet", "node-root"), "nobody may connect");
    assert!(!reaches(&format!("{pod}{within}"), "internet", "node-root"));
    assert!(reaches(&format!("{pod}{within}{ingress}"), "internet", "node-root"));
}

/// Of two controllers of one kind each does a part.
#[test]
fn issue_a_kind_with_two_controllers_repro() {
    let definition = "---\nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {name: runs.x.io}\n\
                      spec: {group: x.io, names: {plural: runs}, versions: [{schema: {openAPIV3Schema: {properties: {spec: {properties: {serviceAccountName: {}, secretRef: {}}}}}}}]}\n";
    let status = "{apiGroups: [x.io], resources: [runs/status], verbs: [update]}";
    let yaml = clusterwide("{apiGroups: [x.io], resources: [runs], verbs: [create]}")
        + definition
        + &role(
            "ClusterRole",
            "first",
            &format!("{status}, {{apiGroups: [''], resources: [pods], verbs: [create]}}"),
        )
        + &bound(true, "ClusterRole", "first", &account("bot"))
        + &role(
            "ClusterRole",
            "second",
            &format!("{status}, {{apiGroups: [''], resources: [secrets], verbs: [get]}}"),
        )
        + &bound(true, "ClusterRole", "second", &account("other"))
        + &bound(true, "ClusterRole", "r", "{kind: User, name: ann}");
    assert!(crate::steps(&model(&yaml)).contains(&"A53 User/ann → secrets of the cluster".to_owned()));
    assert!(
        crate::steps(&model(&yaml)).contains(&"A53 User/ann → service accounts of the cluster".to_owned())
    );
}

/// A workload, a cron job and a Service may share a name: a port of the one is none of the other.
#[test]
fn issue_ports_of_owners_of_one_name_are_not_one_repro() {
    let docker = |label: &str, more: &str| {
        format!(
            "template: {{metadata: {{labels: {{app: {label}}}}}, spec: {{containers: [{{name: c, image: 'docker:24-dind', \
             env: [{{name: DOCKER_TLS_CERTDIR, value: ''}}], ports: [{{name: http, containerPort: 2375}}]{more}}}]}}}}"
        )
    };
    let yaml = |policy: &str| {
        format!(
            "kind: Namespace\napiVersion: v1\nmetadata: {{name: shop}}\n---\nkind: Node\napiVersion: v1\nmetadata: {{name: n1}}\n---\n\
             kind: Deployment\napiVersion: apps/v1\nmetadata: {{name: web, namespace: shop}}\n\
             spec: {{{}}}\n---\n\
             kind: CronJob\napiVersion: batch/v1\nmetadata: {{name: web, namespace: shop}}\n\
             spec: {{schedule: 0 1 * * *, jobTemplate: {{spec: {{{}}}}}}}\n---\n\
             kind: Service\napiVersion: v1\nmetadata: {{name: web, namespace: shop}}\n\
             spec: {{selector: {{app: strong}}, ports: [{{name: http, port: 80, targetPort: 2375}}]}}\n---\n\
             kind: Pod\napiVersion: v1\nmetadata: {{name: client, namespace: shop, labels: {{app: client}}}}\n\
             spec: {{nodeName: n1, containers: [{{name: c, image: client}}]}}\n---\n\
             kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {{name: shut, namespace: shop}}\n\
             spec: {{podSelector: {{matchLabels: {{app: {policy}}}}}, policyTypes: [Ingress]}}\n",
            docker("strong", ", securityContext: {privileged: true}"),
            docker("weak", ""),
        )
    };
    const CLIENT: &str = "Pod/shop/client";
    assert!(reaches(&yaml("nobody"), CLIENT, "node-root"));
    assert!(!reaches(&yaml("strong"), CLIENT, "node-root"));
    // Their words tell them apart where nothing else does, and without the kind mean all of them.
    let model = model(&yaml("strong"));
    let to = |word: &str| {
        let filter = Filter { from: vec![CLIENT.into()], to: vec![word.into()] };
        let pairs = model.pairs(&filter).unwrap();
        pairs.into_iter().map(|pair| pair.sink).collect::<Vec<_>>()
    };
    let cron = "Endpoint/shop/web/http/CronJob";
    assert_eq!(to("Endpoint/shop/web/http"), [cron]);
    assert_eq!(to(cron), [cron]);
    assert_eq!(to("Endpoint/shop/web/http/Deployment"), [""; 0]);
}
