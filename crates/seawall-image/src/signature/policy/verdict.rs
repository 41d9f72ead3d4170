//! What a policy says of an image.

use crate::signature::{Gap, Statement};

/// Whether an image is vouched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Verified {
        /// By whom, and what they stated.
        accepted: Vec<Accepted>,
    },
    /// It is not.
    Refused {
        /// Why, one reason for each authority and signature.
        reasons: Vec<String>,
    },
    /// Nobody can say: never a pass.
    NotEvaluated(Gap),
}

/// An authority that accepted an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The authority.
    pub authority: String,
    /// The name in the certificate and its issuer; none when a key signed.
    pub identity: Option<(String, String)>,
    /// The statements that were demanded, by the name of the demand: predicates are for further policies.
    pub statements: Vec<(String, Statement)>,
}

impl Verdict {
    /// Whether the image is vouched for.
    pub fn is_verified(&self) -> bool {
        matches!(self, Verdict::Verified { .. })
    }
}
