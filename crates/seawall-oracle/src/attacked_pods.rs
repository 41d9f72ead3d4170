//! Pods of random clusters with what surrounds them: volumes, Services, policies, `aws-auth`.

#![expect(clippy::indexing_slicing, reason = "writes into the objects that it has just made")]

use serde_json::{Value, json};

use crate::attacked::{account, node_name, secret_name, space};
use crate::clusters::Dice;

const PATHS: &[&str] = &[
    "/",
    "/etc",
    "/etc/cron.d",
    "/etc/kubernetes",
    "/etc/kubernetes/pki",
    "/root",
    "/opt",
    "/data",
    "/data/logs",
    "/var/lib",
    "/var/lib/kubelet",
    "/var/lib/kubelet/pods",
    "/var/lib/kubelet/pki",
    "/var/lib/etcd",
    "/var/log",
    "/run",
    "/var/run",
    "/run/containerd/containerd.sock",
    "/var/run/docker.sock",
    "/run/dbus",
    "/run/systemd",
    "/proc",
    "/proc/sys/kernel",
    "/sys",
    "/dev",
    "/dev/fuse",
];

/// A pod of this name somewhere.
pub(crate) fn pod(dice: &mut Dice, name: &str) -> Value {
    let mut spec = pod_spec(dice);
    if !dice.once_in(6) {
        spec["nodeName"] = json!(node_name(dice));
    }
    json!({ "apiVersion": "v1", "kind": "Pod", "spec": spec,
        "metadata": { "name": name, "namespace": space(dice), "labels": { "app": dice.pick(&["front", "back"]) } } })
}

