//! A live cluster into a file. The file appears when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use seawall_yaml::Tree;
use tempfile::{NamedTempFile, SpooledTempFile};

use crate::client::Client;
use crate::list::Part;
use crate::read::{Options, Progress, Sink, block_on, read};
use crate::{Access, ClusterError, Packing, Summary};

/// Text that is packed as one piece: large enough to pack well, small enough to have several at a time.
const PIECE: usize = 4 << 20;
/// Packed bytes of one kind that stay in memory while other kinds are ahead of it.
const IN_MEMORY: usize = 1 << 20;

/// Reads a cluster and writes the snapshot, readable by its owner only. Ctrl-C
/// leaves what was there before.
///
/// # Errors
/// When nothing can be read at all, or the file cannot be written. Kinds that are refused are in the summary.
pub fn write_snapshot(
    access: &Access,
    options: &Options,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ClusterError> {
    let packing = Packing::of(path).ok_or_else(|| ClusterError::BadName(path.to_owned()))?;
    block_on(
        async {
            let failed = |cause| ClusterError::Write { path: path.to_owned(), cause };
            // A file without a name is gone with the process, however that ends; and better no place to write now than
            // after an hour of listing.
            let body = tempfile::tempfile_in(folder(path)).map_err(failed)?;
            let client = Client::open(access, options.silence).await?;
            let mut sink = Body { packing, out: BufWriter::new(body) };
            let (header, summary) = read(&client, options, &mut sink, progress).await?;
            complete(path, packing, &header, sink.out).map_err(failed)?;
            Ok(summary)
        },
        true,
    )
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Puts the header before the objects and the whole in its place.
fn complete(path: &Path, packing: Packing, header: &str, body: BufWriter<File>) -> io::Result<()> {
    let mut body = body.into_inner().map_err(io::IntoInnerError::into_error)?;
    body.seek(SeekFrom::Start(0))?;
    let mut whole = NamedTempFile::new_in(folder(path))?;
    packing.write(format!("{header}\n").as_bytes(), &mut whole)?;
    io::copy(&mut body, &mut whole)?;
    whole.as_file().sync_all()?;
    whole.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// All objects, packed, in their order.
struct Body {
    packing: Packing,
    out: BufWriter<File>,
}

impl Sink for Body {
    type Part = Lines;

    fn part(&self) -> io::Result<Lines> {
        Ok(Lines { packing: self.packing, packed: SpooledTempFile::new(IN_MEMORY), text: String::new() })
    }

    fn accept(&mut self, mut part: Lines) -> io::Result<()> {
        part.packed.seek(SeekFrom::Start(0))?;
        io::copy(&mut part.packed, &mut self.out).map(|_| ())
    }
}

/// The objects of one kind: packed pieces, and lines that do not make a piece yet.
struct Lines {
    packing: Packing,
    packed: SpooledTempFile,
    text: String,
}

impl Part for Lines {
    fn push(&mut self, tree: Tree) -> io::Result<()> {
        tree.root().write_json(&mut self.text);
        self.text.push('\n');
        if self.text.len() >= PIECE {
            self.packing.write(self.text.as_bytes(), &mut self.packed)?;
            self.text.clear();
        }
        Ok(())
    }

    fn restart(&mut self) -> io::Result<()> {
        self.text.clear();
        self.packed.set_len(0)?;
        self.packed.seek(SeekFrom::Start(0)).map(|_| ())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.packing.write(self.text.as_bytes(), &mut self.packed)?;
        self.packed.flush()?;
        self.text = String::new();
        Ok(())
    }
}
