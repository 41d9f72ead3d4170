//! Rego texts where they are written: from a line of Rego to a line of the file.

use seawall_core::Position;
use seawall_yaml::{Node, Style};

use crate::fault::{self, Fault};

/// A Rego text in a template.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    node: Node<'t>,
    /// The text, as YAML has it.
    pub(crate) text: &'t str,
}

impl<'t> Written<'t> {
    /// The text of a node; `None` when it is no text.
    pub(crate) fn of(node: Node<'t>) -> Option<Self> {
        Some(Written { node, text: node.as_str()? })
    }

    /// The place in the file of a line and column of the text, both from 1. Where lines of the text are no lines of the
    /// file (folded and quoted scalars), the place of the whole text.
    pub(crate) fn position(&self, line: u32, column: u32) -> Option<Position> {
        let whole = fault::position(self.node);
        let text = self.node.tree().text()?;
        let start = text.position(self.node.span()?.start).line;
        if self.node.style() != Style::Literal {
            return whole;
        }
        let place = (line as usize).checked_sub(1)?;
        let own = self.text.lines().nth(place).unwrap_or_default();
        // The header (`|`) stands on the first line of the span; the content follows.
        let line = start.checked_add(line)?;
        let Some(in_file) = text.as_str().lines().nth(line as usize - 1) else { return whole };
        let indent = in_file.chars().count().saturating_sub(own.chars().count());
        Some(Position { line, column: column.saturating_add(u32::try_from(indent).ok()?) })
    }

    /// A fault at a line and column of the text.
    pub(crate) fn fault(&self, line: u32, column: u32, message: impl Into<String>) -> Fault {
        Fault::placed(self.position(line, column), message)
    }

    /// What the engine says, with the place that it names.
    pub(crate) fn engine_fault(&self, said: &str) -> Fault {
        let (line, column) = place_in(said).unwrap_or((1, 1));
        self.fault(line, column, format!("Rego is not understood: {}", essence(said)))
    }
}

/// Line and column of the first `--> FILE:LINE:COLUMN`.
pub(crate) fn place_in(said: &str) -> Option<(u32, u32)> {
    let line = said.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = line.rsplit(':');
    let column = parts.next()?.trim().parse().ok()?;
    Some((parts.next()?.trim().parse().ok()?, column))
}

/// What the engine says without the picture of the place.
pub(crate) fn essence(said: &str) -> String {
    let marked = said.lines().filter_map(|line| line.split_once("error: ").map(|(_, tail)| tail.trim()));
    let told: Vec<&str> = marked.collect();
    match told.last() {
        Some(last) => (*last).to_owned(),
        None => said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_messages_of_the_engine() {
        let said = "\n--> template.rego:5:3\n  |\n5 |   x := \n  |   ^\nerror: expecting expression";
        assert_eq!(place_in(said), Some((5, 3)));
        assert_eq!(essence(said), "expecting expression");
        assert_eq!((place_in("not a valid rule path"), essence("\n plain ")), (None, "plain".to_owned()));
    }

    #[test]
    fn lines_of_block_scalars_are_lines_of_the_file() {
        let text =
            seawall_yaml::Text::new("a:\n  rego: |\n    package x\n\n    f { true }\n  other: \"b\\nc\"\n");
        let tree = seawall_yaml::read(&text, &seawall_yaml::Limits::default()).0.remove(0).tree;
        let of = |key| Written::of(tree.root().path(&["a", key]).unwrap()).unwrap();
        assert_eq!(of("rego").position(3, 3), Some(Position { line: 5, column: 7 }));
        assert_eq!(of("other").position(2, 1), Some(Position { line: 6, column: 3 }));
    }
}
