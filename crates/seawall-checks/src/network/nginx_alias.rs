//! `network-nginx-alias`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::network::nginx::{PREFIXES, directives, snippets};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-nginx-alias",
    title: "snippet of an Ingress serves files of the controller",
    why: "`alias` and `root` map a URL to a folder of the controller's own file system, in which its service account \
          token and its certificates lie (CVE-2021-25742)",
    help: "remove the snippet; files that are to be served belong into a pod of their own",
    pillar: Pillar::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::All,
    settings: &[PREFIXES],
    judge: Judge::Resource(
        &[GroupKind::new("networking.k8s.io", "Ingress"), GroupKind::new("extensions", "Ingress")],
        judge,
    ),
    ..Check::PLAIN
};

fn judge(ingress: &Resource, out: &mut Verdicts<'_>) {
    for (name, value) in snippets(ingress, &out.settings().strings(PREFIXES.name)) {
        let directive =
            value.as_str().and_then(|text| directives(text).find(|word| matches!(*word, "alias" | "root")));
        if let Some(directive) = directive {
            let place = Place { resource: ingress.id(), route: ingress.route_of(value) };
            out.fail(place, format!("`{name}` serves files by `{directive}`"));
        }
    }
}
