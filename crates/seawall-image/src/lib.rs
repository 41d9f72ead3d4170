//! Images: who signed them.
//!
//! In: documents and bytes of a registry. Out: whether somebody trusted signed an image ([`signature`]).
//!
//! Invariants, above all what is absent:
//! - no IO, no clock: bytes are handed in, and the time where a rule needs one;
//! - nothing panics on input; sizes, numbers and depths are bounded by [`signature::Limits`];
//! - nothing is taken on trust: what is not proven by keys of the given trusted root is refused or says why it counts for
//!   nothing.

pub mod signature;
