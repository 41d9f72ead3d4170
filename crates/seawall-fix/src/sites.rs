//! Objects after edits: their texts changed and read again, or, without a text, their values.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use seawall_core::{Edit, Origin, ResourceId, Route};
use seawall_inventory::{Inventory, Resource};
use seawall_yaml::edit::{self, EditError, TextEdit};
use seawall_yaml::{Limits, NodeId, Outcome, Text, Tree, json, read, read_outcomes};

/// Edits by object, on routes of the object.
pub(crate) type EditsOf = BTreeMap<ResourceId, Vec<Edit>>;

/// Objects whose edits could not be made together.
pub(crate) struct Failure {
    pub(crate) resources: Vec<ResourceId>,
    pub(crate) error: EditError,
}

/// The documents of one text that are edited.
struct File {
    text: Text,
    documents: BTreeMap<u32, Document>,
}

struct Document {
    tree: Arc<Tree>,
    edits: Vec<Edit>,
    resources: Vec<ResourceId>,
}

/// The shared buffer is the identity of a text.
pub(crate) fn identity(text: &Text) -> usize {
    text.as_str().as_ptr().addr()
}

/// The inventory with all edits made.
pub(crate) fn carry_out(inventory: &Inventory, edits: &EditsOf) -> Result<Inventory, Vec<Failure>> {
    let mut files: BTreeMap<usize, File> = BTreeMap::new();
    let mut new = Vec::new();
    let mut failures = Vec::new();
    for (id, edits) in edits {
        let Some(resource) = inventory.get(*id) else { continue };
        match resource.tree().text() {
            None => match without_text(resource, edits) {
                Ok(changed) => new.push((*id, changed)),
                Err(error) => failures.push(Failure { resources: vec![*id], error }),
            },
            Some(text) => {
                let file = files
                    .entry(identity(text))
                    .or_insert_with(|| File { text: text.clone(), documents: BTreeMap::new() });
                file.add(resource, edits);
            }
        }
    }
    let mut of_text: HashMap<usize, Vec<&Resource>> = HashMap::new();
    for resource in inventory.resources() {
        let home = resource.tree().text().map(identity).filter(|text| files.contains_key(text));
        if let Some(home) = home {
            of_text.entry(home).or_default().push(resource);
        }
    }
    for (identity, file) in &files {
        let resources = of_text.get(identity).map_or(&[][..], Vec::as_slice);
        file.rewrite(resources, &mut new, &mut failures);
    }
    if failures.is_empty() { Ok(inventory.replacing(new)) } else { Err(failures) }
}

impl File {
    fn add(&mut self, resource: &Resource, edits: &[Edit]) {
        let document = self.documents.entry(resource.origin().document).or_insert_with(|| Document {
            tree: Arc::clone(resource.tree()),
            edits: Vec::new(),
            resources: Vec::new(),
        });
        let base = base(resource);
        document.edits.extend(edits.iter().map(|edit| below(&base, edit)));
        document.resources.push(resource.id());
    }

    fn rewrite(
        &self,
        resources: &[&Resource],
        new: &mut Vec<(ResourceId, Resource)>,
        failures: &mut Vec<Failure>,
    ) {
        let mut changes: Vec<TextEdit> = Vec::new();
        let failed = failures.len();
        for document in self.documents.values() {
            match edit::apply(&document.tree, &document.edits) {
                Ok(edited) => changes.extend(edited.edits),
                Err(error) => failures.push(Failure { resources: document.resources.clone(), error }),
            }
        }
        if failures.len() > failed {
            return;
        }
        let read =
            edit::splice(self.text.as_str(), &changes).and_then(|text| reread(&Text::new(text), resources));
        match read {
            Some(read) => new.extend(read),
            None => failures.push(Failure {
                resources: self
                    .documents
                    .values()
                    .flat_map(|document| &document.resources)
                    .copied()
                    .collect(),
                error: EditError::Unproven,
            }),
        }
    }
}

/// The objects of a text after its change, at their old places.
fn reread(text: &Text, resources: &[&Resource]) -> Option<Vec<(ResourceId, Resource)>> {
    let (outcomes, _) = read_outcomes(text, &Limits::default());
    let trees: Vec<_> = outcomes
        .into_iter()
        .map(|(span, outcome)| match outcome {
            Outcome::Read(tree) => Some((text.position(span.start).line, Arc::new(tree))),
            Outcome::Empty | Outcome::Template(_) | Outcome::Broken => None,
        })
        .collect();
    let object = |resource: &&Resource| {
        let (line, tree) = trees.get(resource.origin().document as usize)?.as_ref()?;
        let root = tree.root().at(&base(resource))?.id();
        let origin = Origin { line: *line, ..resource.origin().clone() };
        Some((resource.id(), again(resource, Arc::clone(tree), root, origin)?))
    };
    resources.iter().map(object).collect()
}

/// An object of a snapshot or a live cluster: it is written out, changed as a text, and read back without it.
fn without_text(resource: &Resource, edits: &[Edit]) -> Result<Resource, EditError> {
    let mut written = String::new();
    resource.root().write_json(&mut written);
    let (documents, _) = read(&Text::new(written), &Limits::default());
    let document = documents.into_iter().next().ok_or(EditError::Unproven)?;
    let edited = edit::apply(&document.tree, edits)?;
    let (tree, _) = json::read_json_bytes(edited.text.as_bytes(), &Limits::default());
    let tree = Arc::new(tree.ok_or(EditError::Unproven)?);
    again(resource, tree, NodeId::ROOT, resource.origin().clone()).ok_or(EditError::Unproven)
}

fn again(resource: &Resource, tree: Arc<Tree>, root: NodeId, origin: Origin) -> Option<Resource> {
    let implied = (&*resource.subject().api_version, resource.kind());
    Resource::new(tree, root, origin, Some(implied)).ok()
}

/// The route from the document to the object: not empty for an item of a list.
fn base(resource: &Resource) -> Route {
    resource.tree().root().route_to(resource.root()).unwrap_or_default()
}

fn below(base: &Route, edit: &Edit) -> Edit {
    let at = |route: &Route| base.clone().join(route);
    match edit {
        Edit::Set { route, value } => Edit::Set { route: at(route), value: value.clone() },
        Edit::Append { route, value } => Edit::Append { route: at(route), value: value.clone() },
        Edit::Remove { route } => Edit::Remove { route: at(route) },
    }
}
