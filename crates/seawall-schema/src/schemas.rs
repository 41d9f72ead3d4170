//! The types that a cluster knows.

use std::sync::{Arc, LazyLock};

use seawall_core::Problem;
use seawall_yaml::Node;

use crate::Schema;
use crate::crd;
use crate::defaults;
use crate::openapi;
use crate::table::{ResourceEntry, Table, text};

/// The types of Kubernetes, and those that a cluster's own definitions add. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Schemas {
    table: Arc<Table>,
}

/// A resource of the API, or a subresource.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'s> {
    entry: &'s ResourceEntry,
}

static BUILTIN: LazyLock<Arc<Table>> = LazyLock::new(|| {
    let (mut table, _) = text::read(include_str!("../data/kubernetes.txt"));
    defaults::install(&mut table, include_str!("../data/defaults.txt"));
    Arc::new(table)
});

impl Schemas {
    /// The types that come with Kubernetes ([`Schemas::release`]), beta and alpha versions included.
    pub fn builtin() -> Self {
        Schemas { table: Arc::clone(&BUILTIN) }
    }

    /// The release of Kubernetes whose types these are: `1.36`.
    pub fn release(&self) -> &str {
        &self.table.release
    }

    /// The type of a kind. Lists of objects and options of `CONNECT` requests have none.
    pub fn of(&self, group: &str, version: &str, kind: &str) -> Option<Schema<'_>> {
        let entry = self.table.kind(group, version, kind)?;
        Some(Schema { table: &self.table, def: self.table.def(entry.def) })
    }

    /// The type of an object, by its `apiVersion` and `kind`.
    pub fn of_object(&self, object: Node<'_>) -> Option<Schema<'_>> {
        let (group, version) = split_api_version(object.str("apiVersion")?);
        self.of(group, version, object.str("kind")?)
    }

    /// A type by its name: `core.v1.PodSpec`.
    pub fn named(&self, name: &str) -> Option<Schema<'_>> {
        let def = self.table.named(name)?;
        Some(Schema { table: &self.table, def: self.table.def(def) })
    }

    /// Whether a kind is not one of Kubernetes: its definition or an OpenAPI document describes it.
    pub fn is_custom(&self, group: &str, version: &str, kind: &str) -> bool {
        self.table.kind(group, version, kind).is_some_and(|entry| entry.custom)
    }

    /// The resource of a group and version, or its subresource (`pods/status`).
    pub fn resource(&self, group: &str, version: &str, name: &str) -> Option<Resource<'_>> {
        self.table.resource(group, version, name).map(|entry| Resource { entry })
    }

    /// All resources and subresources, sorted by group, version and name.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.table.resources.iter().map(|entry| Resource { entry })
    }

    /// All kinds that have a type: group, version, kind.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.table
            .kinds
            .iter()
            .map(|entry| (entry.group.as_ref(), entry.version.as_ref(), entry.kind.as_ref()))
    }

    /// Adds what a `CustomResourceDefinition` defines; it wins over what was known under the same names. The problems
    /// say what in it is not as the API server demands; such parts describe nothing.
    pub fn add_crd(&mut self, definition: Node<'_>) -> Vec<Problem> {
        crd::add(Arc::make_mut(&mut self.table), definition)
    }

    /// Adds what an OpenAPI document describes, as an API server serves it for a group and version: kinds that nothing
    /// describes yet are known by it, and types of Kubernetes have the fields that they have in the server's release. The
    /// problems say what in it describes nothing.
    pub fn add_openapi(&mut self, document: Node<'_>) -> Vec<Problem> {
        openapi::add(Arc::make_mut(&mut self.table), document)
    }
}

impl<'s> Resource<'s> {
    /// Its group; empty for the core.
    pub fn group(self) -> &'s str {
        &self.entry.group
    }

    /// Its version.
    pub fn version(self) -> &'s str {
        &self.entry.version
    }

    /// Its name: the plural, and a subresource after a slash.
    pub fn name(self) -> &'s str {
        &self.entry.name
    }

    /// The subresource, if it is one.
    pub fn subresource(self) -> Option<&'s str> {
        self.entry.name.split_once('/').map(|(_, sub)| sub)
    }

    /// Whether its objects live in namespaces.
    pub fn is_namespaced(self) -> bool {
        self.entry.namespaced
    }

    /// Group, version and kind of the objects that it takes.
    pub fn kind(self) -> (&'s str, &'s str, &'s str) {
        let (group, version, kind) = &self.entry.kind;
        (group, version, kind)
    }
}

/// Splits `apps/v1` into group and version; the group of the core is empty.
pub fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}
