//! Objects of a cluster on their way into an inventory: lines of a snapshot, or answers of a live API server. Both go
//! through here, so that both prove the same.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Problem, ProblemSeverity};
use seawall_inventory::{GroupKind, InventoryBuilder};
use seawall_yaml::{Node, Tree};

use crate::list::{Objects, objects};
use crate::load::Loaded;
use crate::problems::Problems;

/// Takes the objects of one cluster.
///
/// The kinds that occur or that the header lists as read are complete, but for those that the header calls refused or
/// partial; nothing is known of any other kind unless the header says that the cluster was asked for all of them. What
/// was damaged on its way proves no absence.
#[derive(Debug)]
pub struct Intake<'a> {
    name: Arc<str>,
    kind: OriginKind,
    builder: &'a mut InventoryBuilder,
    loaded: &'a mut Loaded,
    problems: Problems,
    /// Groups and kinds, most met many times.
    kinds: BTreeSet<(String, String)>,
    complete: bool,
    damaged: bool,
}

impl<'a> Intake<'a> {
    pub(crate) fn new(
        name: &Arc<str>,
        kind: OriginKind,
        builder: &'a mut InventoryBuilder,
        loaded: &'a mut Loaded,
    ) -> Self {
        Intake {
            name: Arc::clone(name),
            kind,
            builder,
            loaded,
            problems: Problems::default(),
            kinds: BTreeSet::new(),
            complete: false,
            damaged: false,
        }
    }

    /// One object, or a list of them; `line` is its number in the snapshot, from 1, or what stands for it.
    pub fn object(&mut self, tree: Tree, line: u32) {
        self.loaded.counts.documents += 1;
        let origin =
            Origin { file: Arc::clone(&self.name), document: line.saturating_sub(1), line, kind: self.kind };
        let Objects { resources, problems, foreign, api_document } = objects(tree, &origin);
        self.problems.extend(problems);
        self.loaded.counts.foreign += usize::from(foreign);
        for resource in resources {
            self.note_kind(resource.group_kind());
            self.builder.push(resource);
        }
        api_document.into_iter().for_each(|document| self.api_document(document));
    }

    /// An OpenAPI document of the server.
    pub fn api_document(&mut self, document: Arc<Tree>) {
        self.builder.api_document(document);
    }

    /// Something that could not be read.
    pub fn broken(&mut self) {
        self.loaded.counts.documents += 1;
        self.loaded.counts.broken += 1;
        self.damaged = true;
    }

    /// A problem met on the way; it is said of this source.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.in_file(&self.name));
    }

    /// The rest is missing.
    pub(crate) fn cut(&mut self, message: &str, cause: &dyn Display) {
        self.damaged = true;
        // The reason for what is missing must not drown among complaints about single objects.
        self.loaded
            .problems
            .push(Problem::new(ProblemSeverity::Error, message).in_file(&self.name).caused_by(cause));
    }

    /// The header record, which says what was read: `serverVersion: {major, minor}`, `complete` (the cluster was asked for
    /// every kind it has), `kinds: [{group, kind}]`, `partial: [{group, kind}]`, `refused: [{group, kind, reason}]`,
    /// `refusedGroups: [{group, reason}]`.
    pub fn header(&mut self, header: Node<'_>) {
        let number = |key| {
            let version = header.get("serverVersion")?.get(key)?;
            let text = version.scalar_text()?;
            // Managed clusters say "31+".
            text.trim_end_matches('+').parse::<u32>().ok()
        };
        if let (Some(major), Some(minor)) = (number("major"), number("minor")) {
            self.builder.server_version(major, minor);
        }
        self.complete = header.bool("complete") == Some(true);
        for (kind, _) in named(header, "kinds") {
            self.note_kind(kind);
        }
        for (kind, _) in named(header, "partial") {
            self.builder.partial_kind(kind);
        }
        for (kind, reason) in named(header, "refused") {
            self.builder.refuse(kind, reason);
        }
        for refused in header.list("refusedGroups") {
            if let Some(group) = refused.str("group") {
                self.builder.refuse_group(group, reason_of(refused));
            }
        }
    }

    fn note_kind(&mut self, kind: GroupKind<'_>) {
        if !self.kinds.iter().any(|(group, name)| group == kind.group && name == kind.kind) {
            self.kinds.insert((kind.group.to_owned(), kind.kind.to_owned()));
        }
    }

    pub(crate) fn finish(self) {
        // What was cut comes first, as it happened.
        self.loaded
            .problems
            .extend(self.problems.finish().into_iter().map(|problem| problem.in_file(&self.name)));
        if self.damaged {
            return;
        }
        self.kinds.iter().for_each(|(group, kind)| self.builder.complete_kind(GroupKind::new(group, kind)));
        if self.complete {
            self.builder.complete();
        }
    }
}

fn named<'h>(header: Node<'h>, key: &str) -> impl Iterator<Item = (GroupKind<'h>, &'h str)> {
    header.list(key).filter_map(|entry| {
        Some((GroupKind::new(entry.str("group").unwrap_or(""), entry.str("kind")?), reason_of(entry)))
    })
}

fn reason_of<'h>(entry: Node<'h>) -> &'h str {
    entry.str("reason").unwrap_or("no reason given")
}
