//! Pods and all that makes them.

use super::container::{container, context, selinux};
use super::{annotations, labels, metadata};
use crate::generate::value::{Chance, Fields, Value, map, text};

/// A pod, or something that makes pods.
pub(super) fn maker(chance: &mut Chance) -> Value {
    const KINDS: [(&str, &str); 9] = [
        ("v1", "Pod"),
        ("v1", "PodTemplate"),
        ("v1", "ReplicationController"),
        ("apps/v1", "DaemonSet"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "StatefulSet"),
        ("batch/v1", "CronJob"),
        ("batch/v1", "Job"),
    ];
    // As many pods as of all others together.
    let (version, kind) = if chance.often(40) { ("v1", "Pod") } else { KINDS[chance.below(KINDS.len())] };
    let object = map([("apiVersion", text(version)), ("kind", text(kind)), ("metadata", metadata(chance))]);
    let mut object = object;
    match kind {
        "Pod" => object.set("spec", spec(chance)),
        "PodTemplate" => object.set("template", template(chance)),
        "CronJob" => object.set("spec", cron_job(chance)),
        "Job" => object.set("spec", job(chance)),
        _ => object.set("spec", workload(chance, kind)),
    }
    object
}

fn template(chance: &mut Chance) -> Value {
    let template = Fields::new(chance).maybe(85, "metadata", |chance| {
        Fields::new(chance).maybe(70, "labels", labels).maybe(45, "annotations", annotations).done()
    });
    template.with("spec", spec).done()
}

fn workload(chance: &mut Chance, kind: &str) -> Value {
    let strategy = if kind == "Deployment" { "strategy" } else { "updateStrategy" };
    let (steps, other) =
        if kind == "Deployment" { ("RollingUpdate", "Recreate") } else { ("RollingUpdate", "OnDelete") };
    let mut spec = Fields::new(chance).with("template", template).done();
    if kind != "DaemonSet" && chance.often(70) {
        spec.set("replicas", chance.int(&[0, 1, 2, 3, 5]));
    }
    if chance.often(85) {
        spec.set("selector", selector(chance, kind));
    }
    if matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet") && chance.often(40) {
        let made = Fields::new(chance).maybe(85, "type", |chance| chance.word(&[steps, other])).done();
        spec.set(strategy, made);
    }
    if kind == "StatefulSet" {
        let claims = chance.list(2, |chance| {
            Fields::new(chance).with("metadata", |_| map([("name", text("data"))])).with("spec", claim).done()
        });
        spec.set("volumeClaimTemplates", claims);
        if chance.often(70) {
            spec.set("serviceName", chance.word(&["", "web"]));
        }
    }
    spec
}

fn selector(chance: &mut Chance, kind: &str) -> Value {
    if kind == "ReplicationController" {
        return labels(chance);
    }
    Fields::new(chance)
        .maybe(80, "matchLabels", labels)
        .maybe(30, "matchExpressions", |chance| chance.list(2, expression))
        .done()
}

fn expression(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("key", |chance| chance.word(&["app", "name", "tier"]))
        .with("operator", |chance| chance.word(&["In", "NotIn", "Exists", "DoesNotExist"]))
        .maybe(60, "values", |chance| chance.words(2, &["web", "api", "tiller"]))
        .done()
}

/// The spec of a claim.
pub(super) fn claim(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(80, "accessModes", |chance| {
            chance.words(2, &["ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany", "ReadWriteOncePod"])
        })
        .maybe(80, "resources", |chance| {
            Fields::new(chance)
                .maybe(85, "requests", |chance| {
                    Fields::new(chance)
                        .maybe(90, "storage", |chance| chance.word(&["1Gi", "0", "10Gi", "500M", "-1"]))
                        .done()
                })
                .done()
        })
        .maybe(30, "storageClassName", |chance| chance.word(&["", "fast"]))
        .done()
}

fn job(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("template", template)
        .maybe(40, "ttlSecondsAfterFinished", |chance| chance.int(&[0, 100, 86_400]))
        .maybe(40, "backoffLimit", |chance| chance.int(&[0, 3, 6]))
        .done()
}

fn cron_job(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("jobTemplate", |chance| Fields::new(chance).with("spec", job).done())
        .with("schedule", |chance| {
            chance.word(&[
                "*/5 * * * *",
                "@daily",
                "@every 1h",
                "@every 1x",
                "@never",
                "TZ=UTC 0 0 * * *",
                "0 0 * *",
                "0 0 31 2 *",
                "0 0 30 feb mon",
                "0 0 29 2 *",
                "61 * * * *",
                "0 0 1-5/2,7 JAN-mar *",
                "0 25 * * *",
                "5-1 * * * *",
                "* * ? * ?",
                "*/0 * * * *",
            ])
        })
        .maybe(50, "concurrencyPolicy", |chance| chance.word(&["Allow", "Forbid", "Replace", ""]))
        .maybe(50, "startingDeadlineSeconds", |chance| chance.int(&[0, 5, 9, 10, 300]))
        .done()
}

