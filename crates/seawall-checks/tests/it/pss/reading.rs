//! Exact reading: what the API server refuses has no verdict, what it drops is not there.

use seawall_checks::pss::Level::{Baseline, Restricted};
use seawall_checks::pss::evaluate;

use super::{detail, hardened, inventory, pod};

#[test]
fn fields_of_the_wrong_type_have_no_verdict() {
    for (text, expected) in [
        (
            pod("", "securityContext: {privileged: 'true'}"),
            "`spec.containers[0].securityContext.privileged` must be a boolean, not a text",
        ),
        (pod("hostPID: 1", ""), "`spec.hostPID` must be a boolean, not a number"),
        (pod("hostUsers: []", ""), "`spec.hostUsers` must be a boolean, not a list"),
        (pod("initContainers: {}", ""), "`spec.initContainers` must be a list, not a map"),
        (pod("ephemeralContainers: [x]", ""), "`spec.ephemeralContainers[0]` must be a map, not a text"),
        (pod("os: windows", ""), "`spec.os` must be a map, not a text"),
        (
            pod("", "securityContext: true"),
            "`spec.containers[0].securityContext` must be a map, not a boolean",
        ),
        (
            pod("", "securityContext: {capabilities: {add: SYS_ADMIN}}"),
            "`spec.containers[0].securityContext.capabilities.add` must be a list, not a text",
        ),
        (
            pod("", "securityContext: {capabilities: {drop: [1]}}"),
            "`spec.containers[0].securityContext.capabilities.drop[0]` must be a text, not a number",
        ),
        (
            pod("securityContext: {runAsUser: root}", ""),
            "`spec.securityContext.runAsUser` must be a whole number of 64 bits, not a text",
        ),
        (
            pod("securityContext: {runAsUser: 0.5}", ""),
            "`spec.securityContext.runAsUser` must be a whole number of 64 bits, not a number",
        ),
        (
            pod("", "ports: [{hostPort: 3000000000}]"),
            "`spec.containers[0].ports[0].hostPort` must be a whole number of 32 bits, not a number",
        ),
        (pod("volumes: [{hostPath: /etc}]", ""), "`spec.volumes[0].hostPath` must be a map, not a text"),
        (pod("volumes: [{emptyDir: true}]", ""), "`spec.volumes[0].emptyDir` must be a map, not a boolean"),
        (
            pod("", "livenessProbe: {httpGet: {host: 1}}"),
            "`spec.containers[0].livenessProbe.httpGet.host` must be a text, not a number",
        ),
        (
            pod("", "").replace("{name: p}", "{name: p, annotations: {a: true}}"),
            "`metadata.annotations.a` must be a text, not a boolean",
        ),
    ] {
        let expected = format!("not evaluated: {expected}: the API server refuses the object");
        assert_eq!(detail(&text, Baseline, 37), expected);
        let evaluation = evaluate(&inventory(&text), "restricted".parse().unwrap());
        assert_eq!(evaluation.not_evaluated.len(), 1, "{text}");
        assert_eq!(evaluation.coverage.evaluated, 0, "{text}");
        assert!(evaluation.findings.is_empty(), "{text}");
    }
}

#[test]
fn null_is_unset_and_unknown_fields_are_ignored() {
    let text = pod(
        "securityContext: {runAsNonRoot: null, privileged: true, sysctls: null}\n  volumes: null\n  hostIPC: null",
        "securityContext: {privileged: null, procMount: null, capabilities: null, hostPID: true}\n    ports: null",
    )
    .replace("{name: p}", "{name: p, annotations: {container.apparmor.security.beta.kubernetes.io/c: null}}");
    assert_eq!(detail(&text, Baseline, 37), "");
    // An empty annotation is a value for the old seccomp rule, and so is `null`.
    let text = pod("", "")
        .replace("{name: p}", "{name: p, annotations: {seccomp.security.alpha.kubernetes.io/pod: null}}");
    assert!(detail(&text, Baseline, 18).contains("pod=\"\""));
    // A list may hold `null` where objects stand.
    let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [null]}\n";
    assert_eq!(
        detail(text, Restricted, 7),
        "runAsNonRoot != true (pod or container \"\" must set securityContext.runAsNonRoot=true)"
    );
    // A volume without source becomes an `emptyDir`.
    let text = hardened("volumes: [{name: a}, {name: b, emptyDir: null}]", "", "");
    assert_eq!(detail(&text, Restricted, 37), "");
    // `procMount: ""` is set, to something else than the default.
    assert_eq!(
        detail(&pod("", "securityContext: {procMount: ''}"), Baseline, 37),
        "procMount (container \"c\" must not set securityContext.procMount to \"\")"
    );
}
