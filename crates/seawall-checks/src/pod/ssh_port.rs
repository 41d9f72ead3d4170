//! `pod-ssh-port`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::process::{arguments, words};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-ssh-port",
    title: "container runs an SSH server",
    why: "a shell on the network is a way in that no audit log of the API server sees, with keys and passwords that \
          nobody rotates",
    help: "remove the server and use `kubectl exec` or `kubectl debug`, which the API server authorises and logs",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["MITRE:Execution"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const SSH: i64 = 22;
const SERVERS: [&str; 3] = ["sshd", "dropbear", "ssh-server"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for port in container.node().list("ports").filter(|port| port.int("containerPort") == Some(SSH)) {
        if matches!(port.str("protocol"), None | Some("" | "TCP")) {
            let place = container.place_of(port).keys(&["containerPort"]);
            out.fail(place, format!("{} opens port 22, that of SSH", container.label()));
        }
    }
    for (item, text) in arguments(container) {
        if let Some(server) = words(text).find(|word| SERVERS.contains(word)) {
            out.fail(
                container.place_of(item),
                format!("{} starts the SSH server `{server}`", container.label()),
            );
        }
    }
}
