//! Table A: what one permission opens.

use crate::{case, check, clusterwide, inventory, model, namespaced, pairs, steps};
use seawall_paths::Model;

const BOT: &str = "ServiceAccount/ci/bot";

#[test]
fn permissions_in_a_namespace() {
    let rule = |text: &str| namespaced(text);
    check(&[
        case(
            rule("{apiGroups: [''], resources: [pods], verbs: [create]}"),
            "A04 ServiceAccount/ci/bot → service accounts of namespace ci",
            ("verbs: [create]", "verbs: [get, list]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [pods], verbs: [create]}"),
            "A04 ServiceAccount/ci/bot → secrets of namespace ci",
            ("apiGroups: ['']", "apiGroups: [apps]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [pods], verbs: [create]}"),
            "A05 ServiceAccount/ci/bot → nodes",
            (
                "metadata: {name: ci}",
                "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: baseline}}",
            ),
        ),
        // A rule with names never allows `create`: the request carries none.
        case(
            rule("{apiGroups: [''], resources: [pods], verbs: [create]}"),
            "A05 ServiceAccount/ci/bot → nodes",
            ("verbs: [create]", "verbs: [create], resourceNames: [web]"),
        ),
        case(
            rule("{apiGroups: [apps], resources: [deployments], verbs: [create]}"),
            "A06 ServiceAccount/ci/bot → service accounts of namespace ci",
            ("apiGroups: [apps]", "apiGroups: ['']"),
        ),
        case(
            rule("{apiGroups: [apps], resources: [deployments], verbs: [patch], resourceNames: [app]}"),
            "A06 ServiceAccount/ci/bot → service accounts of namespace ci",
            ("resourceNames: [app]", "resourceNames: [none]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [pods], verbs: [patch]}"),
            "A07 ServiceAccount/ci/bot → pods of namespace ci",
            ("resources: [pods]", "resources: [pods/status]"),
        ),
        case(
            rule("{apiGroups: [''], resources: ['*/exec'], verbs: [create]}"),
            "A08 ServiceAccount/ci/bot → pods of namespace ci",
            ("'*/exec'", "'pods/*'"),
        ),
        case(
            rule("{apiGroups: [''], resources: [pods/exec], verbs: [create], resourceNames: [web]}"),
            "A08 ServiceAccount/ci/bot → Pod/ci/web",
            ("resourceNames: [web]", "resourceNames: [db]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [pods/attach], verbs: [create]}"),
            "A09 ServiceAccount/ci/bot → pods of namespace ci",
            ("verbs: [create]", "verbs: [update]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [pods/portforward], verbs: [create]}"),
            "A10 ServiceAccount/ci/bot → ports of namespace ci",
            ("pods/portforward", "pods"),
        ),
        case(
            rule("{apiGroups: [''], resources: [pods/ephemeralcontainers], verbs: [patch]}"),
            "A11 ServiceAccount/ci/bot → Node/n1",
            ("nodeName: n1,", ""),
        ),
        case(
            rule("{apiGroups: [''], resources: [services/proxy], verbs: [get]}"),
            "A12 ServiceAccount/ci/bot → ports of namespace ci",
            ("services/proxy", "services"),
        ),
        case(
            rule("{apiGroups: [''], resources: [secrets], verbs: [get]}"),
            "A16 ServiceAccount/ci/bot → secrets of namespace ci",
            ("verbs: [get]", "verbs: [delete]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [secrets], verbs: [list], resourceNames: [token]}"),
            "A16 ServiceAccount/ci/bot → Secret/ci/token",
            ("resourceNames: [token]", "resourceNames: [other]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [secrets], verbs: [watch]}"),
            "A17 ServiceAccount/ci/bot → secrets of namespace ci",
            ("verbs: [watch]", "verbs: [watch], resourceNames: [token]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [secrets], verbs: [create, get]}"),
            "A18 ServiceAccount/ci/bot → service accounts of namespace ci",
            ("verbs: [create, get]", "verbs: [create]"),
        ),
        case(
            rule(
                "{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create], resourceNames: [other]}",
            ),
            "A20 ServiceAccount/ci/bot → ServiceAccount/ci/other",
            ("resourceNames: [other]", "resourceNames: [bot2]"),
        ),
        case(
            rule("{apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]}"),
            "A22 ServiceAccount/ci/bot → service accounts of namespace ci",
            ("resources: [serviceaccounts]", "resources: [users]"),
        ),
        case(
            rule("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"),
            "A02 ServiceAccount/ci/bot → namespace-admin:ci",
            ("verbs: ['*']", "verbs: [get, list, watch]"),
        ),
    ]);
}

