//! Secure defaults of pods: fields that nobody set get the value that is safe.
//!
//! ```text
//! words (label, configuration) ─ Chosen ─┐
//! pod spec ──────────────────────────────┴─ fill ─ pod spec ─ edits ─ text
//! ```
//!
//! Invariants, above all what is absent:
//! - what somebody set stays, whatever it is, and so does a field that only means something beside it;
//! - filled twice is filled once, and a pod that the API server takes it takes filled;
//! - no Pod Security control and no check that the pod met is met no longer;
//! - a value of a type that the field cannot have is left alone, and so is what is below it;
//! - fields that the API server itself fills before anybody is asked (`enableServiceLinks`) are nobody's to fill: whether a
//!   client had set them cannot be seen any more;
//! - which pods are meant, and when, is for others to say. No containers that are attached later: whoever debugs knows what
//!   he needs.

mod capabilities;
mod edits;
mod escalation;
mod fields;
mod non_root;
mod read_only_root;
mod seccomp;
mod table;
mod token;

use seawall_schema::Value;

pub use edits::edits;
pub use table::{Chosen, DEFAULTS, RECOMMENDED, RESTRICTED, SETS, SecureDefault, UnknownDefault, known};

/// What the service account of a pod says of its token (`automountServiceAccountToken`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenOfAccount {
    /// Nothing, or nobody knows the account.
    #[default]
    Unsaid,
    /// Whether pods get it; either way somebody set it.
    Said,
}

/// Fills in a pod spec; the names of the defaults that had something to do.
pub fn fill(spec: &mut Value<'_>, chosen: &Chosen, account: TokenOfAccount) -> Vec<&'static str> {
    let said = |one: &SecureDefault| one.name == token::NAME && account == TokenOfAccount::Said;
    chosen.iter().filter(|one| !said(one)).filter(|one| (one.apply)(spec)).map(|one| one.name).collect()
}
