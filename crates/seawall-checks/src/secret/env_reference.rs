//! `secret-env-reference`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{ContainerView, Place};

use crate::{Check, Judge, Profile, Verdicts};
use std::collections::BTreeMap;

pub(crate) static CHECK: Check = Check {
    id: "secret-env-reference",
    title: "container reads a Secret from environment variables",
    why: "variables are inherited by every child process, printed by debug pages and crash reports, and stay as \
          they are when the Secret is renewed",
    help: "mount the Secret as a file and read it from there",
    pillar: Pillar::Secrets,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.4.1", "CIS-EKS-1.8:4.4.1", "CIS-AKS-1.8:4.5.1", "CIS-GKE-1.9:4.4.1"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let mut by_secret: BTreeMap<&str, Vec<(Place, String)>> = BTreeMap::new();
    for variable in container.env() {
        if let Some(reference) = variable.node.path(&["valueFrom", "secretKeyRef"]) {
            let uses = by_secret.entry(reference.str("name").unwrap_or("")).or_default();
            uses.push((container.place_of(variable.node), format!("`{}`", variable.name)));
        }
    }
    for source in container.node().list("envFrom") {
        if let Some(reference) = source.get("secretRef") {
            let uses = by_secret.entry(reference.str("name").unwrap_or("")).or_default();
            uses.push((container.place_of(reference), "all its keys".to_owned()));
        }
    }
    for (secret, uses) in by_secret {
        let names: Vec<&str> = uses.iter().map(|(_, name)| name.as_str()).collect();
        let message =
            format!("{} gets Secret `{secret}` as variables: {}", container.label(), names.join(", "));
        let mut places = uses.into_iter().map(|(place, _)| place);
        let Some(first) = places.next() else { continue };
        let draft = out.fail(first, message);
        places.for_each(|place| {
            draft.related(place, "and here");
        });
    }
}
