//! `network-service-type`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{Place, Resource};

use crate::network::backends::SERVICE;
use crate::{Check, Judge, Profile, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-service-type",
    title: "a Service is of a type that opens it to the outside",
    why: "a node port listens on every node and a load balancer has an address of its own, both past the Ingress where \
          certificates, logins and limits are kept",
    help: "use a `ClusterIP` behind an Ingress or gateway",
    pillar: Pillar::Network,
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    settings: &[Setting {
        name: "forbiddenTypes",
        doc: "types of Services that are not wanted",
        default: SettingDefault::Strings(&["NodePort", "LoadBalancer"]),
    }],
    judge: Judge::Resource(&[SERVICE], judge),
    ..Check::PLAIN
};

fn judge(service: &Resource, out: &mut Verdicts<'_>) {
    let Some(node) = service.root().path(&["spec", "type"]) else { return };
    let Some(kind) = node.as_str() else { return };
    if out.settings().strings("forbiddenTypes").contains(&kind) {
        let route = service.route_of(node);
        let fix = Fix::set(FixRisk::High, route.clone(), "ClusterIP");
        let place = Place { resource: service.id(), route };
        out.fail(place, format!("Service is of type `{kind}`")).fix(fix);
    }
}