/// A pod spec.
pub(super) fn spec(chance: &mut Chance) -> Value {
    let chance = &mut *chance;
    Fields::new(chance)
        .with("containers", |chance| {
            let Value::List(mut items) = chance.list(2, |chance| container(chance, "containers")) else {
                unreachable!()
            };
            items.push(container(chance, "containers"));
            Value::List(items)
        })
        .maybe(30, "initContainers", |chance| chance.list(2, |chance| container(chance, "initContainers")))
        .maybe(12, "ephemeralContainers", |chance| {
            chance.list(1, |chance| container(chance, "ephemeralContainers"))
        })
        .maybe(60, "securityContext", pod_context)
        .maybe(55, "volumes", volumes)
        .maybe(12, "hostNetwork", Chance::flag)
        .maybe(12, "hostPID", Chance::flag)
        .maybe(12, "hostIPC", Chance::flag)
        .maybe(20, "hostUsers", Chance::flag)
        .maybe(20, "os", |chance| map([("name", chance.word(&["windows", "linux", "linux", ""]))]))
        .maybe(35, "serviceAccountName", |chance| chance.word(&["default", "", "web", "builder"]))
        .maybe(20, "serviceAccount", |chance| chance.word(&["default", "", "web", "builder"]))
        .maybe(45, "automountServiceAccountToken", Chance::flag)
        .maybe(40, "restartPolicy", |chance| chance.word(&["Always", "OnFailure", "Never", ""]))
        .maybe(15, "hostAliases", |chance| {
            chance.list(2, |chance| {
                Fields::new(chance)
                    .with("ip", |_| text("10.0.0.1"))
                    .maybe(85, "hostnames", |chance| chance.words(2, &["a.example", "b.example"]))
                    .done()
            })
        })
        .maybe(30, "dnsPolicy", |chance| chance.word(&["Default", "ClusterFirst", "None", ""]))
        .maybe(30, "dnsConfig", dns)
        .maybe(20, "priorityClassName", |chance| {
            chance.word(&["", "high", "system-node-critical", "system-cluster-critical"])
        })
        .maybe(15, "nodeName", |chance| chance.word(&["", "n1"]))
        .maybe(
            20,
            "nodeSelector",
            |chance| {
                if chance.often(70) { map([("disk", text("ssd"))]) } else { map([]) }
            },
        )
        .maybe(30, "affinity", affinity)
        .maybe(25, "topologySpreadConstraints", |chance| chance.list(2, spread))
        .maybe(15, "resources", resources_of_pod)
        .maybe(15, "runtimeClassName", |chance| chance.word(&["", "gvisor", "runc"]))
        .maybe(20, "terminationGracePeriodSeconds", |chance| chance.int(&[0, 5, 30]))
        .done()
}

fn resources_of_pod(chance: &mut Chance) -> Value {
    super::container::resources(chance)
}

fn dns(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(80, "options", |chance| {
            chance.list(3, |chance| {
                Fields::new(chance)
                    .with("name", |chance| chance.word(&["ndots", "edns0", "timeout"]))
                    .maybe(75, "value", |chance| chance.word(&["2", "5", ""]))
                    .done()
            })
        })
        .done()
}

fn affinity(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(50, "nodeAffinity", |chance| {
            Fields::new(chance)
                .maybe(60, "requiredDuringSchedulingIgnoredDuringExecution", |_| {
                    map([("nodeSelectorTerms", Value::List(vec![map([])]))])
                })
                .done()
        })
        .maybe(70, "podAntiAffinity", |chance| {
            Fields::new(chance)
                .maybe(50, "requiredDuringSchedulingIgnoredDuringExecution", |chance| chance.list(2, term))
                .maybe(50, "preferredDuringSchedulingIgnoredDuringExecution", |chance| {
                    chance.list(2, |chance| {
                        Fields::new(chance)
                            .with("weight", |_| Value::Int(1))
                            .maybe(90, "podAffinityTerm", term)
                            .done()
                    })
                })
                .done()
        })
        .done()
}

fn term(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(85, "topologyKey", |chance| {
            chance.word(&["kubernetes.io/hostname", "topology.kubernetes.io/zone", "", "kubernetes.io/os"])
        })
        .maybe(75, "labelSelector", |chance| selector(chance, ""))
        .maybe(10, "namespaces", |chance| chance.words(1, &["shop", "default"]))
        .maybe(8, "namespaceSelector", |chance| selector(chance, ""))
        .maybe(10, "matchLabelKeys", |chance| chance.words(1, &["app"]))
        .done()
}

