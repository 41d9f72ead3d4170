//! Finding a child of a large map or list without a walk along its siblings.

use std::collections::HashMap;

use crate::Node;
use crate::tree::Tree;

/// Maps and lists with fewer children are walked along.
pub(crate) const MANY: usize = 64;

/// The numbers of the children of every map and list that has many, in document order, without hidden ones. Made when
/// first asked for, in one walk over the tree: as many steps as there are nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Siblings(HashMap<u32, Box<[u32]>>);

impl Siblings {
    fn of(tree: &Tree) -> Self {
        let many = |node: &Node<'_>| node.len() >= MANY;
        let children = |node: Node<'_>| (node.id().0, node.children().map(|child| child.id().0).collect());
        Siblings(tree.nodes().filter(many).map(children).collect())
    }

    /// The children of a node that has many.
    pub(crate) fn get<'t>(tree: &'t Tree, node: Node<'t>) -> Option<&'t [u32]> {
        if node.len() < MANY {
            return None;
        }
        let siblings = tree.siblings.get_or_init(|| Box::new(Siblings::of(tree)));
        siblings.0.get(&node.id().0).map(|children| &**children)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Text};

    /// A walk along the children is the oracle.
    #[test]
    fn large_lists_and_maps_are_found_by_number_as_by_walking() {
        let items: Vec<String> = (0..300).map(|i| format!("{{\"name\":\"n{i}\",\"x\":[{i}]}}")).collect();
        let keys: Vec<String> = (0..300).map(|i| format!("\"k{}\":{{\"x\":{i}}}", i % 200)).collect();
        let text = format!("{{\"list\":[{}],\"map\":{{{}}}}}", items.join(","), keys.join(","));
        let (documents, _) = crate::read(&Text::new(text), &Limits::default());
        let tree = &documents[0].tree;
        let root = tree.root();
        let list = root.get("list").unwrap();
        assert_eq!(Siblings::get(tree, list).map(<[u32]>::len), Some(300));
        assert!(Siblings::get(tree, root).is_none());
        for (index, item) in list.items().enumerate() {
            assert_eq!(list.item(index).map(Node::id), Some(item.id()));
            let inner = item.get("x").unwrap().item(0).unwrap();
            assert_eq!(root.route_to(inner).unwrap().to_string(), format!("list[{index}].x[0]"));
        }
        assert!(list.item(300).is_none() && root.item(0).is_none());
        let map = root.get("map").unwrap();
        for (key, child) in map.entries() {
            assert_eq!(map.route_to(child.get("x").unwrap()).unwrap().to_string(), format!("{key}.x"));
        }
    }
}
