//! A component of a cluster as it is started: flags, or the document that configures it.
//!
//! ```text
//! containers ──▶ words ──▶ flags ─┐
//! kubeadm's extraArgs ────▶ flags ┼─▶ Component ──▶ read a parameter: set, unset, or not known
//! configuration documents ────────┘
//! ```
//!
//! Invariants, above all what is absent:
//! - a file of a node that a flag names is not here; what only such a file can say is not evaluated, never passed;
//! - nothing that is no component costs more than a look at the first word of its containers;
//! - a value made from a variable of the shell or of an unknown source is not known, and no check guesses it.

mod change;
mod command;
mod document;
mod find;
mod flags;
mod kubeadm;
mod part;
mod read;
mod shell;
#[cfg(test)]
mod tests;

pub(crate) use find::components;
pub use part::Part;
pub(crate) use read::Parameter;

use std::borrow::Cow;
use std::sync::Arc;

use seawall_core::Route;
use seawall_inventory::{Place, Resource};
use seawall_yaml::{Node, NodeId, Tree};

use flags::Flag;

/// One component: which it is, and where its parameters stand.
#[derive(Debug)]
pub struct Component<'r> {
    part: Part,
    resource: &'r Resource,
    form: Form,
    flags: Vec<Flag<'r>>,
    version: Option<(u32, u32)>,
    elsewhere: Elsewhere,
}

/// How the parameters are written.
#[derive(Debug)]
enum Form {
    /// In the argument list of a container; the route is that of the list that takes one more.
    Command { list: Route, script: bool },
    /// In `extraArgs` of a kubeadm document.
    ExtraArgs { args: Route, named: bool },
    /// In a configuration document of its own.
    Document { tree: Arc<Tree>, node: NodeId, at: Route, embedded: bool },
}

/// Where a parameter that is not here may stand.
#[derive(Debug)]
enum Elsewhere {
    /// Nowhere: the default of the component holds.
    Nowhere,
    /// In something that cannot be seen; says in what.
    Unseen(Cow<'static, str>),
    /// In a file of this kind of document, which is judged by itself when it is here; says its path.
    File(&'static str, String),
    /// In a document that is always judged by itself.
    Judged,
}

impl<'r> Component<'r> {
    /// Which component it is.
    pub fn part(&self) -> Part {
        self.part
    }

    /// The object that starts or configures it.
    pub fn resource(&self) -> &'r Resource {
        self.resource
    }

    /// Major and minor version, when an image or a document tells.
    pub fn version(&self) -> Option<(u32, u32)> {
        self.version
    }

    /// Whether it is known to be older than a version.
    pub(crate) fn is_before(&self, version: (u32, u32)) -> bool {
        self.version.is_some_and(|own| own < version)
    }

    /// Whether the parameters stand in a document of their own, not on a command line.
    pub(crate) fn is_document(&self) -> bool {
        matches!(self.form, Form::Document { .. })
    }

    /// The document, where there is one.
    pub(crate) fn document(&self) -> Option<Node<'_>> {
        match &self.form {
            Form::Document { tree, node, .. } => Some(tree.node(*node)),
            _ => None,
        }
    }

    /// A place of the object.
    fn place(&self, route: Route) -> Place {
        Place { resource: self.resource.id(), route }
    }

    /// The place of a field of the document.
    pub(crate) fn field_place(&self, keys: &[&str]) -> Place {
        match &self.form {
            Form::Document { at, embedded: false, .. } => self.place(at.clone().keys(keys)),
            Form::Document { at, .. } => self.place(at.clone()),
            Form::Command { list, .. } => self.place(list.clone()),
            Form::ExtraArgs { args, .. } => self.place(args.clone()),
        }
    }
}
