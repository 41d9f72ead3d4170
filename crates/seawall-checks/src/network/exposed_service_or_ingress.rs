//! `network-exposed-service-or-ingress`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_network::exposure::{EntryKind, EntryPoint};

use crate::network::backends::{SERVICE, class_of};
use crate::network::doors::{entry_doors, judge_workloads};
use crate::{Check, Judge, Setting, SettingDefault, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-exposed-service-or-ingress",
    title: "workload can be reached from outside the cluster",
    why: "every hole in the program is open to whoever finds the address, and the pod is the first foothold in the \
          cluster",
    help: "keep the Service a ClusterIP unless strangers must reach it; else ask for an internal load balancer or restrict \
           the source ranges",
    pillar: Pillar::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["MITRE:Initial access"],
    needs: &[SERVICE, GroupKind::new("networking.k8s.io", "Ingress")],
    settings: &[Setting {
        name: "internalIngressClasses",
        doc: "Ingress classes whose controllers cannot be reached from the internet, besides those of providers",
        default: SettingDefault::Strings(&[]),
    }],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let internal = out.settings().strings("internalIngressClasses");
    let wanted = |entry: &EntryPoint, via: &Resource| match entry.kind {
        EntryKind::LoadBalancer | EntryKind::NodePort | EntryKind::Route => true,
        EntryKind::Ingress => class_of(via).is_none_or(|class| !internal.contains(&class)),
        _ => false,
    };
    let doors = entry_doors(out.inventory(), out.models().ways(), wanted);
    judge_workloads(&doors, out);
}
