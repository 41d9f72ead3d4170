//! Extensions of certificates.

use super::CertificateError;
use crate::signature::der::{
    DerError, Element, Reader, boolean, named_bits, object_identifier, oid, small, tag,
};

/// A name of the subject. Source: RFC 5280, 4.2.1.6; the names that Fulcio writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// A mail address.
    Email(String),
    /// A URI.
    Uri(String),
    /// The name of a machine.
    Dns(String),
    /// Fulcio's own form for user names: `otherName` with identifier `1.3.6.1.4.1.57264.1.7`.
    Other(String),
}

impl GeneralName {
    /// The name itself.
    pub fn text(&self) -> &str {
        match self {
            GeneralName::Email(text)
            | GeneralName::Uri(text)
            | GeneralName::Dns(text)
            | GeneralName::Other(text) => text,
        }
    }
}

/// What a certificate authority may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    /// How many further authorities may follow below it; none when any number may.
    pub(crate) path_length: Option<u8>,
}

/// `digitalSignature` and `keyCertSign` of [`Extensions::key_usage`].
pub(crate) const DIGITAL_SIGNATURE: u16 = 0x8000;
pub(crate) const SIGN_CERTIFICATES: u16 = 0x0400;

/// What the extensions of a certificate say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    pub(crate) authority: Option<Authority>,
    pub(crate) key_usage: Option<u16>,
    pub(crate) usages: Option<Usages>,
    pub(crate) names: Vec<GeneralName>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) identity_issuer: Option<String>,
    /// The list of signed certificate timestamps, as its octet string holds it.
    pub(crate) scts: Option<Vec<u8>>,
    /// Whether there is a critical extension that nothing here understands.
    pub(crate) unknown_critical: bool,
}

/// The extended key usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Usages {
    pub(crate) oids: Vec<Vec<u8>>,
    pub(crate) critical: bool,
}

impl Extensions {
    /// Reads the sequence of extensions.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, CertificateError> {
        let mut list = Reader::only(bytes, tag::SEQUENCE)?.inside();
        let mut read = Extensions::default();
        let mut old_issuer = None;
        let mut seen: Vec<&[u8]> = Vec::new();
        while !list.is_empty() {
            let mut extension = list.sequence()?;
            let id = object_identifier(&mut extension)?;
            // FALSE is the default, which DER leaves out and some authorities write.
            let critical = flag(&mut extension)?;
            let value = extension.expect(tag::OCTET_STRING)?.content;
            extension.finish()?;
            if seen.contains(&id) {
                return Err(CertificateError::DuplicateExtension);
            }
            seen.push(id);
            match id {
                oid::BASIC_CONSTRAINTS => read.authority = authority(value)?,
                oid::KEY_USAGE => read.key_usage = Some(key_usage(value)?),
                oid::EXTENDED_KEY_USAGE => read.usages = Some(Usages { oids: usages(value)?, critical }),
                oid::SUBJECT_ALT_NAME => read.names = names(value, critical, &mut read.unknown_critical)?,
                oid::SUBJECT_KEY_ID => {
                    read.subject_key_id = Some(Reader::only(value, tag::OCTET_STRING)?.content.to_vec());
                }
                oid::AUTHORITY_KEY_ID => {}
                oid::SCT_LIST => read.scts = Some(Reader::only(value, tag::OCTET_STRING)?.content.to_vec()),
                oid::ISSUER_V1 => old_issuer = Some(text(value)?),
                oid::ISSUER_V2 => {
                    read.identity_issuer = Some(text(Reader::only(value, tag::UTF8_STRING)?.content)?);
                }
                _ => read.unknown_critical |= critical,
            }
        }
        read.identity_issuer = read.identity_issuer.or(old_issuer);
        Ok(read)
    }
}

fn text(bytes: &[u8]) -> Result<String, DerError> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|_| DerError::Value("a text"))
}

/// A boolean that is false when it is left out.
fn flag(parts: &mut Reader<'_>) -> Result<bool, DerError> {
    parts.optional(tag::BOOLEAN)?.map_or(Ok(false), |flag| boolean(&flag))
}

fn authority(value: &[u8]) -> Result<Option<Authority>, DerError> {
    let mut parts = Reader::only(value, tag::SEQUENCE)?.inside();
    let is_authority = flag(&mut parts)?;
    let path_length = if parts.is_empty() { None } else { Some(small(&mut parts)?) };
    parts.finish()?;
    if path_length.is_some() && !is_authority {
        return Err(DerError::Value("basic constraints"));
    }
    Ok(is_authority.then_some(Authority { path_length }))
}

fn key_usage(value: &[u8]) -> Result<u16, DerError> {
    let mut parts = Reader::new(value);
    let bits = named_bits(&mut parts)?;
    parts.finish()?;
    Ok(bits)
}

fn usages(value: &[u8]) -> Result<Vec<Vec<u8>>, DerError> {
    let mut list = Reader::only(value, tag::SEQUENCE)?.inside();
    let mut oids = Vec::new();
    while !list.is_empty() {
        oids.push(object_identifier(&mut list)?.to_vec());
    }
    if oids.is_empty() { Err(DerError::Value("extended key usage")) } else { Ok(oids) }
}

/// The names that are understood; others only mark the extension as not understood where it is critical.
fn names(value: &[u8], critical: bool, unknown: &mut bool) -> Result<Vec<GeneralName>, DerError> {
    let mut list = Reader::only(value, tag::SEQUENCE)?.inside();
    let mut names = Vec::new();
    while !list.is_empty() {
        let element = list.next()?;
        match name(&element)? {
            Some(name) => names.push(name),
            None => *unknown |= critical,
        }
    }
    Ok(names)
}

fn name(element: &Element<'_>) -> Result<Option<GeneralName>, DerError> {
    const EMAIL: u8 = tag::context(1);
    const DNS: u8 = tag::context(2);
    const URI: u8 = tag::context(6);
    const OTHER: u8 = tag::constructed(0);
    let ascii = || {
        text(element.content).and_then(|text| {
            // IA5String; a control character would hide something from whoever reads the name.
            if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
                Ok(text)
            } else {
                Err(DerError::Value("a name"))
            }
        })
    };
    Ok(match element.tag {
        EMAIL => Some(GeneralName::Email(ascii()?)),
        DNS => Some(GeneralName::Dns(ascii()?)),
        URI => Some(GeneralName::Uri(ascii()?)),
        OTHER => {
            let mut parts = element.inside();
            if object_identifier(&mut parts)? != oid::OTHER_NAME {
                return Ok(None);
            }
            let value = parts.expect(tag::constructed(0))?;
            parts.finish()?;
            let name = text(Reader::only(value.content, tag::UTF8_STRING)?.content)?;
            if name.chars().any(char::is_control) {
                return Err(DerError::Value("a name"));
            }
            Some(GeneralName::Other(name))
        }
        _ => None,
    })
}
