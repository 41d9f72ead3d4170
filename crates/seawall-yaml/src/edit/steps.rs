//! From edits to single steps, and from a step to changes of the text.

use seawall_core::{Edit, FixValue, Route, Step};

use super::ground::Ground;
use super::proof::nested;
use super::slot::Slot;
use super::style::is_block;
use super::value::Value;
use super::{EditError, TextEdit};
use crate::tree::NodeId;
use crate::{Kind, Node, Span, Style, Tree};

/// Orders edits so that each can be carried out on the text that those before it leave, with the routes they have:
/// what takes away comes last, from the end. Maps and lists that keep some of their entries are changed entry by entry.
pub(super) fn expand(tree: &Tree, edits: &[Edit]) -> Result<Vec<Edit>, EditError> {
    let mut steps = Vec::new();
    let mut removals = Vec::new();
    for (at, edit) in edits.iter().enumerate() {
        let overwrites = |later: &Edit| matches!(later, Edit::Set { route, .. } if edit.route().strip_prefix(route).is_some());
        if edits.iter().skip(at + 1).any(overwrites) {
            continue;
        }
        match edit {
            Edit::Remove { route } => removals.push(route.clone()),
            Edit::Append { .. } => steps.push(edit.clone()),
            Edit::Set { route, value } if edits.iter().any(|other| meet(edit, other)) => {
                steps.push(Edit::Set { route: route.clone(), value: value.clone() });
            }
            Edit::Set { route, value } => {
                refine(tree.root().at(route), route, value, &mut steps, &mut removals);
            }
        }
    }
    removals.sort();
    removals.dedup();
    steps.extend(removals.into_iter().rev().map(|route| Edit::Remove { route }));
    Ok(steps)
}

/// Whether two different edits are about one place or places in it; then their order counts.
fn meet(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.route(), other.route());
    !std::ptr::eq(one, other) && (a.strip_prefix(b).is_some() || b.strip_prefix(a).is_some())
}

fn refine(
    node: Option<Node<'_>>,
    route: &Route,
    value: &FixValue,
    steps: &mut Vec<Edit>,
    removals: &mut Vec<Route>,
) {
    match (node, value) {
        (Some(node), FixValue::Map(entries))
            if node.is_map() && entries.iter().any(|(key, _)| node.entry(key).is_some()) =>
        {
            let gone = node.entries().filter(|(key, _)| entries.iter().all(|(name, _)| name != key));
            removals.extend(gone.map(|(key, _)| route.clone().key(key)));
            for (key, value) in entries {
                refine(node.entry(key), &route.clone().key(key), value, steps, removals);
            }
        }
        (Some(node), FixValue::List(wanted)) if node.is_seq() => {
            let mut rest = wanted.as_slice();
            let mut gone = Vec::new();
            for (index, item) in node.items().enumerate() {
                match rest.split_first() {
                    Some((first, tail)) if Value::from(first).means(item) => rest = tail,
                    _ => gone.push(route.clone().index(index)),
                }
            }
            if rest.len() == wanted.len() {
                steps.push(Edit::Set { route: route.clone(), value: value.clone() });
                return;
            }
            removals.append(&mut gone);
            steps.extend(rest.iter().map(|item| Edit::Append { route: route.clone(), value: item.clone() }));
        }
        _ => steps.push(Edit::Set { route: route.clone(), value: value.clone() }),
    }
}

/// What stands around a place: the chain of nodes from the root to it.
struct Chain<'t> {
    nodes: Vec<Node<'t>>,
}

impl<'t> Chain<'t> {
    fn new(ground: &Ground<'t>, route: &Route) -> Result<Self, EditError> {
        let mut nodes = vec![ground.tree.root()];
        for step in route.steps() {
            let next = nodes.last().and_then(|node| match step {
                Step::Key(key) => node.entry(key),
                Step::Index(index) => node.item(*index as usize),
            });
            match next {
                Some(next) => nodes.push(next),
                None => break,
            }
        }
        let chain = Chain { nodes };
        match chain.shared(ground) {
            Some(taken) => Err(EditError::Shared(route.prefix(taken))),
            None => Ok(chain),
        }
    }

