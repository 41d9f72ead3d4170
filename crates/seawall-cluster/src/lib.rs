//! Live clusters, read kind by kind. **IO**: the only room that talks to an API server.
//!
//! In: a context of the kubeconfig, or the identity of the pod that this runs in. Out: objects as trees, in a fixed order,
//! into an [`Intake`](seawall_sources::Intake) ([`read_into`]) or a snapshot file ([`write_snapshot`]), and a header that
//! says what was read, what was refused and why. Kinds can be followed as they change ([`Watch`]), and a server describes the
//! types of its objects where it is asked for them ([`Options::documents`], [`Documents`]).
//!
//! ```text
//! discovery ─ kinds ─┬─ list (pages, in parallel, bounded) ─ items cut from the stream ─ tree ─┬─ Intake
//!                    └─ …                                                                      └─ snapshot
//! ```
//!
//! Invariants, above all what is absent:
//! - nothing is written to a cluster, unless the feature `write` is on; the verbs are `get` on discovery (`/api`, `/apis`,
//!   `/openapi/v3`), `list` and `watch`;
//! - values of Secrets never reach a tree: the reader skips them ([`JsonReader::withholding`]);
//! - no body, header or credential is logged or repeated; of a refusal only the message of the `Status` is;
//! - a kind that could not be read is refused with its reason and never looks empty;
//! - memory holds one object and a part of a page for each of a few lists, not the lists; but of a kind that is followed a
//!   list is handed over whole, within [`Options::list_bytes`] (256 MiB unless it is told otherwise);
//! - the order of what comes out follows groups, kinds and the server's order, whatever came first;
//! - a snapshot exists whole or not at all.
//!
//! [`JsonReader::withholding`]: seawall_yaml::json::JsonReader::withholding

mod answer;
mod client;
mod discovery;
mod documents;
mod error;
mod events;
mod header;
mod items;
mod json;
mod kinds;
mod list;
mod live;
mod objects;
mod packing;
mod read;
mod retry;
mod snapshot;
mod watch;
#[cfg(feature = "write")]
mod write;

pub use client::Access;
pub use documents::Documents;
pub use error::ClusterError;
pub use header::{Refused, Summary};
pub use live::read_into;
pub use packing::Packing;
pub use read::{Options, Progress};
pub use retry::{Patience, Sleep};
pub use snapshot::write_snapshot;
pub use watch::{Delta, Wanted, Watch};
#[cfg(feature = "write")]
pub use write::{Hook, Stored, WriteError, Writer};
