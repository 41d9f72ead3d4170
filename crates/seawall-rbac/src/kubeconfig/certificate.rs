//! What a client certificate says about its holder and its life: a walk over the first fields of X.509, no more.
//!
//! Nothing is verified. Source: RFC 5280, section 4.1; RFC 7468 for the text form.

use seawall_events::parse_micros;
use seawall_yaml::decode_base64;

/// The parts of a client certificate that Kubernetes reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// The user name: the common name of the subject.
    pub common_name: String,
    /// The groups: the organizations of the subject.
    pub organizations: Vec<String>,
    /// From when it holds, in seconds since 1970.
    pub not_before: i64,
    /// Until when it holds, in seconds since 1970.
    pub not_after: i64,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];

impl Certificate {
    /// Reads the first certificate of a text in PEM; a chain begins with that of the holder.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
        let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
        Self::from_der(&decode_base64(body)?)
    }

    /// Reads a certificate in DER.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let mut certificate = Der(Der(der).take(SEQUENCE)?);
        let mut fields = Der(certificate.take(SEQUENCE)?);
        fields.take(VERSION);
        fields.take(INTEGER)?;
        // The algorithm and the issuer.
        fields.take(SEQUENCE)?;
        fields.take(SEQUENCE)?;
        let mut validity = Der(fields.take(SEQUENCE)?);
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        let mut subject = Der(fields.take(SEQUENCE)?);
        let mut read = Certificate { not_before, not_after, ..Certificate::default() };
        while let Some(set) = subject.take(SET) {
            let mut set = Der(set);
            while let Some(attribute) = set.take(SEQUENCE) {
                let mut attribute = Der(attribute);
                let kind = attribute.take(OID)?;
                let (_, value) = attribute.any()?;
                let value = String::from_utf8_lossy(value).into_owned();
                if kind == COMMON_NAME {
                    read.common_name = value;
                } else if kind == ORGANIZATION {
                    read.organizations.push(value);
                }
            }
        }
        Some(read)
    }
}

/// What is left of a run of DER values.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value with its tag.
    fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk::<2>()?;
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            let count = usize::from(first & 0x7f);
            // Four bytes of length are 4 GiB; no length at all (0x80) is not DER.
            if !(1..=4).contains(&count) {
                return None;
            }
            let (bytes, after) = rest.split_at_checked(count)?;
            length = bytes
                .iter()
                .try_fold(0_usize, |length, byte| length.checked_mul(256)?.checked_add(usize::from(*byte)))?;
            rest = after;
        }
        let (value, after) = rest.split_at_checked(length)?;
        self.0 = after;
        Some((tag, value))
    }

    /// The next value if it has this tag; otherwise nothing is taken.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = self.0;
        match self.any() {
            Some((found, value)) if found == tag => Some(value),
            _ => {
                self.0 = before;
                None
            }
        }
    }

    /// A time in seconds since 1970; years of two digits are 1950 to 2049.
    fn time(&mut self) -> Option<i64> {
        let (tag, value) = self.any()?;
        let text = std::str::from_utf8(value).ok()?;
        let (century, text) = match tag {
            UTC_TIME if text.get(..2)? < "50" => ("20", text),
            UTC_TIME => ("19", text),
            GENERALIZED_TIME => text.split_at_checked(2)?,
            _ => return None,
        };
        let part = |at: usize| text.get(at..at + 2);
        let end = text.get(12..)?;
        let time = format!(
            "{century}{}-{}-{}T{}:{}:{}{end}",
            part(0)?,
            part(2)?,
            part(4)?,
            part(6)?,
            part(8)?,
            part(10)?
        );
        parse_micros(&time).map(|micros| micros.div_euclid(1_000_000))
    }
}
