//! Transparency logs.

use serde_json::{Value, json};

use super::key::{Key, base64, hex, sha256};

/// A log of version 1 (ECDSA) or 2 (Ed25519).
pub(crate) struct Log {
    pub(crate) key: Key,
    pub(crate) name: &'static str,
}

impl Log {
    pub(crate) fn v1() -> Log {
        Log { key: Key::p256(), name: "log1.test" }
    }

    pub(crate) fn v2() -> Log {
        Log { key: Key::ed25519(), name: "log2.test" }
    }

    /// The identity in the trusted root.
    pub(crate) fn id(&self) -> Vec<u8> {
        match &self.key {
            Key::P256(_) => sha256(&self.key.spki()),
            Key::Ed25519(_) => sha256(&[self.name.as_bytes(), b"\n\x01", self.key.point()].concat()),
        }
    }

    fn is_v1(&self) -> bool {
        matches!(self.key, Key::P256(_))
    }

    pub(crate) fn origin(&self) -> String {
        if self.is_v1() { format!("{} - 1234", self.name) } else { self.name.to_owned() }
    }

    pub(crate) fn checkpoint(&self, origin: &str, size: usize, root: &[u8]) -> String {
        let text = format!("{origin}\n{size}\n{}\n", base64(root));
        let signature = [&self.id()[..4], &self.key.sign(text.as_bytes())].concat();
        format!("{text}\n— {} {}\n", self.name, base64(&signature))
    }

    /// The entry of a body in a tree of `size` others at `index`, as a bundle holds it.
    pub(crate) fn entry(&self, body: &Value, at: i64, index: usize, size: usize) -> Value {
        let body_bytes = body.to_string().into_bytes();
        let mut leaves: Vec<Vec<u8>> = (0..size).map(|number| number.to_be_bytes().to_vec()).collect();
        leaves[index].clone_from(&body_bytes);
        let (root, proof) = prove(&leaves, index);
        let hashes: Vec<String> = proof.iter().map(|hash| base64(hash)).collect();
        let mut entry = json!({
            "logIndex": (index + 1_000).to_string(),
            "logId": {"keyId": base64(&self.id())},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "inclusionProof": {
                "logIndex": index.to_string(),
                "rootHash": base64(&root),
                "treeSize": size.to_string(),
                "hashes": hashes,
                "checkpoint": {"envelope": self.checkpoint(&self.origin(), size, &root)},
            },
            "canonicalizedBody": base64(&body_bytes),
        });
        if self.is_v1() {
            entry["integratedTime"] = at.to_string().into();
            entry["inclusionPromise"] = self.promise(&body_bytes, at, index + 1_000);
        }
        entry
    }

    pub(crate) fn promise(&self, body: &[u8], at: i64, index: usize) -> Value {
        json!({ "signedEntryTimestamp": base64(&self.signed_entry(body, at, index)) })
    }

    /// The promise itself.
    pub(crate) fn signed_entry(&self, body: &[u8], at: i64, index: usize) -> Vec<u8> {
        // serde_json sorts the keys, which is what canonical JSON asks for here.
        let signed = json!({
            "body": base64(body),
            "integratedTime": at,
            "logID": hex(&self.id()),
            "logIndex": index,
        });
        self.key.sign(signed.to_string().as_bytes())
    }

    /// Its line in a trusted root.
    pub(crate) fn trusted(&self, start: &str, end: Option<&str>) -> Value {
        let mut line = json!({
            "baseUrl": format!("https://{}", self.name),
            "hashAlgorithm": "SHA2_256",
            "publicKey": {
                "rawBytes": base64(&self.key.spki()),
                "keyDetails": if self.is_v1() { "PKIX_ECDSA_P256_SHA_256" } else { "PKIX_ED25519" },
                "validFor": {"start": start},
            },
            "logId": {"keyId": base64(&self.id())},
        });
        if let Some(end) = end {
            line["publicKey"]["validFor"]["end"] = end.into();
        }
        line
    }
}

/// Root and proof by the definition of RFC 6962, 2.1.
fn prove(leaves: &[Vec<u8>], index: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    if let [leaf] = leaves {
        return (sha256(&[&[0], leaf.as_slice()].concat()), Vec::new());
    }
    // The greatest power of two below the number of leaves.
    let split = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(split);
    let join = |left: &[u8], right: &[u8]| sha256(&[&[1], left, right].concat());
    if index < split {
        let ((left, mut proof), (right, _)) = (prove(left, index), prove(right, 0));
        proof.push(right.clone());
        (join(&left, &right), proof)
    } else {
        let ((left, _), (right, mut proof)) = (prove(left, 0), prove(right, index - split));
        proof.push(left.clone());
        (join(&left, &right), proof)
    }
}
