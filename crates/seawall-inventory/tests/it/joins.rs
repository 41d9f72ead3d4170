//! How objects find each other.

use seawall_inventory::{BindingView, GroupKind, RoleView, Selector};

use crate::{inventory, inventory_of};

const POD: GroupKind<'static> = GroupKind::new("", "Pod");

#[test]
fn an_unset_namespace_joins_with_unset_and_default_only() {
    let inventory = inventory(
        "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: default}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: c, namespace: shop}}\n",
    );
    assert!(inventory.resources()[0].namespace().is_none(), "unset is unset");
    assert!(inventory.find(POD, Some("default"), "a").is_some());
    assert!(inventory.find(POD, None, "b").is_some());
    assert!(inventory.find(POD, None, "c").is_none());
    assert!(inventory.find(POD, Some("shop"), "a").is_none());
}

#[test]
fn selectors_find_pods_in_their_namespace() {
    let pod = |name: &str, namespace: &str, app: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, labels: {{app: {app}}}}}\nspec: {{containers: []}}\n"
        )
    };
    let text = pod("a", "shop", "web")
        + &pod("b", "shop", "db")
        + &pod("c", "bank", "web")
        + "---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {selector: {app: web}}\n";
    let inventory = inventory(&text);
    let service = &inventory.resources()[3];
    let selector = Selector::service(service.root().path(&["spec", "selector"]));
    let names: Vec<&str> =
        inventory.selected_pods(service, selector).iter().map(|pod| pod.resource().name()).collect();
    assert_eq!(names, ["a"]);
}

#[test]
fn bindings_find_roles_and_roles_bindings() {
    let inventory = inventory(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: a}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: one, namespace: a}\nroleRef: {kind: Role, name: r}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: two, namespace: b}\nroleRef: {kind: Role, name: r}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: three, namespace: b}\nroleRef: {kind: ClusterRole, name: r}\n",
    );
    let [role, cluster_role, one, two, three] = inventory.resources() else { panic!("five objects") };
    let role_of =
        |binding| inventory.role_of(&BindingView::of(binding).unwrap()).map(|role| role.resource().id());
    assert_eq!(role_of(one), Some(role.id()));
    assert_eq!(role_of(two), None, "a Role of another namespace");
    assert_eq!(role_of(three), Some(cluster_role.id()));
    let bindings: Vec<&str> = inventory
        .bindings_of(&RoleView::of(role).unwrap())
        .iter()
        .map(|binding| binding.resource().name())
        .collect();
    assert_eq!(bindings, ["one"]);
}

#[test]
fn rules_match_as_the_authorizer_does() {
    let inventory = inventory(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules:\n- {apiGroups: [''], resources: [pods], verbs: [get]}\n- {apiGroups: ['*'], resources: ['*/exec'], verbs: ['*']}\n- {apiGroups: [apps], resources: ['pods/*', 'dep*'], verbs: [get]}\n- {apiGroups: [''], resources: ['*'], verbs: [list]}\n",
    );
    let rules: Vec<_> = RoleView::of(&inventory.resources()[0]).unwrap().rules().collect();
    assert!(rules[0].allows("get", "", "pods"));
    assert!(!rules[0].allows("get", "", "pods/exec"), "a subresource is a resource of its own");
    assert!(!rules[0].allows("get", "apps", "pods"));
    assert!(rules[1].allows("create", "", "pods/exec"));
    assert!(!rules[1].allows("create", "", "pods/attach"));
    assert!(!rules[2].allows("get", "apps", "pods/exec"), "`pods/*` matches nothing");
    assert!(!rules[2].allows("get", "apps", "deployments"), "`dep*` matches nothing");
    assert!(rules[3].allows("list", "", "pods/exec"), "`*` covers subresources");
}

#[test]
fn of_variants_the_nearest_is_meant() {
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}\n";
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n";
    let inventory = inventory_of(&[
        ("base/web.yaml", web),
        ("base/service.yaml", service),
        ("extras/all.yaml", &format!("{web}---\n{service}")),
    ]);
    for service in inventory.of_kind(GroupKind::new("", "Service")) {
        let selector = Selector::service(service.root().path(&["spec", "selector"]));
        let pods = inventory.selected_pods(service, selector);
        let folder = |file: &str| file.split('/').next().unwrap().to_owned();
        let folders: Vec<String> = pods.iter().map(|pod| folder(&pod.resource().origin().file)).collect();
        assert_eq!(folders, [folder(&service.origin().file)]);
    }
}

#[test]
fn pods_are_found_by_service_account() {
    let inventory = inventory(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {serviceAccountName: web}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: shop}\nspec: {serviceAccount: web}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: c, namespace: shop}\nspec: {x: y}\n",
    );
    let names = |account: &str| {
        let pods = inventory.pods_of_service_account(Some("shop"), account);
        pods.iter().map(|pod| pod.resource().name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("web"), ["a", "b"]);
    assert_eq!(names("default"), ["c"]);
}

#[test]
fn resources_are_found_by_kind_and_namespace() {
    let inventory = inventory(
        "{apiVersion: v1, kind: Secret, metadata: {name: unset}}\n---\n\
         {apiVersion: v1, kind: Secret, metadata: {name: default, namespace: default}}\n---\n\
         {apiVersion: v1, kind: Secret, metadata: {name: shop, namespace: shop}}\n---\n\
         {apiVersion: example.com/v1, kind: Secret, metadata: {name: foreign, namespace: shop}}\n",
    );
    let names = |namespace| -> Vec<&str> {
        inventory.of_kind_in(GroupKind::new("", "Secret"), namespace).map(|found| found.name()).collect()
    };
    assert_eq!(names(None), ["unset", "default"]);
    assert_eq!(names(Some("default")), ["unset", "default"]);
    assert_eq!(names(Some("shop")), ["shop"]);
    assert!(names(Some("other")).is_empty());
}

#[test]
fn accounts_are_bound_by_name_in_the_namespace_that_is_meant() {
    let binding = |kind: &str, home: &str, subject: &str| {
        format!(
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b{home}}}\nroleRef: {{kind: ClusterRole, name: r}}\nsubjects: [{subject}]\n"
        )
    };
    let text = binding("RoleBinding", ", namespace: shop", "{kind: ServiceAccount, name: web}")
        + &binding("ClusterRoleBinding", "", "{kind: ServiceAccount, name: op, namespace: ops}")
        + &binding("ClusterRoleBinding", "", "{kind: Group, name: \"system:serviceaccounts:bank\"}");
    let inventory = inventory(&text);
    assert!(inventory.is_bound(Some("shop"), "web"));
    assert!(inventory.is_bound(Some("ops"), "op"));
    assert!(!inventory.is_bound(Some("bank"), "web"));
    assert!(!inventory.is_bound(None, "op"));
}
