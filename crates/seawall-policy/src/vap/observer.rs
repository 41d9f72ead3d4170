//! Who looks on while policies judge: to take times, and to end it when nobody waits for the answer any more.

/// Looks on while the policies of a set judge one request, one after the other.
pub trait Observer {
    /// Whether the next policy is to be judged. When not, the decision says nothing of it and must not be used.
    fn goes_on(&mut self) -> bool {
        true
    }

    /// What is common to all policies is done: which of them speak about the request, and the objects for them.
    fn prepared(&mut self) {}

    /// The policy at this place ([`PolicySet::validating`](super::PolicySet::validating)) has said all that it says.
    fn judged(&mut self, _place: usize) {}
}

/// Nobody does.
impl Observer for () {}
