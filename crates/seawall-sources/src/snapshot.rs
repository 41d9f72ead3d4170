//! Dumps of clusters: one JSON object a line, compressed or not. The text is not kept.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use rayon::prelude::*;
use seawall_core::{OriginKind, Position, Problem, ProblemSeverity};
use seawall_inventory::InventoryBuilder;
use seawall_yaml::Tree;
use seawall_yaml::json::JsonReader;

use crate::intake::Intake;
use crate::load::{Loaded, display_name};
use crate::zstd::Frames;
use crate::{Progress, SourceLimits};

/// Lines are read in batches of about this many bytes, so that all cores parse while memory stays small.
const BATCH_BYTES: usize = 8 << 20;

/// Reads a snapshot into the builder; see [`Intake`] for what it proves.
pub(crate) fn read(
    path: &Path,
    limits: &SourceLimits,
    progress: &Progress,
    builder: &mut InventoryBuilder,
    loaded: &mut Loaded,
) {
    let name = display_name(path);
    let reader = match open(path) {
        Ok(reader) => reader,
        Err(error) => {
            let problem = Problem::new(ProblemSeverity::Error, "the snapshot could not be opened");
            return loaded.problems.push(problem.in_file(&name).caused_by(error));
        }
    };
    loaded.counts.files += 1;
    let mut lines =
        Lines { reader: BufReader::new(reader.take(limits.snapshot_bytes)), line: 0, limits: *limits };
    let mut intake = Intake::new(&name, OriginKind::Snapshot, builder, loaded);
    loop {
        let (batch, error) = lines.batch();
        if batch.is_empty() && error.is_none() {
            break;
        }
        take(&batch, limits, &mut intake);
        progress.add_objects(batch.len());
        if let Some(error) = error {
            intake.cut("the rest of the snapshot could not be read", &error);
            break;
        }
    }
    if lines.reader.get_ref().limit() == 0 {
        let limit = format!("{} bytes", limits.snapshot_bytes);
        intake.cut("the snapshot is larger than the limit; the rest was left out", &limit);
    }
    intake.finish();
}

/// Opens a file; what its name says is compressed is decompressed.
pub(crate) fn open(path: &Path) -> std::io::Result<Box<dyn Read>> {
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

/// Reads lines in parallel and gives them to the intake in their order.
fn take(batch: &[(u32, Line)], limits: &SourceLimits, intake: &mut Intake<'_>) {
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
        for problem in problems {
            let column = problem.position.map_or(1, |position| position.column);
            intake.problem(problem.at(Position { line: *number, column }));
        }
        match tree {
            // Only the first line can be a header: an object that calls itself one further down says nothing about the rest.
            Some(tree) if *number == 1 && tree.root().str("kind") == Some("SnapshotHeader") => {
                intake.header(tree.root());
            }
            Some(tree) => intake.object(tree, *number),
            None => intake.broken(),
        }
    }
}
