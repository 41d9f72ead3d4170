//! The path from a certificate to an authority that is trusted: the rules of RFC 5280, section 6, that apply to chains of
//! Fulcio and of timestamp authorities.
//!
//! Names are compared byte by byte: those authorities copy them. Name constraints and policies are not understood; where
//! they are critical the path is refused. Revocation does not exist: certificates live for minutes.

use super::Certificate;
use super::extensions::{DIGITAL_SIGNATURE, SIGN_CERTIFICATES};
use crate::signature::der::oid;
use crate::signature::instant::Instant;

/// What a certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    CodeSigning,
    TimeStamping,
}

impl Usage {
    fn oid(self) -> &'static [u8] {
        match self {
            Usage::CodeSigning => oid::CODE_SIGNING,
            Usage::TimeStamping => oid::TIME_STAMPING,
        }
    }
}

/// Why there is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPath {
    /// It is one of an authority.
    #[error("it is the certificate of an authority, which does not sign images")]
    LeafIsAuthority,
    /// Its key is for something else.
    #[error("its key usage does not allow signatures")]
    KeyUsage,
    /// Its extended key usage is another.
    #[error("its extended key usage is not the one for this purpose")]
    ExtendedKeyUsage,
    /// A critical extension is not understood.
    #[error("it has a critical extension that is not understood")]
    CriticalExtension,
    /// It was not valid at that time.
    #[error("it was not valid when the signature was made")]
    NotValidThen,
    /// No authority signed it.
    #[error("no trusted authority that was valid then has issued it")]
    NoAuthority,
    /// Too many certificates had to be tried.
    #[error("the path to an authority is too long or too costly to find")]
    Budget,
}

/// The certificates from the one that was asked for to the anchor.
pub(crate) type Path<'a> = Vec<&'a Certificate>;

/// How many signatures are verified in search of one path.
const SIGNATURES: usize = 64;

/// Searches a path from `leaf` over some of `between` to `anchor`, all valid at a time.
///
/// # Errors
///
/// When the leaf is not fit for the usage, or nothing leads to the anchor.
pub(crate) fn find<'a>(
    leaf: &'a Certificate,
    between: &[&'a Certificate],
    anchor: &'a Certificate,
    at: Instant,
    usage: Usage,
    longest: usize,
) -> Result<Path<'a>, NoPath> {
    fit_leaf(leaf, at, usage)?;
    let mut search = Search { between, anchor, at, usage, longest, signatures: SIGNATURES };
    let mut path = vec![leaf];
    if search.climb(&mut path)? { Ok(path) } else { Err(NoPath::NoAuthority) }
}

fn fit_leaf(leaf: &Certificate, at: Instant, usage: Usage) -> Result<(), NoPath> {
    let extensions = &leaf.extensions;
    if extensions.authority.is_some() {
        return Err(NoPath::LeafIsAuthority);
    }
    if extensions.unknown_critical {
        return Err(NoPath::CriticalExtension);
    }
    if extensions.key_usage.is_none_or(|bits| bits & DIGITAL_SIGNATURE == 0) {
        return Err(NoPath::KeyUsage);
    }
    let Some(usages) = &extensions.usages else { return Err(NoPath::ExtendedKeyUsage) };
    let named = usages.oids.iter().any(|oid| oid == usage.oid());
    // RFC 3161, 2.3: critical, and time stamping alone.
    let alone = usage != Usage::TimeStamping || usages.critical && usages.oids.len() == 1;
    if !named || !alone {
        return Err(NoPath::ExtendedKeyUsage);
    }
    if leaf.validity.contains(at) { Ok(()) } else { Err(NoPath::NotValidThen) }
}

struct Search<'s, 'a> {
    between: &'s [&'a Certificate],
    anchor: &'a Certificate,
    at: Instant,
    usage: Usage,
    longest: usize,
    signatures: usize,
}

impl<'a> Search<'_, 'a> {
    /// Extends the path to the anchor; depth first, each certificate once.
    fn climb(&mut self, path: &mut Path<'a>) -> Result<bool, NoPath> {
        if path.len() >= self.longest {
            return Err(NoPath::Budget);
        }
        let Some(last) = path.last().copied() else { return Ok(false) };
        if self.issued(self.anchor, last, path.len() - 1)? {
            path.push(self.anchor);
            return Ok(true);
        }
        for next in self.between {
            if *next != self.anchor && !path.contains(next) && self.issued(next, last, path.len() - 1)? {
                path.push(next);
                if self.climb(path)? {
                    return Ok(true);
                }
                path.pop();
            }
        }
        Ok(false)
    }

    /// Whether `issuer` may issue and did issue `below`, under which `authorities` further authorities lie.
    fn issued(
        &mut self,
        issuer: &Certificate,
        below: &Certificate,
        authorities: usize,
    ) -> Result<bool, NoPath> {
        let extensions = &issuer.extensions;
        let Some(authority) = extensions.authority else { return Ok(false) };
        let fits = issuer.subject == below.issuer
            && issuer.validity.contains(self.at)
            && !extensions.unknown_critical
            && authority.path_length.is_none_or(|most| authorities <= usize::from(most))
            && extensions.key_usage.is_none_or(|bits| bits & SIGN_CERTIFICATES != 0)
            && extensions.usages.as_ref().is_none_or(|usages| {
                usages.oids.iter().any(|oid| oid == self.usage.oid() || oid == oid::ANY_USAGE)
            });
        let Some(scheme) = below.scheme.filter(|_| fits) else { return Ok(false) };
        self.signatures = self.signatures.checked_sub(1).ok_or(NoPath::Budget)?;
        Ok(issuer.key.verifies(scheme, &below.tbs, &below.signature))
    }
}
