//! `admission-gatekeeper-ambiguous-prefix`

use seawall_core::{Confidence, Fix, FixRisk, FixValue, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-gatekeeper-ambiguous-prefix",
    title: "allowed repositories of Gatekeeper end in the middle of a name",
    why: "the constraint compares beginnings: `registry.example` also allows `registry.example.attacker.example`, \
          which anybody can register",
    help: "end the entry with a slash: `registry.example/`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Resource(&[GroupKind::new("constraints.gatekeeper.sh", "K8sAllowedRepos")], judge),
    ..Check::PLAIN
};

/// Registries where everybody may take a name beside another one.
const SHARED: [&str; 5] = ["docker.io", "ghcr.io", "quay.io", "gcr.io", "public.ecr.aws"];

fn judge(constraint: &Resource, out: &mut Verdicts<'_>) {
    let repos =
        constraint.root().path(&["spec", "parameters"]).into_iter().flat_map(|node| node.list("repos"));
    for repo in repos {
        let Some(text) = repo.as_str() else { continue };
        let Some(flaw) = flaw(text) else { continue };
        let place = Place { resource: constraint.id(), route: constraint.route_of(repo) };
        let fix = Fix::set(FixRisk::Low, place.route.clone(), FixValue::Str(format!("{text}/")));
        let draft = out.fail(place, format!("allowed repository `{text}` {flaw}"));
        if !text.is_empty() {
            draft.fix(fix);
        }
    }
}

/// Why an entry allows more than it says.
fn flaw(entry: &str) -> Option<&'static str> {
    if entry.is_empty() {
        return Some("allows every image");
    }
    let mut parts = entry.split('/');
    let host = parts.next().unwrap_or("");
    match (parts.next(), parts.next()) {
        // A tag or digest ends the name: `nginx:1.27`.
        (None, _) if !entry.contains([':', '@']) => Some("also allows hosts that begin with it"),
        (Some(path), None) if SHARED.contains(&host) && !path.is_empty() && !path.contains([':', '@']) => {
            Some("also allows the names of others that begin with it")
        }
        _ => None,
    }
}
