//! What can go wrong with a registry.

use seawall_core::ImageDigest;
use seawall_image::signature::{Cause, Gap};

/// Why a registry did not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// No registry can hold what is asked for.
    #[error("`{0}` is no reference that a registry could hold")]
    Reference(String),
    /// The registry has no such thing.
    #[error("`{host}` has no {what}")]
    NotFound {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// The registry lets only others in.
    #[error("`{host}` refuses access to {what}: {why}")]
    Unauthorized {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
        /// What was tried.
        why: &'static str,
    },
    /// The registry answers with another status.
    #[error("`{host}` answers {status} for {what}")]
    Status {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
        /// HTTP status.
        status: u16,
    },
    /// An answer is longer than is read.
    #[error("`{host}` sends more than {most} bytes for {what}")]
    TooLarge {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
        /// How many are read.
        most: usize,
    },
    /// The registry sends whoever asks elsewhere, and there nobody goes.
    #[error("`{host}` redirects {what}: {why}")]
    Redirect {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
        /// Why it is not followed.
        why: &'static str,
    },
    /// The content has not the digest it is asked by.
    #[error("`{host}` sends other content for {what}: it has the digest `{found}`")]
    Digest {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
        /// What came.
        found: ImageDigest,
    },
    /// The answer did not come in time.
    #[error("`{host}` did not answer in time for {what}")]
    Time {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// There is no connection, or it broke.
    #[error("`{host}` cannot be reached: {reason}")]
    Connection {
        /// The host.
        host: String,
        /// Why not.
        reason: String,
    },
    /// Its name leads where nobody asks.
    #[error("`{host}` is not asked: {reason}")]
    Barred {
        /// The host.
        host: String,
        /// Why not.
        reason: String,
    },
    /// The answer is not what the specification says.
    #[error("`{host}` sends {what} that cannot be read: {reason}")]
    Malformed {
        /// The host.
        host: String,
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An index has no manifest for a platform.
    #[error("the image has no manifest for the platform `{0}`")]
    Platform(String),
}

impl RegistryError {
    /// Whose doing it is. What a registry says of a name is up to whoever chose the name: anybody can name a tag that is not
    /// there, a repository that nobody here may read, and a host that nobody asks.
    pub fn cause(&self) -> Cause {
        match self {
            RegistryError::Reference(_)
            | RegistryError::NotFound { .. }
            | RegistryError::Unauthorized { .. }
            | RegistryError::TooLarge { .. }
            | RegistryError::Barred { .. }
            | RegistryError::Platform(_) => Cause::Name,
            // Too late, too early, too many: the same question may be answered later.
            RegistryError::Status { status: 408 | 425 | 429, .. } => Cause::Registry,
            RegistryError::Status { status: 400..500, .. } => Cause::Name,
            RegistryError::Status { .. }
            | RegistryError::Redirect { .. }
            | RegistryError::Digest { .. }
            | RegistryError::Time { .. }
            | RegistryError::Connection { .. }
            | RegistryError::Malformed { .. } => Cause::Registry,
        }
    }

    /// Whether the registry answered, and with nothing that can be used: asking again gives the same.
    pub(crate) fn is_about_content(&self) -> bool {
        matches!(
            self,
            RegistryError::NotFound { .. }
                | RegistryError::TooLarge { .. }
                | RegistryError::Digest { .. }
                | RegistryError::Malformed { .. }
        )
    }
}

impl From<RegistryError> for Gap {
    fn from(error: RegistryError) -> Self {
        Gap::new(error.cause(), error.to_string())
    }
}

/// Why a client cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// A certificate authority is none.
    #[error("the certificate authority for `{0}` holds no certificate that can be read")]
    Authority(String),
    /// The proxy is of a kind that is not supported.
    #[error("the proxy is not reached by `http://HOST:PORT`")]
    Proxy,
    /// Cryptography is not available.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}
