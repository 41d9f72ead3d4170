//! Table A, the steps that need several rights, whoever of those held has each.

use super::fact::Fact;
use super::rights::{CHANGE, PODS, SECRETS, all_accounts, all_nodes, all_secrets, can_run};
use super::state::State;
use super::world::World;

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

/// Takes every such step once.
pub(super) fn step<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for namespace in world.namespaces.iter().copied() {
        let place = Some(namespace);
        like_an_admin(state, namespace);
        if mints_tokens(state, namespace) {
            all_accounts(world, state, namespace);
        }
        let runs = can_run(world, state, place);
        // A35: the request for a namespace is in that namespace. A label takes no policy away.
        if runs && !world.refuses(namespace) && state.can_any(CHANGE, ("", "namespaces"), place, namespace) {
            all_nodes(world, state);
        }
        // A39
        if runs
            && state.can("create", ("", "persistentvolumes"), None, "")
            && state.can("create", ("", "persistentvolumeclaims"), place, "")
        {
            all_nodes(world, state);
        }
        steals(world, state, namespace);
        // A32: only where policies alone keep pods out.
        let weakens = ["update", "patch", "delete", "deletecollection"];
        if runs
            && world.lets_by_level(namespace)
            && world.refuses(namespace)
            && state.can_any(&weakens, ("kyverno.io", "clusterpolicies"), None, "")
        {
            all_nodes(world, state);
        }
    }
    impersonation(world, state);
    certificates(world, state);
    for place in std::iter::once(None).chain(world.namespaces.iter().copied().map(Some)) {
        escalation(world, state, place);
        binding(world, state, place);
    }
}

/// A02: runs anything, reads secrets and hands its rights on.
fn like_an_admin<'v>(state: &mut State<'v>, namespace: &'v str) {
    let place = Some(namespace);
    if state.can("create", PODS, place, "")
        && state.can("create", ("", "pods/exec"), place, "")
        && state.can_any(&["get", "list", "watch"], SECRETS, place, "")
        && state.can("create", (RBAC, "rolebindings"), place, "")
    {
        state.gain(Fact::NamespaceAdmin(namespace));
    }
}

/// A18: makes a token secret and reads it, by right or in a pod.
fn mints_tokens(state: &State<'_>, space: &str) -> bool {
    let place = Some(space);
    state.can("create", SECRETS, place, "")
        && (state.can_any(&["get", "list", "watch"], SECRETS, place, "")
            || state.can("create", PODS, place, ""))
}

/// A14, A15: with a machine of its own, and the others closed, pods that are moved come there.
fn steals<'v>(world: &'v World<'v>, state: &mut State<'v>, namespace: &str) {
    let nodes = state.can_any(CHANGE, ("", "nodes"), None, "");
    let closes = nodes || state.can_any(CHANGE, ("", "nodes/status"), None, "");
    if !state.owns_a_machine() {
        return;
    }
    // A14: or is placed there by hand.
    let binds = state.can("create", ("", "pods/binding"), Some(namespace), "")
        || state.can("create", ("", "bindings"), Some(namespace), "");
    if !closes && !binds {
        return;
    }
    let empties = nodes || state.can("delete", ("", "nodes"), None, "");
    if closes && empties
        || state.can_any(&["delete", "deletecollection"], PODS, Some(namespace), "")
        || state.can("create", ("", "pods/eviction"), Some(namespace), "")
    {
        let here = world.pods.iter().enumerate().filter(|(_, pod)| pod.namespace == namespace);
        here.for_each(|(number, _)| state.gain(Fact::Pod(number)));
    }
}

/// A22 of users, and of groups, which need somebody to be in them.
fn impersonation<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for user in
        world.persons().filter(|user| state.can("impersonate", ("", "users"), None, user)).collect::<Vec<_>>()
    {
        state.gain(Fact::User(user));
    }
    // Whoever is impersonated need not exist.
    let user = state.at_cluster_scope("impersonate", ("", "users"));
    if !user && !state.can_for_some("impersonate", ("", "serviceaccounts")) {
        return;
    }
    if state.can("impersonate", ("", "groups"), None, "system:masters") {
        state.gain(Fact::SystemMasters);
    }
    for group in world.groups.iter().copied() {
        if state.can("impersonate", ("", "groups"), None, group) {
            state.gain(Fact::Group(group));
        }
    }
}

