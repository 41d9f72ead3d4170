//! `network-exposed-gateway`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Inventory};

use crate::network::doors::{
    INTERNAL_GATEWAY_CLASSES, SERVICE, gateway_api_doors, istio_doors, judge_workloads,
};
use crate::{Check, Judge, Setting, SettingDefault, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-exposed-gateway",
    title: "workload can be reached from outside the cluster through a gateway",
    why: "every hole in the program is open to whoever finds the address, and the pod is the first foothold in the cluster",
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
        doc: "Gateway classes whose gateways cannot be reached from the internet",
        default: SettingDefault::Strings(INTERNAL_GATEWAY_CLASSES),
    }],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let mut doors = gateway_api_doors(inventory, &out.settings().strings("internalGatewayClasses"));
    doors.extend(istio_doors(inventory));
    judge_workloads(&doors, out);
}
