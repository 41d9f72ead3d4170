//! Integration tests of images: signatures by a small certificate authority, logs and a timestamp authority of our own.

mod bundles;
mod cosign;
mod flips;
mod layout;
mod policies;
mod refusals;
mod world;
