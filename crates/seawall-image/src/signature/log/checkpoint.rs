//! Checkpoints: what a log says of its tree, as a signed note. Sources: C2SP `tlog-checkpoint` and `signed-note`.
//!
//! Signatures by keys that are not the log's (witnesses, other logs) say nothing here and are passed over.

use seawall_yaml::decode_base64;

use crate::signature::key::{PublicKey, sha256};

/// Why a checkpoint is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is no signed note.
    #[error("it is no signed note: a text, an empty line, and lines of signatures")]
    Note,
    /// The first line is missing.
    #[error("it names no origin")]
    Origin,
    /// The second line is no number.
    #[error("it states no size of the tree")]
    Size,
    /// The third line is no hash.
    #[error("it states no root hash")]
    Root,
    /// No signature is by the log.
    #[error("it has no signature by the log that holds the entry")]
    NotSigned,
    /// A signature names the log's key and was not made by it.
    #[error("its signature is not by the key that it names")]
    Signature,
}

/// A checkpoint, read but not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint<'a> {
    /// What is signed: all lines to the empty one, with their line feeds.
    text: &'a str,
    origin: &'a str,
    pub(crate) size: u64,
    pub(crate) root: Vec<u8>,
    signatures: Vec<Signature<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature<'a> {
    name: &'a str,
    hint: [u8; 4],
    bytes: Vec<u8>,
}

/// Most lines of signatures; a log has a handful of witnesses.
const SIGNATURES: usize = 100;

impl<'a> Checkpoint<'a> {
    pub(crate) fn read(note: &'a str) -> Result<Self, CheckpointError> {
        // The last empty line ends the text; signatures follow it.
        let end = note.rfind("\n\n").ok_or(CheckpointError::Note)?;
        let (text, rest) = note.split_at_checked(end + 1).ok_or(CheckpointError::Note)?;
        let lines =
            rest.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n')).ok_or(CheckpointError::Note)?;
        let signatures: Option<Vec<Signature<'a>>> =
            lines.split('\n').take(SIGNATURES + 1).map(signature).collect();
        let signatures = signatures.filter(|all| all.len() <= SIGNATURES).ok_or(CheckpointError::Note)?;
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty()).ok_or(CheckpointError::Origin)?;
        let size = lines.next().and_then(number).ok_or(CheckpointError::Size)?;
        let root = lines.next().and_then(hash).ok_or(CheckpointError::Root)?;
        Ok(Checkpoint { text, origin, size, root, signatures })
    }

    /// Holds that a log signed it. `id` is the identity of the log's key, of which signatures name the first bytes.
    ///
    /// The name in the signature is the origin, or, for Rekor v1, what stands before the number of the tree. Where the
    /// identity is made of name and key, the name must be that one.
    pub(crate) fn verify(&self, id: &[u8], key: &PublicKey) -> Result<(), CheckpointError> {
        let mut signed = Err(CheckpointError::NotSigned);
        for signature in &self.signatures {
            let of_origin = self.origin == signature.name
                || self.origin.strip_prefix(signature.name).is_some_and(|tree| tree.starts_with(" - "));
            let named = key_id_of_name(signature.name, key)
                .is_none_or(|named| id == named || id == sha256(key.der()));
            if !id.starts_with(&signature.hint) || !of_origin || !named {
                continue;
            }
            if !key.signed(self.text.as_bytes(), &signature.bytes) {
                return Err(CheckpointError::Signature);
            }
            signed = Ok(());
        }
        signed
    }
}

/// The identity of an Ed25519 key under a name (C2SP `signed-note`); other keys are named by their own hash alone.
fn key_id_of_name(name: &str, key: &PublicKey) -> Option<Vec<u8>> {
    let bits = key.der().get(key.der().len().checked_sub(32)?..)?;
    key.is_ed25519().then(|| sha256(&[name.as_bytes(), b"\n\x01", bits].concat()))
}

/// `— name base64`
fn signature(line: &str) -> Option<Signature<'_>> {
    let (name, encoded) = line.strip_prefix("— ")?.rsplit_once(' ')?;
    let decoded = decode_base64(encoded)?;
    let (hint, bytes) = decoded.split_first_chunk::<4>()?;
    let fits =
        !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+') && !bytes.is_empty();
    fits.then(|| Signature { name, hint: *hint, bytes: bytes.to_vec() })
}

/// A decimal number without leading zeros.
fn number(line: &str) -> Option<u64> {
    let digits = line.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || line.starts_with('0') && line != "0" { None } else { line.parse().ok() }
}

fn hash(line: &str) -> Option<Vec<u8>> {
    decode_base64(line).filter(|hash| hash.len() == 32 && line.len() == 44)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "E/jXBWTw9LpcMVBQ3ZsdRr3vd2eBgSmehrT8ECY8LRw=";
    const SIGNED: &str = "— log.example AQIDBAU=";

    #[test]
    fn parts() {
        let note =
            format!("log.example - 77\n12\n{ROOT}\nTimestamp: 1\n\n{SIGNED}\n— witness.example BQYHCAk=\n");
        let read = Checkpoint::read(&note).unwrap();
        assert_eq!((read.origin, read.size, read.root.len()), ("log.example - 77", 12, 32));
        assert!(read.text.ends_with("Timestamp: 1\n"));
        let hints: Vec<_> =
            read.signatures.iter().map(|one| (one.name, one.hint, one.bytes.clone())).collect();
        assert_eq!(
            hints,
            [("log.example", [1, 2, 3, 4], vec![5]), ("witness.example", [5, 6, 7, 8], vec![9])]
        );
    }

    #[test]
    fn what_is_no_checkpoint() {
        let note = |text: &str| format!("{text}\n{SIGNED}\n");
        for (note, error) in [
            (String::new(), CheckpointError::Note),
            (format!("log.example\n12\n{ROOT}\n"), CheckpointError::Note),
            (format!("log.example\n12\n{ROOT}\n\n"), CheckpointError::Note),
            (format!("log.example\n12\n{ROOT}\n\n{SIGNED}"), CheckpointError::Note),
            (format!("log.example\n12\n{ROOT}\n\n- log.example AQIDBAU=\n"), CheckpointError::Note),
            (format!("log.example\n12\n{ROOT}\n\n— log.example AQID\n"), CheckpointError::Note),
            (note(&format!("12\n{ROOT}\n")), CheckpointError::Size),
            (note(&format!("\n12\n{ROOT}\n")), CheckpointError::Origin),
            (note(&format!("log.example\n{ROOT}\n")), CheckpointError::Size),
            (note(&format!("log.example\n+12\n{ROOT}\n")), CheckpointError::Size),
            (note(&format!("log.example\n012\n{ROOT}\n")), CheckpointError::Size),
            (note("log.example\n12\nAAAA\n"), CheckpointError::Root),
            (note("log.example\n12\n"), CheckpointError::Root),
        ] {
            assert_eq!(Checkpoint::read(&note), Err(error), "{note}");
        }
    }
}
