//! Audit logs: files of events, compressed or not, read in batches. The text is not kept.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use seawall_core::{Problem, ProblemSeverity};
use seawall_events::{Event, read_events};

use crate::SourceLimits;
use crate::load::display_name;
use crate::problems::Problems;
use crate::snapshot::open;

/// Text is read in batches of about this many bytes, so that all cores parse while memory stays small.
const BATCH_BYTES: u64 = 8 << 20;
/// A batch is handed out in pieces of about this many bytes.
const PIECE_BYTES: usize = 256 << 10;
/// The longest line: a list of large objects recorded with its body. Longer ones are left out with a problem.
const LINE_BYTES: u64 = 64 << 20;

/// The longest document over many lines.
const DOCUMENT_BYTES: u64 = 256 << 20;

/// What reading audit logs gave beside the events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditRead {
    /// Files read.
    pub files: usize,
    /// Events read.
    pub events: u64,
    /// What went wrong, in the order of files and places.
    pub problems: Vec<Problem>,
}

/// Reads audit logs and gives their events to `take`, in the order of the files and their lines; `-` is standard input.
///
/// Files are JSON lines, or one `EventList` or array in one line or over many; `.gz` and `.zst` are decompressed. In a
/// folder the files are read whose names end in `.log`, `.json` or `.jsonl`, compressed or not, by name; rotated logs carry
/// their time in the name, so that the oldest is first and the current one last. What cannot be read is a problem.
pub fn read_audit(paths: &[PathBuf], limits: &SourceLimits, take: &mut dyn FnMut(&Event<'_>)) -> AuditRead {
    read_batches(paths, limits, &mut |pieces, problems| {
        let parsed: Vec<_> = pieces.par_iter().map(|(text, line)| read_events(text, *line)).collect();
        let mut read = 0;
        for (events, found) in parsed {
            read += events.len() as u64;
            events.iter().for_each(&mut *take);
            problems.extend(found);
        }
        read
    })
}

/// The same for work that takes longer than reading: `judge` sees the events on all cores, and what it makes of them is given
/// to `take` in the order of the files and their lines.
pub fn judge_audit<T: Send>(
    paths: &[PathBuf],
    limits: &SourceLimits,
    judge: impl Fn(&Event<'_>) -> T + Sync,
    mut take: impl FnMut(T),
) -> AuditRead {
    read_batches(paths, limits, &mut |pieces, problems| {
        let one = |(text, line): &(&str, u32)| {
            let (events, found) = read_events(text, *line);
            (events.iter().map(&judge).collect::<Vec<T>>(), found)
        };
        let judged: Vec<_> = pieces.par_iter().map(one).collect();
        let mut read = 0;
        for (made, found) in judged {
            read += made.len() as u64;
            made.into_iter().for_each(&mut take);
            problems.extend(found);
        }
        read
    })
}

/// Reads the events of pieces of a text, each with the number of its first line; gives how many there were.
type Batch<'b> = dyn FnMut(&[(&str, u32)], &mut Problems) -> u64 + 'b;

fn read_batches(paths: &[PathBuf], limits: &SourceLimits, batch: &mut Batch<'_>) -> AuditRead {
    let mut read = AuditRead::default();
    for path in paths {
        if path.is_dir() {
            match logs(path) {
                Ok(files) => files.iter().for_each(|file| one(file, limits, batch, &mut read)),
                Err(error) => fail(&mut read, path, "the folder could not be read", &error),
            }
        } else {
            one(path, limits, batch, &mut read);
        }
    }
    read
}

/// The logs of a folder, by name; the log that is being written (`audit.log`) after its rotated parts
/// (`audit-2026-11-22T00-00-00.000.log`), since `-` sorts before `.`.
fn logs(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
        if [".log", ".json", ".jsonl"].iter().any(|end| plain.ends_with(end)) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn fail(read: &mut AuditRead, path: &Path, message: &str, cause: &dyn std::fmt::Display) {
    let problem = Problem::new(ProblemSeverity::Error, message);
    read.problems.push(problem.in_file(&display_name(path)).caused_by(cause));
}

fn one(path: &Path, limits: &SourceLimits, each: &mut Batch<'_>, read: &mut AuditRead) {
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        match open(path) {
            Ok(from) => from,
            Err(error) => return fail(read, path, "the audit log could not be opened", &error),
        }
    };
    read.files += 1;
    let name: Arc<str> = if path == Path::new("-") { "<stdin>".into() } else { display_name(path) };
    let mut problems = Problems::default();
    let mut reader = BufReader::with_capacity(1 << 20, from.take(limits.snapshot_bytes));
    let mut line = 1_u32;
    let mut begun = false;
    loop {
        let mut batch = Vec::new();
        let error = fill(&mut reader, &mut batch, &mut begun).err();
        let text = match std::str::from_utf8(&batch) {
            Ok(text) => Cow::Borrowed(text),
            Err(fault) => {
                let before = batch.get(..fault.valid_up_to()).unwrap_or_default();
                let line = line.saturating_add(lines(before));
                let message = "invalid UTF-8: such bytes are read as U+FFFD";
                let problem = Problem::new(ProblemSeverity::Warning, message);
                problems.push(problem.at(seawall_core::Position { line, column: 1 }));
                String::from_utf8_lossy(&batch)
            }
        };
        read.events += each(&pieces(&text, line), &mut problems);
        line = line.saturating_add(lines(text.as_bytes()));
        if let Some(error) = error {
            problems.push(
                Problem::new(ProblemSeverity::Error, "the rest of the audit log could not be read")
                    .caused_by(error),
            );
            break;
        }
        if batch.is_empty() {
            break;
        }
    }
    if reader.get_ref().limit() == 0 {
        let message = "the audit log is larger than the limit; the rest was left out";
        let cause = format!("{} bytes", limits.snapshot_bytes);
        problems.push(Problem::new(ProblemSeverity::Error, message).caused_by(cause));
    }
    read.problems.extend(problems.finish().into_iter().map(|problem| problem.in_file(&name)));
}

fn lines(text: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
}

/// Fills a batch with whole lines. A text that opens with a value over many lines is one batch.
fn fill(
    reader: &mut BufReader<std::io::Take<Box<dyn Read>>>,
    batch: &mut Vec<u8>,
    begun: &mut bool,
) -> std::io::Result<()> {
    reader.by_ref().take(BATCH_BYTES).read_to_end(batch)?;
    if (batch.len() as u64) < BATCH_BYTES {
        return Ok(());
    }
    let first =
        batch.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let pretty = !*begun && matches!(first, b"{" | b"[");
    *begun = true;
    if pretty {
        reader.by_ref().take(DOCUMENT_BYTES).read_to_end(batch)?;
        return Ok(());
    }
    if batch.ends_with(b"\n") {
        return Ok(());
    }
    let read = reader.by_ref().take(LINE_BYTES).read_until(b'\n', batch)?;
    if read as u64 == LINE_BYTES && !batch.ends_with(b"\n") {
        // The start of the line stays in the batch and is a problem there; its rest is passed over.
        loop {
            let buffer = reader.fill_buf()?;
            let end = memchr::memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |at| at + 1);
            reader.consume(used);
            if end.is_some() || used == 0 {
                break;
            }
        }
        batch.push(b'\n');
    }
    Ok(())
}

/// Cuts a text between lines, each piece with the number of its first line. A text that opens with a value over many lines
/// stays whole.
fn pieces(text: &str, first_line: u32) -> Vec<(&str, u32)> {
    let first = text.trim_start().lines().next().unwrap_or("").trim_end();
    if matches!(first, "{" | "[") {
        return vec![(text, first_line)];
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut line = first_line;
    while !rest.is_empty() {
        let from = rest.floor_char_boundary(PIECE_BYTES);
        let end = rest.as_bytes().get(from..).and_then(|tail| memchr::memchr(b'\n', tail));
        let (piece, after) = end.and_then(|at| rest.split_at_checked(from + at + 1)).unwrap_or((rest, ""));
        pieces.push((piece, line));
        line = line.saturating_add(lines(piece.as_bytes()));
        rest = after;
    }
    pieces
}
