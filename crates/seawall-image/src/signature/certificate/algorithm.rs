//! `AlgorithmIdentifier`s of signatures.

use crate::signature::der::{DerError, Reader, object_identifier, oid, small, tag};
use crate::signature::key::{Hash, Scheme};

/// The scheme that the content of an `AlgorithmIdentifier` means; `None` for one that nothing here verifies.
pub(crate) fn signature_scheme(content: &[u8]) -> Result<Option<Scheme>, DerError> {
    let mut parts = Reader::new(content);
    let scheme = match object_identifier(&mut parts)? {
        oid::ECDSA_SHA256 => Scheme::Ecdsa(Hash::Sha256),
        oid::ECDSA_SHA384 => Scheme::Ecdsa(Hash::Sha384),
        oid::ECDSA_SHA512 => Scheme::Ecdsa(Hash::Sha512),
        oid::ED25519 => Scheme::Ed25519,
        oid::RSA_SHA256 => rsa(&mut parts, Hash::Sha256)?,
        oid::RSA_SHA384 => rsa(&mut parts, Hash::Sha384)?,
        oid::RSA_SHA512 => rsa(&mut parts, Hash::Sha512)?,
        oid::RSA_PSS => return pss(parts),
        _ => return Ok(None),
    };
    parts.finish()?;
    Ok(Some(scheme))
}

/// PKCS #1 v1.5: the parameters are NULL (RFC 4055, 5).
fn rsa(parts: &mut Reader<'_>, hash: Hash) -> Result<Scheme, DerError> {
    parts.optional(tag::NULL)?;
    Ok(Scheme::RsaPkcs1(hash))
}

/// PSS with one hash for both parts and a salt of its length (RFC 4055, 3.1); any other choice is not supported.
fn pss(mut parts: Reader<'_>) -> Result<Option<Scheme>, DerError> {
    let mut parameters = parts.sequence()?;
    parts.finish()?;
    let Some(hash) = parameters.optional(tag::constructed(0))? else { return Ok(None) };
    let hash = hash_of(&mut hash.inside())?;
    let Some(mask) = parameters.optional(tag::constructed(1))? else { return Ok(None) };
    let mut mask = mask.inside().sequence()?;
    if object_identifier(&mut mask)? != oid::MGF1 || hash_of(&mut mask)? != hash {
        return Ok(None);
    }
    let Some(salt) = parameters.optional(tag::constructed(2))? else { return Ok(None) };
    let length = match hash {
        Some(Hash::Sha256) => 32,
        Some(Hash::Sha384) => 48,
        Some(Hash::Sha512) => 64,
        None => return Ok(None),
    };
    parameters.finish()?;
    Ok(hash.filter(|_| small(&mut salt.inside()) == Ok(length)).map(Scheme::RsaPss))
}

/// The hash that an `AlgorithmIdentifier` names.
pub(crate) fn hash_of(parts: &mut Reader<'_>) -> Result<Option<Hash>, DerError> {
    let mut algorithm = parts.sequence()?;
    let hash = Hash::of_oid(object_identifier(&mut algorithm)?);
    algorithm.optional(tag::NULL)?;
    algorithm.finish()?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::encoding::from_hex;

    #[test]
    fn schemes() {
        let hash = "a00f300d06096086480165030402010500";
        let mask = "a11c301a06092a864886f70d010108300d06096086480165030402010500";
        let pss = |salt: &str| format!("06092a864886f70d01010a3034{hash}{mask}a2030201{salt}");
        for (hex, scheme) in [
            ("06082a8648ce3d040302".to_owned(), Some(Scheme::Ecdsa(Hash::Sha256))),
            ("06092a864886f70d01010c0500".to_owned(), Some(Scheme::RsaPkcs1(Hash::Sha384))),
            ("06032b6570".to_owned(), Some(Scheme::Ed25519)),
            (pss("20"), Some(Scheme::RsaPss(Hash::Sha256))),
            (pss("14"), None),
            // SHA-1 with RSA.
            ("06092a864886f70d0101050500".to_owned(), None),
        ] {
            assert_eq!(signature_scheme(&from_hex(&hex).unwrap()), Ok(scheme), "{hex}");
        }
        assert!(signature_scheme(&from_hex("06032b65700500").unwrap()).is_err());
    }
}
