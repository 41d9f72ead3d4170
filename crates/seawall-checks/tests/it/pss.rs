//! Pod Security Standards: every boundary between versions, upstream's wording, exact reading.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use seawall_checks::pss::{
    Level, Policy, Version, control, controls, enforce_message, evaluate, evaluate_pod, forbidden_detail,
    forbidden_reason, warn_message,
};
use seawall_core::{Origin, OriginKind, Severity};
use seawall_inventory::{Inventory, InventoryBuilder, PodView, Resource};
use seawall_yaml::{Limits, Node, NodeId, Text, read};

use Level::{Baseline, Restricted};

fn origin(index: u32) -> Origin {
    Origin { file: "test.yaml".into(), document: index, line: 1, kind: OriginKind::File }
}

fn inventory(text: &str) -> Inventory {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin = origin(document.index);
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

/// A pod of one clean container `c`, with more fields for the pod's spec and for the container.
fn pod(spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  {}\n  containers:\n  - name: c\n    image: i\n    {}\n",
        spec.trim(),
        container.trim(),
    )
}

/// The same pod, hardened so that nothing but what is given violates restricted.
fn hardened(spec: &str, container: &str, context: &str) -> String {
    let context = format!(
        "securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}, runAsNonRoot: true, \
         seccompProfile: {{type: RuntimeDefault}}{context}}}\n    {container}"
    );
    pod(spec, &context)
}

fn detail(text: &str, level: Level, minor: u32) -> String {
    let inventory = inventory(text);
    let pod = inventory.resources()[0].pods().next().expect("a pod");
    match evaluate_pod(&pod, level, Version::v1(minor)) {
        Ok(violations) => {
            assert!(violations.iter().all(|violation| !violation.places.is_empty()), "{violations:?}");
            forbidden_detail(&violations)
        }
        Err(reason) => format!("not evaluated: {reason}"),
    }
}

#[test]
fn controls_are_in_upstreams_order_and_named_after_it() {
    let kebab = |id: &str| {
        let mut name = String::from("pss-");
        let mut before = '-';
        for c in id.chars() {
            match c {
                '_' => name.push('-'),
                c if c.is_uppercase() && before.is_lowercase() => name.extend(['-', c.to_ascii_lowercase()]),
                // The L of seLinux ends no word.
                c => name.push(c.to_ascii_lowercase()),
            }
            before = c;
        }
        name
    };
    let order: Vec<(Level, &str)> = controls().iter().map(|control| (control.level, control.id)).collect();
    let mut sorted = order.clone();
    sorted.sort();
    assert_eq!(order, sorted);
    assert_eq!(order.len(), 19);
    for control in controls() {
        assert_eq!(control.check, kebab(control.id));
        let info = control.info();
        let severity = if control.level == Baseline { Severity::High } else { Severity::Medium };
        assert_eq!(info.severity, severity);
        assert!(info.frameworks.iter().any(|framework| framework == "PSS:restricted"));
        assert_eq!(
            info.frameworks.iter().any(|framework| framework == "PSS:baseline"),
            control.level == Baseline
        );
        for text in [control.title, control.why, control.help] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", control.id);
        }
    }
    assert_eq!(control("seLinuxOptions").unwrap().check, "pss-se-linux-options");
    assert!(control("selinuxoptions").is_none());
}

#[test]
fn policies_are_read_as_labels_are() {
    for (text, policy) in [
        ("restricted", Some(Policy::new(Restricted, Version::LATEST))),
        ("restricted:latest", Some(Policy::new(Restricted, Version::LATEST))),
        ("baseline:v1.31", Some(Policy::new(Baseline, Version::v1(31)))),
        ("privileged:v1.0", Some(Policy::new(Level::Privileged, Version::v1(0)))),
        ("restricted:v1.99", Some(Policy::new(Restricted, Version::v1(99)))),
        ("Restricted", None),
        ("restricted:", None),
        ("restricted:1.31", None),
        ("restricted:v1.031", None),
        ("restricted:v1.00", None),
        ("restricted:v1.", None),
        ("restricted:v1.+3", None),
        ("restricted:v2.0", None),
        ("restricted:v1.99999999999", None),
        ("restricted:Latest", None),
    ] {
        assert_eq!(text.parse::<Policy>().ok(), policy, "{text}");
    }
    assert_eq!("v1.99".parse::<Version>().unwrap().minor(), Version::NEWEST_MINOR);
    assert_eq!(Version::LATEST.minor(), 37);
    assert_eq!("restricted:v1.99".parse::<Policy>().unwrap().to_string(), "restricted:v1.99");
    assert_eq!(
        "strict".parse::<Policy>().unwrap_err().to_string(),
        "unknown Pod Security level `strict`, expected one of: privileged, baseline, restricted"
    );
}

