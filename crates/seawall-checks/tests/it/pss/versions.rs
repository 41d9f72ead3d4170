//! Verdicts change at the boundaries between versions, and nowhere else.

use seawall_checks::pss::Level::{Baseline, Restricted};
use seawall_checks::pss::{Level, Version, evaluate_pod};

use super::{detail, hardened, inventory, pod};

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
