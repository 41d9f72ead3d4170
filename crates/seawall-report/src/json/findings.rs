//! Findings written by several threads, in their order.
//!
//! *Invariant:* the bytes are those that one thread would write, and only some thousand findings are in memory as text.

use std::cell::RefCell;
use std::io::{self, Write};

use rayon::prelude::*;

use super::WireFinding;
use crate::Report;
use crate::cause::Causes;
use crate::place::{Place, Positions};

/// Findings that one thread writes at a time.
const CHUNK: usize = 128;

/// Findings whose texts are in memory at the same time: a few megabytes.
const BATCH: usize = 32 * CHUNK;

/// Writes every finding by `write`, which is told whether it is the first of all.
pub(crate) fn write_findings(
    report: &Report<'_>,
    causes: &Causes<'_>,
    out: &mut dyn Write,
    write: impl Fn(bool, WireFinding<'_>, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let mut positions = Positions::default();
    for (number, batch) in report.evaluation.findings.chunks(BATCH).enumerate() {
        // Each chunk starts from a position that is counted on from the chunk before, so that a file of one long line is
        // still counted once only.
        let starts: Vec<Positions> = batch
            .chunks(CHUNK)
            .map(|chunk| {
                let first = chunk.first().and_then(|finding| Place::primary(report.inventory, finding));
                if let Some(place) = first {
                    positions.of(&place);
                }
                positions.clone()
            })
            .collect();
        let chunks: Vec<io::Result<Vec<u8>>> = batch
            .par_chunks(CHUNK)
            .zip(starts)
            .enumerate()
            .map(|(place, (chunk, start))| {
                let start = RefCell::new(start);
                let mut text = Vec::with_capacity(CHUNK << 10);
                for (nth, finding) in chunk.iter().enumerate() {
                    let number = number * BATCH + place * CHUNK + nth;
                    let cause = causes.get(number);
                    let wire = WireFinding::new(report.inventory, finding, cause, &start);
                    write(number == 0, wire, &mut text)?;
                }
                Ok(text)
            })
            .collect();
        for text in chunks {
            out.write_all(&text?)?;
        }
    }
    Ok(())
}
