//! Objects in documents: one, or the items of a list.

use std::sync::Arc;

use seawall_core::{Origin, Problem, ProblemSeverity};
use seawall_inventory::{NotAResource, Resource};
use seawall_yaml::{Node, NodeId, Tree};

/// Lists within lists; kubectl reads one level.
const MAX_NESTING: usize = 4;

/// What a document holds.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) resources: Vec<Resource>,
    pub(crate) problems: Vec<Problem>,
    /// Whether it is some other YAML.
    pub(crate) foreign: bool,
    /// An OpenAPI document of an API server, which is no object.
    pub(crate) api_document: Option<Arc<Tree>>,
}

/// Takes the objects out of a document.
pub(crate) fn objects(tree: Tree, origin: &Origin) -> Objects {
    let tree = Arc::new(tree);
    let mut objects = Objects::default();
    collect(&tree, NodeId::ROOT, None, origin, MAX_NESTING, &mut objects);
    objects.api_document = (objects.foreign && is_api_document(tree.root())).then_some(tree);
    objects
}

/// Whether a document describes types of an API server: OpenAPI v3 in which schemas say of which kinds they are. Those of
/// other programs do not.
fn is_api_document(root: Node<'_>) -> bool {
    let schemas = root.path(&["components", "schemas"]);
    root.str("openapi").is_some_and(|version| version.starts_with("3."))
        && schemas.into_iter().flat_map(Node::entries).any(|(_, schema)| {
            schema.list("x-kubernetes-group-version-kind").any(|kind| kind.str("kind").is_some())
        })
}

fn collect(
    tree: &Arc<Tree>,
    at: NodeId,
    implied: Option<(&str, &str)>,
    origin: &Origin,
    levels: usize,
    objects: &mut Objects,
) {
    let node = tree.node(at);
    if let Some(implied) = list_of(node) {
        if levels == 0 {
            objects.problems.push(problem(
                tree,
                node,
                origin,
                "lists within lists are too deep; this one was left out",
            ));
            return;
        }
        for item in node.list("items") {
            collect(tree, item.id(), implied, origin, levels - 1, objects);
        }
        return;
    }
    match Resource::new(Arc::clone(tree), at, origin.clone(), implied) {
        Ok(resource) => {
            if resource.is_missing_pods() {
                let message = format!(
                    "the object embeds more than {} pods; only the first ones are judged",
                    Resource::MAX_PODS
                );
                objects.problems.push(problem(tree, node, origin, &message));
            }
            objects.resources.push(resource);
        }
        Err(NotAResource::Foreign) if at == NodeId::ROOT => objects.foreign = true,
        Err(NotAResource::Foreign) => {
            objects.problems.push(problem(
                tree,
                node,
                origin,
                "an item of the list has no `apiVersion` and `kind`; it was left out",
            ));
        }
        Err(NotAResource::BadIdentity) => {
            objects.problems.push(problem(
                tree,
                node,
                origin,
                "`apiVersion` and `kind` must be texts; the object was left out",
            ));
        }
    }
}

/// The version and kind that a list implies for its items: `PodList` implies `Pod`, `List` nothing. As for apimachinery
/// (`Unstructured.IsList`) a list is whatever has `items` beside its kind, whatever the kind says.
fn list_of(node: Node<'_>) -> Option<Option<(&str, &str)>> {
    node.get("items").filter(|items| items.is_seq())?;
    let (version, kind) = (node.str("apiVersion")?, node.str("kind")?);
    Some(kind.strip_suffix("List").filter(|kind| !kind.is_empty()).map(|kind| (version, kind)))
}

fn problem(tree: &Tree, node: Node<'_>, origin: &Origin, message: &str) -> Problem {
    let problem = Problem::new(ProblemSeverity::Error, message).in_file(&origin.file);
    match (tree.text(), node.span()) {
        (Some(text), Some(span)) => problem.at(text.position(span.start)),
        _ => problem,
    }
}
