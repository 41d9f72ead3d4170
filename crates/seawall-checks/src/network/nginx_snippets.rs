//! `network-nginx-snippets`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::network::backends::is_ingress;
use crate::network::nginx::{PREFIXES, snippets};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-nginx-snippets",
    title: "ingress-nginx accepts or uses snippet annotations",
    why: "a snippet is copied into the configuration of the controller, so whoever may write an Ingress can read the \
          controller's service account token and with it, by default, every Secret of the cluster (CVE-2021-25742)",
    help: "set `allow-snippet-annotations` to \"false\" and replace snippets by the annotation made for the purpose",
    pillar: Pillar::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["NSA:general", "MITRE:Credential access"],
    settings: &[PREFIXES],
    judge: Judge::Resource(
        &[
            GroupKind::new("", "ConfigMap"),
            GroupKind::new("networking.k8s.io", "Ingress"),
            GroupKind::new("extensions", "Ingress"),
        ],
        judge,
    ),
    ..Check::PLAIN
};

/// The key in the controller's ConfigMap; no other program has one of this name.
const ALLOW: &str = "allow-snippet-annotations";

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    if is_ingress(resource) { judge_ingress(resource, out) } else { judge_controller(resource, out) }
}

fn judge_controller(config: &Resource, out: &mut Verdicts<'_>) {
    let Some(data) = config.root().get("data") else { return out.not_applicable() };
    let Some(allow) = data.get(ALLOW) else { return out.not_applicable() };
    if !allow.scalar_text().is_some_and(|text| text.trim().eq_ignore_ascii_case("true")) {
        return;
    }
    let place = |node| Place { resource: config.id(), route: config.route_of(node) };
    let fix = Fix::set(FixRisk::High, config.route_of(allow), "false");
    let draft = out.fail(place(allow), "the controller accepts snippet annotations");
    draft.fix(fix);
    // Snippets are of risk `Critical`: controllers that check risks refuse them at any lower level.
    if let Some(level) = data.get("annotations-risk-level") {
        let text = level.as_str().unwrap_or("");
        if text.eq_ignore_ascii_case("critical") {
            draft.related(place(level), "annotations of every risk are accepted");
        } else {
            draft.severity(Severity::Medium).confidence(Confidence::Medium);
            draft.related(
                place(level),
                "refuses snippets where annotations are validated, the default since v1.12.0",
            );
        }
    }
}

fn judge_ingress(ingress: &Resource, out: &mut Verdicts<'_>) {
    let prefixes = out.settings().strings(PREFIXES.name);
    for (name, value) in snippets(ingress, &prefixes) {
        let place = Place { resource: ingress.id(), route: ingress.route_of(value) };
        out.fail(place, format!("writes into the configuration of the controller by `{name}`"));
    }
}
