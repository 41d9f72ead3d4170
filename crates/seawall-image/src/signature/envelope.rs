//! DSSE envelopes: a payload with its type, and a signature over both.

use seawall_yaml::decode_base64;
use serde::Deserialize;

use super::refusal::Refusal;

/// The type of payloads that are in-toto statements.
pub(crate) const IN_TOTO: &str = "application/vnd.in-toto+json";

/// An envelope with one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) payload_type: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// The whole envelope byte by byte, where it is stored so.
    pub(crate) stored: Option<Vec<u8>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvelopeJson {
    #[serde(default, alias = "payload_type")]
    payload_type: String,
    #[serde(default)]
    payload: String,
    #[serde(default)]
    signatures: Vec<SignatureJson>,
}

#[derive(Deserialize)]
struct SignatureJson {
    #[serde(default)]
    sig: String,
}

impl EnvelopeJson {
    /// The envelope; `sigstore_bundle.proto` allows exactly one signature.
    pub(crate) fn read(self) -> Result<Envelope, Refusal> {
        let [signature] = self.signatures.as_slice() else {
            return Err(Refusal::EnvelopeSignatures(self.signatures.len()));
        };
        let signature = decode_base64(&signature.sig).ok_or(Refusal::Field("the signature"))?;
        if signature.is_empty() {
            return Err(Refusal::NoSignature);
        }
        let payload = decode_base64(&self.payload).ok_or(Refusal::Field("the payload"))?;
        Ok(Envelope { payload_type: self.payload_type, payload, signature, stored: None })
    }
}

impl Envelope {
    /// What is signed: the pre-authentication encoding (DSSE v1).
    pub(crate) fn signed_bytes(&self) -> Vec<u8> {
        let kind = &self.payload_type;
        let head = format!("DSSEv1 {} {kind} {} ", kind.len(), self.payload.len());
        [head.as_bytes(), &self.payload].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_of_the_specification() {
        let envelope = Envelope {
            payload_type: "http://example.com/HelloWorld".to_owned(),
            payload: b"hello world".to_vec(),
            signature: Vec::new(),
            stored: None,
        };
        assert_eq!(envelope.signed_bytes(), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
