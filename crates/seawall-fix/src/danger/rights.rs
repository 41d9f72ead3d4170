//! Rights that accounts of pods lose.

use seawall_core::Route;
use seawall_inventory::{Place, Resource};
use seawall_rbac::{Rbac, Subject, diff};

use super::Dangers;

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn compare(pairs: &[(&Resource, &Resource)], dangers: &mut Dangers<'_>) {
    let Some((_, first)) = pairs.iter().find(|(_, is)| is.group() == GROUP) else { return };
    let (new, _) = Rbac::build(dangers.after);
    let place = Place { resource: first.id(), route: Route::root() };
    for change in diff(dangers.rights(), &new).into_iter().filter(|change| !change.lost.is_empty()) {
        let Subject::ServiceAccount { namespace, name } = &change.subject else { continue };
        let pods = dangers.after.pods_of_service_account(Some(namespace), name);
        let Some(pod) = pods.first() else { continue };
        let verbs: Vec<String> = change
            .lost
            .iter()
            .map(|right| {
                format!(
                    "{} {}",
                    right.verbs.join(","),
                    [&right.resources[..], &right.paths[..]].concat().join(",")
                )
            })
            .collect();
        let message = format!(
            "{} loses `{}`; {} runs as it",
            change.subject,
            verbs.join("`, `"),
            pod.resource().subject()
        );
        dangers.say(place.clone(), message);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use seawall_core::{Origin, OriginKind, ResourceId};
    use seawall_inventory::{Inventory, InventoryBuilder};
    use seawall_yaml::{Limits, NodeId, Text, read};

    use super::super::dangers;
    use super::*;

    fn inventory(verbs: &str) -> Inventory {
        let text = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r, namespace: ns}}\nrules: [{{apiGroups: [''], resources: [pods], verbs: [{verbs}]}}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b, namespace: ns}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}}\nsubjects: [{{kind: ServiceAccount, name: a, namespace: ns}}, {{kind: ServiceAccount, name: idle, namespace: ns}}]\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: ns}}\nspec: {{serviceAccountName: a, containers: []}}\n"
        );
        let (documents, _) = read(&Text::new(text), &Limits::default());
        let mut builder = InventoryBuilder::new();
        for document in documents {
            let origin =
                Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
            builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
        }
        builder.build()
    }

    /// Only of accounts as which something runs.
    #[test]
    fn rights_that_pods_lose() {
        let (before, after) = (inventory("get, list"), inventory("get"));
        let changed = BTreeSet::from([ResourceId(0)]);
        let said: Vec<String> =
            dangers(&before, &after, &changed).into_iter().map(|danger| danger.message).collect();
        assert_eq!(said, ["ServiceAccount/ns/a loses `list pods`; Pod/ns/p runs as it"]);
        assert!(dangers(&after, &before, &changed).is_empty());
    }
}
