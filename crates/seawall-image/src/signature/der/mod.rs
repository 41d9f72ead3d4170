//! A strict reader of DER (ITU-T X.690): what certificates, timestamps and keys are written in.
//!
//! Invariants, above all what is absent:
//! - one way to write each value: lengths and integers are minimal, no indefinite lengths, no tag numbers above 30;
//! - nothing is copied and nothing recurses: a caller enters a structure by asking for it;
//! - the bytes of an element as a whole stay at hand, since signatures cover them.

pub(crate) mod oid;
mod reader;
mod time;
mod value;

pub(crate) use reader::{Element, Reader};
pub(crate) use time::{generalized_time, time};
pub(crate) use value::{bit_string, boolean, integer, named_bits, oid as object_identifier, small};

/// Tags of the universal class.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[number]` of a primitive value.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// `[number]` of a structure or of an explicitly tagged value.
    pub(crate) const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// Why bytes are no DER, or not the value that must stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DerError {
    /// The bytes end too early.
    #[error("the bytes end inside an element")]
    Truncated,
    /// Bytes follow that belong to nothing.
    #[error("bytes follow the last element")]
    Trailing,
    /// Another element stands here.
    #[error("an element has tag {found:#04x}, not {wanted:#04x}")]
    Tag {
        /// What must stand here.
        wanted: u8,
        /// What stands here.
        found: u8,
    },
    /// A length is indefinite, not minimal or too great.
    #[error("a length is not written as DER demands")]
    Length,
    /// A value is not written as DER demands, or not of the kind that is meant.
    #[error("{0} is not written as DER demands")]
    Value(&'static str),
}
