//! Timestamps of authorities (RFC 3161): proof that a signature existed at a time.

mod cms;
mod token;

use super::certificate::{Certificate, NoPath, Usage, find_path};
use super::der::DerError;
use super::instant::Instant;
use super::root::Authority;
use cms::SignedData;
use token::TimeStamp;

/// Why a timestamp counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Malformed(#[from] DerError),
    /// The authority did not grant it.
    #[error("the authority refused to give one")]
    NotGranted,
    /// It is not the signed structure of a timestamp.
    #[error("it is no signed timestamp of one signer")]
    Kind,
    /// It uses an algorithm that is not supported.
    #[error("it uses an algorithm that is not supported")]
    Algorithm,
    /// It is a timestamp of something else.
    #[error("it is a timestamp of other bytes than this signature")]
    Imprint,
    /// What is signed says otherwise than what stands beside it.
    #[error("its signed attributes do not fit its content")]
    Attributes,
    /// It does not name the certificate that signed it.
    #[error("it is not bound to the certificate that signed it")]
    SigningCertificate,
    /// Its signature is wrong.
    #[error("its signature is not by the key that it names")]
    Signature,
    /// No authority of the trusted root made it.
    #[error("no timestamp authority of the trusted root has signed it")]
    Untrusted,
    /// The authority was not trusted then.
    #[error("it was made at {0}, when its authority was not trusted")]
    NotValidThen(Instant),
    /// The path to the authority does not hold.
    #[error("the certificate that signed it: {0}")]
    Path(#[from] NoPath),
}

/// A timestamp, read but not believed.
pub(crate) struct Timestamp {
    signed: SignedData,
    stamp: TimeStamp,
}

impl Timestamp {
    /// Reads a response of an authority.
    pub(crate) fn read(response: &[u8]) -> Result<Self, TimestampError> {
        let signed = cms::read(response)?;
        let stamp = token::read(&signed.content)?;
        Ok(Timestamp { signed, stamp })
    }

    /// Holds that it is a timestamp of some bytes.
    pub(crate) fn covers(&self, bytes: &[u8]) -> Result<(), TimestampError> {
        if self.stamp.hash.digest(bytes) == self.stamp.imprint {
            Ok(())
        } else {
            Err(TimestampError::Imprint)
        }
    }

    /// The time, when one of the authorities made it; else the reason why the nearest one did not.
    pub(crate) fn verify(
        &self,
        authorities: &[Authority],
        longest: usize,
    ) -> Result<Instant, TimestampError> {
        let mut reason = TimestampError::Untrusted;
        for authority in authorities {
            match self.verify_by(authority, longest) {
                Ok(()) => return Ok(self.stamp.time),
                Err(TimestampError::Untrusted) => {}
                Err(other) => reason = other,
            }
        }
        Err(reason)
    }

    fn verify_by(&self, authority: &Authority, longest: usize) -> Result<(), TimestampError> {
        let Some((anchor, known)) = authority.chain.split_last() else {
            return Err(TimestampError::Untrusted);
        };
        // A root that names the signer's certificate pins it; otherwise the token brings it.
        let pinned: Vec<&Certificate> = authority.chain.iter().filter(|one| !one.is_authority()).collect();
        let brought: Vec<&Certificate> = self.signed.certificates.iter().collect();
        let signers = if pinned.is_empty() { &brought } else { &pinned };
        let Some(signer) = signers.iter().find(|one| self.signed.signer.names(one)) else {
            return Err(TimestampError::Untrusted);
        };
        let time = self.stamp.time;
        if !authority.valid.contains(time) {
            return Err(TimestampError::NotValidThen(time));
        }
        let between: Vec<&Certificate> =
            known.iter().chain(&self.signed.certificates).filter(|one| one.is_authority()).collect();
        match find_path(signer, &between, anchor, time, Usage::TimeStamping, longest) {
            Ok(_) => self.signed.verify(signer),
            Err(NoPath::NoAuthority) => Err(TimestampError::Untrusted),
            Err(reason) => Err(reason.into()),
        }
    }
}
