//! What each default sets, and when it does not.

use seawall_policy::defaults::{TokenOfAccount, fill};

use super::{chosen, filled, value};

/// A default, a pod spec, and the same with the default; nothing where it has nothing to do.
fn expect(name: &str, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        let (seen, names) = filled(before, name);
        let wanted = value(if after.is_empty() { before } else { after });
        assert!(seen.means(&wanted), "{name}: {before}\n{seen:?}");
        assert_eq!(names.is_empty(), after.is_empty(), "{name}: {before}");
    }
}

#[test]
fn seccomp_is_the_pods_where_a_container_takes_it() {
    let profile = "seccompProfile: {type: RuntimeDefault}";
    expect(
        "seccomp",
        &[
            ("containers: [{}]", &format!("{{containers: [{{}}], securityContext: {{{profile}}}}}")),
            (
                "{containers: [{}], securityContext: {fsGroup: 1, seccompProfile: null}}",
                &format!("{{containers: [{{}}], securityContext: {{fsGroup: 1, {profile}}}}}"),
            ),
            ("{containers: [{}], securityContext: {seccompProfile: {type: Unconfined}}}", ""),
            ("containers: [{securityContext: {seccompProfile: {type: Unconfined}}}]", ""),
            ("{containers: [{}], os: {name: windows}}", ""),
            ("{containers: [{}], nodeSelector: {kubernetes.io/os: windows}}", ""),
            ("{containers: []}", ""),
        ],
    );
}

#[test]
fn escalation_is_left_where_the_api_server_would_refuse() {
    let context = |text: &str| format!("containers: [{{securityContext: {{{text}}}}}]");
    let kept = |text: &str| (context(text), String::new());
    let cases = [
        ("{initContainers: [{}], containers: [{}]}".to_owned(), "{initContainers: [{securityContext: {allowPrivilegeEscalation: false}}], containers: [{securityContext: {allowPrivilegeEscalation: false}}]}".to_owned()),
        (context("capabilities: {add: [NET_ADMIN]}"), context("capabilities: {add: [NET_ADMIN]}, allowPrivilegeEscalation: false")),
        (context("privileged: false"), context("privileged: false, allowPrivilegeEscalation: false")),
        kept("allowPrivilegeEscalation: true"),
        kept("privileged: true"),
        kept("capabilities: {add: [CAP_SYS_ADMIN]}"),
        kept("capabilities: {add: [NET_RAW, sys_admin]}"),
        kept("capabilities: {add: [ALL]}"),
        ("ephemeralContainers: [{}]".to_owned(), String::new()),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|(one, two)| (one.as_str(), two.as_str())).collect();
    expect("no-privilege-escalation", &cases);
}

#[test]
fn capabilities_are_dropped_where_nobody_adds_any() {
    expect(
        "drop-capabilities",
        &[
            ("containers: [{}]", "containers: [{securityContext: {capabilities: {drop: [ALL]}}}]"),
            (
                "containers: [{securityContext: {capabilities: {drop: [], add: null}}}]",
                "containers: [{securityContext: {capabilities: {add: null, drop: [ALL]}}}]",
            ),
            ("containers: [{securityContext: {capabilities: {drop: [NET_RAW]}}}]", ""),
            ("containers: [{securityContext: {capabilities: {add: [CHOWN]}}}]", ""),
            ("containers: [{securityContext: {privileged: true}}]", ""),
            ("{containers: [{}], os: {name: windows}}", ""),
        ],
    );
    let dropped = "capabilities: {drop: [ALL]}";
    expect(
        "drop-unused-capabilities",
        &[
            ("containers: [{}]", ""),
            ("{securityContext: {runAsUser: 0}, containers: [{}]}", ""),
            (
                "{securityContext: {runAsNonRoot: true}, containers: [{}]}",
                &format!(
                    "{{securityContext: {{runAsNonRoot: true}}, containers: [{{securityContext: {{{dropped}}}}}]}}"
                ),
            ),
            (
                "containers: [{securityContext: {runAsUser: 7}}, {}]",
                &format!("containers: [{{securityContext: {{runAsUser: 7, {dropped}}}}}, {{}}]"),
            ),
            // The container's own word counts.
            ("{securityContext: {runAsUser: 7}, containers: [{securityContext: {runAsUser: 0}}]}", ""),
            (
                "{securityContext: {runAsNonRoot: true}, containers: [{securityContext: {runAsNonRoot: false}}]}",
                "",
            ),
        ],
    );
    // What another default has said before counts, too.
    let (spec, names) = filled("containers: [{}]", "run-as-non-root.drop-unused-capabilities");
    assert_eq!(names, ["run-as-non-root", "drop-unused-capabilities"]);
    assert!(spec.means(&value(&format!(
        "{{securityContext: {{runAsNonRoot: true}}, containers: [{{securityContext: {{{dropped}}}}}]}}"
    ))));
}

