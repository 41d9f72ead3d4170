//! The verification of one bundle: every property of what was read, in order.

use super::bundle::{Bundle, Content, Material};
use super::certificate::{Certificate, NoPath, Path, Usage, find_path};
use super::encoding::hex;
use super::envelope::IN_TOTO;
use super::identity::Identity;
use super::instant::Instant;
use super::key::{Hash, PublicKey};
use super::limits::Limits;
use super::log::{self, Checkpoint, Entry, Logged, Verifier};
use super::refusal::Refusal;
use super::root::{Log, TrustedRoot};
use super::statement::Statement;
use super::timestamp::{Timestamp, TimestampError};

/// What is thought to be signed.
#[derive(Clone, Copy, Debug)]
pub enum Artifact<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Its SHA-256 only: enough for statements, which name digests.
    Sha256(&'a [u8; 32]),
}

/// Who is expected to have signed.
#[derive(Clone, Copy, Debug)]
pub enum Signer<'a> {
    /// One of these, by a certificate.
    Identity(&'a [Identity]),
    /// Whoever has the private key.
    Key(&'a PublicKey),
}

/// What proves that a log holds an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEvidence {
    /// An inclusion proof with a checkpoint, whatever the type of the bundle says.
    Proof,
    /// A promise is enough where there is no proof: old bundles, and cosign's annotations.
    ProofOrPromise,
    /// None: the signature need not be in a log.
    NotNeeded,
}

/// How much evidence is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirements {
    /// Of a transparency log.
    pub log: LogEvidence,
    /// Whether certificates must have been shown to a certificate log.
    pub certificate_log: bool,
}

impl Default for Requirements {
    /// Those of the public good instance.
    fn default() -> Self {
        Requirements { log: LogEvidence::Proof, certificate_log: true }
    }
}

/// What was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The name in the certificate and its issuer; none when a key signed.
    pub identity: Option<(String, String)>,
    /// When it was signed, by each that is trusted to say so.
    pub times: Vec<Instant>,
    /// What was stated, when it was a statement.
    pub statement: Option<Statement>,
}

/// Verifies a bundle.
///
/// # Errors
///
/// The first property that does not hold.
pub fn verify(
    bundle: &Bundle,
    artifact: Artifact<'_>,
    signer: Signer<'_>,
    root: &TrustedRoot,
    requirements: Requirements,
    limits: &Limits,
) -> Result<Verified, Refusal> {
    let evidence = Evidence { bundle, root, requirements, limits };
    let times = evidence.times()?;
    let (key, identity) = match (&bundle.material, signer) {
        (Material::Key, Signer::Key(key)) => (key, None),
        (Material::Key, Signer::Identity(_)) => return Err(Refusal::IdentityExpected),
        (Material::Certificate { .. }, Signer::Key(_)) => return Err(Refusal::KeyExpected),
        (Material::Certificate { leaf, between }, Signer::Identity(identities)) => {
            evidence.certificate(leaf, between, &times)?;
            (leaf.key(), Some(identified(leaf, identities)?))
        }
    };
    let verifier = match &bundle.material {
        Material::Certificate { leaf, .. } => Verifier::Certificate(leaf.der().to_vec()),
        Material::Key => Verifier::Key(key.der().to_vec()),
    };
    let statement = signed(bundle, artifact, key)?;
    evidence.log(&verifier, artifact, &times)?;
    Ok(Verified { identity, times: times.all(), statement })
}

/// Who a certificate says signed, when it is one of those expected.
fn identified(leaf: &Certificate, identities: &[Identity]) -> Result<(String, String), Refusal> {
    if identities.is_empty() {
        return Err(Refusal::NobodyExpected);
    }
    let issuer = leaf.identity_issuer().unwrap_or_default();
    if let Some(name) = identities.iter().find_map(|identity| identity.name_in(leaf)) {
        return Ok((name.to_owned(), issuer.to_owned()));
    }
    let names: Vec<&str> = leaf.names().iter().map(super::GeneralName::text).collect();
    let expected: Vec<String> = identities.iter().take(3).map(Identity::to_string).collect();
    Err(Refusal::Identity {
        found: format!("`{}` by `{issuer}`", names.join("`, `")),
        expected: expected.join(" or "),
    })
}

/// Holds that the signature is by the key and of the artifact.
fn signed(bundle: &Bundle, artifact: Artifact<'_>, key: &PublicKey) -> Result<Option<Statement>, Refusal> {
    match &bundle.content {
        Content::Message { digest, signature } => {
            let Artifact::Bytes(bytes) = artifact else { return Err(Refusal::NeedsArtifact) };
            if digest.as_ref().is_some_and(|(hash, digest)| *digest != hash.digest(bytes)) {
                return Err(Refusal::Digest);
            }
            if key.signed(bytes, signature) { Ok(None) } else { Err(Refusal::Signature) }
        }
        Content::Envelope(envelope) => {
            if !key.signed(&envelope.signed_bytes(), &envelope.signature) {
                return Err(Refusal::Signature);
            }
            if envelope.payload_type != IN_TOTO {
                return Err(Refusal::PayloadType(envelope.payload_type.chars().take(100).collect()));
            }
            let statement = Statement::read(&envelope.payload)?;
            if artifact.is_subject_of(&statement) { Ok(Some(statement)) } else { Err(Refusal::Subject) }
        }
    }
}

