//! Each control speaks in the words of the API server.

use seawall_checks::pss::Level::{Baseline, Restricted};
use seawall_checks::pss::{
    Level, Policy, Version, enforce_message, evaluate_pod, forbidden_reason, warn_message,
};

use super::{detail, hardened, inventory, pod};

#[test]
fn wording_by_control() {
    let three = "
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  ephemeralContainers: [{name: e, CONTEXT}]
  containers: [{name: c, CONTEXT}]
  initContainers: [{name: i, CONTEXT}]
";
    let with = |context: &str| three.replace("CONTEXT", &format!("securityContext: {{{context}}}"));
    for (text, level, minor, expected) in [
        (
            with("privileged: true"),
            Baseline,
            0,
            "privileged (containers \"i\", \"c\", \"e\" must not set securityContext.privileged=true)",
        ),
        (
            with("capabilities: {add: [NET_RAW, CHOWN, CAP_CHOWN, net_raw]}"),
            Baseline,
            37,
            "non-default capabilities (containers \"i\", \"c\", \"e\" must not include \"CAP_CHOWN\", \"NET_RAW\", \"net_raw\" in securityContext.capabilities.add)",
        ),
        (
            pod("{hostPID: true, hostIPC: true, hostNetwork: true}".trim_matches(['{', '}']), "")
                .replace("hostPID: true, hostIPC: true, ", "hostPID: true\n  hostIPC: true\n  "),
            Baseline,
            37,
            "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)",
        ),
        (
            pod("volumes: [{name: a, hostPath: {path: /}}, {name: b, hostPath: {}}]", ""),
            Baseline,
            37,
            "hostPath volumes (volumes \"a\", \"b\")",
        ),
        (
            three.replace(
                "CONTEXT",
                "ports: [{hostPort: 9}, {hostPort: 10}, {hostPort: 0}, {containerPort: 7}]",
            ),
            Baseline,
            37,
            "hostPort (containers \"i\", \"c\", \"e\" use hostPorts 10, 9)",
        ),
        (pod("", "ports: [{hostPort: 80}]"), Baseline, 37, "hostPort (container \"c\" uses hostPort 80)"),
        (
            three.replace(
                "CONTEXT",
                "readinessProbe: {tcpSocket: {host: b}}, startupProbe: {httpGet: {host: ''}}, \
                 lifecycle: {preStop: {httpGet: {host: a}}, postStart: {tcpSocket: {host: b}}}",
            ),
            Baseline,
            34,
            "probe or lifecycle host (containers \"c\", \"e\", \"i\" use probe or lifecycle hosts \"a\", \"b\")",
        ),
        (
            with("seLinuxOptions: {type: spc_t, user: u, role: r, level: s0}"),
            Baseline,
            37,
            "seLinuxOptions (containers \"i\", \"c\", \"e\" set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set; role may not be set)",
        ),
        (
            pod(
                "securityContext: {seLinuxOptions: {type: b_t, user: ''}}",
                "securityContext: {seLinuxOptions: {type: a_t}}",
            ),
            Baseline,
            37,
            "seLinuxOptions (pod and container \"c\" set forbidden securityContext.seLinuxOptions: types \"a_t\", \"b_t\")",
        ),
        (
            pod(
                "securityContext: {windowsOptions: {hostProcess: true}}",
                "securityContext: {windowsOptions: {hostProcess: true}}",
            ),
            Baseline,
            37,
            "hostProcess (pod and container \"c\" must not set securityContext.windowsOptions.hostProcess=true)",
        ),
        (
            pod(
                "securityContext: {appArmorProfile: {type: Unconfined}}",
                "securityContext: {appArmorProfile: {type: None}}",
            ),
            Baseline,
            0,
            "forbidden AppArmor profiles (pod and container \"c\" must not set AppArmor profile type to \"None\", \"Unconfined\")",
        ),
        (
            pod("", "").replace(
                "{name: p}",
                "{name: p, annotations: {container.apparmor.security.beta.kubernetes.io/z: 'a\"b', \
                 container.apparmor.security.beta.kubernetes.io/b: runtime/default, \
                 container.apparmor.security.beta.kubernetes.io/d: '', \
                 container.apparmor.security.beta.kubernetes.io/e: localhost/x, \
                 container.apparmor.security.beta.kubernetes.io/a: unconfined}}",
            ),
            Baseline,
            37,
            "forbidden AppArmor profiles (annotations must not set AppArmor profile type to \
             \"container.apparmor.security.beta.kubernetes.io/a=\"unconfined\"\", \
             \"container.apparmor.security.beta.kubernetes.io/z=\"a\\\"b\"\")",
        ),
        (
            pod("", "securityContext: {appArmorProfile: {type: Unconfined}}").replace(
                "{name: p}",
                "{name: p, annotations: {container.apparmor.security.beta.kubernetes.io/gone: unconfined}}",
            ),
            Baseline,
            37,
            "forbidden AppArmor profiles (container \"c\" and annotation must not set AppArmor profile type to \
             \"Unconfined\", \"container.apparmor.security.beta.kubernetes.io/gone=\"unconfined\"\")",
        ),
        (
            pod("", "").replace(
                "{name: p}",
                "{name: p, annotations: {container.seccomp.security.alpha.kubernetes.io/c: '', \
                 container.seccomp.security.alpha.kubernetes.io/other: unconfined, \
                 seccomp.security.alpha.kubernetes.io/pod: docker/default}}",
            ),
            Baseline,
            18,
            "seccompProfile (forbidden annotation container.seccomp.security.alpha.kubernetes.io/c=\"\")",
        ),
        (
            pod("", "").replace(
                "{name: p}",
                "{name: p, annotations: {container.seccomp.security.alpha.kubernetes.io/c: x, \
                 seccomp.security.alpha.kubernetes.io/pod: x}}",
            ),
            Baseline,
            18,
            "seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/c=\"x\", \
             seccomp.security.alpha.kubernetes.io/pod=\"x\")",
        ),
        (
            hardened(
                "volumes: [{name: a, hostPath: {}}, {name: b, newVolume: {}}, {name: c, emptyDir: {}}, {name: d, nfs: {}}, \
                 {name: e, image: {}}, {name: f, nfs: {}}]",
                "",
                "",
            ),
            Restricted,
            37,
            "restricted volume types (volumes \"a\", \"b\", \"d\", \"f\" use restricted volume types \"hostPath\", \"nfs\", \"unknown\")",
        ),
        (
            hardened("volumes: [{name: a, gitRepo: {}}]", "", ""),
            Restricted,
            0,
            "restricted volume types (volume \"a\" uses restricted volume type \"gitRepo\")",
        ),
        (
            hardened("", "", "").replace("drop: [ALL]", "drop: [all], add: [CHOWN, NET_BIND_SERVICE]"),
            Restricted,
            22,
            "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]; \
             container \"c\" must not include \"CHOWN\" in securityContext.capabilities.add)",
        ),
        (
            pod("securityContext: {runAsUser: 0}", "securityContext: {runAsUser: 0}"),
            Restricted,
            23,
            "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), \
             unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), \
             runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), \
             runAsUser=0 (pod and container \"c\" must not set runAsUser=0), \
             seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
        ),
        // Controls of baseline come first, whatever the fields' order.
        (
            hardened("hostPID: true", "", ", privileged: true, runAsUser: 0"),
            Restricted,
            37,
            "host namespaces (hostPID=true), privileged (container \"c\" must not set securityContext.privileged=true), \
             runAsUser=0 (container \"c\" must not set runAsUser=0)",
        ),
    ] {
        assert_eq!(detail(&text, level, minor), expected, "{text}");
    }
}

