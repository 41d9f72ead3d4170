//! Capabilities that a container loses.

use std::collections::BTreeSet;

use seawall_inventory::{ContainerView, GroupKind, Selector};
use seawall_yaml::Node;

use super::Dangers;

const ALL: &str = "ALL";
const BIND: &str = "NET_BIND_SERVICE";
/// Ports below it are privileged unless the node says otherwise.
const FIRST_FREE: i64 = 1024;
/// The setting that moves the border.
const BORDER: &str = "net.ipv4.ip_unprivileged_port_start";
const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");

pub(super) fn compare(was: &ContainerView<'_>, is: &ContainerView<'_>, dangers: &mut Dangers<'_>) {
    let place = is.place(&["securityContext", "capabilities"]);
    let (had, has) = (names(was, "add"), names(is, "add"));
    let lost: Vec<String> = had.difference(&has).map(|name| format!("`{name}`")).collect();
    if !lost.is_empty() {
        let message = format!("{} asked for {} and loses it", is.label(), lost.join(", "));
        dangers.say(place.clone().keys(&["add"]), message);
    }
    if names(was, "drop").contains(ALL) || !names(is, "drop").contains(ALL) {
        return;
    }
    let place = place.keys(&["drop"]);
    let ports = low_ports(is, dangers);
    if !has.contains(BIND) && !has.contains(ALL) && !ports.is_empty() {
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        let message = format!(
            "{} listens on port {} and loses `{BIND}`: where ports below {FIRST_FREE} are not free for everybody it \
             cannot open it; add `{BIND}` back or listen on a higher port",
            is.label(),
            ports.join(", ")
        );
        dangers.say(place.clone(), message);
    }
    let user = is.effective(&["runAsUser"]).and_then(Node::as_i64);
    let not_root = is.effective(&["runAsNonRoot"]).and_then(Node::as_bool) == Some(true);
    if user.is_none_or(|user| user == 0) && !not_root {
        let message = format!(
            "{} may start as root: if it changes owners of files or its user (`CHOWN`, `SETUID`, `SETGID`), as many \
             servers do when they start, it fails; add these back",
            is.label()
        );
        dangers.say(place, message);
    }
}

/// Names in capitals without `CAP_`, as runtimes take them.
fn names(container: &ContainerView<'_>, list: &str) -> BTreeSet<String> {
    let canonical = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.strip_prefix("CAP_").map_or_else(|| name.clone(), str::to_owned)
    };
    container.capabilities(list).map(|(_, name)| canonical(name)).collect()
}

/// Privileged ports on which a container is said to listen: by itself, by its probes, or by Services that select its pod.
fn low_ports(container: &ContainerView<'_>, dangers: &Dangers<'_>) -> BTreeSet<i64> {
    let pod = container.pod();
    let sysctls = pod.security_context().map(|context| context.list("sysctls"));
    let border = sysctls
        .into_iter()
        .flatten()
        .find(|sysctl| sysctl.str("name") == Some(BORDER))
        .and_then(|sysctl| sysctl.str("value")?.parse().ok())
        .unwrap_or(FIRST_FREE);
    let mut ports: BTreeSet<i64> = BTreeSet::new();
    let declared = container.node().list("ports").filter_map(|port| port.int("containerPort"));
    ports.extend(declared);
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"].into_iter();
    ports.extend(
        probes
            .filter_map(|probe| container.node().get(probe))
            .flat_map(|probe| ["httpGet", "tcpSocket", "grpc"].map(|how| probe.get(how)))
            .filter_map(|how| how?.int("port")),
    );
    if pod.containers().count() == 1 {
        let resource = pod.resource();
        for service in dangers.after.of_kind_in(SERVICE, resource.namespace()) {
            let Some(spec) = service.root().get("spec") else { continue };
            let Some(selector) = spec.get("selector").filter(|selector| !selector.is_empty()) else {
                continue;
            };
            if Selector::service(Some(selector)).matches(pod.labels()) {
                ports.extend(spec.list("ports").filter_map(|port| {
                    port.int("targetPort")
                        .or_else(|| port.int("port").filter(|_| port.get("targetPort").is_none()))
                }));
            }
        }
    }
    ports.retain(|port| *port > 0 && *port < border);
    ports
}
