//! Certificates.

use super::der::{
    ECDSA_SHA256, algorithm, bits, element, explicit, integer, name, octets, oid, sequence, time,
};
use super::key::{Key, sha256};

/// What stands in a certificate; tests change what they want to see refused.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) subject: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) serial: u64,
    pub(crate) validity: (i64, i64),
    pub(crate) extensions: Vec<Extension>,
}

#[derive(Clone)]
pub(crate) struct Extension {
    pub(crate) oid: &'static str,
    pub(crate) critical: bool,
    pub(crate) value: Vec<u8>,
}

pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub(crate) const NAMES: &str = "2.5.29.17";
pub(crate) const SCTS: &str = "1.3.6.1.4.1.11129.2.4.2";
pub(crate) const ISSUER_V1: &str = "1.3.6.1.4.1.57264.1.1";
pub(crate) const ISSUER_V2: &str = "1.3.6.1.4.1.57264.1.8";

pub(crate) const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub(crate) const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

pub(crate) const SUBJECT: &str = "https://ci.test/org/app/release.yml@refs/heads/main";
pub(crate) const ISSUER: &str = "https://tokens.ci.test";

fn extension(oid: &'static str, critical: bool, value: Vec<u8>) -> Extension {
    Extension { oid, critical, value }
}

/// An authority, with the number of authorities that may follow.
pub(crate) fn authority(path_length: Option<u64>) -> Extension {
    let mut parts = vec![element(1, &[0xff])];
    parts.extend(path_length.map(integer));
    extension(BASIC_CONSTRAINTS, true, sequence(&parts))
}

/// `digitalSignature`
pub(crate) fn signs() -> Extension {
    extension(KEY_USAGE, true, element(3, &[7, 0x80]))
}

/// `keyCertSign` and `cRLSign`
pub(crate) fn signs_certificates() -> Extension {
    extension(KEY_USAGE, true, element(3, &[1, 0x06]))
}

pub(crate) fn usage(critical: bool, usages: &[&str]) -> Extension {
    let oids: Vec<Vec<u8>> = usages.iter().map(|usage| oid(usage)).collect();
    extension(EXTENDED_KEY_USAGE, critical, sequence(&oids))
}

pub(crate) fn uri(name: &str) -> Extension {
    extension(NAMES, true, sequence(&[element(0x86, name.as_bytes())]))
}

pub(crate) fn email(name: &str) -> Extension {
    extension(NAMES, true, sequence(&[element(0x81, name.as_bytes())]))
}

pub(crate) fn user_name(name: &str) -> Extension {
    let value = explicit(0, &element(12, name.as_bytes()));
    extension(NAMES, true, sequence(&[explicit(0, &[oid("1.3.6.1.4.1.57264.1.7"), value].concat())]))
}

pub(crate) fn issuer_v1(issuer: &str) -> Extension {
    extension(ISSUER_V1, false, issuer.as_bytes().to_vec())
}

pub(crate) fn issuer_v2(issuer: &str) -> Extension {
    extension(ISSUER_V2, false, element(12, issuer.as_bytes()))
}

impl Plan {
    /// What Fulcio writes for somebody who signs at about `at`.
    pub(crate) fn leaf(at: i64) -> Plan {
        Plan {
            subject: "leaf",
            issuer: "intermediate",
            serial: 77,
            validity: (at - 60, at + 540),
            extensions: vec![signs(), usage(false, &[CODE_SIGNING]), uri(SUBJECT), issuer_v2(ISSUER)],
        }
    }

    /// The same with another extension in the place of the one with its identifier.
    pub(crate) fn with(mut self, extension: Extension) -> Plan {
        self.extensions.retain(|other| other.oid != extension.oid);
        self.extensions.push(extension);
        self
    }

    pub(crate) fn without(mut self, oid: &str) -> Plan {
        self.extensions.retain(|other| other.oid != oid);
        self
    }

    /// The part that is signed.
    pub(crate) fn signed_part(&self, key: &Key) -> Vec<u8> {
        let extensions: Vec<Vec<u8>> = self
            .extensions
            .iter()
            .map(|one| {
                let mut parts = vec![oid(one.oid)];
                parts.extend(one.critical.then(|| element(1, &[0xff])));
                parts.push(octets(&one.value));
                sequence(&parts)
            })
            .collect();
        sequence(&[
            explicit(0, &integer(2)),
            integer(self.serial),
            algorithm(ECDSA_SHA256),
            name(self.issuer),
            sequence(&[time(self.validity.0), time(self.validity.1)]),
            name(self.subject),
            key.spki(),
            explicit(3, &sequence(&extensions)),
        ])
    }

    /// The certificate of a key.
    pub(crate) fn issue(&self, key: &Key, by: &Key) -> Vec<u8> {
        let signed = self.signed_part(key);
        let signature = by.sign(&signed);
        sequence(&[signed, algorithm(ECDSA_SHA256), bits(&signature)])
    }

    /// The certificate of a key after a log has seen it.
    pub(crate) fn issue_logged(&self, key: &Key, by: &Key, log: &Key, millis: u64) -> Vec<u8> {
        let tbs = self.signed_part(key);
        let length = u32::try_from(tbs.len()).unwrap().to_be_bytes();
        let stamped = millis.to_be_bytes();
        let message =
            [&[0, 0], &stamped[..], &[0, 1], &sha256(&by.spki()), &length[1..], &tbs, &[0, 0]].concat();
        let signature = log.sign(&message);
        let signature_length = u16::try_from(signature.len()).unwrap().to_be_bytes();
        let sct = [&[0], &sha256(&log.spki())[..], &stamped, &[0, 0], &[4, 3], &signature_length, &signature]
            .concat();
        let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes();
        let list = [&length(&sct)[..], &sct].concat();
        let list = [&length(&list)[..], &list].concat();
        let mut logged = self.clone();
        logged.extensions.push(extension(SCTS, false, octets(&list)));
        logged.issue(key, by)
    }
}
