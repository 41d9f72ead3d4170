//! Table A, the steps that one right is enough for.

use crate::json::{name, of_kind};

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
        if state.holds_everything(Some(namespace)) && !state.holds_everything(None) {
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
        state.gain(Fact::AllSecrets);
        state.gain(Fact::KubeSystemSecrets);
    }
    admission(world, state);
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
            state.can_any(WRITE, (group, resource), namespace, "")
                || of_kind(world.objects, kind)
                    .filter(|object| Some(crate::json::namespace(object)) == namespace)
                    .any(|object| state.can_any(CHANGE, (group, resource), namespace, name(object)))
        })
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

fn all_secrets<'v>(world: &'v World<'v>, state: &mut State<'v>, namespace: &'v str) {
    for secret in of_kind(world.objects, "Secret").filter(|secret| crate::json::namespace(secret) == namespace) {
        state.gain(Fact::Secret(namespace, name(secret)));
    }
    if namespace == "kube-system" {
        state.gain(Fact::KubeSystemSecrets);
    }
}

pub(super) fn all_nodes<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for machine in world.machines() {
        state.gain(Fact::Node(machine));
    }
}

fn secrets<'v>(world: &'v World<'v>, state: &mut State<'v>, namespace: &'v str) {
    if state.can_any(READ, SECRETS, Some(namespace), "") {
        all_secrets(world, state, namespace);
    }
    for secret in of_kind(world.objects, "Secret").filter(|secret| crate::json::namespace(secret) == namespace) {
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
        Machine::Of(_) => "",
    };
    let by_kubelet = state.can_any(&["get", "create"], ("", "nodes/proxy"), None, node);
    if in_pod || by_kubelet {
        state.gain(Fact::Pod(number));
    }
    if debug && world.lets_privileged_in(pod.namespace) {
        state.gain(Fact::Node(pod.machine));
    }
}

/// A31: what passes admission is read, and changed by webhooks that may and by policies.
fn admission<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    const GROUP: &str = "admissionregistration.k8s.io";
    let writes = |resource: &str, kind: &str| {
        state.can_any(WRITE, (GROUP, resource), None, "")
            || of_kind(world.objects, kind).any(|object| state.can_any(CHANGE, (GROUP, resource), None, name(object)))
    };
    let changes = writes("mutatingwebhookconfigurations", "MutatingWebhookConfiguration");
    let reads = writes("validatingwebhookconfigurations", "ValidatingWebhookConfiguration");
    if changes || reads {
        for namespace in world.namespaces.iter().copied() {
            all_secrets(world, state, namespace);
        }
        state.gain(Fact::AllSecrets);
        state.gain(Fact::KubeSystemSecrets);
    }
    if changes {
        all_nodes(world, state);
        for namespace in world.namespaces.iter().copied() {
            all_accounts(world, state, namespace);
        }
    }
}
