//! Dumps of clusters: one JSON object a line, compressed or not. The text is not kept.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use seawall_core::{Origin, OriginKind, Problem, ProblemSeverity};
use seawall_inventory::{GroupKind, InventoryBuilder};
use seawall_yaml::json::JsonReader;
use seawall_yaml::{Node, Tree};

use crate::list::{Objects, objects};
use crate::load::{Loaded, display_name};
use crate::problems::Problems;
use crate::zstd::Frames;
use crate::{Progress, SourceLimits};

/// Lines are read in batches of about this many bytes, so that all cores parse while memory stays small.
const BATCH_BYTES: usize = 8 << 20;

/// Reads a snapshot into the builder. The kinds that occur in it or that its header lists as read are complete, but for
/// those that the header names as refused; nothing is known of any other kind.
pub(crate) fn read(
    path: &Path,
    limits: &SourceLimits,
    progress: &Progress,
    builder: &mut InventoryBuilder,
    loaded: &mut Loaded,
) {
    let name = display_name(path);
    let fail = |loaded: &mut Loaded, message: &str, cause: &dyn std::fmt::Display| {
        loaded.problems.push(Problem::new(ProblemSeverity::Error, message).in_file(&name).caused_by(cause));
    };
    let reader = match open(path) {
        Ok(reader) => reader,
        Err(error) => return fail(loaded, "the snapshot could not be opened", &error),
    };
    loaded.counts.files += 1;
    let mut lines =
        Lines { reader: BufReader::new(reader.take(limits.snapshot_bytes)), line: 0, limits: *limits };
    let mut whole = true;
    let mut kinds = Kinds::default();
    let mut problems = Problems::default();
    loop {
        let (batch, error) = lines.batch();
        if batch.is_empty() && error.is_none() {
            break;
        }
        whole &= error.is_none();
        let mut found =
            Found { builder, loaded, kinds: &mut kinds, problems: &mut problems, whole: &mut whole };
        found.take(&batch, &name, limits);
        progress.add_objects(batch.len());
        if let Some(error) = error {
            fail(loaded, "the rest of the snapshot could not be read", &error);
            break;
        }
    }
    if lines.reader.get_ref().limit() == 0 {
        whole = false;
        fail(
            loaded,
            "the snapshot is larger than the limit; the rest was left out",
            &format!("{} bytes", limits.snapshot_bytes),
        );
    }
    loaded.problems.extend(problems.finish().into_iter().map(|problem| problem.in_file(&name)));
    // A damaged snapshot proves no absence.
    if whole {
        kinds.iter().for_each(|(group, kind)| builder.complete_kind(GroupKind::new(group, kind)));
    }
}

fn open(path: &Path) -> std::io::Result<Box<dyn Read>> {
    let file = File::open(path)?;
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("zst") => Box::new(Frames::new(BufReader::new(file))),
        Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        _ => Box::new(file),
    })
}

struct Lines<R> {
    reader: R,
    line: u32,
    limits: SourceLimits,
}

/// A line, if it is not too long to be kept.
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

impl<R: BufRead> Lines<R> {
    /// The next lines with their numbers; an error ends the reading after them.
    fn batch(&mut self) -> (Vec<(u32, Line)>, Option<std::io::Error>) {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < BATCH_BYTES {
            match self.next() {
                Ok(None) => break,
                Ok(Some((read, line))) => {
                    self.line += 1;
                    bytes += read;
                    if !matches!(&line, Line::Whole(bytes) if bytes.trim_ascii().is_empty()) {
                        batch.push((self.line, line));
                    }
                }
                Err(error) => return (batch, Some(error)),
            }
        }
        (batch, None)
    }

