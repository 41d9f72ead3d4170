//! JSON, read and written as Kubernetes does.
//!
//! Reading follows Go's `encoding/json`: the last of duplicate keys wins (and is reported), invalid UTF-8 and lone
//! surrogates become U+FFFD, whole numbers that fit in 64 bits stay whole, anything after the value is an error.
//! There is no recursion: nesting costs heap, bounded by [`Limits`](crate::Limits).

mod number;
mod parse;
mod reader;
mod scan;
mod unescape;
mod write;

pub use reader::{JsonReader, read_json, read_json_bytes};
