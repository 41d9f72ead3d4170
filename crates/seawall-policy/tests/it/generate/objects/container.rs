//! Containers.

use crate::generate::value::{Chance, Fields, Value, map, text};

pub(super) fn container(chance: &mut Chance, list: &str) -> Value {
    Fields::new(chance)
        .with("name", |chance| chance.word(&["web", "side", "init", "c"]))
        .maybe(95, "image", image)
        .maybe(45, "imagePullPolicy", |chance| chance.word(&["Always", "IfNotPresent", "Never", ""]))
        .maybe(70, "securityContext", own_context)
        .maybe(40, "ports", |chance| chance.list(3, port))
        .maybe(45, "env", |chance| chance.list(4, variable))
        .maybe(20, "envFrom", |chance| chance.list(2, source))
        .maybe(45, "volumeMounts", |chance| chance.list(3, mount))
        .maybe(35, "command", |chance| chance.words(3, &WORDS))
        .maybe(35, "args", |chance| chance.words(3, &WORDS))
        .maybe(40, "livenessProbe", probe)
        .maybe(40, "readinessProbe", probe)
        .maybe(20, "startupProbe", probe)
        .maybe(25, "lifecycle", |chance| {
            Fields::new(chance).maybe(50, "postStart", handler).maybe(50, "preStop", handler).done()
        })
        .maybe(60, "resources", resources)
        .maybe(if list == "initContainers" { 40 } else { 0 }, "restartPolicy", |chance| {
            chance.word(&["Always", ""])
        })
        .done()
}

pub(super) fn image(chance: &mut Chance) -> Value {
    const IMAGES: [&str; 55] = [
        "nginx",
        "nginx:latest",
        "nginx:1.25",
        "nginx:",
        "",
        " ",
        "library/nginx:1.25",
        "docker.io/library/nginx:1.25",
        "Docker.IO/nginx:1.25",
        "index.docker.io/nginx",
        "registry-1.docker.io/bitnami/redis:7",
        "docker.io/bitnamilegacy/redis:7",
        "bitnamilegacy/redis:7",
        "bitnamilegacyx/redis:7",
        "localhost/app:1",
        "localhost:5000/app",
        "localhost:5000/app:dev",
        "ghcr.io/org/app:1",
        "GHCR.io/org/app:1",
        "quay.io/org/app",
        "quay.io:443/org/app",
        "Quay.io.:0443/org/app",
        "quay.io:05000/org/app",
        "index.docker.io:443/nginx",
        "ttl.sh/x:1h",
        "abc.ngrok.io/app:1",
        "abc.ngrok.io:8443/app:1",
        "ngrok.io/app:1",
        "k8s.gcr.io/pause:3.9",
        "gcr.io/google_containers/pause:3.9",
        "gcr.io/google-containers/pause",
        "gcr.io/google_containersx/pause:1",
        "gcr.io/kubernetes-helm/tiller:v2.16",
        "registry.k8s.io/git-sync/git-sync:v4.1.0",
        "registry.example/git-sync@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "app:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "app@sha256:0123",
        "app@sha512:00",
        "app@x+y:Az=_-",
        "app@x++y:a",
        "app@X:a",
        "app@",
        "app@sha256",
        "quay.io/argoproj/argocd:v2.2.3",
        "quay.io/argoproj/argocd:v2.1.9",
        "argo-cd:2.0.1-rc1",
        "grafana/grafana:9.2.3-ubuntu",
        "grafana/grafana-oss:v9.2.4",
        "ghcr.io/kyverno/kyverno:v1.8.4",
        "kyverno:1.8.5",
        "kubernetesui/dashboard:v2.7.0",
        "k8s.gcr.io/kubernetes-dashboard-amd64:v1.10",
        "{{ image }}",
        "registry.k8s.io/ingress-nginx/controller:v1.9.0",
    ];
    chance.word(&IMAGES)
}

