//! Probes of containers.

use seawall_core::Severity;
use seawall_inventory::{ContainerKind, ContainerView};
use seawall_yaml::Node;

use crate::Verdicts;
use crate::workload::workload::is_long_running;

/// The three probes: key and word for messages.
pub(crate) const PROBES: [(&str, &str); 3] = [
    ("livenessProbe", "liveness probe"),
    ("readinessProbe", "readiness probe"),
    ("startupProbe", "startup probe"),
];

/// Whether a container serves for as long as its pod runs: not an init or ephemeral container, and not of a pod that runs
/// to its end.
pub(crate) fn is_serving(container: &ContainerView<'_>) -> bool {
    container.kind() == ContainerKind::Main && is_long_running(container.pod())
}

/// Fails a container that serves and has no such probe.
pub(crate) fn judge_missing(container: &ContainerView<'_>, key: &str, word: &str, out: &mut Verdicts<'_>) {
    if !is_serving(container) || container.node().get(key).is_some_and(Node::is_map) {
        return;
    }
    out.fail(container.place(&[key]), format!("{} has no {word}", container.label()));
}

/// Fails a probe that goes to a port which its container does not declare.
pub(crate) fn judge_port(container: &ContainerView<'_>, key: &str, word: &str, out: &mut Verdicts<'_>) {
    let Some(probe) = container.node().get(key) else { return };
    for handler in ["httpGet", "tcpSocket", "grpc"] {
        let Some(port) = probe.path(&[handler, "port"]) else { continue };
        let Some(written) = port.scalar_text() else { continue };
        if declares(container, port) {
            continue;
        }
        let label = container.label();
        let place = container.pod().place_of(port);
        if port.as_str().is_some_and(|name| name.parse::<u16>().is_err()) {
            out.fail(
                place,
                format!("{word} of {label} goes to port `{written}`, a name that no port of it has"),
            )
            .severity(Severity::Medium);
        } else {
            out.fail(place, format!("{word} of {label} goes to port `{written}`, which it does not declare"));
        }
    }
}

/// Whether a container declares a port: by number, or by name when it is no number.
fn declares(container: &ContainerView<'_>, port: Node<'_>) -> bool {
    let number = port.as_i64().or_else(|| port.as_str()?.parse().ok());
    container.node().list("ports").any(|declared| match number {
        Some(number) => declared.int("containerPort") == Some(number),
        None => port.as_str().is_some_and(|name| !name.is_empty() && declared.str("name") == Some(name)),
    })
}

/// Whether two probes do the same thing, whenever they do it: the same handler with the same target.
pub(crate) fn act_alike(a: Node<'_>, b: Node<'_>) -> bool {
    ["exec", "grpc", "httpGet", "tcpSocket"].into_iter().any(|handler| {
        match (a.get(handler), b.get(handler)) {
            (Some(a), Some(b)) => same(a, b),
            _ => false,
        }
    })
}

/// Whether two values are equal; the order of keys does not matter.
fn same(a: Node<'_>, b: Node<'_>) -> bool {
    if a.is_map() && b.is_map() {
        // `null` is nothing to the API server.
        let all_in = |a: Node<'_>, b: Node<'_>| {
            let mut written = a.entries().filter(|(_, value)| !value.is_null());
            written.all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        };
        all_in(a, b) && all_in(b, a)
    } else if a.is_seq() && b.is_seq() {
        a.len() == b.len() && a.items().zip(b.items()).all(|(a, b)| same(a, b))
    } else {
        a.kind() == b.kind() && a.scalar_text() == b.scalar_text()
    }
}

/// For how long a probe must fail before something happens, in seconds, with the defaults of the API.
pub(crate) fn patience(probe: Node<'_>) -> i64 {
    let or = |key, default| probe.int(key).filter(|value| *value > 0).unwrap_or(default);
    or("periodSeconds", 10).saturating_mul(or("failureThreshold", 3))
}
