//! What the types of Kubernetes look like, and what the API server makes of an object before policies see it.
//!
//! ```text
//! data/kubernetes.txt ─┐
//! OpenAPI documents ───┤
//! definitions (CRDs) ──┴─ Schemas ─ Schema (cursor) ─ admitted: decode ─ default ─ plugins ─ create ─ encode ─ Tree
//! ```
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no threads;
//! - nothing panics on input: a value of a wrong type is a problem and stays out, and nothing recurses deeper than its
//!   input, which the readers bound;
//! - what Kubernetes' own types are is data (`data`, with its NOTICE), made by `cargo xtask schema` and never by hand;
//! - no validation: an object that the API server would refuse for its meaning is not refused here.

mod admitted;
mod crd;
mod create;
mod custom;
mod decode;
mod defaults;
mod encode;
mod image;
mod merge;
mod openapi;
pub mod patch;
mod plugins;
mod quantity;
mod schema;
mod schemas;
mod structural;
mod table;
mod time;
mod value;

pub use admitted::{Admission, Admitted, admitted};
pub use merge::{MergeError, apply_configuration};
pub use quantity::{canonical_quantity, canonical_resource};
pub use schema::{Form, Property, Schema};
pub use schemas::{Resource, Schemas, split_api_version};
pub use table::{Scalar, Topology};
pub use value::{MAX_DEPTH, Map, Value};
