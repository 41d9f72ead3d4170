//! The identity of a finding that survives moved lines, renamed files and reordered lists.

use sha2::{Digest, Sha256};

use crate::{CheckId, Subject};

/// 128 bits, printed as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        let mut text = [0; 32];
        text.iter_mut().zip(digits).for_each(|(to, digit)| {
            *to = match digit {
                0..10 => b'0' + digit,
                _ => b'a' + digit - 10,
            };
        });
        f.write_str(std::str::from_utf8(&text).unwrap_or(""))
    }
}

/// Makes the fingerprint of a finding.
///
/// `route` is the normalised route: list items are named by their `name` (or `key`, `type` …) where they have one.
/// The group of the subject counts, its version does not: moving from `v1beta1` to `v1` keeps a finding's identity.
pub fn fingerprint(check: &CheckId, subject: &Subject, route: &str, discriminator: &str) -> Fingerprint {
    let group = subject.api_version.split_once('/').map_or("", |(group, _)| group);
    let mut hash = Sha256::new();
    for part in [
        check.as_str(),
        group,
        &subject.kind,
        subject.namespace.as_deref().unwrap_or(""),
        &subject.name,
        route,
        discriminator,
    ] {
        // A length before each part, so that no two lists of parts read the same.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    Fingerprint(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depends_on_every_part_but_not_on_the_version() {
        let id = CheckId::from_static("pod-privileged");
        let subject = |version: &str, name: &str| Subject {
            api_version: version.into(),
            kind: "Deployment".into(),
            namespace: None,
            name: name.into(),
        };
        let base = fingerprint(&id, &subject("apps/v1", "web"), "spec.a", "");
        assert_eq!(base, fingerprint(&id, &subject("apps/v1beta1", "web"), "spec.a", ""));
        assert_ne!(base, fingerprint(&id, &subject("batch/v1", "web"), "spec.a", ""));
        assert_ne!(base, fingerprint(&id, &subject("apps/v1", "we"), "bspec.a", ""));
        assert_ne!(base, fingerprint(&id, &subject("apps/v1", "web"), "spec.", "a"));
        assert_eq!(base.to_string().len(), 32);
    }
}
