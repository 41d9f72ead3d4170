//! Values of the types that Kubernetes adds to the language.
//!
//! Invariants: nothing here knows expressions; texts are read and written as the API server's Go libraries do it, with their
//! errors. Except for [`Authz`], which only carries a question until it is asked, all are plain values.

mod authz;
mod decimal;
mod format;
mod net;
mod quantity;
mod semver;
mod uri;

pub use authz::Authz;
pub use format::Format;
pub(super) use format::{dns1123_label, dns1123_subdomain};
pub use net::{Cidr, Ip};
pub use quantity::Quantity;
pub use semver::Semver;
pub use uri::Url;

use std::fmt;

/// A value whose inside expressions do not see.
#[derive(Clone, Debug)]
pub enum Opaque {
    /// An amount of a resource.
    Quantity(Quantity),
    /// An address.
    Ip(Ip),
    /// A range of addresses.
    Cidr(Cidr),
    /// An address of a document.
    Url(Url),
    /// A semantic version.
    Semver(Semver),
    /// A format that texts may have.
    Format(&'static Format),
    /// A question of rights, or its answer.
    Authz(Authz),
}

impl Opaque {
    /// The name of its type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Opaque::Quantity(_) => "kubernetes.Quantity",
            Opaque::Ip(_) => "net.IP",
            Opaque::Cidr(_) => "net.CIDR",
            Opaque::Url(_) => "kubernetes.URL",
            Opaque::Semver(_) => "kubernetes.Semver",
            Opaque::Format(_) => "kubernetes.NamedFormat",
            Opaque::Authz(authz) => authz.type_name(),
        }
    }

    /// Whether two values are equal; `None` for what the API server cannot compare: other types, rights, and a quantity on
    /// the right that was added up (`k8s.io/apiserver/pkg/cel/quantity.go` knows it only on the left).
    pub(super) fn equal(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Opaque::Quantity(one), Opaque::Quantity(two)) if !two.is_sum() => Some(one.compare(two).is_eq()),
            (Opaque::Ip(one), Opaque::Ip(two)) => Some(one == two),
            (Opaque::Cidr(one), Opaque::Cidr(two)) => Some(one == two),
            (Opaque::Url(one), Opaque::Url(two)) => Some(one.to_string() == two.to_string()),
            (Opaque::Semver(one), Opaque::Semver(two)) => Some(one.compare(two).is_eq()),
            (Opaque::Format(one), Opaque::Format(two)) => Some(one.name() == two.name()),
            _ => None,
        }
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Opaque::Quantity(quantity) => quantity.fmt(f),
            Opaque::Ip(ip) => ip.fmt(f),
            Opaque::Cidr(cidr) => cidr.fmt(f),
            Opaque::Url(url) => url.fmt(f),
            Opaque::Semver(semver) => semver.fmt(f),
            Opaque::Format(format) => f.write_str(format.name()),
            Opaque::Authz(authz) => f.write_str(authz.type_name()),
        }
    }
}
