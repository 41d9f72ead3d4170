//! Registries of images, read: what a tag means today, and the signatures beside an image.
//!
//! A room of its own, since both the command line and the webhook ask registries, and nothing else that the webhook is made
//! of opens connections to hosts that a request names.
//!
//! ```text
//! reference ─ hosts (mirrors, plain or TLS) ─ connector ─ fetch (redirects, sizes, time) ─┬─ digest
//!             credentials ─ challenge ─ token ───────────────┘                            └─ manifests, layers ─ Found
//! ```
//!
//! Sources: `opencontainers/distribution-spec` 1.1, `opencontainers/image-spec` 1.1, `distribution/distribution`
//! (`docs/content/spec/auth`: tokens).
//!
//! Invariants, above all what is absent:
//! - nothing is written to a registry, no program is run (credential helpers), no environment is read but by who passes it in;
//! - every exchange has a deadline, a size and a number of redirects; what has a digest is held against it;
//! - an authorization goes to the host that it is for and to no other, also when that one redirects;
//! - no plain HTTP but where it was allowed by name, and no way to this machine and beside it (link-local, metadata,
//!   multicast) but where that was: the address decides that is connected to, wherever its name or a redirect came from;
//! - a registry that does not answer is an error, never "there are no signatures";
//! - no byte of a body enters a message.

mod challenge;
mod client;
mod connect;
mod credentials;
mod error;
mod fetch;
mod hosts;
mod link;
mod names;
mod platform;
mod reach;
mod signatures;
mod tokens;

pub use client::Registry;
pub use credentials::{Credentials, CredentialsError};
pub use error::{OptionsError, RegistryError};
pub use hosts::{Host, Options, RegistryLimits};
pub use platform::Platform;

/// Runs what asks registries to its end, on this thread.
///
/// # Errors
/// When the system gives no event queue.
pub fn block_on<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // A resolver that still looks for a name is not waited for.
    runtime.shutdown_background();
    Ok(done)
}