/// Pod, level, the last minor version of the first verdict, the first verdict, the next verdict. Empty allows.
type Boundary = (&'static str, String, Level, u32, &'static str, &'static str);

#[test]
fn verdicts_change_at_version_boundaries_only() {
    let cases: Vec<Boundary> = vec![
        (
            "escalation is a control since 1.8",
            pod("securityContext: {runAsNonRoot: true}", ""),
            Restricted,
            7,
            "",
            "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false)",
        ),
        (
            "seccomp fields since 1.19",
            pod("securityContext: {seccompProfile: {type: Unconfined}}", ""),
            Baseline,
            18,
            "",
            "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")",
        ),
        (
            "seccomp annotations until 1.18",
            pod("", "").replace(
                "{name: p}",
                "{name: p, annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined}}",
            ),
            Baseline,
            18,
            "seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod=\"unconfined\")",
            "",
        ),
        (
            "a missing seccomp profile since 1.19",
            pod("", "securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true}"),
            Restricted,
            18,
            "",
            "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
        ),
        (
            "capabilities must be dropped since 1.22",
            hardened("", "", ", x: 1").replace("capabilities: {drop: [ALL]}, ", ""),
            Restricted,
            21,
            "",
            "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"])",
        ),
        (
            "restricted capabilities take the place of those of baseline since 1.22",
            hardened("", "", "").replace("{drop: [ALL]}", "{drop: [ALL], add: [SYS_TIME, CHOWN]}"),
            Restricted,
            21,
            "non-default capabilities (container \"c\" must not include \"SYS_TIME\" in securityContext.capabilities.add)",
            "unrestricted capabilities (container \"c\" must not include \"CHOWN\", \"SYS_TIME\" in securityContext.capabilities.add)",
        ),
        (
            "user 0 since 1.23",
            hardened("", "", ", runAsUser: 0"),
            Restricted,
            22,
            "",
            "runAsUser=0 (container \"c\" must not set runAsUser=0)",
        ),
        (
            "Windows is exempt since 1.25",
            pod("os: {name: windows}", "securityContext: {runAsNonRoot: true}"),
            Restricted,
            24,
            "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), \
             unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), \
             seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
            "",
        ),
        (
            "reserved ports are safe since 1.27",
            pod("securityContext: {sysctls: [{name: net.ipv4.ip_local_reserved_ports, value: '1'}]}", ""),
            Baseline,
            26,
            "forbidden sysctls (net.ipv4.ip_local_reserved_ports)",
            "",
        ),
        (
            "keep-alive sysctls are safe since 1.29",
            pod(
                "securityContext: {sysctls: [{name: net.ipv4.tcp_keepalive_time}, {name: net.ipv4.tcp_fin_timeout}, \
                 {name: net.ipv4.tcp_keepalive_intvl}, {name: net.ipv4.tcp_keepalive_probes}]}",
                "",
            ),
            Baseline,
            28,
            "forbidden sysctls (net.ipv4.tcp_keepalive_time, net.ipv4.tcp_fin_timeout, net.ipv4.tcp_keepalive_intvl, \
             net.ipv4.tcp_keepalive_probes)",
            "",
        ),
        (
            "the engine type is allowed since 1.31",
            pod("securityContext: {seLinuxOptions: {type: container_engine_t}}", ""),
            Baseline,
            30,
            "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"container_engine_t\")",
            "",
        ),
        (
            "TCP buffers are safe since 1.32",
            pod("securityContext: {sysctls: [{name: net.ipv4.tcp_rmem}, {name: net.ipv4.tcp_wmem}]}", ""),
            Baseline,
            31,
            "forbidden sysctls (net.ipv4.tcp_rmem, net.ipv4.tcp_wmem)",
            "",
        ),
        (
            "hosts of probes since 1.34",
            pod("", "livenessProbe: {httpGet: {port: 80, host: 10.0.0.1}}"),
            Baseline,
            33,
            "",
            "probe or lifecycle host (container \"c\" uses probe or lifecycle host \"10.0.0.1\")",
        ),
        (
            "a user namespace relaxes procMount of baseline since 1.35",
            pod("hostUsers: false", "securityContext: {procMount: Unmasked}"),
            Baseline,
            34,
            "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")",
            "",
        ),
        (
            "a user namespace relaxes the user since 1.35",
            hardened("hostUsers: false", "", ", runAsUser: 0")
                .replace("runAsNonRoot: true", "runAsNonRoot: false"),
            Restricted,
            34,
            "runAsNonRoot != true (container \"c\" must not set securityContext.runAsNonRoot=false), \
             runAsUser=0 (container \"c\" must not set runAsUser=0)",
            "",
        ),
        (
            "sysctls of 1.37",
            pod(
                "securityContext: {sysctls: [{name: net.ipv4.tcp_slow_start_after_idle}, {name: net.ipv4.tcp_notsent_lowat}]}",
                "",
            ),
            Baseline,
            36,
            "forbidden sysctls (net.ipv4.tcp_slow_start_after_idle, net.ipv4.tcp_notsent_lowat)",
            "",
        ),
    ];
    for (name, text, level, last, before, after) in cases {
        for minor in [last, last + 1] {
            let expected = if minor <= last { before } else { after };
            let found = detail(&text, level, minor);
            assert_eq!(found, expected, "{name}, at 1.{minor}");
        }
        // Nothing else changes on either side, as long as the other controls that the pod violates are there.
        let range = match level {
            Restricted if last < 20 => continue,
            Restricted if name.contains("Windows") => 22..=37,
            Restricted if name.contains("relaxes") => 23..=37,
            Restricted => 8..=37,
            _ => 0..=37,
        };
        for minor in range {
            let expected = if minor <= last { before } else { after };
            assert_eq!(detail(&text, level, minor), expected, "{name}, at 1.{minor}");
        }
        assert_eq!(detail(&text, level, 99), after, "{name}, above the newest version");
    }
}

