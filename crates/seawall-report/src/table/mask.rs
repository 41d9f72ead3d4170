//! Which parts of a text must never be shown.
//!
//! Hidden are: every place that any finding withholds, the data of every Secret, and what the reader dropped from
//! annotations (the last applied configuration, which repeats a Secret's data). Between the entries of such a map, only
//! punctuation is shown: comments and values that a later duplicate hides are masked too.

use std::collections::HashMap;

use seawall_inventory::Resource;
use seawall_yaml::{Node, Span, Text};

use crate::Report;

/// Masked spans by text, sorted and apart from each other.
#[derive(Default)]
pub(super) struct Masks {
    by_text: HashMap<usize, Vec<Span>>,
}

/// The shared buffer is the identity of a text.
fn identity(text: &Text) -> usize {
    text.as_str().as_ptr().addr()
}

impl Masks {
    /// The masks of a report.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let mut masks = Masks::default();
        for resource in report.inventory.resources() {
            masks.hide_known(resource);
        }
        for location in report.evaluation.findings.iter().flat_map(|finding| &finding.locations) {
            if let Some(resource) = report.inventory.get(location.resource).filter(|_| location.withheld) {
                let (node, existing) = resource.root().nearest(&location.route);
                // A field that is missing has no value; what lies inside a text (JSON in an annotation) hides the text.
                if existing == location.route.steps().len() || !(node.is_map() || node.is_seq()) {
                    masks.hide(resource, node);
                }
            }
        }
        for spans in masks.by_text.values_mut() {
            spans.sort_by_key(|span| (span.start, span.end));
            spans.dedup_by(|next, kept| {
                let touch = next.start <= kept.end;
                if touch {
                    kept.end = kept.end.max(next.end);
                }
                touch
            });
        }
        masks
    }

    /// The masked spans of a text.
    pub(super) fn spans(&self, text: &Text) -> &[Span] {
        self.by_text.get(&identity(text)).map_or(&[], Vec::as_slice)
    }

    fn hide_known(&mut self, resource: &Resource) {
        if resource.tree().text().is_none() {
            return;
        }
        if resource.kind() == "Secret" {
            for key in ["data", "stringData"] {
                if let Some(data) = resource.root().entry(key) {
                    self.hide(resource, data);
                }
            }
        }
        let annotations = resource.metadata().and_then(|metadata| metadata.entry("annotations"));
        if let Some(annotations) = annotations.filter(|_| resource.tree().dropped().last_applied) {
            self.hide_gaps(resource, annotations);
        }
    }

    fn add(&mut self, text: &Text, span: Span) {
        if span.start < span.end {
            self.by_text.entry(identity(text)).or_default().push(span);
        }
    }

    /// Hides every scalar of a subtree and what stands between its entries.
    fn hide(&mut self, resource: &Resource, node: Node<'_>) {
        let (Some(text), Some(span)) = (resource.tree().text(), node.span()) else { return };
        if !node.is_map() && !node.is_seq() {
            return self.add(text, span);
        }
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            self.hide_gaps(resource, node);
            for child in children(node) {
                match child.span() {
                    Some(span) if !child.is_map() && !child.is_seq() => self.add(text, span),
                    _ => open.push(child),
                }
            }
        }
    }

    /// Hides what stands between the entries of a map or list, unless it is punctuation.
    fn hide_gaps(&mut self, resource: &Resource, node: Node<'_>) {
        let (Some(text), Some(whole)) = (resource.tree().text(), node.span()) else { return };
        // A reader may count the white space up to the next key as part of a map.
        let written = text.slice(whole).trim_end().len();
        let end = line_end(text, whole.start + u32::try_from(written).unwrap_or(0));
        let mut from = whole.start;
        for child in children(node) {
            let Some(value) = child.span() else { continue };
            let key = child.key_span();
            if let Some(key) = key {
                self.hide_gap(text, from, key.start);
                from = from.max(key.end);
            }
            // What came through an alias stands elsewhere: its use is part of the gap.
            if !child.is_shared() {
                self.hide_gap(text, from, value.start);
                from = from.max(value.end);
            }
        }
        let in_block = text.as_str().as_bytes().get(whole.start as usize).is_some_and(|b| !b"{[".contains(b));
        self.hide_gap(text, from, if in_block { end } else { whole.end });
    }

    fn hide_gap(&mut self, text: &Text, start: u32, end: u32) {
        let gap = text.slice(Span { start, end });
        if start < end && !gap.chars().all(|c| c.is_whitespace() || ",:-{}[]?|>+".contains(c)) {
            self.add(text, Span { start, end });
        }
    }
}

fn children<'t>(node: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    node.entries().map(|(_, value)| value).chain(node.items())
}

fn line_end(text: &Text, from: u32) -> u32 {
    let rest = text.as_str().get(from as usize..).unwrap_or("");
    from + u32::try_from(rest.find('\n').unwrap_or(rest.len())).unwrap_or(0)
}