/// A workload called `app`, sometimes with what runs for it.
pub(crate) fn workload(dice: &mut Dice) -> Vec<Value> {
    let space = space(dice);
    let metadata = json!({ "name": "app", "namespace": space });
    let template =
        json!({ "metadata": { "labels": { "app": dice.pick(&["front", "back"]) } }, "spec": pod_spec(dice) });
    if dice.once_in(3) {
        let spec = json!({ "schedule": "0 1 * * *", "jobTemplate": { "spec": { "template": template } } });
        return vec![
            json!({ "apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec }),
        ];
    }
    let mut spec = json!({ "template": template });
    if dice.once_in(5) {
        spec["replicas"] = json!(0);
    }
    let mut objects =
        vec![json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec })];
    if dice.once_in(2) {
        let owned = |kind: &str, owner: &str, name: &str| {
            json!({ "name": name, "namespace": space,
                "ownerReferences": [{ "apiVersion": "apps/v1", "kind": kind, "name": owner, "controller": true }] })
        };
        let replicas = objects.first().map_or(Value::Null, |owner| owner["spec"]["replicas"].clone());
        objects.push(json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": owned("Deployment", "app", "app-1"), "spec": { "template": template, "replicas": replicas } }));
        if !dice.once_in(3) {
            let mut made = pod(dice, "app-1-x");
            made["metadata"] = owned("ReplicaSet", "app-1", "app-1-x");
            objects.push(made);
        }
    }
    objects
}

fn pod_spec(dice: &mut Dice) -> Value {
    let mut spec = json!({});
    if dice.once_in(2) {
        spec["serviceAccountName"] = json!(account(dice));
    }
    if dice.once_in(4) {
        spec["automountServiceAccountToken"] = json!(dice.once_in(3));
    }
    for (key, times) in [("hostPID", 12), ("hostIPC", 15), ("hostNetwork", 15), ("shareProcessNamespace", 5)]
    {
        if dice.once_in(times) {
            spec[key] = json!(true);
        }
    }
    if dice.once_in(12) {
        spec["hostUsers"] = json!(false);
    }
    if dice.once_in(10) {
        spec["runtimeClassName"] = json!(dice.pick(&["kata", "gvisor", "nvidia"]));
    }
    if dice.once_in(25) {
        spec["securityContext"] = json!({ "windowsOptions": { "hostProcess": true } });
    }
    spec["volumes"] = Value::Array((0..dice.below(3)).map(|number| volume(dice, number)).collect());
    let count = spec["volumes"].as_array().map_or(0, Vec::len);
    let containers: Vec<Value> =
        (0..1 + dice.below(2)).map(|number| container(dice, &format!("c{number}"), count)).collect();
    spec["containers"] = json!(containers);
    for key in ["initContainers", "ephemeralContainers"] {
        if dice.once_in(10) {
            spec[key] = json!([container(dice, key, count)]);
        }
    }
    spec
}

fn volume(dice: &mut Dice, number: usize) -> Value {
    let mut volume = match dice.below(6) {
        0..3 => json!({ "hostPath": { "path": dice.pick(PATHS) } }),
        3 => json!({ "persistentVolumeClaim": { "claimName": "data" } }),
        4 => json!({ "secret": { "secretName": secret_name(dice) } }),
        _ => {
            let token = match dice.once_in(2) {
                true => json!({ "path": "token", "audience": "vault" }),
                false => json!({ "path": "token" }),
            };
            json!({ "projected": { "sources": [{ "serviceAccountToken": token }, { "secret": { "name": secret_name(dice) } }] } })
        }
    };
    volume["name"] = json!(format!("v{number}"));
    volume
}

fn container(dice: &mut Dice, name: &str, volumes: usize) -> Value {
    let mut container = json!({ "name": name, "image": "x" });
    let mut context = json!({});
    if dice.once_in(12) {
        context["privileged"] = json!(true);
    }
    if dice.once_in(6) {
        let caps = [
            "SYS_MODULE",
            "CAP_SYS_ADMIN",
            "sys_ptrace",
            "SYS_RAWIO",
            "DAC_READ_SEARCH",
            "NET_BIND_SERVICE",
            "CHOWN",
            "ALL",
        ];
        context["capabilities"] = json!({ "add": dice.some(&caps, 2) });
    }
    if dice.once_in(8) {
        context["runAsUser"] = json!(1000);
    }
    if dice.once_in(6) {
        context["seccompProfile"] = json!({ "type": dice.pick(&["RuntimeDefault", "Unconfined"]) });
    }
    container["securityContext"] = context;
    if dice.once_in(20) {
        container["image"] = json!("registry.k8s.io/ingress-nginx/controller:v1.11.4");
        if dice.once_in(2) {
            container["args"] = json!([format!("--watch-namespace={}", space(dice))]);
        }
    }
    let docker = dice.once_in(20);
    if docker {
        container["image"] = json!("docker:24-dind");
    }
    let mut mounts = Vec::new();
    for number in 0..volumes {
        if dice.once_in(2) {
            let mut mount = json!({ "name": format!("v{number}"), "mountPath": format!("/m{number}") });
            if dice.once_in(2) {
                mount["readOnly"] = json!(true);
            }
            if dice.once_in(8) {
                mount["subPath"] = json!(dice.pick(&["etc", "kubelet", "logs"]));
            }
            mounts.push(mount);
        }
    }
    container["volumeMounts"] = json!(mounts);
    if docker {
        container["env"] = json!([{ "name": "DOCKER_TLS_CERTDIR", "value": "" }]);
    } else if dice.once_in(8) {
        container["env"] = json!([{ "name": "A", "valueFrom": { "secretKeyRef": { "name": secret_name(dice), "key": "k" } } }]);
    }
    if dice.once_in(8) {
        container["envFrom"] = json!([{ "secretRef": { "name": secret_name(dice) } }]);
    }
    if name != "ephemeralContainers" && dice.once_in(3) {
        // Names of ports are unique in a pod.
        let called = if name == "c0" { "http" } else { name };
        let mut port =
            json!({ "name": called, "containerPort": if docker { 2375 } else { dice.pick(&[80, 8080]) } });
        if dice.once_in(6) {
            port["hostPort"] = json!(8080);
        }
        container["ports"] = json!([port]);
        if name == "initContainers" && dice.once_in(2) {
            container["restartPolicy"] = json!("Always");
        }
    }
    container
}

/// What stands around pods: claims and volumes, Services, policies, the map of cloud identities.
pub(crate) fn surroundings(dice: &mut Dice) -> Vec<Value> {
    let mut objects = Vec::new();
    if dice.once_in(2) {
        let space = space(dice);
        let mut claim = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "data", "namespace": space }, "spec": {} });
        let mut volume = json!({ "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": "pv" }, "spec": {} });
        let source = dice.pick(&["hostPath", "local", "nfs"]);
        let path = dice.pick(PATHS);
        // What a user namespace keeps of the kernel's files is asked of the pod's own volumes.
        let kernel = ["/proc", "/sys"].iter().any(|kernel| path.starts_with(kernel));
        volume["spec"][source] = json!({ "path": if kernel { "/data" } else { path } });
        if dice.once_in(2) {
            claim["spec"]["volumeName"] = json!("pv");
        } else {
            volume["spec"]["claimRef"] = json!({ "namespace": space, "name": "data" });
        }
        objects.extend([claim, volume]);
    }
    if dice.once_in(3) {
        let mut service = json!({ "apiVersion": "v1", "kind": "Service",
            "metadata": { "name": dice.pick(&["front", "front", "p0"]), "namespace": space(dice) },
            "spec": { "type": dice.pick(&["ClusterIP", "NodePort", "LoadBalancer"]), "selector": { "app": "front" } } });
        let mut port = json!({ "port": 80 });
        if dice.once_in(2) {
            port["targetPort"] = dice.pick(&[&json!(8080), &json!("http"), &json!(2375)]).clone();
        }
        service["spec"]["ports"] = json!([port]);
        objects.push(service);
    }
    if dice.once_in(4) {
        let direction = dice.pick(&["Ingress", "Egress"]);
        objects.push(json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": { "name": "shut", "namespace": space(dice) },
            "spec": { "podSelector": {}, "policyTypes": [direction] } }));
    }
    if dice.once_in(6) {
        let group = dice.pick(&["system:masters", "devs", "ops"]);
        let map =
            json!([{ "rolearn": "cloud-one", "username": dice.pick(&["ann", "bob"]), "groups": [group] }]);
        objects.push(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "aws-auth", "namespace": "kube-system" },
            "data": { "mapRoles": map.to_string() } }));
    }
    objects
}