#[test]
fn restricted_keeps_procmount_in_user_namespaces() {
    let text = hardened("hostUsers: false", "", ", procMount: Unmasked");
    let verdict = "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")";
    for minor in [34, 35, 37] {
        assert_eq!(detail(&text, Restricted, minor), verdict, "1.{minor}");
    }
    // Only an explicit `false` is a user namespace.
    for host_users in ["hostUsers: true", "hostUsers: null", ""] {
        let text = pod(host_users, "securityContext: {procMount: Unmasked}");
        assert_eq!(detail(&text, Baseline, 37), verdict, "{host_users}");
    }
    let inventory = inventory(&text);
    let pod = inventory.resources()[0].pods().next().unwrap();
    let ids = |minor| -> Vec<&str> {
        let violations = evaluate_pod(&pod, Restricted, Version::v1(minor)).unwrap();
        violations.iter().map(|violation| violation.control).collect()
    };
    assert_eq!(ids(34), ["procMount"]);
    assert_eq!(ids(35), ["procMount_restricted"]);
}

#[test]
fn windows_is_exempt_from_three_controls_only() {
    let text = pod(
        "os: {name: windows}",
        "securityContext: {runAsUser: 0, windowsOptions: {hostProcess: true}, capabilities: {add: [SYS_TIME]}}",
    );
    assert_eq!(
        detail(&text, Restricted, 37),
        "hostProcess (container \"c\" must not set securityContext.windowsOptions.hostProcess=true), \
         runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), \
         runAsUser=0 (container \"c\" must not set runAsUser=0)"
    );
    let linux = pod("os: {name: linux}", "securityContext: {runAsNonRoot: true}");
    assert!(detail(&linux, Restricted, 37).starts_with("allowPrivilegeEscalation != false"));
}

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

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, uid: d}
spec:
  template:
    spec:
      hostPID: true
      containers:
      - {name: a, securityContext: {privileged: true}}
      - {name: b, securityContext: {privileged: true}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}]}
