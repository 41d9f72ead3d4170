//! The releases of Kubernetes whose CEL environment an expression is read in.

/// A minor release: functions, macros and libraries that came later are unknown names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u16);

impl Version {
    /// Everything that is known here.
    pub const NEWEST: Version = Version(37);

    /// Release 1.`minor`.
    pub fn minor(minor: u16) -> Self {
        Version(minor)
    }
}

impl Default for Version {
    fn default() -> Self {
        Version::NEWEST
    }
}
