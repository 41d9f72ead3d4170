//! Routes by name instead of by place.

use std::collections::HashMap;

use seawall_core::{Route, Step};
use seawall_inventory::Resource;
use seawall_yaml::{Node, NodeId};

/// Lists shorter than this are read again for each route: that costs less than remembering them.
const LONG: usize = 64;

/// A route in which list items go by name, so that reordering a list changes no fingerprint.
pub struct Normal {
    /// `.spec.containers[name=web].image`
    pub text: String,
    /// Where in the text the pod ends that the route leads into; the outermost, if one lies in another.
    pub(crate) pod: Option<usize>,
}

impl Normal {
    /// What follows the pod, or all. The pod's own route is named by its place only, so that a Deployment and its Pods
    /// compare equal.
    pub(crate) fn below_pod(&self) -> &str {
        self.text.get(self.pod.unwrap_or(0)..).unwrap_or("")
    }
}

/// Names routes of one resource; remembers the repeated names of long lists, so that many routes into one list cost no
/// more than the list.
pub struct Normaliser<'r> {
    resource: &'r Resource,
    /// By list: how many items before each item have its name.
    repeats: HashMap<NodeId, Vec<usize>>,
}

impl<'r> Normaliser<'r> {
    /// For routes of this resource.
    pub fn new(resource: &'r Resource) -> Self {
        Normaliser { resource, repeats: HashMap::new() }
    }

    pub(crate) fn resource(&self) -> &'r Resource {
        self.resource
    }

    /// The route as text: list items are `[name=web]`, or the item itself when it is a text that is no secret. A repeated
    /// name is numbered.
    pub fn route(&mut self, route: &Route, secret: bool) -> Normal {
        let mut text = String::with_capacity(64);
        let mut node = Some(self.resource.root());
        let mut pod = None;
        for step in route.steps() {
            self.note_pod(node, &text, &mut pod);
            match step {
                Step::Key(key) => {
                    text.push('.');
                    text.push_str(key);
                    node = node.and_then(|node| node.entry(key));
                }
                Step::Index(index) => {
                    let list = node;
                    node = node.and_then(|node| node.item(*index as usize));
                    let name =
                        node.and_then(|item| item.str("name").or_else(|| item.as_str().filter(|_| !secret)));
                    text.push('[');
                    match (name, list) {
                        (Some(name), Some(list)) => {
                            text.push_str("name=");
                            text.push_str(name);
                            let before = self.before(list, *index as usize, name);
                            if before > 0 {
                                text.push('#');
                                text.push_str(&before.to_string());
                            }
                        }
                        _ => text.push_str(&index.to_string()),
                    }
                    text.push(']');
                }
            }
        }
        self.note_pod(node, &text, &mut pod);
        Normal { text, pod }
    }

    fn note_pod(&self, node: Option<Node<'_>>, text: &str, pod: &mut Option<usize>) {
        if pod.is_none() && node.is_some_and(|node| self.resource.is_pod_spec(node)) {
            *pod = Some(text.len());
        }
    }

    /// How many items of the list before this place go by this name.
    fn before(&mut self, list: Node<'_>, index: usize, name: &str) -> usize {
        if list.len() < LONG {
            return list.items().take(index).filter(|item| name_of(*item) == Some(name)).count();
        }
        let repeats = self.repeats.entry(list.id()).or_insert_with(|| {
            let mut seen: HashMap<&str, usize> = HashMap::new();
            let mut count = |item| {
                let seen = seen.entry(name_of(item)?).or_default();
                *seen += 1;
                Some(*seen - 1)
            };
            list.items().map(|item| count(item).unwrap_or(0)).collect()
        });
        repeats.get(index).copied().unwrap_or(0)
    }
}

fn name_of(item: Node<'_>) -> Option<&str> {
    item.str("name").or_else(|| item.as_str())
}
