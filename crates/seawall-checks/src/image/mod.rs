//! What several image checks share.

mod reference;

pub use reference::ImageReference;
