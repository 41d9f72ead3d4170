//! Pods, and workloads of which no pod is here.

use serde_json::Value;

use crate::json::{at, list, name, namespace, of_kind, text};

use super::fact::Machine;

/// A pod, or the pod that a workload would make.
pub(super) struct Pod<'v> {
    pub(super) kind: &'v str,
    pub(super) namespace: &'v str,
    pub(super) name: &'v str,
    pub(super) labels: Option<&'v Value>,
    pub(super) spec: &'v Value,
    pub(super) machine: Machine<'v>,
    pub(super) containers: Vec<Container<'v>>,
}

/// A container of any of the three lists.
pub(super) struct Container<'v> {
    pub(super) spec: &'v Value,
    /// It runs beside the others: an init container has ended before they start, unless it is a sidecar
    /// (`restartPolicy: Always`, Kubernetes documentation, Sidecar Containers).
    pub(super) listens: bool,
}

impl<'v> Container<'v> {
    /// The ports that it declares, where something can listen on them.
    pub(super) fn ports(&self) -> &'v [Value] {
        if self.listens { list(self.spec, &["ports"]) } else { &[] }
    }
}

impl<'v> Pod<'v> {
    /// The service account it runs as.
    pub(super) fn account(&self) -> &'v str {
        match text(self.spec, &["serviceAccountName"]) {
            "" => "default",
            account => account,
        }
    }

    /// A volume by name.
    pub(super) fn volume(&self, name: &str) -> Option<&'v Value> {
        list(self.spec, &["volumes"]).iter().find(|volume| text(volume, &["name"]) == name)
    }

    /// Whether a boolean of its spec has this value.
    pub(super) fn says(&self, key: &str, value: bool) -> bool {
        at(self.spec, &[key]).and_then(Value::as_bool) == Some(value)
    }

    /// Whether it is a pod itself.
    pub(super) fn is_pod(&self) -> bool {
        self.kind == "Pod"
    }
}

/// What pods come from.
const KINDS: &[&str] = &["Pod", "Deployment", "DaemonSet", "ReplicaSet", "Job", "CronJob"];

/// Whether an object is a pod or would run some.
pub(super) fn runs(object: &Value) -> bool {
    KINDS.contains(&text(object, &["kind"])) && !is_scaled_down(object)
}

/// All pods, then the workloads whose pods are not here and that would run some.
pub(super) fn pods(objects: &[Value]) -> Vec<Pod<'_>> {
    let mut pods: Vec<Pod<'_>> = Vec::new();
    for kind in KINDS.iter().copied() {
        for object in of_kind(objects, kind) {
            let Some((template, spec)) = template(object, kind) else { continue };
            let number = pods.len();
            let machine = match text(spec, &["nodeName"]) {
                node if kind == "Pod" && !node.is_empty() => Machine::Named(node),
                _ => Machine::Of(number),
            };
            let stands_for_itself = kind == "Pod" || !has_pods(objects, object) && !is_owned(objects, object);
            if stands_for_itself && !is_scaled_down(object) {
                pods.push(Pod {
                    kind: text(object, &["kind"]),
                    namespace: namespace(object),
                    name: name(object),
                    labels: at(template, &["metadata", "labels"]),
                    spec,
                    machine,
                    containers: containers(spec),
                });
            }
        }
    }
    pods
}

fn template<'v>(object: &'v Value, kind: &str) -> Option<(&'v Value, &'v Value)> {
    let template = match kind {
        "Pod" => object,
        "CronJob" => at(object, &["spec", "jobTemplate", "spec", "template"])?,
        _ => at(object, &["spec", "template"])?,
    };
    Some((template, at(template, &["spec"])?))
}

fn containers(spec: &Value) -> Vec<Container<'_>> {
    let mut containers = Vec::new();
    for key in ["containers", "initContainers", "ephemeralContainers"] {
        containers.extend(list(spec, &[key]).iter().map(|spec| {
            let listens = key != "initContainers" || text(spec, &["restartPolicy"]) == "Always";
            Container { spec, listens }
        }));
    }
    containers
}

/// The object that controls another one.
fn owner<'v>(objects: &'v [Value], object: &Value) -> Option<&'v Value> {
    let owner = list(object, &["metadata", "ownerReferences"])
        .iter()
        .find(|owner| at(owner, &["controller"]).and_then(Value::as_bool) == Some(true))?;
    of_kind(objects, text(owner, &["kind"]))
        .find(|found| name(found) == text(owner, &["name"]) && namespace(found) == namespace(object))
}

/// Whether it runs for another workload; one that is scaled to nothing has none.
fn is_owned(objects: &[Value], object: &Value) -> bool {
    owner(objects, object).is_some_and(|owner| !is_scaled_down(owner))
}

fn is_scaled_down(workload: &Value) -> bool {
    at(workload, &["spec", "replicas"]).and_then(Value::as_u64) == Some(0)
}

/// Whether a pod is here that goes back to this workload, through a ReplicaSet or a Job.
fn has_pods(objects: &[Value], workload: &Value) -> bool {
    of_kind(objects, "Pod").any(|pod| {
        let first = owner(objects, pod);
        // What is scaled down runs for nobody: pods that are left of it are not those of its owner.
        let running = first.filter(|first| !is_scaled_down(first));
        let second = running.and_then(|first| owner(objects, first));
        [first, second].into_iter().flatten().any(|owner| std::ptr::eq(owner, workload))
    })
}