/// A28, A29: a certificate asked for and approved by oneself.
fn certificates<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    let asks = state.can("create", (CERTIFICATES, "certificatesigningrequests"), None, "");
    let approves = state.can_any(CHANGE, (CERTIFICATES, "certificatesigningrequests/approval"), None, "");
    if !asks || !approves {
        return;
    }
    let signer = |name: &str| {
        ["", name, "kubernetes.io/*"]
            .iter()
            .any(|name| state.can("approve", (CERTIFICATES, "signers"), None, name))
    };
    let (client, kubelet) = (
        signer("kubernetes.io/kube-apiserver-client"),
        signer("kubernetes.io/kube-apiserver-client-kubelet"),
    );
    if client {
        world.persons().for_each(|user| state.gain(Fact::User(user)));
        for group in world.groups.iter().copied().filter(|group| *group != "system:masters") {
            state.gain(Fact::Group(group));
        }
        for (namespace, account) in world.accounts.iter().copied() {
            state.gain(Fact::Account(namespace, account));
        }
    }
    if client || kubelet {
        for node in world.nodes.iter().copied() {
            state.gain(Fact::Kubelet(node));
        }
    }
}

/// A24: rights written into a role that somebody held is bound to.
fn escalation<'v>(world: &'v World<'v>, state: &mut State<'v>, place: Option<&'v str>) {
    let both = |resource: &str, scope: Option<&str>, name: &str| {
        state.can("escalate", (RBAC, resource), scope, name)
            && state.can_any(CHANGE, (RBAC, resource), scope, name)
    };
    let mut opens = match place {
        None => both("clusterroles", None, ""),
        Some(_) => both("roles", place, ""),
    };
    // Who may write into all of them holds the cluster: one of them, by name, is asked about apart.
    let both = |resource: &str, scope: Option<&str>, name: &str| {
        let named = state.can_by_name("escalate", (RBAC, resource), scope, name)
            || CHANGE.iter().any(|verb| state.can_by_name(verb, (RBAC, resource), scope, name));
        named && both(resource, scope, name)
    };
    for (_, role) in world.roles.iter().enumerate().filter(|(number, _)| state.is_bound_to(*number, place)) {
        opens |= match role.namespace {
            None => both("clusterroles", None, role.name),
            Some(_) => both("roles", role.namespace, role.name),
        };
    }
    if opens {
        gain_all(world, state, place);
    }
}

/// A25: somebody held bound to a role whose rights they did not hold.
fn binding<'v>(world: &'v World<'v>, state: &mut State<'v>, place: Option<&'v str>) {
    let bindings = if place.is_some() { "rolebindings" } else { "clusterrolebindings" };
    let creates = state.can("create", (RBAC, bindings), place, "");
    let updates = state.can_any(CHANGE, (RBAC, bindings), place, "");
    let all = state.can("bind", (RBAC, "clusterroles"), place, "");
    // A binding of `cluster-admin` is in every cluster.
    if (creates || updates && place.is_none()) && all {
        gain_all(world, state, place);
    }
    for (number, role) in world.roles.iter().enumerate() {
        // Of a binding that is there only the subjects can be changed.
        let bound = place.is_none() && role.name == "cluster-admin"
            || world.bindings.iter().any(|own| own.namespace == place && own.role == Some(number));
        let binds = match role.namespace {
            None => {
                state.can_by_name("bind", (RBAC, "clusterroles"), place, role.name) && (creates || updates && bound)
                    // To add more to everything is no gain.
                    || all && updates && bound && place.is_some()
            }
            own => {
                own == place
                    && state.can("bind", (RBAC, "roles"), place, role.name)
                    && (creates || updates && bound)
            }
        };
        if binds {
            state.gain(Fact::Role(number, place));
        }
    }
}

/// Everything there. In a namespace that is its Pod Security level too, and so any node unless policies refuse.
fn gain_all<'v>(world: &'v World<'v>, state: &mut State<'v>, place: Option<&'v str>) {
    match place {
        None => state.gain(Fact::ClusterAdmin),
        Some(namespace) => {
            state.gain(Fact::NamespaceAdmin(namespace));
            all_accounts(world, state, namespace);
            all_secrets(world, state, namespace);
            if !world.refuses(namespace) {
                all_nodes(world, state);
            }
            let here = world.pods.iter().enumerate().filter(|(_, pod)| pod.namespace == namespace);
            here.for_each(|(number, _)| state.gain(Fact::Pod(number)));
            // The map of cloud identities is a part of it.
            if namespace == "kube-system" && world.find("ConfigMap", namespace, "aws-auth").is_some() {
                state.gain(Fact::SystemMasters);
            }
        }
    }
}
