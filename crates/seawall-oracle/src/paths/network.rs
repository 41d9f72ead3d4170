//! D04 and table E: from outside and from pods into containers, and from pods to the metadata service.

use serde_json::Value;

use crate::json::{at, list, name, namespace, of_kind, text};

use super::fact::Fact;
use super::nodes::{clouds_of, is_shut};
use super::pod::{Container, Pod};
use super::state::State;
use super::world::World;

/// Takes every such step once.
pub(super) fn step<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for (number, pod) in world.pods.iter().enumerate() {
        // D04
        let inside = (0..pod.containers.len()).any(|place| state.holds(Fact::Container(number, place)));
        if inside && !is_shut(world, pod, "Egress") {
            clouds_of(world, pod.machine).into_iter().for_each(|cloud| state.gain(Fact::RoleOfNodes(cloud)));
        }
        for (place, container) in pod.containers.iter().enumerate() {
            if from_outside(world, state, pod, container)
                || through_the_api(world, state, pod, container)
                || from_pods(world, state, pod, container)
            {
                state.gain(Fact::Container(number, place));
            }
        }
    }
}

/// The pods in which something is held.
pub(super) fn of_pods<'v>(world: &'v World<'v>, state: &State<'v>) -> impl Iterator<Item = &'v Pod<'v>> {
    let held = |(number, pod): &(usize, &'v Pod<'v>)| {
        state.holds(Fact::Pod(*number))
            || (0..pod.containers.len()).any(|place| state.holds(Fact::Container(*number, place)))
    };
    world.pods.iter().enumerate().filter(held).map(|(_, pod)| pod).collect::<Vec<_>>().into_iter()
}

/// E02, E05: a Docker API without a login runs what whoever connects to it wants.
fn from_pods(world: &World<'_>, state: &State<'_>, pod: &Pod<'_>, container: &Container<'_>) -> bool {
    const DOCKER: u64 = 2375;
    let untied = |variable: &Value| text(variable, &["name"]) == "DOCKER_TLS_CERTDIR";
    let open = text(container.spec, &["image"]).starts_with("docker:")
        && list(container.spec, &["env"]).iter().any(untied);
    let declares = |container: &Container<'_>| {
        let number = |port: &Value| at(port, &["containerPort"]).and_then(Value::as_u64) == Some(DOCKER);
        container.ports().iter().any(number)
    };
    let told = |service: &Value| {
        let number = |port: &Value| at(port, &["targetPort"]).and_then(Value::as_u64) == Some(DOCKER);
        list(service, &["spec", "ports"]).iter().any(number)
    };
    let listens =
        declares(container) || !pod.containers.iter().any(declares) && services(world, pod).any(told);
    open && container.listens
        && listens
        && !is_shut(world, pod, "Ingress")
        && of_pods(world, state).any(|other| !is_shut(world, other, "Egress"))
}

/// A10, A12 over all ports of a namespace.
pub(super) fn tunnels_everywhere(world: &World<'_>, state: &State<'_>, space: &str) -> bool {
    let open: &[&str] = if world.opens_by_get() { &["create", "get"] } else { &["create"] };
    state.can_any(open, ("", "pods/portforward"), Some(space), "")
        || state.can_any(&["get", "create"], ("", "pods/proxy"), Some(space), "")
        || state.can_any(&["get", "create"], ("", "services/proxy"), Some(space), "")
}

/// E01, E02: through an open port, by a flaw in what listens there.
fn from_outside(world: &World<'_>, state: &State<'_>, pod: &Pod<'_>, container: &Container<'_>) -> bool {
    let on_the_node = container
        .ports()
        .iter()
        .any(|port| at(port, &["hostPort"]).is_some() || pod.says("hostNetwork", true));
    state.holds(Fact::Internet)
        && (on_the_node && !is_shut(world, pod, "Ingress")
            || services(world, pod).any(|service| {
                let open = ["LoadBalancer", "NodePort"].contains(&text(service, &["spec", "type"]))
                    || !list(service, &["spec", "externalIPs"]).is_empty();
                let closed = world
                    .pods
                    .iter()
                    .filter(|other| services(world, other).any(|own| std::ptr::eq(own, service)))
                    .all(|other| is_shut(world, other, "Ingress"));
                (open || is_routed(world, service)) && !closed && serves(service, pod, container)
            }))
}

/// A10, A12: past every policy, then by a flaw as above. All ports of a namespace are one thing, those of one pod or
/// Service another.
fn through_the_api(world: &World<'_>, state: &State<'_>, pod: &Pod<'_>, container: &Container<'_>) -> bool {
    let place = Some(pod.namespace);
    let called = if pod.is_pod() { pod.name } else { "" };
    let open: &[&str] = if world.opens_by_get() { &["create", "get"] } else { &["create"] };
    let to_pod = |name: &str| {
        state.can_any(open, ("", "pods/portforward"), place, name)
            || state.can_any(&["get", "create"], ("", "pods/proxy"), place, name)
    };
    let to_service = |name: &str| state.can_any(&["get", "create"], ("", "services/proxy"), place, name);
    let all = tunnels_everywhere(world, state, pod.namespace);
    let declares = !container.ports().is_empty();
    (all || to_pod(called)) && declares
        || services(world, pod)
            .any(|service| (all || to_service(name(service))) && serves(service, pod, container))
}

/// Whether an Ingress leads to a Service. Its controller knocks: what nobody may connect to, it does not reach either.
fn is_routed(world: &World<'_>, service: &Value) -> bool {
    of_kind(world.objects, "Ingress").filter(|route| namespace(route) == namespace(service)).any(|route| {
        let paths = list(route, &["spec", "rules"]).iter().flat_map(|rule| list(rule, &["http", "paths"]));
        let backends =
            paths.filter_map(|path| at(path, &["backend"])).chain(at(route, &["spec", "defaultBackend"]));
        backends.into_iter().any(|backend| text(backend, &["service", "name"]) == name(service))
    })
}

fn services<'v>(world: &World<'v>, pod: &Pod<'v>) -> impl Iterator<Item = &'v Value> {
    let (space, labels) = (pod.namespace, pod.labels);
    of_kind(world.objects, "Service").filter(move |service| {
        let selector = at(service, &["spec", "selector"]).and_then(Value::as_object);
        let label = |key: &str| labels.and_then(|labels| labels.get(key));
        namespace(service) == space
            && selector.is_some_and(|pairs| {
                !pairs.is_empty() && pairs.iter().all(|(key, value)| label(key) == Some(value))
            })
    })
}

/// Whether a port of the service ends in this container: the one that declares it, or any when none does.
fn serves(service: &Value, pod: &Pod<'_>, container: &Container<'_>) -> bool {
    list(service, &["spec", "ports"]).iter().any(|port| {
        let target = at(port, &["targetPort"]).or_else(|| at(port, &["port"]));
        let declares = |container: &Container<'_>| {
            container.ports().iter().any(|own| {
                at(own, &["containerPort"]) == target || target.is_some() && at(own, &["name"]) == target
            })
        };
        let by_number = target.is_some_and(Value::is_number);
        declares(container) || by_number && container.listens && !pod.containers.iter().any(declares)
    })
}
