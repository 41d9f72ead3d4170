//! Reads definitions of custom resources.

use std::borrow::Cow;

use seawall_core::Problem;
use seawall_yaml::Node;

use crate::structural::{Reader, owned};
use crate::table::{KindEntry, ResourceEntry, Str, Table};

/// Adds what a definition defines.
pub(crate) fn add(table: &mut Table, definition: Node<'_>) -> Vec<Problem> {
    let mut reader = Reader::new(table);
    if reader.definition(definition).is_none() {
        reader.problem(
            definition,
            "defines no custom resource: group, names and versions are needed".to_owned(),
        );
    }
    reader.problems
}

impl<'d> Reader<'_, 'd> {
    fn definition(&mut self, definition: Node<'d>) -> Option<()> {
        let spec = definition.get("spec")?;
        let group = spec.str("group")?;
        let names = spec.get("names")?;
        let (kind, plural) = (names.str("kind")?, names.str("plural")?);
        let namespaced = spec.str("scope") == Some("Namespaced");
        for version in spec.get("versions")?.items() {
            let Some(name) = version.str("name") else {
                self.problem(version, "a version without a name".to_owned());
                continue;
            };
            if version.bool("served") != Some(true) {
                continue;
            }
            let root = version.path(&["schema", "openAPIV3Schema"]);
            let def = self.root(root, spec.bool("preserveUnknownFields") == Some(true));
            let (group, version_name) = (owned(group), owned(name));
            self.table.put_kind(KindEntry {
                group: group.clone(),
                version: version_name.clone(),
                kind: owned(kind),
                def,
                custom: true,
            });
            let own = (group.clone(), version_name.clone(), owned(kind));
            let mut put = |name: String, kind: (Str, Str, Str)| {
                let (group, version) = (group.clone(), version_name.clone());
                self.table.put_resource(ResourceEntry {
                    group,
                    version,
                    name: Cow::Owned(name),
                    namespaced,
                    kind,
                });
            };
            put(plural.to_owned(), own.clone());
            if version.path(&["subresources", "status"]).is_some() {
                put(format!("{plural}/status"), own);
            }
            if version.path(&["subresources", "scale"]).is_some() {
                let scale = (Cow::Borrowed("autoscaling"), Cow::Borrowed("v1"), Cow::Borrowed("Scale"));
                put(format!("{plural}/scale"), scale);
            }
        }
        Some(())
    }
}
