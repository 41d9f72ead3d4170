//! Trees whose values were read from one text and are written, as far as that can be shown, in another: what a program
//! rendered, and the template or file that it came from.

use crate::text::{Span, Text};
use crate::tree::{FAR_KEY, IN_TEXT, NO_SPAN};
use crate::{Node, NodeId, Tree};

/// Where a node is written in another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The value.
    pub span: Span,
    /// Where the key begins, when there is one.
    pub key: Option<u32>,
}

impl Tree {
    /// The same values, said to be written in `text`: `place` tells where each node is, or that nobody knows. A place that
    /// does not lie in the text is not known. Without a text no node has a place.
    #[must_use]
    pub fn moved(&self, text: Option<Text>, mut place: impl FnMut(Node<'_>) -> Option<Written>) -> Tree {
        let mut moved = Tree {
            nodes: self.nodes.clone(),
            spans: Box::default(),
            arena: Box::default(),
            keys: self.keys.clone(),
            far_keys: Box::default(),
            text: None,
            dropped: self.dropped,
            siblings: std::sync::OnceLock::new(),
        };
        let mut arena = self.arena.to_string();
        let mut spans = Vec::with_capacity(if text.is_some() { self.nodes.len() } else { 0 });
        for (id, data) in (0..).zip(&mut moved.nodes) {
            if data.flags & IN_TEXT != 0 {
                // The old text goes away.
                let content = self.text.as_ref().and_then(|text| {
                    text.as_str().get(data.a as usize..(data.a as usize).saturating_add(data.b as usize))
                });
                data.a = u32::try_from(arena.len()).unwrap_or(u32::MAX);
                arena.push_str(content.unwrap_or(""));
                data.flags &= !IN_TEXT;
            }
            data.key_back = 0;
            let Some(text) = &text else { continue };
            let known = place(self.node(NodeId(id)));
            let known = known.filter(|at| text.as_str().get(at.span.range()).is_some());
            let Some(Written { span, key }) = known else {
                spans.push(NO_SPAN);
                continue;
            };
            let back = key
                .filter(|key| text.as_str().is_char_boundary(*key as usize))
                .and_then(|key| u16::try_from(span.start.checked_sub(key)?).ok());
            data.key_back = back.filter(|back| *back != FAR_KEY).unwrap_or(0);
            spans.push(span);
        }
        moved.arena = arena.into();
        moved.spans = spans.into();
        moved.text = text;
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, read};

    #[test]
    fn values_stay_and_places_move() {
        let rendered = Text::new("kind: Pod\nspec: {a: \"x\\ty\", b: plain}\ncount: 3\n");
        let tree = read(&rendered, &Limits::default()).0.remove(0).tree;
        let template = Text::new("# head\nkind: {{ .Kind }}\n");
        let moved = tree.moved(Some(template.clone()), |node| match node.key() {
            Some("kind") => Some(Written { span: Span { start: 13, end: 24 }, key: Some(7) }),
            Some("count") => Some(Written { span: Span { start: 20, end: 99 }, key: None }),
            _ => None,
        });
        let root = moved.root();
        assert_eq!(root.str("kind"), Some("Pod"));
        assert_eq!(root.get("spec").unwrap().str("a"), Some("x\ty"));
        assert_eq!(root.get("spec").unwrap().str("b"), Some("plain"));
        assert_eq!(root.int("count"), Some(3));
        let kind = root.get("kind").unwrap();
        assert_eq!(kind.source(), Some("{{ .Kind }}"));
        assert_eq!(kind.key_span(), Some(Span { start: 7, end: 11 }));
        let unknown = |key| root.get(key).unwrap();
        for node in [unknown("spec"), unknown("count"), root] {
            assert_eq!((node.span(), node.key_span(), node.source()), (None, None, None));
        }
        assert!(moved.text().unwrap().same(&template));
        let bare = tree.moved(None, |_| None);
        assert!(bare.text().is_none() && bare.root().span().is_none());
        assert_eq!(bare.root().str("kind"), Some("Pod"));
    }
}