    /// How many bytes were read, and the line; `None` at the end. The rest of a line that is too long is skipped.
    fn next(&mut self) -> std::io::Result<Option<(usize, Line)>> {
        let most = u64::from(self.limits.document.document_bytes);
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(most + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if (line.len() as u64) <= most || line.ends_with(b"\n") {
            return Ok(Some((read, Line::Whole(line))));
        }
        drop(line);
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |at| at + 1);
            self.reader.consume(used);
            if end.is_some() || used == 0 {
                return Ok(Some((read, Line::TooLong)));
            }
        }
    }
}

/// Where what is read goes.
struct Found<'a> {
    builder: &'a mut InventoryBuilder,
    loaded: &'a mut Loaded,
    kinds: &'a mut Kinds,
    problems: &'a mut Problems,
    whole: &'a mut bool,
}

impl Found<'_> {
    fn take(&mut self, batch: &[(u32, Line)], name: &Arc<str>, limits: &SourceLimits) {
        let read: Vec<(Option<Tree>, Vec<Problem>)> = batch
            .par_iter()
            .map_init(JsonReader::new, |reader, (_, line)| match line {
                Line::Whole(bytes) => reader.read_bytes(bytes, &limits.document),
                Line::TooLong => {
                    let message = format!("the line is longer than {} bytes", limits.document.document_bytes);
                    (None, vec![Problem::new(ProblemSeverity::Error, message)])
                }
            })
            .collect();
        for ((number, _), (tree, problems)) in batch.iter().zip(read) {
            let place = |problem: Problem| {
                let column = problem.position.map_or(1, |position| position.column);
                problem.in_file(name).at(seawall_core::Position { line: *number, column })
            };
            self.problems.extend(problems.into_iter().map(place));
            self.document(*number, tree, name);
        }
    }

    fn document(&mut self, line: u32, tree: Option<Tree>, name: &Arc<str>) {
        let Some(tree) = tree else {
            self.loaded.counts.documents += 1;
            self.loaded.counts.broken += 1;
            *self.whole = false;
            return;
        };
        // Only the first line can be a header: an object that calls itself one further down says nothing about the rest.
        if line == 1 && tree.root().str("kind") == Some("SnapshotHeader") {
            header(tree.root(), self.builder, self.kinds);
            return;
        }
        self.loaded.counts.documents += 1;
        let origin = Origin { file: Arc::clone(name), document: line - 1, line, kind: OriginKind::Snapshot };
        let Objects { resources, problems, foreign } = objects(tree, &origin);
        self.problems.extend(problems);
        self.loaded.counts.foreign += usize::from(foreign);
        for resource in resources {
            note_kind(self.kinds, resource.group_kind());
            self.builder.push(resource);
        }
    }
}

/// Group and kind of what was read.
type Kinds = BTreeSet<(String, String)>;

/// Adds a kind; most are there already.
fn note_kind(kinds: &mut Kinds, kind: GroupKind<'_>) {
    if !kinds.iter().any(|(group, name)| group == kind.group && name == kind.kind) {
        kinds.insert((kind.group.to_owned(), kind.kind.to_owned()));
    }
}

/// Reads the header: `serverVersion: {major, minor}`, `kinds: [{group, kind}]`, `refused: [{group, kind, reason}]`.
fn header(node: Node<'_>, builder: &mut InventoryBuilder, kinds: &mut Kinds) {
    let number = |key| {
        let version = node.get("serverVersion")?.get(key)?;
        let text = version.scalar_text()?;
        // Managed clusters say "31+".
        text.trim_end_matches('+').parse::<u32>().ok()
    };
    if let (Some(major), Some(minor)) = (number("major"), number("minor")) {
        builder.server_version(major, minor);
    }
    for read in node.list("kinds") {
        if let Some(kind) = read.str("kind") {
            note_kind(kinds, GroupKind::new(read.str("group").unwrap_or(""), kind));
        }
    }
    for refused in node.list("refused") {
        if let Some(kind) = refused.str("kind") {
            let kind = GroupKind::new(refused.str("group").unwrap_or(""), kind);
            builder.refuse(kind, refused.str("reason").unwrap_or("no reason given"));
        }
    }
}