#[test]
fn explicit_values_hide_missing_ones() {
    let two = |pod: &str, first: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {{{pod}}}\n  containers:\n  - {{name: a, securityContext: {{{first}}}}}\n  - {{name: b}}\n"
        )
    };
    let only = |text: &str, control: &str| {
        let inventory = inventory(text);
        let pod = inventory.resources()[0].pods().next().unwrap();
        let violations = evaluate_pod(&pod, Restricted, Version::LATEST).unwrap();
        violations
            .into_iter()
            .find(|violation| violation.control == control)
            .map(|violation| violation.detail)
    };
    for (pod, first, expected) in [
        ("", "", Some("pod or containers \"a\", \"b\" must set securityContext.runAsNonRoot=true")),
        ("", "runAsNonRoot: true", Some("pod or container \"b\" must set securityContext.runAsNonRoot=true")),
        ("", "runAsNonRoot: false", Some("container \"a\" must not set securityContext.runAsNonRoot=false")),
        (
            "runAsNonRoot: false",
            "runAsNonRoot: true",
            Some("pod must not set securityContext.runAsNonRoot=false"),
        ),
        (
            "runAsNonRoot: false",
            "runAsNonRoot: false",
            Some("pod and container \"a\" must not set securityContext.runAsNonRoot=false"),
        ),
        (
            "runAsNonRoot: true",
            "runAsNonRoot: false",
            Some("container \"a\" must not set securityContext.runAsNonRoot=false"),
        ),
        ("runAsNonRoot: true", "", None),
    ] {
        assert_eq!(only(&two(pod, first), "runAsNonRoot").as_deref(), expected, "{pod} / {first}");
    }
    for (pod, first, expected) in [
        (
            "",
            "",
            Some(
                "pod or containers \"a\", \"b\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            ),
        ),
        (
            "seccompProfile: {type: Bad}",
            "seccompProfile: {type: Localhost}",
            Some("pod must not set securityContext.seccompProfile.type to \"Bad\""),
        ),
        // A profile without a type is an explicit bad value.
        (
            "seccompProfile: {}",
            "seccompProfile: {type: Unconfined}",
            Some(
                "pod and container \"a\" must not set securityContext.seccompProfile.type to \"\", \"Unconfined\"",
            ),
        ),
        (
            "seccompProfile: null",
            "seccompProfile: {type: RuntimeDefault}",
            Some(
                "pod or container \"b\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            ),
        ),
        ("seccompProfile: {type: Localhost}", "", None),
    ] {
        assert_eq!(
            only(&two(pod, first), "seccompProfile_restricted").as_deref(),
            expected,
            "{pod} / {first}"
        );
    }
}

#[test]
fn messages_are_those_of_the_api_server() {
    let inventory = inventory(&pod("hostPID: true", "ports: [{hostPort: 80}]"));
    let pod = inventory.resources()[0].pods().next().unwrap();
    let violations = evaluate_pod(&pod, Baseline, Version::LATEST).unwrap();
    assert_eq!(forbidden_reason(&violations), "host namespaces, hostPort");
    assert_eq!(
        enforce_message(Policy::new(Baseline, Version::LATEST), &violations),
        "violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true), hostPort (container \"c\" uses hostPort 80)"
    );
    assert!(
        warn_message("baseline:v1.99".parse().unwrap(), &violations)
            .starts_with("would violate PodSecurity \"baseline:v1.99\": host namespaces (")
    );
    assert_eq!(evaluate_pod(&pod, Level::Privileged, Version::LATEST), Ok(vec![]));
}
