//! Workloads as a live cluster shows them: Deployment, ReplicaSet, Pods, Service, ServiceAccount, Secret.

use anyhow::Result;
use serde_json::{Value, json};

use super::nodes::node_of;
use super::{Sink, Size, namespace};
use crate::synth::random::Random;
use crate::synth::words::{REGISTRIES, ROLES, SUBJECTS, VERSIONS};

/// A workload that is to be written with all its objects.
pub(super) struct Workload<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) account: &'a str,
    pub(super) image: String,
    /// Added to the container's security context.
    pub(super) privileged: bool,
    pub(super) replicas: usize,
    /// `ClusterIP` or `LoadBalancer`.
    pub(super) service: &'a str,
}

pub(super) fn write(size: Size, random: &mut Random, sink: &mut Sink<'_>) -> Result<()> {
    // The planted workloads have one pod each.
    let pods = size.pods.saturating_sub(super::planted::pods(size));
    let mut written = 0;
    let mut number = 0;
    while written < pods {
        let namespace = namespace(number % size.namespaces);
        let name = format!("{}-{}-{number}", random.pick(SUBJECTS), random.pick(ROLES));
        let most = if random.chance(50) { 120 } else { 24 };
        let replicas = usize::try_from(random.between(1, most)).unwrap_or(1).min(pods - written);
        let image = format!("{}/{name}:{}", random.pick(REGISTRIES), random.pick(VERSIONS));
        let service = if random.chance(10) { "LoadBalancer" } else { "ClusterIP" };
        let workload = Workload {
            namespace: &namespace,
            name: &name,
            account: &name,
            image,
            privileged: false,
            replicas,
            service,
        };
        objects(size, &workload, written, sink)?;
        written += replicas;
        number += 1;
    }
    Ok(())
}

/// Writes everything that belongs to a workload; `first` numbers its pods.
pub(super) fn objects(size: Size, workload: &Workload<'_>, first: usize, sink: &mut Sink<'_>) -> Result<()> {
    let Workload { namespace, name, account, .. } = *workload;
    let metadata = |name: &str| json!({ "name": name, "namespace": namespace, "labels": { "app.kubernetes.io/name": workload.name } });
    sink.put(&json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(account) }))?;
    sink.put(&json!({ "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata(&format!("{name}-settings")) }))?;
    let spec = pod_spec(workload);
    let labels = json!({ "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": namespace });
    let hash = format!("{:08x}", first * 2_654_435_761 % 0xffff_ffff);
    let mut pod_labels = labels.clone();
    if let Some(map) = pod_labels.as_object_mut() {
        map.insert("pod-template-hash".to_owned(), json!(hash));
    }
    let (deployment, set) = (uid(2, first), uid(3, first));
    sink.put(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": name, "namespace": namespace, "uid": deployment, "labels": labels },
        "spec": { "replicas": workload.replicas, "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": spec } },
        "status": { "readyReplicas": workload.replicas },
    }))?;
    let set_name = format!("{name}-{hash}");
    sink.put(&json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": { "name": set_name, "namespace": namespace, "uid": set, "labels": pod_labels,
            "ownerReferences": [owner("apps/v1", "Deployment", name, &deployment)] },
        "spec": { "replicas": workload.replicas, "selector": { "matchLabels": pod_labels },
            "template": { "metadata": { "labels": pod_labels }, "spec": spec } },
    }))?;
    for number in first..first + workload.replicas {
        sink.put(&pod(size, workload, number, &set_name, &set, &pod_labels, &spec))?;
    }
    sink.put(&json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata(name),
        "spec": { "type": workload.service, "selector": labels,
            "clusterIP": format!("10.{}.{}.{}", 96 + first / 65_536 % 16, first / 256 % 256, first % 256),
            "ports": [{ "name": "http", "port": 80, "protocol": "TCP", "targetPort": "http" }] },
    }))
}

fn uid(kind: usize, number: usize) -> String {
    format!("00000000-0000-4000-8{kind:03x}-{number:012x}")
}

