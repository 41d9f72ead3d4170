//! Tables B, C and D: pods, machines, secrets, accounts and clouds, each with what it holds.

use serde_json::Value;

use crate::json::{at, list, name, namespace, of_kind, text, texts};

use super::control::refuses_anonymous;
use super::escapes::{Escape, escapes, is_under, mounts};
use super::fact::{Fact, Machine};
use super::pod::{Container, Pod};
use super::state::State;
use super::world::World;

/// What everything held holds in turn.
pub(super) fn step<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for fact in state.facts() {
        match fact {
            Fact::Pod(number) => {
                let containers = world.pods.get(number).map_or(0, |pod| pod.containers.len());
                (0..containers).for_each(|container| state.gain(Fact::Container(number, container)));
            }
            Fact::Container(number, place) => {
                if let Some(pod) = world.pods.get(number)
                    && let Some(container) = pod.containers.get(place)
                {
                    container_holds(world, state, (number, pod), container);
                }
            }
            Fact::Node(machine) => node_holds(world, state, machine),
            Fact::Files(machine) => files_hold(world, state, machine),
            Fact::Kubelet(node) => kubelet_holds(world, state, Machine::Named(node)),
            Fact::Secret(namespace, name) => secret_holds(world, state, namespace, name),
            Fact::Account(namespace, name) => account_holds(world, state, namespace, name),
            Fact::CloudRole(role) => world.taken_for(role).into_iter().for_each(|fact| state.gain(fact)),
            Fact::Internet if !refuses_anonymous(world) => {
                // A51
                state.gain(Fact::User("system:anonymous"));
                state.gain(Fact::Group("system:unauthenticated"));
            }
            _ => {}
        }
    }
}

fn container_holds<'v>(
    world: &'v World<'v>,
    state: &mut State<'v>,
    (number, pod): (usize, &'v Pod<'v>),
    container: &'v Container<'v>,
) {
    if pod.says("shareProcessNamespace", true) {
        // B22
        (0..pod.containers.len()).for_each(|other| state.gain(Fact::Container(number, other)));
    }
    if mounts_token(world, pod) || projects_token(pod, container.spec) {
        // C09
        state.gain(Fact::Account(pod.namespace, pod.account()));
    }
    for secret in secrets_of(pod, container.spec) {
        if world.find("Secret", pod.namespace, secret).is_some() {
            state.gain(Fact::Secret(pod.namespace, secret));
        }
    }
    for way in escapes(world, pod, container) {
        match way {
            Escape::Node => state.gain(Fact::Node(pod.machine)),
            Escape::Files => state.gain(Fact::Files(pod.machine)),
            Escape::Tokens => tokens_on(world, state, pod.machine),
        }
    }
    // A13
    let logs =
        mounts(world, pod, container).iter().any(|mount| mount.writable && is_under("/var/log", &mount.path));
    let called = if pod.is_pod() { pod.name } else { "" };
    if logs && state.can("get", ("", "pods/log"), Some(pod.namespace), called) {
        state.gain(Fact::Files(pod.machine));
    }
}

/// C09: the pod decides, then the account.
fn mounts_token(world: &World<'_>, pod: &Pod<'_>) -> bool {
    let own = at(pod.spec, &["automountServiceAccountToken"]).and_then(Value::as_bool);
    let account = || {
        let account = world.find("ServiceAccount", pod.namespace, pod.account())?;
        at(account, &["automountServiceAccountToken"]).and_then(Value::as_bool)
    };
    own.or_else(account).unwrap_or(true)
}

/// A token that a container mounts by its own volume, for the API server.
fn projects_token(pod: &Pod<'_>, container: &Value) -> bool {
    mounted(pod, container).any(|volume| {
        list(volume, &["projected", "sources"]).iter().any(|source| {
            at(source, &["serviceAccountToken"]).is_some()
                && text(source, &["serviceAccountToken", "audience"]).is_empty()
        })
    })
}

fn mounted<'v>(pod: &Pod<'v>, container: &'v Value) -> impl Iterator<Item = &'v Value> {
    list(container, &["volumeMounts"]).iter().filter_map(|mount| pod.volume(text(mount, &["name"])))
}

/// The names of the secrets that a container sees.
fn secrets_of<'v>(pod: &Pod<'v>, container: &'v Value) -> Vec<&'v str> {
    let mut names: Vec<&str> = Vec::new();
    for variable in list(container, &["env"]) {
        names.push(text(variable, &["valueFrom", "secretKeyRef", "name"]));
    }
    for source in list(container, &["envFrom"]) {
        names.push(text(source, &["secretRef", "name"]));
    }
    for volume in mounted(pod, container) {
        names.push(text(volume, &["secret", "secretName"]));
        names.extend(
            list(volume, &["projected", "sources"]).iter().map(|source| text(source, &["secret", "name"])),
        );
    }
    names
}

