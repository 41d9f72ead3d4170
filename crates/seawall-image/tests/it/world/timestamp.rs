//! A timestamp authority.

use super::certificate::{Plan, TIME_STAMPING, authority, signs, signs_certificates, usage};
use super::der::{
    ECDSA_SHA256, SHA256, algorithm, element, explicit, integer, name, octets, oid, sequence, set, time,
};
use super::key::{Key, sha256};

const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";

pub(crate) struct Authority {
    key: Key,
    /// Signer and root.
    pub(crate) chain: Vec<Vec<u8>>,
}

/// What stands in a timestamp.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) at: i64,
    pub(crate) status: u64,
    /// Whether the signer's certificate is in the token.
    pub(crate) brings_certificate: bool,
    /// Whether the signed attributes are of the content and of the signer's certificate.
    pub(crate) right_content: bool,
    pub(crate) right_certificate: bool,
}

impl Stamp {
    pub(crate) fn at(at: i64) -> Stamp {
        Stamp { at, status: 0, brings_certificate: false, right_content: true, right_certificate: true }
    }
}

impl Authority {
    pub(crate) fn new(at: i64) -> Authority {
        let signer = Plan {
            subject: "tsa",
            issuer: "tsa root",
            serial: 5,
            validity: (at - 1_000_000, at + 1_000_000),
            extensions: vec![signs(), usage(true, &[TIME_STAMPING])],
        };
        Authority::of(at, &signer)
    }

    pub(crate) fn of(at: i64, signer: &Plan) -> Authority {
        let (root_key, key) = (Key::p256(), Key::p256());
        let root = Plan {
            subject: "tsa root",
            issuer: "tsa root",
            serial: 1,
            validity: (at - 2_000_000, at + 2_000_000),
            extensions: vec![authority(None), signs_certificates()],
        };
        let chain = vec![signer.issue(&key, &root_key), root.issue(&root_key, &root_key)];
        Authority { key, chain }
    }

    /// A response for some bytes.
    pub(crate) fn stamp(&self, bytes: &[u8], stamp: Stamp) -> Vec<u8> {
        let imprint = sequence(&[algorithm(SHA256), octets(&sha256(bytes))]);
        let info = sequence(&[integer(1), oid("1.2.3"), imprint, integer(9), time(stamp.at)]);
        let attribute = |dotted: &str, value: Vec<u8>| sequence(&[oid(dotted), set(&[value])]);
        let digest = sha256(if stamp.right_content { &info } else { b"another" });
        let certificate = sha256(if stamp.right_certificate { &self.chain[0] } else { &self.chain[1] });
        let attributes = [
            attribute("1.2.840.113549.1.9.3", oid(TST_INFO)),
            attribute("1.2.840.113549.1.9.4", octets(&digest)),
            attribute(
                "1.2.840.113549.1.9.16.2.47",
                sequence(&[sequence(&[sequence(&[octets(&certificate)])])]),
            ),
        ];
        let signature = self.key.sign(&set(&attributes));
        let signer = sequence(&[
            integer(1),
            sequence(&[name("tsa root"), integer(5)]),
            algorithm(SHA256),
            element(0xa0, &attributes.concat()),
            algorithm(ECDSA_SHA256),
            octets(&signature),
        ]);
        let mut parts = vec![
            integer(3),
            set(&[algorithm(SHA256)]),
            sequence(&[oid(TST_INFO), explicit(0, &octets(&info))]),
        ];
        if stamp.brings_certificate {
            parts.push(element(0xa0, &self.chain[0]));
        }
        parts.push(set(&[signer]));
        let token = sequence(&[oid(SIGNED_DATA), explicit(0, &sequence(&parts))]);
        sequence(&[sequence(&[integer(stamp.status)]), token])
    }
}
