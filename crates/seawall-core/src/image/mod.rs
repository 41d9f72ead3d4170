//! What images are called: by names, and by the digests of what they are.

mod digest;
mod host;
mod reference;

pub use digest::ImageDigest;
pub use host::registry_host;
pub use reference::ImageReference;
