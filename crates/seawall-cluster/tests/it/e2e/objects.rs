//! Random objects that an API server accepts, with whatever policies look at there, absent, or dangerous.

use serde_json::{Map, Value, json};

use super::Dice;

/// A collection and an object for it, in a namespace.
pub(crate) fn object(dice: &mut Dice, namespace: &str) -> (String, Value) {
    let name = format!("o{}", dice.below(1_000_000));
    let metadata = json!({"name": name, "namespace": namespace, "labels": labels(dice)});
    let made = |group: &str, version: &str, kind: &str, plural: &str, spec: Value| {
        let (root, api) = if group.is_empty() {
            (format!("/api/{version}"), version.to_owned())
        } else {
            (format!("/apis/{group}/{version}"), format!("{group}/{version}"))
        };
        let path = format!("{root}/namespaces/{namespace}/{plural}");
        (path, json!({"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}))
    };
    let selector = json!({"matchLabels": {"app": "x"}});
    match dice.below(10) {
        0..=4 => made("", "v1", "Pod", "pods", pod(dice, "Always")),
        5 | 6 => {
            let spec = json!({"selector": selector, "replicas": dice.below(4), "template": template(dice, "Always")});
            made("apps", "v1", "Deployment", "deployments", spec)
        }
        7 => {
            let spec = json!({"selector": selector, "template": template(dice, "Always")});
            made("apps", "v1", "DaemonSet", "daemonsets", spec)
        }
        8 => {
            let job = json!({"spec": {"template": template(dice, "Never")}});
            made("batch", "v1", "CronJob", "cronjobs", json!({"schedule": "0 1 * * *", "jobTemplate": job}))
        }
        _ => {
            let kind = dice.one(&["ClusterIP", "NodePort", "LoadBalancer"]);
            let mut spec = json!({"type": kind, "selector": {"app": "x"}, "ports": [{"port": 80}]});
            if dice.often(30) {
                spec["externalIPs"] = json!(["192.0.2.7"]);
            }
            made("", "v1", "Service", "services", spec)
        }
    }
}

fn labels(dice: &mut Dice) -> Value {
    let mut labels = json!({"app": "x"});
    for (key, values) in
        [("owner", ["payments", "web"]), ("team", ["a", "b"]), ("app.kubernetes.io/name", ["x", "tiller"])]
    {
        if dice.often(40) {
            labels[key] = dice.one(&values).into();
        }
    }
    labels
}

fn template(dice: &mut Dice, restart: &str) -> Value {
    json!({"metadata": {"labels": labels(dice)}, "spec": pod(dice, restart)})
}

/// Some of these fields, each with one of its values.
fn fields(dice: &mut Dice, percent: usize, of: &[(&str, &[Value])]) -> Map<String, Value> {
    let mut map = Map::new();
    for (key, values) in of {
        if dice.often(percent) {
            map.insert((*key).to_owned(), values[dice.below(values.len())].clone());
        }
    }
    map
}

fn flags() -> [Value; 2] {
    [true.into(), false.into()]
}

fn pod(dice: &mut Dice, restart: &str) -> Value {
    let volumes = [
        json!({"name": "v", "hostPath": {"path": "/var/run/docker.sock"}}),
        json!({"name": "v", "hostPath": {"path": "/etc"}}),
        json!({"name": "v", "emptyDir": {}}),
        json!({"name": "v", "emptyDir": {"medium": "Memory"}}),
        json!({"name": "v", "secret": {"secretName": "s"}}),
        json!({"name": "v", "configMap": {"name": "c"}}),
        json!({"name": "v", "persistentVolumeClaim": {"claimName": "p"}}),
        json!({"name": "v", "nfs": {"server": "nfs.example.org", "path": "/"}}),
        json!({"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 700}}]}}),
    ];
    let mut pod = fields(
        dice,
        25,
        &[
            ("hostNetwork", &flags()),
            ("hostPID", &flags()),
            ("hostIPC", &flags()),
            ("automountServiceAccountToken", &flags()),
            ("serviceAccountName", &["default".into(), "robot".into()]),
            ("terminationGracePeriodSeconds", &[0.into(), 600.into()]),
            ("tolerations", &[json!([{"operator": "Exists"}])]),
            ("priorityClassName", &["system-cluster-critical".into()]),
            ("nodeName", &["node-1".into()]),
            ("dnsPolicy", &["Default".into()]),
            ("hostAliases", &[json!([{"ip": "10.0.0.1", "hostnames": ["x.example"]}])]),
        ],
    );
    let seccomp = [json!({"type": "RuntimeDefault"}), json!({"type": "Unconfined"})];
    let security = fields(
        dice,
        30,
        &[
            ("runAsNonRoot", &flags()),
            ("runAsUser", &[0.into(), 1000.into()]),
            ("runAsGroup", &[0.into(), 20_000.into()]),
            ("fsGroup", &[0.into(), 2000.into()]),
            ("seccompProfile", &seccomp),
            (
                "sysctls",
                &[
                    json!([{"name": "kernel.shm_rmid_forced", "value": "1"}]),
                    json!([{"name": "net.core.somaxconn", "value": "1024"}]),
                ],
            ),
        ],
    );
    if dice.often(60) {
        pod.insert("securityContext".into(), security.into());
    }
    let mounted = dice.often(50);
    if mounted {
        pod.insert("volumes".into(), json!([volumes[dice.below(volumes.len())]]));
    }
    let containers: Vec<Value> =
        (0..=dice.below(2)).map(|place| container(dice, &format!("c{place}"), mounted)).collect();
    pod.insert("containers".into(), containers.into());
    if dice.often(25) {
        pod.insert("initContainers".into(), json!([container(dice, "init", mounted)]));
    }
    pod.insert("restartPolicy".into(), restart.into());
    pod.into()
}

fn container(dice: &mut Dice, name: &str, mounted: bool) -> Value {
    let probe = json!({"httpGet": {"path": "/", "port": 8080}});
    let digest = format!("registry.example/web@sha256:{}", "0a".repeat(32));
    let amounts = [json!({"cpu": "100m", "memory": "64Mi"}), json!({"memory": "64Mi"}), json!({"cpu": "1"})];
    let mut container = fields(
        dice,
        40,
        &[
            ("imagePullPolicy", &["Always".into(), "IfNotPresent".into()]),
            ("command", &[json!(["sh", "-c", "sleep 1"]), json!(["/app"])]),
            (
                "env",
                &[
                    json!([{"name": "PASSWORD", "value": "hunter2"}]),
                    json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
                ],
            ),
            ("envFrom", &[json!([{"secretRef": {"name": "s"}}])]),
            (
                "resources",
                &[
                    json!({"requests": amounts[dice.0 as usize % 3]}),
                    json!({"limits": amounts[0]}),
                    json!({"limits": amounts[1], "requests": amounts[1]}),
                ],
            ),
            ("tty", &flags()),
            ("stdin", &flags()),
        ],
    );
    if name != "init" && dice.often(40) {
        container.insert("livenessProbe".into(), probe.clone());
        container.insert("readinessProbe".into(), probe);
    }
    if mounted && dice.often(70) {
        let mounts = [
            json!({"name": "v", "mountPath": "/data"}),
            json!({"name": "v", "mountPath": "/data", "readOnly": true}),
        ];
        container.insert("volumeMounts".into(), json!([mounts[dice.below(2)]]));
    }
    if dice.often(20) {
        container.insert("ports".into(), json!([{"containerPort": 8080, "hostPort": 8080}]));
    }
    let security = fields(
        dice,
        35,
        &[
            ("privileged", &[true.into(), false.into(), false.into()]),
            ("allowPrivilegeEscalation", &[true.into(), true.into(), false.into()]),
            ("runAsNonRoot", &flags()),
            ("runAsUser", &[0.into(), 1000.into()]),
            ("readOnlyRootFilesystem", &flags()),
            (
                "capabilities",
                &[
                    json!({"drop": ["ALL"]}),
                    json!({"add": ["SYS_ADMIN"]}),
                    json!({"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}),
                    json!({"drop": ["NET_RAW"]}),
                ],
            ),
            (
                "seccompProfile",
                &[
                    json!({"type": "RuntimeDefault"}),
                    json!({"type": "Localhost", "localhostProfile": "x.json"}),
                ],
            ),
            ("procMount", &["Default".into()]),
            ("seLinuxOptions", &[json!({"type": "container_t"}), json!({"type": "spc_t"})]),
        ],
    );
    if dice.often(75) {
        container.insert("securityContext".into(), security.into());
    }
    let image = dice.one(&["nginx", "nginx:latest", "registry.example/web:1.2", &digest]).to_owned();
    container.insert("name".into(), name.into());
    container.insert("image".into(), image.into());
    container.into()
}
