//! What several image checks share.

mod reference;
pub(crate) mod registries;
pub(crate) mod used;
pub(crate) mod version;

pub use reference::ImageReference;
