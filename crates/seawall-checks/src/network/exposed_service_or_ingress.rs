//! `network-exposed-service-or-ingress`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Inventory};

use crate::network::doors::{
    INTERNAL_INGRESS_CLASSES, SERVICE, ingress_doors, judge_workloads, route_doors, service_doors,
};
use crate::{Check, Judge, Setting, SettingDefault, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-exposed-service-or-ingress",
    title: "workload can be reached from outside the cluster",
    why: "every hole in the program is open to whoever finds the address, and the pod is the first foothold in the cluster",
    help: "keep the Service a ClusterIP unless strangers must reach it; else ask for an internal load balancer or restrict \
           the source ranges",
    pillar: Pillar::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["MITRE:Initial access"],
    needs: &[SERVICE, GroupKind::new("networking.k8s.io", "Ingress")],
    settings: &[Setting {
        name: "internalIngressClasses",
        doc: "Ingress classes whose controllers cannot be reached from the internet",
        default: SettingDefault::Strings(INTERNAL_INGRESS_CLASSES),
    }],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let mut doors = service_doors(inventory);
    doors.extend(ingress_doors(inventory, &out.settings().strings("internalIngressClasses")));
    doors.extend(route_doors(inventory));
    judge_workloads(&doors, out);
}
