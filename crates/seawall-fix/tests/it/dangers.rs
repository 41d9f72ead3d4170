//! What changes may break is said where something speaks for it, and not otherwise.

use super::{fixed, inventory, pod};

/// What may break when everything that a check finds is fixed.
fn said(checks: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    let world = inventory(files);
    let outcome = fixed(&world, checks);
    assert!(!outcome.is_empty(), "{:?}", outcome.left);
    outcome.dangers.into_iter().map(|danger| danger.message).collect()
}

fn of_pod(check: &str, spec: &str) -> Vec<String> {
    said(&[check], &[("a.yaml", &pod(spec))])
}

#[track_caller]
fn one(said: &[String], part: &str) {
    assert!(said.len() == 1 && said[0].contains(part), "{said:?}");
}

#[test]
fn users_that_images_decide() {
    let check = "pod-run-as-non-root";
    one(&of_pod(check, "{containers: [{name: a, image: 'r/a:1'}]}"), "runs as the user of image `r/a:1`");
    // A number is set for the one that is asked about; the pod's flag reaches both.
    let spec = "{securityContext: {runAsNonRoot: false}, containers: [{name: a, securityContext: {runAsUser: 7}}, {name: b, image: 'r/b:1'}]}";
    one(&of_pod(check, spec), "container `b` runs as the user of image `r/b:1`");
}

#[test]
fn file_systems_that_are_written() {
    let check = "pod-writable-root-filesystem";
    let with = |mounts: &str, more: &str| {
        format!(
            "{{volumes: [{{name: v, emptyDir: {{}}}}, {{name: c, configMap: {{name: x}}}}], containers: [{{name: a, volumeMounts: [{mounts}]{more}}}]}}"
        )
    };
    one(&of_pod(check, &with("", "")), "has no writable volume at `/tmp`, `/var/tmp`, `/run`");
    one(&of_pod(check, &with("{name: c, mountPath: /tmp}", "")), "at `/tmp`,");
    one(&of_pod(check, &with("{name: v, mountPath: /tmp, readOnly: true}", "")), "at `/tmp`,");
    one(
        &of_pod(
            check,
            &with("{name: v, mountPath: /tmp}", ", args: ['--pid=/var/run/a.pid', '--work=/tmp/x']"),
        ),
        "is told to use `/run/a.pid`, where no",
    );
    let all = "{name: v, mountPath: /tmp}, {name: v, mountPath: /var/tmp/}, {name: v, mountPath: /var/run}, {name: v, mountPath: /var/cache}, {name: v, mountPath: /var/log}, {name: v, mountPath: /var/lib}";
    assert!(of_pod(check, &with(all, "")).is_empty());
}

#[test]
fn capabilities_that_are_used() {
    let check = "pod-capability-drop-all-missing";
    let with = |pod: &str, container: &str| format!("{{{pod} containers: [{{name: a, {container}}}]}}");
    let user = "securityContext: {runAsUser: 1000},";
    assert!(of_pod(check, &with(user, "ports: [{containerPort: 8080}]")).is_empty());
    one(
        &of_pod(check, &with(user, "ports: [{containerPort: 80}, {containerPort: 8080}]")),
        "listens on port 80 and",
    );
    one(&of_pod(check, &with(user, "livenessProbe: {tcpSocket: {port: 53}}")), "listens on port 53");
    let back = "ports: [{containerPort: 80}], securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}";
    assert!(of_pod(check, &with(user, back)).is_empty());
    let free = "securityContext: {runAsUser: 1000, sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: '0'}]},";
    assert!(of_pod(check, &with(free, "ports: [{containerPort: 80}]")).is_empty());
    one(&of_pod(check, &with("", "image: x")), "may start as root");
    one(
        &of_pod("pod-capability-any-added", &with(user, "securityContext: {capabilities: {add: [CHOWN]}}")),
        "asked for `CHOWN`",
    );
    let web = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, labels: {{app: web}}}}\nspec: {}\n",
        with(user, "image: x")
    );
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 443}, {port: 81, targetPort: 8081}]}\n";
    one(&said(&[check], &[("a.yaml", &web), ("b.yaml", service)]), "listens on port 443 and");
}

#[test]
fn escalation_that_is_used() {
    let check = "pod-allow-privilege-escalation";
    assert!(of_pod(check, "{containers: [{name: a}]}").is_empty());
    one(&of_pod(check, "{containers: [{name: a, command: [sh, -c, 'sudo x']}]}"), "calls `sudo`");
    let file = "{containers: [{name: a, securityContext: {runAsUser: 101, capabilities: {add: [NET_BIND_SERVICE]}}}]}";
    one(&of_pod(check, file), "file capabilities");
}

#[test]
fn tokens_whose_account_holds_rights() {
    let check = "pod-service-account-token-automount";
    let spec = "{containers: [{name: a}]}";
    assert!(of_pod(check, spec).is_empty());
    let rights = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: reads, namespace: default}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}\nsubjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:serviceaccounts:default'}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader, namespace: default}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n";
    let files = [("a.yaml", pod(spec)), ("b.yaml", rights.to_owned())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    one(&said(&[check], &files), "holds rights by RoleBinding/default/reads");
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: default}\n";
    let files = [files[0], files[1], ("c.yaml", account)];
    one(&said(&["pod-default-service-account-automount"], &files), "Pod/web get no token any more");
}

#[test]
fn namespaces_of_the_node_and_its_ports() {
    for (check, spec, part) in [
        (
            "pod-host-network",
            "{hostNetwork: true, containers: [{name: a}]}",
            "leaves the network of its node",
        ),
        ("pod-host-pid", "{hostPID: true, containers: []}", "processes of the node"),
        ("pod-host-ipc", "{hostIPC: true, containers: []}", "shares memory"),
        (
            "pod-host-port",
            "{containers: [{name: a, ports: [{containerPort: 80, hostPort: 8080}]}]}",
            "port 8080 of the node is closed",
        ),
        (
            "pod-privileged",
            "{containers: [{name: a, securityContext: {privileged: true}}]}",
            "loses the devices of the node",
        ),
    ] {
        let said = of_pod(check, spec);
        assert!(said.iter().any(|message| message.contains(part)), "{check}: {said:?}");
    }
}

/// Off the node's network, policies hold for a pod that they did not hold for.
#[test]
fn connections_that_policies_no_longer_allow() {
    let agent = "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: ops, labels: {app: agent}}\nspec: {hostNetwork: true, containers: [{name: a, ports: [{containerPort: 9100}]}]}\n";
    let client = "apiVersion: v1\nkind: Pod\nmetadata: {name: client, namespace: ops, labels: {app: client}}\nspec: {containers: [{name: a}]}\n";
    let deny = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: ops}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n";
    let said = said(&["pod-host-network"], &[("a.yaml", agent), ("b.yaml", client), ("c.yaml", deny)]);
    assert!(said.iter().any(|message| message.contains("ops/client[Pod] to ops/agent[Pod]")), "{said:?}");
}

#[test]
fn doors_that_are_closed() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 443}]}\n";
    let said = said(&["network-service-type"], &[("a.yaml", service)]);
    one(&said, "was a `LoadBalancer`");
}

#[test]
fn pods_that_a_namespace_no_longer_admits() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {hostPID: true, containers: []}\n";
    let said = said(&["admission-psa-baseline-enforced"], &[("a.yaml", namespace), ("b.yaml", pod)]);
    one(&said, "level `baseline` refuses new pods of Pod/shop/web");
}
