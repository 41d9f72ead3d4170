//! YAML and JSON exactly as Kubernetes reads them, with byte spans, and byte-preserving edits.
//!
//! In: texts. Out: one [`Tree`] a document and the problems met on the way.
//!
//! ```text
//! bytes ─ Text ─ split ─┬─ YAML reader ─┐
//!                       └─ JSON reader ─┴─ Tree ─ Node (cursor) ─ views, checks, CEL, edits
//! ```
//!
//! Invariants, above all what is absent:
//! - no IO, no threads, no clock; parallel reading is the caller's: documents are independent;
//! - nothing panics on input: readers return a tree as far as they got and a list of [`Problem`](seawall_core::Problem)s;
//! - time and memory are linear in the text times the [`Limits`]: depth, nodes, alias expansion and size are bounded;
//! - a tree means what `sigs.k8s.io/yaml` means (YAML 1.1 scalars, merge keys, last duplicate wins), never what YAML 1.2 says;
//! - a span always lies inside the text of the tree, on character boundaries;
//! - no type here has a lifetime except the cursors [`Node`], [`Items`] and [`Entries`].

mod base64;
mod build;
mod comments;
mod decode;
mod drop;
pub mod edit;
mod emit;
pub mod json;
mod key;
mod limits;
mod moved;
mod node;
mod read;
mod shown;
mod siblings;
mod split;
mod symbols;
mod template;
mod text;
mod tree;
mod vocabulary;
mod yaml;

pub use base64::{decode_base64, encode_base64};
pub use build::TreeBuilder;
pub use comments::comments;
pub use key::Key;
pub use limits::Limits;
pub use moved::Written;
pub use node::{Entries, Items, Node};
pub use read::{Document, Outcome, is_json, read, read_document, read_outcome, read_outcomes};
pub use split::split;
pub use template::template_marker;
pub use text::{Span, Text};
pub use tree::{DroppedFields, Kind, NodeId, Style, Tree};
