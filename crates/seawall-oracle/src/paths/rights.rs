//! Table A, the steps that one right is enough for.

use serde_json::Value;

use crate::json::{at, name, of_kind, text, texts};

use super::fact::{Fact, Machine};
use super::state::State;
use super::world::World;

pub(super) const PODS: (&str, &str) = ("", "pods");
pub(super) const SECRETS: (&str, &str) = ("", "secrets");
const READ: &[&str] = &["get", "list", "watch"];
pub(super) const CHANGE: &[&str] = &["update", "patch"];
const WRITE: &[&str] = &["create", "update", "patch"];

/// A06: what makes pods, each in its API group.
const WORKLOADS: &[(&str, &str, &str)] = &[
    ("apps", "deployments", "Deployment"),
    ("apps", "daemonsets", "DaemonSet"),
    ("apps", "statefulsets", "StatefulSet"),
    ("apps", "replicasets", "ReplicaSet"),
    ("batch", "jobs", "Job"),
    ("batch", "cronjobs", "CronJob"),
    ("", "replicationcontrollers", "ReplicationController"),
];

/// Takes every such step once.
pub(super) fn step<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    if state.holds_everything(None) || state.holds(Fact::SystemMasters) {
        // A01, A03
        state.gain(Fact::ClusterAdmin);
    }
    for namespace in world.namespaces.iter().copied() {
        if state.holds_everything(Some(namespace)) {
            // A02
            state.gain(Fact::NamespaceAdmin(namespace));
        }
        running_pods(world, state, namespace);
        secrets(world, state, namespace);
        for (_, account) in world.accounts.iter().filter(|(own, _)| *own == namespace) {
            let token = state.can("create", ("", "serviceaccounts/token"), Some(namespace), account);
            if token || state.can("impersonate", ("", "serviceaccounts"), Some(namespace), account) {
                // A20, A22
                state.gain(Fact::Account(namespace, account));
            }
        }
    }
    for number in 0..world.pods.len() {
        into_pods(world, state, number);
    }
    // A16, A17, A04 and A06 in the whole cluster
    if state.can_any(READ, SECRETS, None, "") || can_run(world, state, None) {
        every_secret(world, state);
    }
    admission(world, state);
    writes_ingress(world, state);
    // A41
    let auth = world.find("ConfigMap", "kube-system", "aws-auth").is_some();
    if auth && state.can_any(CHANGE, ("", "configmaps"), Some("kube-system"), "aws-auth") {
        state.gain(Fact::SystemMasters);
    }
}

/// A04, A06: whether pods of the attacker's making run there.
pub(super) fn can_run<'v>(world: &'v World<'v>, state: &State<'v>, namespace: Option<&str>) -> bool {
    state.can("create", PODS, namespace, "")
        || WORKLOADS.iter().any(|(group, resource, kind)| {
            state.can("create", (group, resource), namespace, "")
                // The template of a Job never changes.
                || *kind != "Job" && changes_one(world, state, (group, resource), namespace)
        })
}

/// Whether a workload is there to be changed. For the whole cluster one anywhere will do.
fn changes_one(world: &World<'_>, state: &State<'_>, what: (&str, &str), space: Option<&str>) -> bool {
    state.can_any(CHANGE, what, None, "") && workloads(world, None).next().is_some()
        || workloads(world, space).any(|called| {
            state.can_any(CHANGE, what, space, called)
                && (space.is_some() || state.can_any(CHANGE, what, space, ""))
        })
}

/// The names of the workloads there that run something. Of which kind one is is not looked at.
fn workloads<'v>(world: &World<'v>, space: Option<&str>) -> impl Iterator<Item = &'v str> {
    let space = space.map(str::to_owned);
    let kinds = WORKLOADS.iter().map(|(_, _, kind)| *kind).filter(|kind| *kind != "Job");
    kinds
        .flat_map(|kind| of_kind(world.objects, kind))
        .filter(move |object| {
            let here = space.as_deref().is_none_or(|space| crate::json::namespace(object) == space);
            here && at(object, &["spec", "replicas"]).and_then(Value::as_u64) != Some(0)
        })
        .map(name)
}

/// Whether pods of the attacker's making run in some namespace.
pub(super) fn runs_anywhere<'v>(world: &'v World<'v>, state: &State<'v>) -> bool {
    let runs = |namespace: &&'v str| {
        can_run(world, state, Some(namespace)) || state.holds(Fact::NamespaceAdmin(namespace))
    };
    can_run(world, state, None) || world.namespaces.iter().any(runs)
}