#[test]
fn root_is_refused_where_nobody_asks_for_it() {
    expect(
        "run-as-non-root",
        &[
            ("containers: [{}]", "{containers: [{}], securityContext: {runAsNonRoot: true}}"),
            (
                "{containers: [{}], securityContext: {runAsUser: 1000}}",
                "{containers: [{}], securityContext: {runAsUser: 1000, runAsNonRoot: true}}",
            ),
            ("{containers: [{}], securityContext: {runAsUser: 0}}", ""),
            ("{containers: [{}], securityContext: {runAsNonRoot: false}}", ""),
            ("{containers: [{}], hostUsers: false}", ""),
            ("containers: [{securityContext: {privileged: true}}]", ""),
            ("containers: [{securityContext: {runAsNonRoot: false}}]", ""),
            // One that must be root: the others for themselves.
            (
                "containers: [{securityContext: {runAsUser: 0}}, {}]",
                "containers: [{securityContext: {runAsUser: 0}}, {securityContext: {runAsNonRoot: true}}]",
            ),
            (
                "{securityContext: {runAsUser: 0}, containers: [{securityContext: {runAsUser: 5}}, {}]}",
                "{securityContext: {runAsUser: 0}, containers: [{securityContext: {runAsUser: 5, runAsNonRoot: true}}, {}]}",
            ),
            // The pod's word would reach whoever was attached.
            (
                "{containers: [{}], ephemeralContainers: [{securityContext: {runAsUser: 0}}]}",
                "{containers: [{securityContext: {runAsNonRoot: true}}], ephemeralContainers: [{securityContext: {runAsUser: 0}}]}",
            ),
        ],
    );
}

#[test]
fn files_of_images_are_read_only() {
    expect(
        "read-only-root",
        &[
            ("containers: [{}]", "containers: [{securityContext: {readOnlyRootFilesystem: true}}]"),
            ("containers: [{securityContext: {readOnlyRootFilesystem: false}}]", ""),
            ("containers: [{securityContext: {privileged: true}}]", ""),
        ],
    );
}

/// What the plugin `ServiceAccount` makes of a pod before webhooks see it.
const INJECTED: &str = "
serviceAccountName: default
serviceAccount: default
containers:
- name: web
  volumeMounts:
  - {name: data, mountPath: /data}
  - {name: kube-api-access-x7k2p, readOnly: true, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}
- name: side
  volumeMounts:
  - {name: kube-api-access-x7k2p, readOnly: true, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}
volumes:
- {name: data, emptyDir: {}}
- name: kube-api-access-x7k2p
  projected:
    defaultMode: 420
    sources:
    - serviceAccountToken: {expirationSeconds: 3607, path: token}
    - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
    - downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}
";

#[test]
fn the_token_that_the_api_server_has_mounted_goes_too() {
    let without = "
automountServiceAccountToken: false
serviceAccountName: default
serviceAccount: default
containers:
- {name: web, volumeMounts: [{name: data, mountPath: /data}]}
- {name: side}
volumes: [{name: data, emptyDir: {}}]
";
    let own = INJECTED
        .replace("mountPath: /data", "mountPath: /token")
        .replace("{name: data, mountPath", "{name: kube-api-access-x7k2p, mountPath");
    let own_without = without
        .replace("mountPath: /data", "mountPath: /token")
        .replace("{name: data, mountPath", "{name: kube-api-access-x7k2p, mountPath")
        .replace("volumes: [{name: data, emptyDir: {}}]", "");
    let volumes = INJECTED.get(INJECTED.find("volumes:").unwrap()..).unwrap();
    expect(
        "no-token",
        &[
            (INJECTED, without),
            // Somebody uses the volume at another place: it stays, for that.
            (&own, &format!("{own_without}{volumes}")),
            ("containers: [{}]", "{containers: [{}], automountServiceAccountToken: false}"),
            (
                "{containers: [{}], os: {name: windows}}",
                "{containers: [{}], os: {name: windows}, automountServiceAccountToken: false}",
            ),
            ("{containers: [{}], automountServiceAccountToken: true}", ""),
            ("{containers: [{}], serviceAccountName: web}", ""),
            ("{containers: [{}], serviceAccount: web}", ""),
        ],
    );
    // A token that a pod projects itself is its own.
    let projected = INJECTED.replace("kube-api-access-x7k2p", "mine");
    let (spec, _) = filled(&projected, "no-token");
    assert!(spec.get("volumes").unwrap().means(value(&projected).get("volumes").unwrap()));
    // So is what the account says.
    let mut said = value(INJECTED);
    assert!(fill(&mut said, &chosen("no-token.seccomp"), TokenOfAccount::Said) == ["seccomp"]);
    assert!(said.get("automountServiceAccountToken").is_none());
}

#[test]
fn what_is_no_pod_spec_is_left_alone() {
    let all = "restricted.recommended.read-only-root";
    for odd in [
        "null",
        "7",
        "text",
        "[]",
        "[{containers: [{}]}]",
        "{}",
        "{containers: null}",
        "{containers: 7}",
        "{containers: {}}",
        "{containers: [null, 7, x, []], automountServiceAccountToken: x}",
        "{containers: [{securityContext: 7}, {securityContext: []}], securityContext: x, serviceAccountName: web}",
        "{containers: [{securityContext: {capabilities: x, allowPrivilegeEscalation: 1, readOnlyRootFilesystem: x}}], \
          securityContext: {runAsNonRoot: 1, seccompProfile: 7}, automountServiceAccountToken: 7}",
    ] {
        let object = value(&format!("{{spec: {odd}}}"));
        let before = object.get("spec").unwrap();
        let mut after = before.clone();
        let names = fill(&mut after, &chosen(all), TokenOfAccount::Unsaid);
        // A map without containers is a pod spec that only lacks the word about the token.
        let bare = before.as_map().is_some_and(|map| map.iter().all(|(key, _)| key == "containers"));
        if bare {
            assert_eq!(names, ["no-token"], "{odd}");
        } else {
            assert!(names.is_empty() && after.means(before), "{odd}: {names:?} {after:?}");
        }
    }
}
