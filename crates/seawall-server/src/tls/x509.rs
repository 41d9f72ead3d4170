//! What is read of a certificate (RFC 5280): from when and until when it holds, for whom, and which key it is about.

use std::net::IpAddr;

use seawall_core::days_of_date;

use crate::tls::der::{Reader, tag};

/// Facts about a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The first second in which it holds, since 1970.
    pub not_before: u64,
    /// The last second in which it holds.
    pub not_after: u64,
    /// The names and addresses of hosts that it is for.
    pub names: Vec<String>,
}

/// `subjectAltName`, 2.5.29.17
const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

/// A name of a host in it.
pub(super) const DNS_NAME: u8 = 0x82;
/// An address.
pub(super) const IP_ADDRESS: u8 = 0x87;

impl Facts {
    /// Reads a certificate; `None` when it is none.
    pub fn read(certificate: &[u8]) -> Option<Self> {
        let mut signed = Reader(Reader(certificate).take(tag::SEQUENCE)?);
        let mut fields = Reader(signed.take(tag::SEQUENCE)?);
        fields.take_if(0xa0);
        fields.take(tag::INTEGER)?;
        fields.take(tag::SEQUENCE)?;
        fields.take(tag::SEQUENCE)?;
        let mut validity = Reader(fields.take(tag::SEQUENCE)?);
        let (not_before, not_after) = (time(&mut validity)?, time(&mut validity)?);
        fields.take(tag::SEQUENCE)?;
        fields.take(tag::SEQUENCE)?;
        let mut names = Vec::new();
        while let Some((kind, content, _)) = fields.next() {
            if kind == 0xa3 {
                names = alternatives(content).unwrap_or_default();
            }
        }
        Some(Facts { not_before, not_after, names })
    }

    /// Whether it is for these names and addresses, in this order, however an address is written.
    pub fn is_for(&self, names: &[String]) -> bool {
        let written =
            |name: &String| name.parse::<IpAddr>().map_or_else(|_| name.clone(), |it| it.to_string());
        self.names.iter().eq(names.iter().map(written).collect::<Vec<_>>().iter())
    }

    /// Whether it holds at a time.
    pub fn holds(&self, now: u64) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

fn alternatives(extensions: &[u8]) -> Option<Vec<String>> {
    let mut list = Reader(Reader(extensions).take(tag::SEQUENCE)?);
    while let Some(extension) = list.take_if(tag::SEQUENCE) {
        let mut extension = Reader(extension);
        if extension.take(tag::OID)? != SUBJECT_ALT_NAME {
            continue;
        }
        extension.take_if(tag::BOOLEAN);
        let mut names = Reader(Reader(extension.take(tag::OCTET_STRING)?).take(tag::SEQUENCE)?);
        let mut found = Vec::new();
        while let Some((kind, content, _)) = names.next() {
            match kind {
                DNS_NAME => found.push(String::from_utf8(content.to_vec()).ok()?),
                IP_ADDRESS => found.extend(address(content).map(|address| address.to_string())),
                _ => {}
            }
        }
        return Some(found);
    }
    None
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time(reader: &mut Reader<'_>) -> Option<u64> {
    let (kind, content, _) = reader.next()?;
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match kind {
        tag::UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            // RFC 5280, 4.1.2.5.1
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        tag::GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2)?.parse::<i64>().ok();
    let days = days_of_date(year, part(0)?, part(2)?);
    let seconds = ((days * 24 + part(4)?) * 60 + part(6)?) * 60 + part(8)?;
    u64::try_from(seconds).ok()
}
