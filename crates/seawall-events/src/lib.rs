//! What happens: the audit events of the API server, read from text.
//!
//! In: the text of an audit log (JSON lines, an `EventList`, a JSON array). Out: [`Event`]s that borrow from it, and the
//! problems met on the way.
//!
//! ```text
//! text ─ lines ─ Scanner ─ Event ─ Event::request ─ who asked for what, as the authorizer saw it
//! ```
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no threads: batches, files and parallel reading are the caller's;
//! - nothing panics on input; time is linear in the text and no call is nested deeper for a deeper value;
//! - a bad line is a [`Problem`](seawall_core::Problem) with its number and never ends the reading;
//! - request and response bodies are passed over unread: an event lends them from the text, so that no secret value in them
//!   exists outside it, and shows none;
//! - what an event does not say is unset: nothing is guessed.
//!
//! The format: `audit.k8s.io/v1`, `staging/src/k8s.io/apiserver/pkg/apis/audit/types.go` of kubernetes/kubernetes.

mod decode;
mod event;
mod json;
mod read;
mod request;
mod time;

pub use event::{Body, Decision, Event, Level, ObjectRef, Stage, User};
pub use read::read_events;
pub use request::{Action, Request};
pub use time::{Time, format_micros, parse_micros};
