//! Why a cluster could not be read at all.

use std::path::PathBuf;

/// Nothing came of it; refusals of single kinds are no errors.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Neither a kubeconfig nor a service account tells where the cluster is.
    #[error("no cluster is configured: {0}")]
    NoConfig(String),
    /// The kubeconfig was found but not understood, or has no such context.
    #[error("the kubeconfig cannot be used: {0}")]
    BadConfig(String),
    /// The client could not be made: certificates, keys, a proxy.
    #[error("the connection cannot be set up: {0}")]
    Setup(String),
    /// No answer came.
    #[error("the API server cannot be reached: {0}")]
    Unreachable(String),
    /// 401: it does not know these credentials.
    #[error("the API server does not accept the credentials: {0}")]
    Unauthenticated(String),
    /// What it offers could not be found out.
    #[error("the API server does not say what it has: {0}")]
    Discovery(String),
    /// A name that cannot be a namespace.
    #[error("`{0}` cannot be the name of a namespace")]
    BadNamespace(String),
    /// A file name that no reader would take for a snapshot.
    #[error("`{}` must end in `.jsonl`, `.jsonl.zst` or `.jsonl.gz`", .0.display())]
    BadName(PathBuf),
    /// The snapshot could not be written.
    #[error("cannot write `{}`: {cause}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// What was read could not be kept until the end.
    #[error("cannot keep what was read: {0}")]
    Keep(#[from] std::io::Error),
    /// Ctrl-C or SIGTERM.
    #[error("interrupted; nothing was written")]
    Interrupted,
}