const WORDS: [&str; 26] = [
    "sh",
    "-c",
    "sudo -u app run",
    "/usr/bin/sudo",
    "sudoedit",
    "sshd",
    "/usr/sbin/sshd -D",
    "exec dropbear; true",
    "--insecure",
    "--insecure=false",
    "--insecure-port=0",
    "--insecure-port=8080",
    "-insecure false",
    "curl --INSECURE https://x",
    "--allow-insecure --x",
    "--insecure-skip-tls-verify=\"false\"",
    "insecure",
    "false",
    "0",
    "--git=/bin/x",
    "-git",
    "--git-config=core.sshCommand:x",
    "--git-config=user.name:x",
    "tiller",
    "--listen=localhost:44134",
    "",
];

fn own_context(chance: &mut Chance) -> Value {
    let mut made = context(chance);
    let flags = ["privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem"];
    for flag in flags {
        if chance.often(35) {
            made.set(flag, chance.flag());
        }
    }
    if chance.often(20) {
        made.set("procMount", chance.word(&["Default", "Unmasked", ""]));
    }
    if chance.often(55) {
        let capabilities = Fields::new(chance)
            .maybe(50, "add", |chance| chance.words(3, &CAPABILITIES))
            .maybe(60, "drop", |chance| chance.words(2, &CAPABILITIES))
            .done();
        made.set("capabilities", capabilities);
    }
    if chance.often(15) {
        made.set("seLinuxOptions", selinux(chance));
    }
    made
}

const CAPABILITIES: [&str; 17] = [
    "ALL",
    "all",
    "CAP_ALL",
    "NET_BIND_SERVICE",
    "net_bind_service",
    "CAP_NET_BIND_SERVICE",
    "NET_RAW",
    "CAP_NET_RAW",
    "cap_net_raw",
    "SYS_ADMIN",
    "cap_sys_admin",
    "CAP_SYS_ADMIN",
    "SYS_MODULE",
    "CHOWN",
    "chown",
    "BPF",
    "",
];

/// What contexts of pods and of containers have in common.
pub(super) fn context(chance: &mut Chance) -> Value {
    let profile = |chance: &mut Chance| {
        Fields::new(chance)
            .maybe(92, "type", |chance| {
                chance.word(&["RuntimeDefault", "Localhost", "Unconfined", "odd", ""])
            })
            .done()
    };
    Fields::new(chance)
        .maybe(35, "runAsNonRoot", Chance::flag)
        .maybe(35, "runAsUser", |chance| chance.int(&[0, 1, 1000, 20_000]))
        .maybe(30, "runAsGroup", |chance| chance.int(&[0, 1, 1000, 20_000]))
        .maybe(35, "seccompProfile", profile)
        .maybe(20, "appArmorProfile", profile)
        .maybe(15, "windowsOptions", |chance| {
            Fields::new(chance).maybe(80, "hostProcess", Chance::flag).done()
        })
        .done()
}

pub(super) fn selinux(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(60, "type", |chance| chance.word(&["", "container_t", "container_engine_t", "spc_t"]))
        .maybe(25, "user", |chance| chance.word(&["", "system_u"]))
        .maybe(25, "role", |chance| chance.word(&["", "system_r"]))
        .maybe(25, "level", |_| text("s0"))
        .done()
}

fn port(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("containerPort", |chance| chance.int(&[22, 80, 443, 8080, 44134, 1023, 1024]))
        .maybe(25, "hostPort", |chance| chance.int(&[0, 80, 8080]))
        .maybe(40, "protocol", |chance| chance.word(&["TCP", "UDP", ""]))
        .maybe(40, "name", |chance| {
            chance.word(&["http", "https", "x_y", "", "80", "a--b", "UPPER", "averyveryverylongname", "-a"])
        })
        .done()
}

