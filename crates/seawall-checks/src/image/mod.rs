//! What several image checks share.

pub(crate) mod registries;
pub(crate) mod used;
pub(crate) mod version;

pub use seawall_core::ImageReference;