spec:
  hostPID: true
  containers:
  - {name: a, securityContext: {privileged: true}}
  - {name: b, securityContext: {privileged: true}}
  - {name: c, securityContext: {privileged: true}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
";

#[test]
fn an_inventory_gives_one_finding_a_control_with_all_places() {
    let inventory = inventory(DEPLOYMENT);
    let evaluation = evaluate(&inventory, "baseline:v1.30".parse().unwrap());
    let lines: Vec<String> = evaluation
        .findings
        .iter()
        .map(|finding| {
            let routes: Vec<String> =
                finding.locations.iter().map(|location| location.route.to_string()).collect();
            format!("{} {}: {} @ {}", finding.subject, finding.check.id, finding.message, routes.join(" "))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "Deployment/shop/web pss-host-namespaces: host namespaces (hostPID=true) @ spec.template.spec.hostPID",
            "Deployment/shop/web pss-privileged: privileged (containers \"a\", \"b\" must not set securityContext.privileged=true) @ \
             spec.template.spec.containers[0].securityContext.privileged spec.template.spec.containers[1].securityContext.privileged",
            // The pod drifted: what only it has is its own finding, what it shares with its owner is not said again.
            "Pod/shop/web-1 pss-privileged: privileged (containers \"a\", \"b\", \"c\" must not set securityContext.privileged=true) @ \
             spec.containers[0].securityContext.privileged spec.containers[1].securityContext.privileged \
             spec.containers[2].securityContext.privileged",
        ]
    );
    // 11 controls at 1.30: the hosts of probes came later. The pod counts where it differs from its owner.
    assert_eq!(evaluation.coverage.checks, 11);
    assert_eq!(evaluation.coverage.evaluated, 12);
    assert_eq!(evaluation.coverage.not_evaluated, 0);
    let privileged = evaluate(&inventory, "privileged".parse().unwrap());
    assert_eq!((privileged.findings.len(), privileged.coverage.evaluated), (0, 0));
}

#[test]
fn an_object_whose_pod_cannot_be_found_has_no_verdict() {
    let evaluation = evaluate(
        &inventory(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: nothing\n---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: {jobTemplate: []}\n",
        ),
        "baseline".parse().unwrap(),
    );
    let said: Vec<String> =
        evaluation.not_evaluated.iter().map(|gap| format!("{}: {}", gap.check, gap.reason)).collect();
    assert_eq!(
        said,
        [
            "pss-baseline: the CronJob has no pod spec, or it is no map",
            "pss-baseline: the Pod has no pod spec, or it is no map",
        ]
    );
}

/// Upstream's own fixtures, where they lie beside the repository.
#[test]
fn upstreams_fixtures_hold() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/pss");
    if !dir.is_dir() {
        eprintln!("skipped: no {}", dir.display());
        return;
    }
    let mut verdicts = 0;
    let mut wrong = Vec::new();
    let (mut rejected, mut named) = (0, 0);
    let mut by_count: BTreeMap<u32, u32> = BTreeMap::new();
    for file in ["baseline.jsonl", "restricted.jsonl"] {
        let text = std::fs::read_to_string(dir.join(file)).unwrap();
        for line in text.lines() {
            let (mut documents, problems) = read(&Text::new(line), &Limits::default());
            assert!(problems.is_empty(), "{problems:?}");
            let tree = Arc::new(documents.remove(0).tree);
            let case = tree.root();
            let object = case.get("pod").unwrap().id();
            let resource = Resource::new(Arc::clone(&tree), object, origin(0), None).unwrap();
            let pod = resource.pods().next().unwrap();
            let level: Level = case.str("level").unwrap().parse().unwrap();
            for version in case.list("versions").filter_map(Node::as_str) {
                verdicts += 1;
                match fault(case, &pod, level, version.parse().unwrap()) {
                    Ok(controls) if controls > 0 => {
                        rejected += 1;
                        named += controls;
                        *by_count.entry(controls).or_default() += 1;
                    }
                    Ok(_) => {}
                    Err(fault) => {
                        wrong.push(format!("{} at {version}: {fault}", case.str("case").unwrap()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {verdicts} verdicts are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(verdicts, 3821);
    eprintln!(
        "pss: {verdicts} verdicts hold; {:.3} controls a rejected pair ({by_count:?})",
        f64::from(named) / f64::from(rejected)
    );
}

/// How many controls were named, when the verdict is the expected one.
fn fault(case: Node<'_>, pod: &PodView<'_>, level: Level, version: Version) -> Result<u32, String> {
    let violations = evaluate_pod(pod, level, version).map_err(|reason| reason.to_string())?;
    let allowed = case.bool("allowed").unwrap();
    let named: Vec<String> =
        violations.iter().map(|violation| violation.control.to_ascii_lowercase()).collect();
    if named.is_empty() != allowed {
        return Err(format!("allowed should be {allowed}, named {named:?}"));
    }
    let check = case.str("check").unwrap();
    let stricter = match check {
        "capabilities_baseline" => "capabilities_restricted",
        "seccompprofile_baseline" => "seccompprofile_restricted",
        "procmount" => "procmount_restricted",
        "hostpathvolumes" => "restrictedvolumes",
        check => check,
    };
    if !allowed && !named.iter().any(|name| name == check || (level == Restricted && name == stricter)) {
        return Err(format!("`{check}` is not among {named:?}"));
    }
    u32::try_from(named.len()).map_err(|error| error.to_string())
}