fn variable(chance: &mut Chance) -> Value {
    let reference = |chance: &mut Chance| {
        Fields::new(chance)
            .maybe(90, "name", |_| text("credentials"))
            .with("key", |_| text("password"))
            .maybe(20, "optional", Chance::flag)
            .done()
    };
    Fields::new(chance)
        .with("name", |chance| {
            chance.word(&["A", "B", "PASSWORD", "GITSYNC_GIT", "GIT_SYNC_GIT", "GITSYNC_GIT_CONFIG", ""])
        })
        .maybe(60, "value", |chance| {
            chance.word(&[
                "",
                "x",
                "core.sshCommand:ssh -i k",
                "user.name:x",
                "Protocol.Ext.allow",
                "$(OTHER)",
            ])
        })
        .maybe(30, "valueFrom", |chance| {
            Fields::new(chance)
                .maybe(50, "secretKeyRef", reference)
                .maybe(30, "configMapKeyRef", reference)
                .done()
        })
        .done()
}

fn source(chance: &mut Chance) -> Value {
    let name = |_: &mut Chance| map([("name", text("all"))]);
    Fields::new(chance).maybe(50, "secretRef", name).maybe(50, "configMapRef", name).done()
}

fn mount(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("name", |chance| chance.word(&["data", "host", "secret", "config", "none"]))
        .with("mountPath", |chance| chance.word(&["/data", "/x", ""]))
        .maybe(45, "readOnly", Chance::flag)
        .maybe(20, "mountPropagation", |chance| {
            chance.word(&["Bidirectional", "HostToContainer", "None", ""])
        })
        .done()
}

fn handler(chance: &mut Chance) -> Value {
    let target = |chance: &mut Chance| {
        Fields::new(chance)
            .with("port", |chance| match chance.below(3) {
                0 => chance.word(&["http", "none", "80", "70000", ""]),
                _ => chance.int(&[80, 443, 8080, 9]),
            })
            .maybe(25, "host", |chance| chance.word(&["", "127.0.0.1", "example.org"]))
            .maybe(30, "path", |chance| chance.word(&["/", "/healthz"]))
            .done()
    };
    Fields::new(chance)
        .maybe(50, "httpGet", target)
        .maybe(25, "tcpSocket", target)
        .maybe(20, "exec", |chance| {
            Fields::new(chance).maybe(90, "command", |chance| chance.words(3, &WORDS)).done()
        })
        .done()
}

fn probe(chance: &mut Chance) -> Value {
    let mut made = handler(chance);
    if chance.often(15) {
        made.set("grpc", map([("port", chance.int(&[80, 9]))]));
    }
    for (field, values) in [
        ("initialDelaySeconds", [0, 5, 301]),
        ("periodSeconds", [0, 10, 121]),
        ("timeoutSeconds", [0, 1, 61]),
        ("successThreshold", [0, 1, 11]),
        ("failureThreshold", [0, 3, 31]),
    ] {
        if chance.often(20) {
            made.set(field, chance.int(&values));
        }
    }
    made
}

pub(super) fn resources(chance: &mut Chance) -> Value {
    let amounts = |chance: &mut Chance| {
        Fields::new(chance)
            .maybe(60, "cpu", |chance| match chance.below(3) {
                0 => chance.int(&[0, 1, 2]),
                _ => chance.word(&["100m", "0.1", "1", "1000m", "5m", "0m", "0.0", "1e3", "-1"]),
            })
            .maybe(60, "memory", |chance| match chance.below(3) {
                0 => chance.int(&[0, 1024]),
                _ => chance.word(&["128Mi", "134217728", "1Gi", "128m", "0", "1M", "1Ki", "1.5Gi", "+1Gi"]),
            })
            .maybe(30, "ephemeral-storage", |chance| chance.word(&["1Gi", "0", "2Gi", "1024Mi"]))
            .done()
    };
    Fields::new(chance).maybe(65, "limits", amounts).maybe(65, "requests", amounts).done()
}