/// A47: into a controller of ingress-nginx that does not check the annotations of an Ingress (CVE-2025-1097 and others,
/// repaired in 1.11.5).
fn writes_ingress<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for (number, pod) in world.pods.iter().enumerate() {
        for (place, container) in pod.containers.iter().enumerate() {
            let arguments = texts(container.spec, &["args"]);
            let watched = arguments.iter().find_map(|word| word.strip_prefix("--watch-namespace="));
            let mut spaces =
                world.namespaces.iter().filter(|space| watched.is_none_or(|only| only == **space));
            let writes = |space: &&str| state.writes_in(("networking.k8s.io", "ingresses"), Some(space));
            let old = text(container.spec, &["image"]).ends_with("ingress-nginx/controller:v1.11.4");
            if old && spaces.any(writes) {
                state.gain(Fact::Container(number, place));
            }
        }
    }
}

fn running_pods<'v>(world: &'v World<'v>, state: &mut State<'v>, namespace: &'v str) {
    if !can_run(world, state, Some(namespace)) {
        return;
    }
    all_accounts(world, state, namespace);
    all_secrets(world, state, namespace);
    if world.lets_privileged_in(namespace) {
        // A05
        all_nodes(world, state);
    }
}

pub(super) fn all_accounts<'v>(world: &'v World<'v>, state: &mut State<'v>, namespace: &'v str) {
    for (own, account) in world.accounts.iter().filter(|(own, _)| *own == namespace) {
        state.gain(Fact::Account(own, account));
    }
}

pub(super) fn all_secrets<'v>(world: &'v World<'v>, state: &mut State<'v>, namespace: &'v str) {
    for secret in
        of_kind(world.objects, "Secret").filter(|secret| crate::json::namespace(secret) == namespace)
    {
        state.gain(Fact::Secret(namespace, name(secret)));
    }
    if namespace == "kube-system" {
        state.gain(Fact::KubeSystemSecrets);
    }
}

pub(super) fn every_secret<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for namespace in world.namespaces.iter().copied() {
        all_secrets(world, state, namespace);
    }
    state.gain(Fact::AllSecrets);
}

pub(super) fn all_nodes<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for machine in world.machines() {
        state.gain(Fact::Node(machine));
    }
    if world.nodes.is_empty() {
        state.gain(Fact::Node(Machine::Unknown));
    }
    // Wherever pods that are not placed will run, it is one of the nodes.
    let unplaced = world.pods.iter().enumerate().filter(|(_, pod)| matches!(pod.machine, Machine::Of(_)));
    unplaced.for_each(|(number, _)| state.gain(Fact::Pod(number)));
}

fn secrets<'v>(world: &'v World<'v>, state: &mut State<'v>, namespace: &'v str) {
    if state.can_any(READ, SECRETS, Some(namespace), "") {
        all_secrets(world, state, namespace);
    }
    for secret in
        of_kind(world.objects, "Secret").filter(|secret| crate::json::namespace(secret) == namespace)
    {
        if state.can_any(READ, SECRETS, Some(namespace), name(secret)) {
            state.gain(Fact::Secret(namespace, name(secret)));
        }
    }
}

/// A07 to A09, A11, A37: into a pod that runs.
fn into_pods<'v>(world: &'v World<'v>, state: &mut State<'v>, number: usize) {
    let Some(pod) = world.pods.get(number) else { return };
    let place = Some(pod.namespace);
    // A pod of a workload has a name that nobody knows yet.
    let called = if pod.is_pod() { pod.name } else { "" };
    let open: &[&str] = if world.opens_by_get() { &["create", "get"] } else { &["create"] };
    let debug = state.can_any(CHANGE, ("", "pods/ephemeralcontainers"), place, called);
    let in_pod = state.can_any(CHANGE, PODS, place, called)
        || state.can_any(open, ("", "pods/exec"), place, called)
        || state.can_any(open, ("", "pods/attach"), place, called)
        || debug;
    let node = match pod.machine {
        Machine::Named(node) => node,
        _ => "",
    };
    let by_kubelet = state.can_any(&["get", "create"], ("", "nodes/proxy"), None, node);
    if in_pod || by_kubelet {
        state.gain(Fact::Pod(number));
    }
    if debug && world.lets_by_level(pod.namespace) {
        state.gain(Fact::Node(pod.machine));
    }
    // In the whole cluster there is a pod to debug, or soon will be, on every node.
    let anywhere = state.can_any(CHANGE, ("", "pods/ephemeralcontainers"), None, "");
    if anywhere && world.namespaces.iter().any(|namespace| world.lets_by_level(namespace)) {
        all_nodes(world, state);
    }
}

/// A31: what passes admission is read, and changed by webhooks that may and by policies.
fn admission<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    const GROUP: &str = "admissionregistration.k8s.io";
    let writes = |resource: &str| state.can_any(WRITE, (GROUP, resource), None, "");
    let changes = writes("mutatingwebhookconfigurations");
    let reads = writes("validatingwebhookconfigurations");
    // Policies that change need a binding as well.
    let by_policy = writes("mutatingadmissionpolicies") && writes("mutatingadmissionpolicybindings");
    if changes || reads {
        every_secret(world, state);
    }
    if changes || by_policy {
        all_nodes(world, state);
        for namespace in world.namespaces.iter().copied() {
            all_accounts(world, state, namespace);
        }
    }
}
