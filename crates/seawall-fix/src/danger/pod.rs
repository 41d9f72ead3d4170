//! Namespaces of the node that a pod leaves.

use seawall_inventory::PodView;

use super::Dangers;

pub(super) fn compare(was: &PodView<'_>, is: &PodView<'_>, dangers: &mut Dangers<'_>) {
    let left = |key: &str| was.host_flag(key) && !is.host_flag(key);
    if left("hostNetwork") {
        let message = "the pod leaves the network of its node: its ports are no longer open on the node's addresses, \
                       services on the node's loopback are out of reach, and network policies hold for it";
        dangers.say(is.place(&["hostNetwork"]), message.to_owned());
    }
    if left("hostPID") {
        let message =
            "a program of the pod that watches or signals processes of the node no longer sees them";
        dangers.say(is.place(&["hostPID"]), message.to_owned());
    }
    if left("hostIPC") {
        let message = "a program of the pod that shares memory with processes of the node or of other pods no longer finds it";
        dangers.say(is.place(&["hostIPC"]), message.to_owned());
    }
    if is.in_user_namespace() && !was.in_user_namespace() {
        let message = "the pod gets a user namespace: runtime, kernel and the file systems of its volumes must know \
                       them, or it does not start";
        dangers.say(is.place(&["hostUsers"]), message.to_owned());
    }
    for (was, is) in super::containers(was, is) {
        let ports = |container: &seawall_inventory::ContainerView<'_>| -> Vec<i64> {
            let ports = container.node().list("ports").filter_map(|port| port.int("hostPort"));
            ports.filter(|port| *port != 0).collect()
        };
        let now = ports(&is);
        for port in ports(&was).into_iter().filter(|port| !now.contains(port)) {
            let message =
                format!("port {port} of the node is closed: whoever speaks to {} there fails", is.label());
            dangers.say(is.place(&["ports"]), message);
        }
    }
}