fn spread(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("maxSkew", |_| Value::Int(1))
        .maybe(85, "topologyKey", |chance| {
            chance.word(&["kubernetes.io/hostname", "topology.kubernetes.io/zone", ""])
        })
        .with("whenUnsatisfiable", |chance| chance.word(&["DoNotSchedule", "ScheduleAnyway"]))
        .maybe(75, "labelSelector", |chance| selector(chance, ""))
        .done()
}

fn pod_context(chance: &mut Chance) -> Value {
    let mut made = context(chance);
    if chance.often(20) {
        made.set("fsGroup", chance.int(&[0, 1, 2000]));
    }
    if chance.often(20) {
        made.set("supplementalGroups", chance.list(3, |chance| chance.int(&[0, 1, 3000])));
    }
    if chance.often(25) {
        made.set("sysctls", chance.list(3, sysctl));
    }
    if chance.often(10) {
        made.set("seLinuxOptions", selinux(chance));
    }
    made
}

fn sysctl(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("name", |chance| {
            chance.word(&[
                "kernel.shm_rmid_forced",
                "kernel/shm_rmid_forced",
                "net.ipv4.ip_unprivileged_port_start",
                "net/ipv4/ip_unprivileged_port_start",
                "net.ipv4.tcp_rmem",
                "kernel.msgmax",
                "net.ipv4/tcp_rmem",
                "net/ipv4/conf/eth0.1/x",
                "",
            ])
        })
        .with("value", |chance| chance.word(&["0", "1", "80", " 443 ", "x", "", "100000"]))
        .done()
}

/// No two of one name: the API server refuses them, and paths that are empty or have `..`.
fn volumes(chance: &mut Chance) -> Value {
    let mut names = vec!["data", "host", "secret", "config"];
    chance.list(3, |chance| {
        let name = names.swap_remove(chance.below(names.len()));
        volume(chance, name)
    })
}

fn volume(chance: &mut Chance, name: &str) -> Value {
    let mut made = map([("name", text(name))]);
    match chance.below(16) {
        0..5 => made.set("hostPath", host_path(chance)),
        5 => made.set("emptyDir", map([])),
        6 => made.set(
            "configMap",
            Fields::new(chance)
                .maybe(90, "name", |chance| {
                    chance.word(&["settings", "kube-root-ca.crt", "openshift-service-ca.crt"])
                })
                .done(),
        ),
        7 => made.set("secret", Fields::new(chance).maybe(90, "secretName", |_| text("token")).done()),
        8 => made.set(
            "persistentVolumeClaim",
            Fields::new(chance).maybe(90, "claimName", |_| text("disk")).done(),
        ),
        9 => made.set(
            "projected",
            Fields::new(chance).maybe(90, "sources", |chance| chance.list(3, projection)).done(),
        ),
        10 => made.set("image", Fields::new(chance).maybe(90, "reference", super::container::image).done()),
        11 => made.set("nfs", map([("server", text("nfs")), ("path", text("/"))])),
        12 => made.set(
            "ephemeral",
            Fields::new(chance)
                .maybe(90, "volumeClaimTemplate", |chance| {
                    Fields::new(chance).maybe(90, "spec", claim).done()
                })
                .done(),
        ),
        13 => made.set("futureSource", map([])),
        14 => made.set("csi", map([("driver", text("d"))])),
        _ => {}
    }
    made
}

fn projection(chance: &mut Chance) -> Value {
    let name = |_: &mut Chance| map([("name", text("part"))]);
    Fields::new(chance)
        .maybe(40, "secret", name)
        .maybe(40, "configMap", |chance| map([("name", chance.word(&["part", "kube-root-ca.crt"]))]))
        .maybe(30, "serviceAccountToken", |_| map([("path", text("token"))]))
        .done()
}

fn host_path(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("path", |chance| {
            chance.word(&[
                "/",
                "/etc",
                "/etc/",
                "//etc/./ssl/certs",
                "/etc/ssl/certs/ca.pem",
                "/etc/kubernetes",
                "/etc/kubernetes/azure.json",
                "/var",
                "/var/lib",
                "/var/lib/kubelet/pods",
                "/var/run",
                "/var/run/docker.sock",
                "/run/containerd/containerd.sock",
                "/run/k3s/containerd/containerd.sock",
                "/run/k3s",
                "/custom/crio.sock",
                "/data",
                "/usr/share/zoneinfo",
                "/usr/share",
                "/home/bob/.aws/credentials",
                "/home/bob",
                "/home",
                "/root/.azure",
                "/root",
                "/.config/gcloud/application_default_credentials.json",
                "/gcloud",
                "C:\\Windows\\System32",
                "c:/k",
                "C:\\",
                "\\\\.\\pipe\\docker_engine",
                "\\\\.\\pipe\\other",
                "/opt/app.sock",
                "/lib/modules",
                "/proc/sys",
                "relative/path",
                "/etcetera",
            ])
        })
        .maybe(40, "type", |chance| chance.word(&["", "Socket", "Directory"]))
        .done()
}
