//! What nobody can say, and whose doing that is.

/// Why nothing is known: never a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The reason, for people.
    pub reason: String,
    /// Who brings it about.
    pub cause: Cause,
}

/// Who brings a gap about. What whoever names an image can bring about at will must not open a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Neither the image nor who holds it: a setting, a policy that is not understood, a fault of our own.
    Here,
    /// Whoever runs the registry, or the way to it. Another time it may be known.
    Registry,
    /// Whoever names the image: the name alone decides that it is not known.
    Name,
}

impl Gap {
    /// Of that cause.
    pub fn new(cause: Cause, reason: impl Into<String>) -> Self {
        Gap { reason: reason.into(), cause }
    }
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}
