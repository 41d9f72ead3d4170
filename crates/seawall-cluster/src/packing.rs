//! How a snapshot is packed: plain, gzip or zstd. Pieces are packed one by one and stand behind each other, which readers
//! of both formats take as one stream.

use std::io::{self, Write};
use std::path::Path;

/// How a snapshot is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// `.jsonl`
    Plain,
    /// `.jsonl.gz`
    Gzip,
    /// `.jsonl.zst`
    Zstd,
}

impl Packing {
    /// What a file name asks for; `None` when no reader would take it for a snapshot.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let endings =
            [(".jsonl", Packing::Plain), (".jsonl.gz", Packing::Gzip), (".jsonl.zst", Packing::Zstd)];
        endings.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, packing)| packing)
    }

    /// Packs one piece and writes it.
    pub(crate) fn write(self, piece: &[u8], out: &mut impl Write) -> io::Result<()> {
        if piece.is_empty() {
            return Ok(());
        }
        match self {
            Packing::Plain => out.write_all(piece),
            Packing::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::default());
                encoder.write_all(piece)?;
                encoder.finish().map(|_| ())
            }
            Packing::Zstd => {
                let level = ruzstd::encoding::CompressionLevel::Fastest;
                out.write_all(&ruzstd::encoding::compress_to_vec(piece, level))
            }
        }
    }
}
