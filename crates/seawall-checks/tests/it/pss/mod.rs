//! Pod Security Standards: every boundary between versions, upstream's wording, exact reading.

mod inventory;
mod policies;
mod reading;
mod upstream;
mod versions;
mod wording;

use std::sync::Arc;

use seawall_checks::pss::{Level, Version, evaluate_pod, forbidden_detail};
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

fn origin(index: u32) -> Origin {
    Origin { file: "test.yaml".into(), document: index, line: 1, kind: OriginKind::File }
}

fn inventory(text: &str) -> Inventory {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin = origin(document.index);
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

/// A pod of one clean container `c`, with more fields for the pod's spec and for the container.
fn pod(spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  {}\n  containers:\n  - name: c\n    image: i\n    {}\n",
        spec.trim(),
        container.trim(),
    )
}

/// The same pod, hardened so that nothing but what is given violates restricted.
fn hardened(spec: &str, container: &str, context: &str) -> String {
    let context = format!(
        "securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}, runAsNonRoot: true, \
         seccompProfile: {{type: RuntimeDefault}}{context}}}\n    {container}"
    );
    pod(spec, &context)
}

fn detail(text: &str, level: Level, minor: u32) -> String {
    let inventory = inventory(text);
    let pod = inventory.resources()[0].pods().next().expect("a pod");
    match evaluate_pod(&pod, level, Version::v1(minor)) {
        Ok(violations) => {
            assert!(violations.iter().all(|violation| !violation.places.is_empty()), "{violations:?}");
            forbidden_detail(&violations)
        }
        Err(reason) => format!("not evaluated: {reason}"),
    }
}