    /// The first node of the chain that other places show too.
    fn shared(&self, ground: &Ground<'t>) -> Option<usize> {
        let all =
            (0..u32::try_from(ground.tree.len()).unwrap_or(u32::MAX)).map(|id| ground.tree.node(NodeId(id)));
        let place = |node: Node<'t>| (node.span(), node.kind());
        let copies: Vec<(Option<Span>, Kind)> = all.filter(|node| node.is_shared()).map(place).collect();
        let is_anchor = |node: &Node<'t>| {
            let written = node.span().is_some_and(|span| span.start < span.end);
            written && copies.contains(&place(*node))
        };
        self.nodes.iter().position(|node| node.is_shared() || is_anchor(node))
    }

    /// The node that many steps before the last.
    fn back(&self, steps: usize) -> Option<Node<'t>> {
        let at = self.nodes.len().checked_sub(1 + steps)?;
        self.nodes.get(at).copied()
    }

    fn slot(&self, ground: &Ground<'t>, steps: usize, route: &Route) -> Result<Slot<'t>, EditError> {
        let node = self.back(steps);
        let found = match (self.back(steps + 1), node) {
            (None, Some(_)) => Some(ground.root_slot()),
            (Some(parent), Some(node)) => {
                ground.slots(parent).into_iter().flatten().find(|slot| slot.node.id() == node.id())
            }
            _ => None,
        };
        found.ok_or_else(|| EditError::Unsupported(route.clone()))
    }
}

/// The changes of the text that carry out one step.
pub(super) fn plan(ground: &Ground<'_>, step: &Edit) -> Result<Vec<TextEdit>, EditError> {
    let route = step.route();
    let chain = Chain::new(ground, route)?;
    let Some(node) = chain.back(0) else { return Ok(Vec::new()) };
    let rest = route.steps().get(chain.nodes.len() - 1..).unwrap_or(&[]);
    let replace = |value: &FixValue| {
        let slot = chain.slot(ground, 0, route)?;
        Ok(ground.replace(chain.back(1), &slot, value))
    };
    match (step, rest) {
        (Edit::Remove { .. }, []) => {
            let parent = chain.slot(ground, 1, route)?;
            ground.remove(chain.back(2), &parent, node, route)
        }
        (Edit::Remove { .. }, _) => Err(EditError::Missing(route.clone())),
        (Edit::Set { value, .. }, []) if Value::from(value).means(node) => Ok(Vec::new()),
        (Edit::Set { value, .. }, []) => replace(value),
        (Edit::Append { value, .. }, []) => match node.kind() {
            Kind::Seq => add(ground, &chain, node, None, value, route),
            Kind::Null => replace(&FixValue::List(vec![value.clone()])),
            _ => Err(EditError::NotAContainer(route.clone())),
        },
        (edit, [first, below @ ..]) => {
            let value = match edit {
                Edit::Append { value, .. } => FixValue::List(vec![value.clone()]),
                Edit::Set { value, .. } => value.clone(),
                Edit::Remove { .. } => return Err(EditError::Missing(route.clone())),
            };
            let missing = || EditError::Missing(route.clone());
            match (node.kind(), first) {
                (Kind::Null, _) => replace(&nested(rest, &value).ok_or_else(missing)?),
                (Kind::Map, Step::Key(key)) => {
                    let value = nested(below, &value).ok_or_else(missing)?;
                    add(ground, &chain, node, Some(key), &value, route)
                }
                (Kind::Seq, Step::Index(_)) => Err(missing()),
                _ => Err(EditError::NotAContainer(route.prefix(chain.nodes.len()))),
            }
        }
    }
}

/// Adds a key to a map or an item to a list.
fn add(
    ground: &Ground<'_>,
    chain: &Chain<'_>,
    node: Node<'_>,
    key: Option<&str>,
    value: &FixValue,
    route: &Route,
) -> Result<Vec<TextEdit>, EditError> {
    let node = ground.tree.node(node.id());
    let inside = node.source().and_then(|source| source.get(1..source.len().saturating_sub(1))).unwrap_or("");
    if node.style() == Style::Flow && node.is_empty() && inside.trim().is_empty() {
        let value = match key {
            Some(key) => FixValue::Map(vec![(key.to_owned(), value.clone())]),
            None => FixValue::List(vec![value.clone()]),
        };
        let slot = chain.slot(ground, 0, route)?;
        let parent = chain.back(1).map(|parent| ground.tree.node(parent.id()));
        return Ok(ground.replace(parent, &slot, &value));
    }
    match key {
        _ if !is_block(node) => ground.add_to_flow(node, key, value, route),
        Some(key) => Ok(vec![ground.insert_in_block(node, key, value)]),
        None => Ok(vec![ground.append_in_block(node, value)]),
    }
}
