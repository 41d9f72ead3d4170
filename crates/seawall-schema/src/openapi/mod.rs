//! Reads OpenAPI v3 documents as an API server serves them, one for each group and version (`/openapi/v3`).
//!
//! What is known better stays: a kind of the table, or of the definition of a custom resource, keeps its type. Of the API
//! server's own types the table says how they are written, and a document which fields they have in that release.
//! Invariant: a document speaks about the groups whose paths it serves. One without paths adds kinds that nothing else
//! describes, and changes nothing.

mod names;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Problem;
use seawall_yaml::Node;

use crate::structural::{Reader, owned};
use crate::table::{Field, KindEntry, ResourceEntry, Shape, Table};

pub(crate) use names::Names;
use names::{reference, short};
use paths::{Gvk, Served, gvk, served};

/// Kinds, and resources with their subresources, that one document may add.
const MAX_ENTRIES: usize = 4_000;

/// Adds what a document describes.
pub(crate) fn add(table: &mut Table, document: Node<'_>) -> Vec<Problem> {
    let mut reader = Reader::new(table);
    let is_v3 = document.str("openapi").is_some_and(|version| version.starts_with("3."));
    match document.path(&["components", "schemas"]).filter(|schemas| is_v3 && schemas.is_map()) {
        Some(schemas) => reader.document(document, schemas),
        None => reader.problem(document, "is no OpenAPI document of version 3 with schemas".to_owned()),
    }
    reader.problems
}

impl<'d> Reader<'_, 'd> {
    fn document(&mut self, document: Node<'d>, schemas: Node<'d>) {
        let served = served(document);
        let groups: BTreeSet<&str> = served.keys().map(|(group, _, _)| *group).collect();
        let is_servers =
            |group: &&str| self.table.kinds.iter().any(|own| !own.custom && own.group == **group);
        let servers = !groups.is_empty() && groups.iter().all(is_servers);
        self.names = Some(Names::new(schemas, servers));
        if servers {
            for (name, schema) in schemas.entries() {
                self.revise(name, schema);
            }
        }
        self.kinds(schemas, &served);
        self.resources(document, &served);
    }

    /// Gives a type of the API server's own the fields that it has in the release that the document is of.
    fn revise(&mut self, name: &str, schema: Node<'d>) {
        let Some(id) = short(name).and_then(|name| self.table.named(name)) else { return };
        let Some(properties) = schema.get("properties").filter(|properties| !properties.is_empty()) else {
            return;
        };
        let Shape::Struct(known) = &self.table.def(id).shape else { return };
        let is_known = |name: &str| Field::find(known, name).is_some();
        let new: Vec<(&str, Node<'d>)> = properties.entries().filter(|(name, _)| !is_known(name)).collect();
        let gone = known.iter().any(|field| properties.get(&field.name).is_none());
        if new.is_empty() && !gone {
            return;
        }
        let mut fields: Vec<Field> =
            known.iter().filter(|field| properties.get(&field.name).is_some()).cloned().collect();
        fields.extend(new.into_iter().map(|(name, property)| self.field(name, property)));
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(def) = self.table.defs.get_mut(id.0 as usize) {
            def.shape = Shape::Struct(fields.into());
        }
    }

    /// Adds the kinds that nothing describes yet.
    fn kinds(&mut self, schemas: Node<'d>, served: &Served<'d>) {
        let spoken: BTreeSet<(&str, &str)> =
            served.keys().map(|(group, version, _)| (*group, *version)).collect();
        let mut found: BTreeMap<Gvk<'d>, Node<'d>> = BTreeMap::new();
        for (_, schema) in schemas.entries().filter(|(_, schema)| is_object(*schema)) {
            for own in schema.list("x-kubernetes-group-version-kind").filter_map(gvk) {
                let speaks = spoken.is_empty() || spoken.contains(&(own.0, own.1));
                if speaks && self.table.kind(own.0, own.1, own.2).is_none() {
                    found.insert(own, schema);
                }
            }
        }
        if found.len() > MAX_ENTRIES {
            self.problem(
                schemas,
                format!("has more than {MAX_ENTRIES} kinds: nothing is known of the others"),
            );
        }
        let mut roots = BTreeMap::new();
        for ((group, version, kind), schema) in found.into_iter().take(MAX_ENTRIES) {
            // A schema may claim to be that of many kinds, and is read once.
            let def = *roots.entry(schema.id()).or_insert_with(|| self.root(Some(schema), false));
            if !self.names.as_ref().is_some_and(|names| names.fits(def)) {
                self.problem(
                    schema,
                    format!("`{kind}` is too large, written out in full: nothing is known of it"),
                );
                continue;
            }
            self.table.put_kind(KindEntry {
                group: owned(group),
                version: owned(version),
                kind: owned(kind),
                def,
                custom: true,
            });
        }
    }

    /// Adds the resources that nothing describes yet.
    fn resources(&mut self, document: Node<'d>, served: &Served<'d>) {
        let new: Vec<_> = served
            .iter()
            .filter(|((group, version, name), _)| self.table.resource(group, version, name).is_none())
            .take(MAX_ENTRIES + 1)
            .collect();
        if new.len() > MAX_ENTRIES {
            self.problem(
                document,
                format!("has more than {MAX_ENTRIES} resources: nothing is known of the others"),
            );
        }
        for ((group, version, name), (kind, namespaced)) in new.into_iter().take(MAX_ENTRIES) {
            self.table.put_resource(ResourceEntry {
                group: owned(group),
                version: owned(version),
                name: owned(name),
                namespaced: *namespaced,
                kind: (owned(kind.0), owned(kind.1), owned(kind.2)),
            });
        }
    }
}

/// Whether a schema is that of an object with metadata; lists, options and reviews without any have no type here.
fn is_object(schema: Node<'_>) -> bool {
    let metadata = schema.path(&["properties", "metadata"]);
    metadata.and_then(reference).is_some_and(|name| name.ends_with(".meta.v1.ObjectMeta"))
}
