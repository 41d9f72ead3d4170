//! What images are called: by names, and by the digests of what they are.

mod digest;
mod reference;

pub use digest::ImageDigest;
pub use reference::ImageReference;
