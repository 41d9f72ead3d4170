//! `pod-host-aliases`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;
use seawall_yaml::Node;

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-aliases",
    title: "pod names hosts by itself",
    why: "entries of `/etc/hosts` win over DNS: they lead a program to an address that no Service and no network \
          policy by name knows of",
    help: "use a Service, one of type `ExternalName`, or the DNS of the cluster",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let names: Vec<&str> = pod
        .spec()
        .list("hostAliases")
        .flat_map(|alias| alias.list("hostnames"))
        .filter_map(Node::as_str)
        .collect();
    let [first, rest @ ..] = names.as_slice() else { return };
    let more = match rest.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let place = pod.place(&["hostAliases"]);
    let fix = Fix::remove(FixRisk::High, place.route.clone());
    out.fail(place, format!("pod sets the address of `{first}`{more} by itself")).fix(fix);
}
