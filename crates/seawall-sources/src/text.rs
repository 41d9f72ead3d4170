//! One file as one text.

use std::io::Read;
use std::path::Path;

use crate::snapshot::open;

/// Reads a file as text, `-` for standard input; `.gz` and `.zst` are decompressed, and bytes that are no UTF-8 are read as
/// U+FFFD.
///
/// # Errors
/// When it cannot be read, or is larger than `limit` bytes.
pub fn read_text(path: &Path, limit: u64) -> std::io::Result<String> {
    let from: Box<dyn Read> =
        if path == Path::new("-") { Box::new(std::io::stdin().lock()) } else { open(path)? };
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("it is larger than the limit of {limit} bytes")));
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
