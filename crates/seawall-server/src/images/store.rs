//! Who is asked for images: a registry, or whatever stands in for it.

use std::pin::Pin;

use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::{Found, Gap, SourceError};

/// An answer that is waited for.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A store of images.
pub trait ImageStore: Send + Sync {
    /// Whether the configuration names a registry: then who asks for its images did not choose it, and what it does not say
    /// is not held against them.
    fn is_named(&self, registry: &str) -> bool;

    /// The digest that the tag of an image means now; an error says why it is not known.
    fn resolve<'a>(&'a self, image: &'a ImageReference<'a>) -> Asking<'a, Result<ImageDigest, Gap>>;

    /// The signatures and attestations of an image that lie in its repository.
    fn signatures<'a>(
        &'a self,
        image: &'a ImageReference<'a>,
        digest: ImageDigest,
    ) -> Asking<'a, Result<Found, SourceError>>;
}
