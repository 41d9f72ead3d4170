//! Questions to the model.

mod connect;
mod evaluate;
mod evidence;
mod external;
mod isolation;
mod join;
mod names;
mod reach;
mod workloads;

pub use connect::{Because, Decision, Piece, Target, Verdict};
pub(crate) use evaluate::Side;
pub use evidence::{PolicyView, RuleView};
pub use external::ExternalRow;
pub use names::{EndpointView, NoSuchTarget};
pub use reach::{Reach, Row};
pub use workloads::Workload;
