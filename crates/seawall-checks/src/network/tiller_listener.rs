//! `network-tiller-listener`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::network::tiller::{is_tiller, listen};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-tiller-listener",
    title: "the server of Helm 2 listens to the cluster",
    why: "the port asks for no login: every pod that reaches it installs what it likes with the rights of Tiller",
    help: "move to Helm 3; until then bind Tiller to `--listen=localhost:44134` and reach it by port forwarding",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if !is_tiller(container) {
        return;
    }
    match listen(container) {
        Some((_, address)) if is_local(address) => {}
        Some((node, address)) => {
            out.fail(container.place_of(node), format!("Tiller listens on `{address}`"));
        }
        None => {
            out.fail(container.place(&["args"]), "Tiller listens on every address without `--listen`");
        }
    }
}

/// Whether an address with a port is of this machine only.
fn is_local(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|host: std::net::IpAddr| host.is_loopback())
}
