//! Which parts of a text must never be shown.
//!
//! Hidden are: every place that any finding withholds, the data of every Secret, and what the reader dropped from
//! annotations (the last applied configuration, which repeats a Secret's data). Between the entries of such a map, only
//! punctuation is shown: comments and values that a later duplicate hides are masked too.
//!
//! Findings do not decide alone: a check may not have run, or not look at the place. So every map of kind Secret,
//! whatever it lies in, every value under a secret name and everything that is [`written`] like a secret is hidden too.

use std::collections::{HashMap, HashSet};

use seawall_checks::Evaluation;
use seawall_inventory::{Inventory, Resource};
use seawall_yaml::{Node, Span, Text, Tree};

use super::written::{is_secret_name, is_secret_value, written};
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
        // Only texts that an excerpt is taken from matter.
        let locations = report.evaluation.findings.iter().flat_map(|finding| &finding.locations);
        let texts = locations.filter_map(|location| report.inventory.get(location.resource)?.tree().text());
        Masks::over(report.inventory, report.evaluation, texts)
    }

    /// The masks of some texts of an inventory.
    fn over<'t>(
        inventory: &Inventory,
        evaluation: &Evaluation,
        texts: impl Iterator<Item = &'t Text>,
    ) -> Self {
        let mut masks = Masks::default();
        for text in texts {
            let spans = masks.by_text.entry(identity(text));
            spans.or_insert_with(|| written(text.as_str()));
        }
        let mut trees = HashSet::new();
        for resource in inventory.resources() {
            let tree = resource.tree();
            if tree.text().is_none_or(|text| !masks.by_text.contains_key(&identity(text))) {
                continue;
            }
            masks.hide_dropped(resource);
            // The items of a list share a tree.
            if trees.insert(std::ptr::from_ref::<Tree>(tree).addr()) {
                tree.nodes().for_each(|node| masks.hide_suspect(node));
            }
        }
        for location in evaluation.findings.iter().flat_map(|finding| &finding.locations) {
            if let Some(resource) = inventory.get(location.resource).filter(|_| location.withheld) {
                let (node, existing) = resource.root().nearest(&location.route);
                // A field that is missing has no value; what lies inside a text (JSON in an annotation) hides the text.
                if existing == location.route.steps().len() || !(node.is_map() || node.is_seq()) {
                    masks.hide(node);
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

    fn hide_dropped(&mut self, resource: &Resource) {
        let annotations = resource.metadata().and_then(|metadata| metadata.entry("annotations"));
        if let Some(annotations) = annotations.filter(|_| resource.tree().dropped().last_applied) {
            self.hide_gaps(annotations);
        }
    }

    /// Hides what a node holds if its kind, its key or its neighbour says that it is secret.
    fn hide_suspect(&mut self, node: Node<'_>) {
        if node.is_map() {
            if node.str("kind") == Some("Secret") {
                let annotations = node.path(&["metadata", "annotations"]);
                let secret = [node.entry("data"), node.entry("stringData"), annotations];
                secret.into_iter().flatten().for_each(|node| self.hide(node));
            }
            if let Some(value) = node.entry("value").filter(|_| node.str("name").is_some_and(is_secret_name))
            {
                self.hide_scalar(value);
                // Also the value that a later duplicate hides.
                self.hide_gaps(node);
            }
        } else if node.is_seq() {
            // `--password` and its value are two arguments.
            for (flag, value) in node.items().zip(node.items().skip(1)) {
                let name = flag.as_str().filter(|flag| flag.starts_with('-') && !flag.contains('='));
                let value_text = value.as_str().filter(|value| !value.starts_with('-'));
                if name.is_some_and(is_secret_name) && value_text.is_some() {
                    self.hide_scalar(value);
                }
            }
        } else if node.key().is_some_and(is_secret_name) {
            self.hide_scalar(node);
        }
    }

    fn hide_scalar(&mut self, node: Node<'_>) {
        let secret = node.scalar_text().is_some_and(|value| is_secret_value(&value) && !value.is_empty());
        if let (Some(text), Some(span), true) = (node.tree().text(), node.span(), secret) {
            self.add(text, span);
        }
    }

    fn add(&mut self, text: &Text, span: Span) {
        if span.start < span.end {
            self.by_text.entry(identity(text)).or_default().push(span);
        }
    }

    /// Hides every scalar of a subtree and what stands between its entries.
    fn hide(&mut self, node: Node<'_>) {
        let (Some(text), Some(span)) = (node.tree().text(), node.span()) else { return };
        if !node.is_map() && !node.is_seq() {
            return self.add(text, span);
        }
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            self.hide_gaps(node);
            for child in children(node) {
                match child.span() {
                    Some(span) if !child.is_map() && !child.is_seq() => self.add(text, span),
                    _ => open.push(child),
                }
            }
        }
    }

    /// Hides what stands between the entries of a map or list, unless it is punctuation.
    fn hide_gaps(&mut self, node: Node<'_>) {
        let (Some(text), Some(whole)) = (node.tree().text(), node.span()) else { return };
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
        // The end of the line is looked for in block style only: many maps of one long line would make that quadratic.
        let end = if in_block {
            // A reader may count the white space up to the next key as part of a map.
            let written = text.slice(whole).trim_end().len();
            line_end(text, whole.start + u32::try_from(written).unwrap_or(0))
        } else {
            whole.end
        };
        self.hide_gap(text, from, end);
    }

    fn hide_gap(&mut self, text: &Text, start: u32, end: u32) {
        let gap = text.slice(Span { start, end });
        if start < end && !gap.chars().all(|c| c.is_whitespace() || ",:-{}[]?|>+".contains(c)) {
            self.add(text, Span { start, end });
        }
    }
}

/// The secret parts of texts, for whoever shows them without an excerpt.
pub struct Secrets(Masks);

impl Secrets {
    /// The secret parts of some texts of an inventory; what findings withhold counts.
    pub fn of<'t>(
        inventory: &Inventory,
        evaluation: &Evaluation,
        texts: impl Iterator<Item = &'t Text>,
    ) -> Self {
        Secrets(Masks::over(inventory, evaluation, texts))
    }

    /// The secret parts of one of these texts, in order and apart from each other.
    pub fn spans(&self, text: &Text) -> &[Span] {
        self.0.spans(text)
    }
}

fn children<'t>(node: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    node.entries().map(|(_, value)| value).chain(node.items())
}

fn line_end(text: &Text, from: u32) -> u32 {
    let rest = text.as_str().get(from as usize..).unwrap_or("");
    from + u32::try_from(rest.find('\n').unwrap_or(rest.len())).unwrap_or(0)
}
