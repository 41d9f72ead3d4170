//! `network-exposed-gateway`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_network::exposure::{EntryKind, EntryPoint};

use crate::network::backends::{SERVICE, class_of};
use crate::network::doors::{entry_doors, istio_doors, judge_workloads};
use crate::{Check, Judge, Setting, SettingDefault, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-exposed-gateway",
    title: "workload can be reached from outside the cluster through a gateway",
    why: "every hole in the program is open to whoever finds the address, and the pod is the first foothold in the \
          cluster",
    help: "attach the route to an internal gateway, or let it match only the paths that strangers need",
    pillar: Pillar::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["MITRE:Initial access"],
    needs: &[
        SERVICE,
        GroupKind::new("gateway.networking.k8s.io", "Gateway"),
        GroupKind::new("gateway.networking.k8s.io", "HTTPRoute"),
        GroupKind::new("networking.istio.io", "VirtualService"),
    ],
    settings: &[Setting {
        name: "internalGatewayClasses",
        doc: "Gateway classes whose gateways cannot be reached from the internet, besides those of providers",
        default: SettingDefault::Strings(&[]),
    }],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let internal = out.settings().strings("internalGatewayClasses");
    let wanted = |entry: &EntryPoint, _: &Resource| {
        // The listener, where it is here, takes part with its place.
        let objects = entry.evidence.iter().filter_map(|evidence| inventory.get(evidence.place.resource));
        let mut classes = objects.filter(|object| object.kind() == "Gateway").filter_map(class_of);
        entry.kind == EntryKind::Gateway && !classes.any(|class| internal.contains(&class))
    };
    let ways = out.models().ways();
    let mut doors = entry_doors(inventory, ways, wanted);
    doors.extend(istio_doors(inventory, ways));
    judge_workloads(&doors, out);
}
