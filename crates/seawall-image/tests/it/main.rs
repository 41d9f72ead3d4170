//! Integration tests of images: signatures by a small certificate authority, logs and a timestamp authority of our own.

mod bundles;
mod flips;
mod refusals;
mod world;
