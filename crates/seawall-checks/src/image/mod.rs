//! What several image checks share.

mod reference;

pub(crate) use reference::ImageReference;
