//! What defaults would do to the pods that objects are or make.
//!
//! Admission fills in pods, never what makes them; what makes them is where people read and write, so it is shown there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use seawall_core::{Edit, Origin, ResourceId};
use seawall_inventory::{GroupKind, Inventory, PodView, Resource};
use seawall_policy::admission::{Resources, User};
use seawall_policy::defaults::{Chosen, DEFAULTS, TokenOfAccount, edits};
use seawall_report::escape;
use seawall_schema::Schemas;
use seawall_server::{DEFAULTS_LABEL, Defaults, Exemptions};
use seawall_yaml::{Limits, NodeId, Text, read};

/// Who says which defaults are wanted.
pub(super) enum Source {
    /// The command line, for all.
    Everywhere(Chosen),
    /// The configuration and the labels of namespaces, but for what is never judged.
    Configured { defaults: Defaults, exemptions: Exemptions },
}

/// What would be done.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) edits: BTreeMap<ResourceId, Vec<Edit>>,
    /// The defaults that have something to do, by object.
    names: BTreeMap<ResourceId, BTreeSet<&'static str>>,
    /// Why nobody can say, and for how many objects.
    pub(super) unknown: BTreeMap<String, usize>,
    /// Objects in namespaces where nobody asks for defaults.
    unasked: usize,
}

impl Filled {
    /// `around` holds namespaces and accounts that are not among the objects.
    pub(super) fn of(objects: &Inventory, around: &Inventory, source: &Source) -> Self {
        let mut filled = Filled::default();
        let schemas = Schemas::builtin();
        let resources = Resources::new(&schemas);
        for resource in objects.resources().iter().filter(|resource| resource.has_pods()) {
            // What is made by something that is here is shown there.
            if objects.controller_of(resource).is_some() {
                continue;
            }
            let namespace = resource.namespace().unwrap_or("default");
            let chosen = match source {
                Source::Everywhere(chosen) => Ok(chosen.clone()),
                Source::Configured { defaults, exemptions } => {
                    let request = resources.create(resource.root(), &User::default());
                    if request.is_some_and(|request| exemptions.of(&request).is_some()) {
                        Ok(Chosen::default())
                    } else {
                        defaults.of(namespace, || label(namespace, [objects, around]))
                    }
                }
            };
            match chosen {
                Ok(chosen) if chosen.is_empty() => filled.unasked += 1,
                Ok(chosen) => filled.add(resource, &chosen, [objects, around]),
                Err(reason) => *filled.unknown.entry(reason).or_default() += 1,
            }
        }
        filled
    }

    fn add(&mut self, resource: &Resource, chosen: &Chosen, known: [&Inventory; 2]) {
        for pod in resource.pods() {
            let route = resource.route_of(pod.spec());
            let (edits, names) = edits(pod.spec(), &route, chosen, account(&pod, known));
            if !edits.is_empty() {
                self.edits.entry(resource.id()).or_default().extend(edits);
                self.names.entry(resource.id()).or_default().extend(names);
            }
        }
    }

    /// All of it in words.
    pub(super) fn report(&self, objects: &Inventory) -> String {
        let mut out = String::new();
        // Writing to a text does not fail.
        for (id, names) in &self.names {
            let Some(object) = objects.get(*id) else { continue };
            let names: Vec<&str> = names.iter().copied().collect();
            let _ = writeln!(out, "{}: {}", escape(&object.subject().to_string()), names.join(", "));
        }
        let done: BTreeSet<&str> = self.names.values().flatten().copied().collect();
        for one in DEFAULTS.iter().filter(|one| done.contains(one.name)) {
            let _ = writeln!(out, "{} may break {}", one.name, one.breaks);
        }
        for (reason, count) in &self.unknown {
            let _ = writeln!(out, "{} left out: {}", objects_of(*count), escape(reason));
        }
        let unasked = match self.unasked {
            0 => String::new(),
            some => format!("; {} in namespaces that ask for none", objects_of(some)),
        };
        let _ = writeln!(out, "{} would make pods with more defaults{unasked}", objects_of(self.edits.len()));
        out
    }
}

fn objects_of(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

/// The label of a namespace, when the namespace is known.
fn label<'i>(namespace: &str, known: [&'i Inventory; 2]) -> Option<Option<&'i str>> {
    let kind = GroupKind::new("", "Namespace");
    let found = known.into_iter().find_map(|inventory| inventory.find(kind, None, namespace))?;
    Some(found.labels().get(DEFAULTS_LABEL))
}

/// What the account of a pod says of its token.
fn account(pod: &PodView<'_>, known: [&Inventory; 2]) -> TokenOfAccount {
    let (namespace, name) = (pod.resource().namespace(), pod.service_account());
    let kind = GroupKind::new("", "ServiceAccount");
    let of = |inventory: &&Inventory| {
        let found = inventory.find(kind, namespace, name);
        found.is_some_and(|account| account.root().bool("automountServiceAccountToken").is_some())
    };
    if known.iter().any(of) { TokenOfAccount::Said } else { TokenOfAccount::Unsaid }
}

/// The same objects; those without a text, of clusters and snapshots, with one that is called as they are.
pub(super) fn as_texts(inventory: &Inventory) -> Inventory {
    let bare =
        inventory.resources().iter().filter(|object| object.has_pods() && object.tree().text().is_none());
    inventory.replacing(bare.filter_map(|object| Some((object.id(), written(object)?))))
}

fn written(object: &Resource) -> Option<Resource> {
    let mut text = String::new();
    object.root().write_yaml(&mut text);
    let (documents, _) = read(&Text::new(text), &Limits::default());
    let tree = Arc::new(documents.into_iter().next()?.tree);
    let file = object.subject().to_string().into();
    let origin = Origin { file, document: 0, line: 1, kind: object.origin().kind };
    Resource::new(tree, NodeId::ROOT, origin, None).ok()
}