fn node_holds<'v>(world: &'v World<'v>, state: &mut State<'v>, machine: Machine<'v>) {
    // Of the machine of a pod that is not placed nothing is known but that it is one.
    let Machine::Named(_) = machine else { return };
    // C01
    for number in world.pods_on(machine) {
        state.gain(Fact::Pod(number));
    }
    // The role of a node is that of who runs there.
    if of_kind(world.objects, "Node").any(|node| Machine::Named(name(node)) == machine) {
        clouds_of(world, machine).into_iter().for_each(|cloud| state.gain(Fact::RoleOfNodes(cloud)));
    }
    files_hold(world, state, machine);
}

fn files_hold<'v>(world: &'v World<'v>, state: &mut State<'v>, machine: Machine<'v>) {
    tokens_on(world, state, machine);
    // C02
    if let Machine::Named(node) = machine {
        state.gain(Fact::Kubelet(node));
    }
    if world.is_control_plane(machine) {
        // C04
        state.gain(Fact::ClusterAdmin);
    }
}

/// C02: the Node authorizer gives a kubelet the secrets of its pods and tokens of their accounts.
fn kubelet_holds<'v>(world: &'v World<'v>, state: &mut State<'v>, machine: Machine<'v>) {
    for pod in world.pods_on(machine).into_iter().filter_map(|number| world.pods.get(number)) {
        state.gain(Fact::Account(pod.namespace, pod.account()));
        for secret in pod.containers.iter().flat_map(|container| secrets_of(pod, container.spec)) {
            if world.find("Secret", pod.namespace, secret).is_some() {
                state.gain(Fact::Secret(pod.namespace, secret));
            }
        }
    }
}

/// B09, B15: the tokens that lie on a machine.
fn tokens_on<'v>(world: &'v World<'v>, state: &mut State<'v>, machine: Machine<'v>) {
    let Machine::Named(_) = machine else { return };
    for pod in world.pods_on(machine).into_iter().filter_map(|number| world.pods.get(number)) {
        let projects = pod.containers.iter().any(|container| projects_token(pod, container.spec));
        if mounts_token(world, pod) || projects {
            state.gain(Fact::Account(pod.namespace, pod.account()));
        }
    }
}

fn secret_holds<'v>(world: &'v World<'v>, state: &mut State<'v>, space: &'v str, wanted: &'v str) {
    let Some(secret) = world.find("Secret", space, wanted) else { return };
    match text(secret, &["type"]) {
        "kubernetes.io/service-account-token" => {
            let account = text(secret, &["metadata", "annotations", "kubernetes.io/service-account.name"]);
            state.gain(Fact::Account(space, account));
        }
        // C10
        "bootstrap.kubernetes.io/token" if space == "kube-system" => {
            for node in world.nodes.iter().copied() {
                state.gain(Fact::Kubelet(node));
            }
        }
        _ => {}
    }
}

/// D01 to D03.
fn account_holds<'v>(world: &'v World<'v>, state: &mut State<'v>, space: &'v str, wanted: &'v str) {
    let Some(account) = world.find("ServiceAccount", space, wanted) else { return };
    for key in
        ["eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"]
    {
        let role = text(account, &["metadata", "annotations", key]);
        if !role.is_empty() {
            state.gain(Fact::CloudRole(role));
        }
    }
}

/// The clouds whose metadata service a machine reaches: of one that runs in a cloud, or of which nothing is known, those
/// of all nodes. A cluster in two clouds is not told apart.
pub(super) fn clouds_of<'v>(world: &World<'v>, machine: Machine<'_>) -> Vec<&'v str> {
    let cloud = |node: &'v Value| {
        let cloud = text(node, &["spec", "providerID"]).split(':').next();
        cloud.filter(|cloud| ["aws", "gce", "azure"].contains(cloud))
    };
    let mut own = of_kind(world.objects, "Node").filter(|node| Machine::Named(name(node)) == machine);
    if own.next().is_some_and(|node| cloud(node).is_none()) {
        return Vec::new();
    }
    of_kind(world.objects, "Node").filter_map(cloud).collect()
}

/// Whether a policy that forbids everything in one direction selects a pod; no other policies are looked at.
pub(super) fn is_shut(world: &World<'_>, pod: &Pod<'_>, direction: &str) -> bool {
    !pod.says("hostNetwork", true)
        && of_kind(world.objects, "NetworkPolicy").any(|policy| {
            namespace(policy) == pod.namespace && texts(policy, &["spec", "policyTypes"]).contains(&direction)
        })
}