#[test]
fn permissions_in_the_cluster() {
    check(&[
        case(
            clusterwide("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"),
            "A01 ServiceAccount/ci/bot → cluster-admin",
            ("apiGroups: ['*']", "apiGroups: ['']"),
        ),
        // Spelled out, everything is everything.
        case(
            clusterwide(
                "{apiGroups: ['*'], resources: ['*'], verbs: [get, list, create, update, patch, delete]}",
            ),
            "A01 ServiceAccount/ci/bot → cluster-admin",
            (", delete]", "]"),
        ),
        case(
            clusterwide("{apiGroups: [''], resources: [users], verbs: [impersonate]}"),
            "A22 ServiceAccount/ci/bot → users",
            ("resources: [users]", "resources: [groups]"),
        ),
        case(
            clusterwide("{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}"),
            "A37 ServiceAccount/ci/bot → pods of the cluster",
            ("nodes/proxy", "nodes/metrics"),
        ),
        case(
            clusterwide("{apiGroups: [''], resources: [nodes/proxy], verbs: [create], resourceNames: [n1]}"),
            "A37 ServiceAccount/ci/bot → pods on Node/n1",
            ("verbs: [create]", "verbs: [update]"),
        ),
        case(
            clusterwide(
                "{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [patch]}",
            ),
            "A31 ServiceAccount/ci/bot → nodes",
            ("verbs: [patch]", "verbs: [delete]"),
        ),
        case(
            clusterwide(
                "{apiGroups: [kustomize.toolkit.fluxcd.io], resources: [kustomizations], verbs: [create]}",
            ) + "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: kustomize-controller, namespace: flux}\n",
            "A52 ServiceAccount/ci/bot → ServiceAccount/flux/kustomize-controller",
            ("name: kustomize-controller,", "name: another-controller,"),
        ),
        case(
            clusterwide(
                "{apiGroups: [''], resources: [configmaps], verbs: [update], resourceNames: [aws-auth]}",
            ) + "---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: aws-auth, namespace: kube-system}\n",
            "A41 ServiceAccount/ci/bot → system-masters",
            ("resourceNames: [aws-auth]", "resourceNames: [coredns]"),
        ),
    ]);
}

/// Rights over objects without a namespace are dead in a RoleBinding.
#[test]
fn cluster_scoped_objects_in_a_role_binding_open_nothing() {
    let rule = "{apiGroups: ['*'], resources: [nodes/proxy, users, groups, mutatingwebhookconfigurations], verbs: ['*']}";
    let own: Vec<String> = steps(&model(&namespaced(rule)))
        .into_iter()
        .filter(|step| step.contains(&format!("{BOT} →")))
        .collect();
    assert!(own.is_empty(), "{own:?}");
}

/// `get` opened a WebSocket to `pods/exec` before 1.35.
#[test]
fn exec_by_get_depends_on_the_version() {
    let yaml = namespaced("{apiGroups: [''], resources: [pods/exec], verbs: [get]}");
    let step = "A08 ServiceAccount/ci/bot → pods of namespace ci";
    for (version, opens) in [(Some((1, 34)), true), (Some((1, 35)), false), (None, true)] {
        let (model, _) = Model::build(&inventory(&yaml, version));
        let found = model
            .attacks()
            .into_iter()
            .find(|attack| format!("{} {} → {}", attack.primitive, attack.from, attack.to) == step);
        assert_eq!(found.is_some(), opens, "{version:?}");
        let sure = found.map(|attack| attack.confidence.as_str());
        assert_eq!(sure, if version.is_none() { Some("medium") } else { opens.then_some("high") });
    }
    // The newest kubelet tells as much as the API server when it is old enough, or too new.
    let kubelet = |minor: u32| {
        yaml.replace(
            "spec: {providerID: kind://n1}",
            &format!("status: {{nodeInfo: {{kubeletVersion: v1.{minor}.1}}}}"),
        )
    };
    for (minor, sure) in [(31, Some("high")), (33, Some("medium")), (35, None)] {
        let (model, _) = Model::build(&inventory(&kubelet(minor), None));
        let found = model.attacks().into_iter().find(|attack| attack.primitive.id() == "A08");
        assert_eq!(found.map(|attack| attack.confidence.as_str()), sure, "{minor}");
    }
}

/// Create or update of bindings and roles alone hands out nothing that is not held.
#[test]
fn writing_bindings_or_roles_alone_gains_nothing() {
    let rbac = "apiGroups: [rbac.authorization.k8s.io]";
    for rule in [
        format!("{{{rbac}, resources: [rolebindings, clusterrolebindings], verbs: [create, update, patch]}}"),
        format!("{{{rbac}, resources: [roles, clusterroles], verbs: [create, update, patch]}}"),
        format!("{{{rbac}, resources: [roles, clusterroles], verbs: [bind, escalate]}}"),
        "{apiGroups: [''], resources: [groups], verbs: [impersonate]}".to_owned(),
    ] {
        assert_eq!(pairs(&model(&clusterwide(&rule)), &[BOT], &[]), Vec::<String>::new(), "{rule}");
    }
}
