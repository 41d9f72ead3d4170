//! The habits of a document: line ends, indentation, and where the dashes of lists stand.

use seawall_core::FixValue;

use super::ground::{Extent, line_start};
use crate::tree::NodeId;
use crate::{Kind, Node, Style, Tree};

/// Indentation steps wider than this are accidents.
const WIDEST: usize = 8;
const USUAL_STEP: usize = 2;

/// What new lines look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DocumentStyle {
    pub(super) eol: &'static str,
    /// Columns from a map to a map below it.
    pub(super) step: usize,
    /// Columns from a key to the dashes of its list, by what the list holds.
    scalar_dash: usize,
    map_dash: usize,
}

#[derive(Default)]
struct Counts([usize; WIDEST + 1]);

impl Counts {
    fn add(&mut self, columns: Option<usize>) {
        if let Some(count) = columns.and_then(|columns| self.0.get_mut(columns)) {
            *count += 1;
        }
    }

    /// The most frequent, the greatest of several.
    fn most(&self) -> Option<usize> {
        let (columns, count) = self.0.iter().enumerate().max_by_key(|(_, count)| **count)?;
        (*count > 0).then_some(columns)
    }
}

impl DocumentStyle {
    pub(super) fn of(tree: &Tree, text: &str, extent: Extent) -> Self {
        let mut steps = Counts::default();
        let mut scalar_dashes = Counts::default();
        let mut map_dashes = Counts::default();
        let column = |at: usize| at.saturating_sub(line_start(text, at).max(extent.lo));
        // Open maps and lists around a node: one past their last node, column where that means something.
        let mut around: Vec<(u32, Option<usize>)> = Vec::new();
        for id in 0..u32::try_from(tree.len()).unwrap_or(u32::MAX) {
            let node = tree.node(NodeId(id));
            while around.last().is_some_and(|(end, _)| *end <= id) {
                around.pop();
            }
            if !matches!(node.kind(), Kind::Map | Kind::Seq) || node.is_shared() {
                continue;
            }
            let start = node.span().unwrap_or_default().start as usize;
            let outer = around.last().and_then(|(_, column)| *column);
            let mut own = None;
            if node.style() == Style::Flow {
                steps.add(flow_step(text, start, extent));
            } else if node.is_map() {
                own = Some(column(start));
                steps.add(
                    own.zip(outer).and_then(|(own, outer)| own.checked_sub(outer)).filter(|step| *step > 0),
                );
            } else {
                let offset = outer.and_then(|outer| column(start).checked_sub(outer));
                let scalars = node.items().next().is_some_and(|item| !item.is_map() && !item.is_seq());
                if scalars { &mut scalar_dashes } else { &mut map_dashes }.add(offset);
            }
            around.push((tree.subtree_end(id), own));
        }
        let step = steps.most().unwrap_or(USUAL_STEP);
        DocumentStyle {
            eol: line_ending(text, extent),
            step,
            scalar_dash: scalar_dashes.most().unwrap_or(step),
            map_dash: map_dashes.most().unwrap_or(step),
        }
    }

    /// Columns from a key to the dashes of a new list.
    pub(super) fn dash(&self, items: &[FixValue]) -> usize {
        match items.first() {
            Some(FixValue::Map(_) | FixValue::List(_)) => self.map_dash,
            _ => self.scalar_dash,
        }
    }
}

fn line_ending(text: &str, extent: Extent) -> &'static str {
    let newline =
        |text: &str| text.find('\n').map(|at| text.get(..at).is_some_and(|line| line.ends_with('\r')));
    let document = text.get(extent.lo..extent.hi).unwrap_or("");
    if newline(document).or_else(|| newline(text)).unwrap_or(false) { "\r\n" } else { "\n" }
}

/// How far the first line in a multi-line flow collection is indented.
fn flow_step(text: &str, start: usize, extent: Extent) -> Option<usize> {
    let inside = text.get(start + 1..extent.hi)?;
    let line = inside.trim_start_matches([' ', '\t']).trim_start_matches('\r').strip_prefix('\n')?;
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let outer = text.get(line_start(text, start).max(extent.lo)..start)?;
    spaces(line).checked_sub(spaces(outer)).filter(|step| *step > 0)
}

/// Whether a node is written in block style.
pub(super) fn is_block(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Map | Kind::Seq) && node.style() != Style::Flow
}
