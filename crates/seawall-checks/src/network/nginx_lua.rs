//! `network-nginx-lua`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::network::nginx::{PREFIXES, directives, is_lua, snippets};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-nginx-lua",
    title: "snippet of an Ingress runs Lua in the controller",
    why: "a script in Lua reads files and opens connections as the controller: its service account token, and with \
          that every Secret it may read, is one line away (CVE-2021-25742)",
    help: "remove the snippet, and set `allow-snippet-annotations` of the controller to \"false\"",
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
        let directive = value.as_str().and_then(|text| directives(text).find(|word| is_lua(word)));
        if let Some(directive) = directive {
            let place = Place { resource: ingress.id(), route: ingress.route_of(value) };
            out.fail(place, format!("`{name}` runs code by `{directive}`"));
        }
    }
}
