//! Flaws of runtimes and kernels (B24).

use crate::{case, check, clusterwide, model, namespaced, pairs};

fn pod(info: &str, spec: &str, container: &str) -> String {
    format!(
        "kind: Node\napiVersion: v1\nmetadata: {{name: n1}}\nspec: {{providerID: kind://n1}}\nstatus: {{nodeInfo: {{{info}}}}}\n\
         ---\nkind: Pod\napiVersion: v1\nmetadata: {{name: p, namespace: a}}\n\
         spec: {{nodeName: n1, automountServiceAccountToken: false, {spec} containers: [{{name: c, image: i, {container}}}]}}\n"
    )
}

#[test]
fn versions_of_nodes_with_their_conditions() {
    let step = "B24 Container/a/p/c → Node/n1";
    let shim =
        |spec: &str, container: &str| pod("containerRuntimeVersion: 'containerd://1.4.2'", spec, container);
    let pipe = |container: &str| pod("kernelVersion: 5.15.20", "", container);
    let tables = |container: &str| pod("kernelVersion: 6.1.70", "", container);
    let confined = "securityContext: {seccompProfile: {type: RuntimeDefault}}";
    check(&[
        case(shim("hostNetwork: true,", "tty: true"), step, ("1.4.2", "1.4.3")),
        case(shim("hostNetwork: true,", "tty: true"), step, ("hostNetwork: true", "hostNetwork: false")),
        case(shim("hostNetwork: true,", "tty: true"), step, ("tty: true", "securityContext: {runAsUser: 5}")),
        case(pipe(confined), step, ("5.15.20", "5.15.25")),
        // A build number of the distribution tells nothing.
        case(pipe("tty: true"), step, ("5.15.20", "5.15.0-91-generic")),
        case(pipe(confined), step, ("5.15.20", "5.4.20")),
        case(tables("tty: true"), step, ("6.1.70", "6.1.76")),
        case(tables("tty: true"), step, ("tty: true", confined)),
        case(pod("containerRuntimeVersion: 'docker://18.9.1'", "", "tty: true"), step, ("18.9.1", "18.9.2")),
    ]);
    let held = pod("kernelVersion: 5.15.20", "hostUsers: false,", "tty: true");
    assert_eq!(pairs(&model(&held), &["Pod"], &["node-root"]), ["Pod/a/p → node-root (held back)"]);
    let model = model(&pipe("tty: true"));
    let attack = model.attacks().into_iter().find(|attack| attack.primitive.id() == "B24").unwrap();
    assert_eq!(
        (attack.confidence.as_str(), attack.evidence[0].route.as_str()),
        ("low", "status.nodeInfo.kernelVersion")
    );
}

/// A flaw that is used by choosing what is started opens nodes to who makes pods, whatever level is enforced.
#[test]
fn whoever_makes_pods_uses_flaws_of_the_runtime() {
    let flawed = |yaml: String, version: &str| {
        yaml.replace(
            "spec: {providerID: kind://n1}\n",
            &format!("spec: {{providerID: kind://n1}}\nstatus: {{nodeInfo: {{containerRuntimeVersion: 'cri-o://{version}'}}}}\n"),
        )
        .replace(
            "metadata: {name: ci}",
            "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}",
        )
    };
    let rule = "{apiGroups: [''], resources: [pods], verbs: [create]}";
    let bot = |yaml: &str| pairs(&model(yaml), &["ServiceAccount/ci/bot"], &["node-root"]);
    for yaml in [namespaced(rule), clusterwide(rule)] {
        assert_eq!(bot(&flawed(yaml.clone(), "1.22.2")), ["ServiceAccount/ci/bot → node-root"]);
        assert_eq!(bot(&flawed(yaml, "1.22.3")), ["ServiceAccount/ci/bot → node-root (held back)"]);
    }
    let other = namespaced("{apiGroups: [''], resources: [pods], verbs: [get]}");
    assert!(bot(&flawed(other, "1.22.2")).is_empty());
}