fn owner(version: &str, kind: &str, name: &str, uid: &str) -> Value {
    json!({ "apiVersion": version, "kind": kind, "name": name, "uid": uid, "controller": true, "blockOwnerDeletion": true })
}

fn pod(
    size: Size,
    workload: &Workload<'_>,
    number: usize,
    set: &str,
    set_uid: &str,
    labels: &Value,
    spec: &Value,
) -> Value {
    let node = node_of(size, number);
    let address = format!("10.{}.{}.{}", 128 + number / 65_536 % 64, number / 256 % 256, number % 256);
    let mut spec = spec.clone();
    if let Some(map) = spec.as_object_mut() {
        map.insert("nodeName".to_owned(), json!(node));
        map.insert("volumes".to_owned(), json!([token_volume()]));
        if let Some(container) =
            map.get_mut("containers").and_then(|list| list.get_mut(0)).and_then(Value::as_object_mut)
        {
            container.insert(
                "volumeMounts".to_owned(),
                json!([{ "name": "kube-api-access-x7f2p",
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true }]),
            );
        }
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": format!("{set}-{number:05x}"), "namespace": workload.namespace, "uid": uid(4, number),
            "creationTimestamp": "2026-10-01T08:00:00Z", "generateName": format!("{set}-"), "labels": labels,
            "ownerReferences": [owner("apps/v1", "ReplicaSet", set, set_uid)] },
        "spec": spec,
        "status": {
            "phase": "Running", "podIP": address, "podIPs": [{ "ip": address }], "hostIP": "10.0.0.4", "qosClass": "Burstable",
            "conditions": [
                { "type": "Initialized", "status": "True", "lastTransitionTime": "2026-10-01T08:00:02Z" },
                { "type": "Ready", "status": "True", "lastTransitionTime": "2026-10-01T08:00:09Z" },
                { "type": "ContainersReady", "status": "True", "lastTransitionTime": "2026-10-01T08:00:09Z" },
                { "type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-10-01T08:00:00Z" } ],
            "containerStatuses": [{ "name": "main", "ready": true, "started": true, "restartCount": 0,
                "image": workload.image, "imageID": format!("registry.example.com/x@sha256:{:064x}", number),
                "containerID": format!("containerd://{:064x}", number), "lastState": {},
                "state": { "running": { "startedAt": "2026-10-01T08:00:08Z" } } }],
        },
    })
}

fn token_volume() -> Value {
    json!({ "name": "kube-api-access-x7f2p", "projected": { "defaultMode": 420, "sources": [
        { "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } },
        { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
        { "downwardAPI": { "items": [{ "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" } }] } } ] } })
}

fn pod_spec(workload: &Workload<'_>) -> Value {
    let mut context = json!({ "runAsNonRoot": true, "runAsUser": 10_001, "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true, "capabilities": { "drop": ["ALL"] }, "seccompProfile": { "type": "RuntimeDefault" } });
    if workload.privileged {
        context = json!({ "privileged": true });
    }
    json!({
        "serviceAccountName": workload.account, "serviceAccount": workload.account,
        "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30, "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority", "priority": 0,
        "tolerations": [
            { "effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300 },
            { "effect": "NoExecute", "key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 300 } ],
        "containers": [{
            "name": "main", "image": workload.image, "imagePullPolicy": "IfNotPresent",
            "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }, { "name": "metrics", "containerPort": 9090, "protocol": "TCP" }],
            "env": [{ "name": "LOG_LEVEL", "value": "info" }, { "name": "REGION", "value": "eu-central-1" },
                { "name": "POD_NAME", "valueFrom": { "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.name" } } }],
            "resources": { "requests": { "cpu": "100m", "memory": "128Mi" }, "limits": { "memory": "256Mi" } },
            "livenessProbe": { "httpGet": { "path": "/healthz", "port": "http", "scheme": "HTTP" }, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3, "successThreshold": 1 },
            "readinessProbe": { "httpGet": { "path": "/readyz", "port": "http", "scheme": "HTTP" }, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3, "successThreshold": 1 },
            "securityContext": context, "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        }],
    })
}
