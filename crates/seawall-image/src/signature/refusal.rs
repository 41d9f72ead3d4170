//! Why a signature is refused: one reason for each property that must hold.

use super::certificate::{CertificateError, NoPath};
use super::instant::{Instant, Window};
use super::log::CheckpointError;
use super::timestamp::TimestampError;

/// Why a signature is refused, and what can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // What the bundle is.
    /// It is too long.
    #[error(
        "the bundle has {bytes} bytes, more than the {most} that are read; sign again without what does not belong in it"
    )]
    TooLong {
        /// How many it has.
        bytes: usize,
        /// How many are read.
        most: usize,
    },
    /// There are too many of something.
    #[error("there are more than {most} {what}; sign again without those that are not needed")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are read.
        most: usize,
    },
    /// It is not the JSON of a bundle.
    #[error("the bundle cannot be read: {0}; it is damaged or of another format")]
    Json(String),
    /// It is of a version that is not known.
    #[error(
        "the media type `{0}` is no bundle of version 0.1, 0.2 or 0.3; update the verifier, or sign with a tool that writes these"
    )]
    MediaType(String),
    /// A part is malformed.
    #[error("{0} is malformed; the bundle is damaged")]
    Field(&'static str),
    /// Nothing says who signed.
    #[error("the bundle holds neither a certificate nor a hint at a key; sign again")]
    NoMaterial,
    /// Several things say who signed.
    #[error(
        "the bundle holds several of certificate, chain and key, so it does not say who signed; sign again"
    )]
    SeveralMaterials,
    /// A chain stands in a bundle that may hold one certificate only.
    #[error("a bundle of version 0.3 holds a chain of certificates; it may hold the signer's only")]
    ChainNotAllowed,
    /// A root certificate stands in the bundle.
    #[error(
        "the bundle brings its own root certificate, which proves nothing; trust comes from the trusted root alone"
    )]
    RootInBundle,
    /// Nothing is signed.
    #[error("the bundle holds neither a signature nor an envelope; sign again")]
    NoContent,
    /// Two things are signed.
    #[error(
        "the bundle holds both a signature and an envelope, so it does not say what is signed; sign again"
    )]
    SeveralContents,
    /// The signature is empty.
    #[error("the signature is empty; sign again")]
    NoSignature,
    /// An envelope has not one signature.
    #[error("the envelope has {0} signatures; it must have exactly one")]
    EnvelopeSignatures(usize),
    /// A certificate is malformed.
    #[error("{0}; sign again")]
    Certificate(#[from] CertificateError),

    // Who signed.
    /// A key was expected, a certificate signed.
    #[error("signed with a certificate, and a key is expected; verify by identity, or sign with the key")]
    KeyExpected,
    /// An identity was expected, a key signed.
    #[error("signed with a key, and an identity is expected; verify with the key, or sign with an identity")]
    IdentityExpected,
    /// No identity is expected at all.
    #[error("nobody is expected to sign: the list of identities is empty; name at least one")]
    NobodyExpected,
    /// Somebody else signed.
    #[error("signed by {found}, not by {expected}")]
    Identity {
        /// Who signed.
        found: String,
        /// Who was expected.
        expected: String,
    },
    /// The certificate does not lead to an authority.
    #[error(
        "the certificate of the signer, at {at}: {reason}; use the trusted root of the instance that issued it"
    )]
    Path {
        /// When.
        at: Instant,
        /// Why not.
        reason: NoPath,
    },
    /// The certificate holds no timestamp of a known log.
    #[error(
        "the certificate was shown to no certificate log of the trusted root; use the trusted root of the instance that issued it"
    )]
    NoSct,
    /// Its list of timestamps is malformed.
    #[error("the certificate's list of signed certificate timestamps is malformed")]
    SctMalformed,
    /// A timestamp of a known log is wrong.
    #[error(
        "a signed certificate timestamp is not by the log that it names; the certificate or the trusted root is wrong"
    )]
    SctSignature,

    // When.
    /// Nothing trusted says when it was signed.
    #[error("nothing that is trusted says when it was signed{}; sign with a transparency log or a timestamp authority of the trusted root", because(.0))]
    NoTime(Option<TimestampError>),
    /// A timestamp is of something else, or malformed.
    #[error("a timestamp is refused: {0}; sign again")]
    Timestamp(TimestampError),
    /// A timestamp stands there twice.
    #[error("a timestamp stands in the bundle twice; sign again")]
    DuplicateTimestamp,

    // The transparency log.
    /// There is no entry.
    #[error("the signature is in no transparency log; sign with one, or do not demand it")]
    NoEntry,
    /// No entry is of a known log.
    #[error(
        "the transparency log `{0}` is not in the trusted root; use the trusted root of the instance that was used to sign"
    )]
    UnknownLog(String),
    /// The log was not trusted then.
    #[error("the log `{log}` is trusted from {window}, and the entry is of {at}")]
    LogNotValidThen {
        /// Its address.
        log: String,
        /// When it is trusted.
        window: Window,
        /// When the entry was made.
        at: Instant,
    },
    /// The same entry stands there twice.
    #[error("a log entry stands in the bundle twice; sign again")]
    DuplicateEntry,
    /// A bundle of version 0.1 lacks what it must have.
    #[error("the log entry holds no promise of the log, which a bundle of version 0.1 must; sign again")]
    NoPromise,
    /// The promise is not by the log.
    #[error(
        "the promise of the log (signed entry timestamp) is not by the log that it names; the entry was changed"
    )]
    Promise,
    /// There is no proof.
    #[error("the log entry holds no inclusion proof with a checkpoint; sign again with a newer tool")]
    NoProof,
    /// The proof does not lead to the root.
    #[error(
        "the inclusion proof does not lead to the root hash of the log; the entry or the proof was changed"
    )]
    Proof,
    /// The checkpoint is not taken.
    #[error("the checkpoint of the log is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint speaks of another tree than the proof.
    #[error("the checkpoint is of another tree than the inclusion proof")]
    CheckpointTree,
    /// The body cannot be read.
    #[error(
        "the log entry is of a kind that does not bind a signature, or malformed; it must be hashedrekord 0.0.1 or 0.0.2, dsse 0.0.1 or 0.0.2, or intoto 0.0.1 or 0.0.2"
    )]
    Body,
    /// The body is of another kind than declared.
    #[error("the log entry is of another kind than the bundle declares")]
    BodyKind,
    /// The entry is of another signature.
    #[error("the log entry is of another signature")]
    BodySignature,
    /// The entry is of another signer.
    #[error("the log entry is of another certificate or key")]
    BodyVerifier,
    /// The entry is of another artifact.
    #[error("the log entry is of another artifact")]
    BodyDigest,

    // What was signed.
    /// The signature is not by the signer.
    #[error("the signature does not fit what was signed; the artifact was changed, or another key signed it")]
    Signature,
    /// The bundle is of another artifact.
    #[error("the signature is of another artifact: the digests differ")]
    Digest,
    /// Only the digest of the artifact is known.
    #[error("the artifact itself is needed to verify this signature, and only its digest is known")]
    NeedsArtifact,
    /// The payload of a simple signature cannot be read.
    #[error("the payload of the signature cannot be read: {0}")]
    Payload(String),
    /// The payload is of another kind.
    #[error("the payload is a `{0}`, not the signature of an image")]
    PayloadKind(String),
    /// The payload is about another image.
    #[error("the signature is of another image: it was copied here, or the image was changed")]
    PayloadDigest,
    /// The envelope holds no statement.
    #[error("the envelope holds `{0}`, not an in-toto statement, so it says nothing about the artifact")]
    PayloadType(String),
    /// The statement cannot be read.
    #[error("the statement cannot be read: {0}")]
    Statement(String),
    /// The statement is of an unknown version.
    #[error("`{0}` is no in-toto statement of version 0.1 or 1")]
    StatementType(String),
    /// The statement is about something else.
    #[error("the statement is not about this artifact: no subject has its digest")]
    Subject,
}

fn because(reason: &Option<TimestampError>) -> String {
    reason.as_ref().map(|reason| format!(" (its timestamp: {reason})")).unwrap_or_default()
}
