//! All that self-managed certificates are, as a store keeps it.

use std::collections::BTreeMap;

use crate::tls::issue::{Authority, Pair};
use crate::tls::pem;
use crate::tls::served::TlsError;

/// What a store holds: texts by name, as the data of a Secret.
pub type Entries = BTreeMap<String, String>;

/// An authority that is trusted already and signs nothing yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Successor {
    pub(super) authority: Authority,
    /// Since when it is in the bundle, in seconds since 1970.
    pub(super) since: u64,
}

/// Authorities and the certificate that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The authority that signs.
    pub(super) current: Authority,
    pub(super) next: Option<Successor>,
    /// Certificates of authorities that signed before; what they signed may still be served somewhere.
    pub(super) former: Vec<Vec<u8>>,
    pub(super) leaf: Pair,
}

const BUNDLE: &str = "ca.crt";
const CURRENT: (&str, &str) = ("ca-current.crt", "ca-current.key");
const NEXT: (&str, &str) = ("ca-next.crt", "ca-next.key");
const NEXT_SINCE: &str = "ca-next.since";
const FORMER: &str = "ca-former.crt";
const LEAF: (&str, &str) = ("tls.crt", "tls.key");

impl State {
    /// What clients are to trust, the authority that signs first.
    pub(super) fn bundle(&self) -> String {
        let next = self.next.iter().map(|next| &next.authority.0.certificate);
        let all = std::iter::once(&self.current.0.certificate).chain(next).chain(&self.former);
        all.map(|certificate| pem::certificate(certificate)).collect()
    }

    pub(super) fn to_entries(&self) -> Entries {
        let mut entries = Entries::new();
        let mut pair = |(certificate, key): (&str, &str), pair: &Pair| {
            entries.insert(certificate.to_owned(), pem::certificate(&pair.certificate));
            entries.insert(key.to_owned(), pem::key(&pair.key));
        };
        pair(CURRENT, &self.current.0);
        pair(LEAF, &self.leaf);
        if let Some(next) = &self.next {
            pair(NEXT, &next.authority.0);
            entries.insert(NEXT_SINCE.to_owned(), next.since.to_string());
        }
        if !self.former.is_empty() {
            let former = self.former.iter().map(|certificate| pem::certificate(certificate)).collect();
            entries.insert(FORMER.to_owned(), former);
        }
        entries.insert(BUNDLE.to_owned(), self.bundle());
        entries
    }

    pub(super) fn from_entries(entries: &Entries) -> Result<Self, TlsError> {
        let text = |name: &str| entries.get(name).map(String::as_bytes);
        let pair = |(certificate, key): (&str, &str)| -> Result<Pair, TlsError> {
            let certificates = pem::read_certificates(text(certificate).ok_or(TlsError::NoCertificate)?)?;
            let certificate = certificates.into_iter().next().ok_or(TlsError::NoCertificate)?;
            let key = pem::read_key(text(key).ok_or(TlsError::BadKey)?)?;
            Ok(Pair { certificate: certificate.to_vec(), key: key.secret_der().to_vec() })
        };
        let next = match entries.get(NEXT_SINCE) {
            Some(since) => Some(Successor {
                authority: Authority(pair(NEXT)?),
                since: since.trim().parse().map_err(|_| TlsError::NoCertificate)?,
            }),
            None => None,
        };
        let former = match text(FORMER) {
            Some(text) => pem::read_certificates(text)?.into_iter().map(|der| der.to_vec()).collect(),
            None => Vec::new(),
        };
        Ok(State { current: Authority(pair(CURRENT)?), next, former, leaf: pair(LEAF)? })
    }
}
