//! Settings of checks that are not the defaults.

use seawall_checks::{SettingValue, Settings};
use seawall_policy::generate::{Parameter, Parameters};

/// Settings other than the defaults, of every type.
pub(super) fn configured() -> (Settings, Parameters) {
    let strings =
        |texts: &[&str]| SettingValue::Strings(texts.iter().map(|text| (*text).to_owned()).collect());
    let written = [
        ("image-latest-tag", "floatingImageTags", strings(&["dev", "1.25"])),
        ("image-not-pinned-by-digest", "imageDigestExemptRepositories", strings(&["ghcr.io/org/", "nginx"])),
        (
            "image-registry-blocked",
            "publicRegistries",
            strings(&["*.k8s.io", "Index.docker.io/bitnami", "quay.io:443", "localhost"]),
        ),
        ("image-registry-blocked", "publicRegistriesAllowlist", strings(&["GHCR.io", " "])),
        (
            "image-registry-not-allowed",
            "imageRepositoryAllowList",
            strings(&["docker.io", "*.k8s.io", "org"]),
        ),
        ("pod-capability-dangerous-added", "insecureCapabilities", strings(&["cap_chown", "bpf"])),
        ("pod-host-path-cloud-credentials", "cloudProvider", strings(&["aks"])),
        (
            "pod-host-path-runtime-socket",
            "sockets",
            strings(&["app.sock", "/var/run//k3s/", "\\\\.\\PIPE\\other"]),
        ),
        ("pod-host-path-sensitive", "sensitivePaths", strings(&["/data/", "C:\\Windows", "/var/run/x"])),
        ("pod-host-path-sensitive", "harmlessPaths", strings(&["/usr", "c:/windows/System32"])),
        ("pod-run-as-low-uid", "minUserId", SettingValue::Int(1000)),
        ("workload-cronjob-present", "allowedCronJobs", strings(&["shop/*", "default/report"])),
        ("workload-dns-config-options", "option", strings(&["edns0", "ndots:5"])),
        ("workload-probe-tuning", "periodSecondsMax", SettingValue::Int(9)),
        ("workload-required-labels", "requiredLabels", strings(&["app", "team"])),
        ("workload-restart-policy", "allowed", strings(&[])),
        ("network-service-type", "forbiddenTypes", strings(&["ClusterIP"])),
    ];
    let mut settings = Settings::default();
    let mut parameters = Parameters::new();
    for (check, name, value) in written {
        let parameter = match &value {
            SettingValue::Strings(texts) => Parameter::Strings(texts.clone()),
            SettingValue::Int(number) => Parameter::Int(*number),
            SettingValue::Bool(flag) => Parameter::Bool(*flag),
        };
        parameters.entry(check.to_owned()).or_default().insert(name.to_owned(), parameter);
        settings.set(check, name, value).unwrap();
    }
    (settings, parameters)
}