impl Artifact<'_> {
    /// Whether some subject has its digest.
    fn is_subject_of(self, statement: &Statement) -> bool {
        match self {
            Artifact::Sha256(digest) => statement.is_about("sha256", digest),
            Artifact::Bytes(bytes) => ["sha256", "sha384", "sha512"].iter().any(|name| {
                Hash::of_name(name).is_some_and(|hash| statement.is_about(name, &hash.digest(bytes)))
            }),
        }
    }
}

/// Points in time that are proven, by who proves them.
struct Times {
    /// By the promise of each entry, at its place.
    promised: Vec<Option<Instant>>,
    /// By timestamp authorities.
    stamped: Vec<Instant>,
}

impl Times {
    fn all(&self) -> Vec<Instant> {
        self.promised.iter().flatten().chain(&self.stamped).copied().collect()
    }
}

/// A bundle and what it is held against.
struct Evidence<'a> {
    bundle: &'a Bundle,
    root: &'a TrustedRoot,
    requirements: Requirements,
    limits: &'a Limits,
}

impl Evidence<'_> {
    fn log_of(&self, entry: &Entry) -> Option<&Log> {
        self.root.logs.iter().find(|log| log.id == entry.log)
    }

    /// When it was signed. A promise that is there must hold. A timestamp must be of this signature; one that no trusted
    /// authority made counts for nothing, as for upstream's verifiers.
    fn times(&self) -> Result<Times, Refusal> {
        let promised: Result<Vec<Option<Instant>>, Refusal> =
            self.bundle.entries.iter().map(|entry| self.promised(entry)).collect();
        let mut times = Times { promised: promised?, stamped: Vec::new() };
        let mut reason = None;
        for (place, response) in self.bundle.timestamps.iter().enumerate() {
            if self.bundle.timestamps.iter().take(place).any(|other| other == response) {
                return Err(Refusal::DuplicateTimestamp);
            }
            let stamp = match Timestamp::read(response) {
                Ok(stamp) => stamp,
                Err(why @ TimestampError::Algorithm) => {
                    reason = Some(why);
                    continue;
                }
                Err(why) => return Err(Refusal::Timestamp(why)),
            };
            stamp.covers(self.bundle.signature()).map_err(Refusal::Timestamp)?;
            match stamp.verify(&self.root.timestamp_authorities, self.limits.chain) {
                Ok(time) => times.stamped.push(time),
                Err(why) => reason = Some(why),
            }
        }
        // A key that is simply known does not end, so that without a log no time is needed.
        let timeless =
            self.bundle.material == Material::Key && self.requirements.log == LogEvidence::NotNeeded;
        if times.all().is_empty() && !timeless { Err(Refusal::NoTime(reason)) } else { Ok(times) }
    }

    /// The time of an entry, by the log's promise, if there is one and the log is known.
    fn promised(&self, entry: &Entry) -> Result<Option<Instant>, Refusal> {
        let (Some(log), Some(promise)) = (self.log_of(entry), &entry.promise) else { return Ok(None) };
        if !log.key.signed(&log::signed_bytes(entry), promise) {
            return Err(Refusal::Promise);
        }
        valid_then(log, entry.integrated)?;
        Ok(Some(entry.integrated))
    }

    /// Holds that the certificate leads to an authority at every proven time, and that it was shown to a log.
    fn certificate(&self, leaf: &Certificate, between: &[Certificate], times: &Times) -> Result<(), Refusal> {
        let mut path = Path::new();
        for at in times.all() {
            path = self.path(leaf, between, at).map_err(|reason| Refusal::Path { at, reason })?;
        }
        let Some(issuer) = path.get(1) else { return Err(Refusal::NoTime(None)) };
        if self.requirements.certificate_log { self.shown(leaf, issuer) } else { Ok(()) }
    }

    fn path<'c>(
        &'c self,
        leaf: &'c Certificate,
        between: &'c [Certificate],
        at: Instant,
    ) -> Result<Path<'c>, NoPath> {
        let mut reason = NoPath::NoAuthority;
        for authority in &self.root.certificate_authorities {
            let Some((anchor, known)) = authority.chain.split_last().filter(|_| authority.valid.contains(at))
            else {
                continue;
            };
            let between: Vec<&Certificate> = known.iter().chain(between).collect();
            match find_path(leaf, &between, anchor, at, Usage::CodeSigning, self.limits.chain) {
                Ok(path) => return Ok(path),
                Err(NoPath::NoAuthority) => {}
                Err(other) => reason = other,
            }
        }
        Err(reason)
    }

    /// Holds that a known certificate log signed the certificate. One that a known log did not sign is refused even where
    /// another is right.
    fn shown(&self, leaf: &Certificate, issuer: &Certificate) -> Result<(), Refusal> {
        let mut shown = Err(Refusal::NoSct);
        for sct in leaf.scts().ok_or(Refusal::SctMalformed)? {
            let known = self
                .root
                .certificate_logs
                .iter()
                .find(|log| log.id == sct.log && log.valid.contains(sct.time));
            let (Some(log), Some(scheme)) = (known, sct.scheme) else { continue };
            let message = leaf.precertificate(&sct, issuer).map_err(|_| Refusal::SctMalformed)?;
            if !log.key.verifies(scheme, &message, sct.signature) {
                return Err(Refusal::SctSignature);
            }
            shown = Ok(());
        }
        shown
    }

    /// Holds that a known log has the entry, and that every entry of a known log is of this signature.
    fn log(&self, verifier: &Verifier, artifact: Artifact<'_>, times: &Times) -> Result<(), Refusal> {
        let mut held = match (self.bundle.entries.first(), self.requirements.log) {
            (_, LogEvidence::NotNeeded) => Ok(()),
            (None, _) => Err(Refusal::NoEntry),
            (Some(entry), _) => Err(Refusal::UnknownLog(hex(&entry.log).chars().take(64).collect())),
        };
        for (entry, promised) in self.bundle.entries.iter().zip(&times.promised) {
            let Some(log) = self.log_of(entry) else { continue };
            match (&entry.proof, self.requirements.log, promised) {
                (Some(proof), evidence, promised) => {
                    let promise_is_enough = evidence != LogEvidence::Proof && promised.is_some();
                    included(entry, proof, log, promise_is_enough)?;
                }
                (None, LogEvidence::ProofOrPromise | LogEvidence::NotNeeded, Some(_)) => {}
                (None, _, _) => return Err(Refusal::NoProof),
            }
            if promised.is_none() {
                for at in &times.stamped {
                    valid_then(log, *at)?;
                }
            }
            self.entry_is_of_this(entry, verifier, artifact)?;
            held = Ok(());
        }
        held
    }

    /// Holds that an entry speaks of this signature, this signer and this artifact.
    fn entry_is_of_this(
        &self,
        entry: &Entry,
        verifier: &Verifier,
        artifact: Artifact<'_>,
    ) -> Result<(), Refusal> {
        let Logged { kind, version, subject, signatures } =
            log::read_body(&entry.body).ok_or(Refusal::Body)?;
        if entry.kind.as_ref().is_some_and(|declared| *declared != (kind, version)) {
            return Err(Refusal::BodyKind);
        }
        let signature = self.bundle.signature();
        let is_this = |logged: &Option<Vec<u8>>| logged.as_ref().is_none_or(|logged| logged == signature);
        let mut by_this = signatures.iter().filter(|(logged, _)| is_this(logged)).peekable();
        if by_this.peek().is_none() {
            return Err(Refusal::BodySignature);
        }
        if !by_this.any(|(_, by)| by == verifier) {
            return Err(Refusal::BodyVerifier);
        }
        let same = match (subject, &self.bundle.content, artifact) {
            (log::Subject::Signed(digest), Content::Envelope(envelope), _) => {
                digest.is_of(&envelope.signed_bytes())
            }
            (log::Subject::Payload(digest), Content::Envelope(envelope), _) => {
                digest.is_of(&envelope.payload)
            }
            (log::Subject::Signed(digest), Content::Message { .. }, Artifact::Bytes(bytes)) => {
                digest.is_of(bytes)
            }
            // Only what was stored as it was uploaded can be compared.
            (log::Subject::Envelope(digest), Content::Envelope(envelope), _) => {
                envelope.stored.as_ref().is_some_and(|bytes| digest.is_of(bytes))
            }
            (_, Content::Message { .. }, _) => false,
        };
        if same { Ok(()) } else { Err(Refusal::BodyDigest) }
    }
}

fn valid_then(log: &Log, at: Instant) -> Result<(), Refusal> {
    if log.valid.contains(at) {
        return Ok(());
    }
    Err(Refusal::LogNotValidThen { log: log.url.clone(), window: log.valid, at })
}

/// Holds that the log's tree has the entry. Without a checkpoint nobody vouches for the tree; then a promise must.
fn included(entry: &Entry, proof: &log::Proof, log: &Log, promise_is_enough: bool) -> Result<(), Refusal> {
    let root = log::root_of_inclusion(proof.index, proof.size, log::leaf_hash(&entry.body), &proof.hashes);
    if root.is_none_or(|root| root != proof.root) {
        return Err(Refusal::Proof);
    }
    let Some(note) = &proof.checkpoint else {
        return if promise_is_enough { Ok(()) } else { Err(Refusal::NoProof) };
    };
    let checkpoint = Checkpoint::read(note)?;
    if checkpoint.size != proof.size || checkpoint.root != proof.root {
        return Err(Refusal::CheckpointTree);
    }
    checkpoint.verify(&log.checkpoint_id, &log.key)?;
    Ok(())
}
