//! A small world of trust: an authority with an intermediate one, a certificate log, two transparency logs and a timestamp
//! authority. It makes good bundles; tests change one thing in a plan or in the result.

pub(crate) mod certificate;
pub(crate) mod der;
pub(crate) mod image;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod timestamp;

use seawall_image::signature::{
    Artifact, Bundle, Identity, Limits, PublicKey, Refusal, Requirements, Signer, TrustedRoot, Verified,
    verify,
};
use serde_json::{Value, json};

use certificate::{ISSUER, Plan, SUBJECT, authority, signs_certificates, usage};
use key::{Key, base64, hex, pem, sha256};
use log::Log;
use timestamp::{Authority, Stamp};

/// When everything is signed.
pub(crate) const AT: i64 = 1_700_000_000;
pub(crate) const ARTIFACT: &[u8] = b"an artifact\n";
const START: &str = "2023-01-01T00:00:00Z";

pub(crate) struct World {
    pub(crate) intermediate_key: Key,
    pub(crate) root: Vec<u8>,
    pub(crate) intermediate: Vec<u8>,
    pub(crate) certificate_log: Key,
    pub(crate) log1: Log,
    pub(crate) log2: Log,
    pub(crate) stamps: Authority,
    pub(crate) leaf_key: Key,
}

/// How an entry is written into a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    HashedRekord1,
    Intoto2,
    Dsse1,
    HashedRekord2,
    Dsse2,
}

impl Kind {
    fn is_v2(self) -> bool {
        matches!(self, Kind::HashedRekord2 | Kind::Dsse2)
    }
}

/// What a bundle is made of.
#[derive(Clone)]
pub(crate) struct Signing {
    pub(crate) media_type: &'static str,
    pub(crate) kind: Kind,
    /// A statement in an envelope; a plain signature without.
    pub(crate) statement: Option<Value>,
    pub(crate) leaf: Plan,
    /// Whether a key signs, without a certificate.
    pub(crate) keyed: bool,
    pub(crate) stamp: Option<Stamp>,
    pub(crate) integrated: i64,
    /// Changes the body before it is logged.
    pub(crate) body: fn(&mut Value),
}

impl Signing {
    pub(crate) fn new(kind: Kind) -> Signing {
        let enveloped = !matches!(kind, Kind::HashedRekord1 | Kind::HashedRekord2);
        Signing {
            media_type: "application/vnd.dev.sigstore.bundle.v0.3+json",
            kind,
            statement: enveloped.then(|| statement(ARTIFACT)),
            leaf: Plan::leaf(AT),
            keyed: false,
            stamp: kind.is_v2().then(|| Stamp::at(AT)),
            integrated: AT,
            body: |_| {},
        }
    }
}

pub(crate) fn statement(about: &[u8]) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": hex(&sha256(about))}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"buildDefinition": {"buildType": "https://ci.test/build"}},
    })
}

pub(crate) fn encoded(payload: &[u8]) -> Vec<u8> {
    let kind = "application/vnd.in-toto+json";
    [format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).as_bytes(), payload].concat()
}

impl World {
    pub(crate) fn new() -> World {
        let (root_key, intermediate_key) = (Key::p256(), Key::p256());
        let plan = |subject, serial, extensions| Plan {
            subject,
            issuer: "root",
            serial,
            validity: (AT - 1_000_000, AT + 1_000_000),
            extensions,
        };
        let root = plan("root", 1, vec![authority(Some(1)), signs_certificates()]);
        let code_signing = usage(false, &[certificate::CODE_SIGNING]);
        let intermediate =
            plan("intermediate", 2, vec![authority(Some(0)), signs_certificates(), code_signing]);
        World {
            root: root.issue(&root_key, &root_key),
            intermediate: intermediate.issue(&intermediate_key, &root_key),
            intermediate_key,
            certificate_log: Key::p256(),
            log1: Log::v1(),
            log2: Log::v2(),
            stamps: Authority::new(AT),
            leaf_key: Key::p256(),
        }
    }

    pub(crate) fn log(&self, kind: Kind) -> &Log {
        if kind.is_v2() { &self.log2 } else { &self.log1 }
    }

    /// The trusted root as JSON.
    pub(crate) fn trusted(&self) -> Value {
        let chain = |certificates: &[&Vec<u8>]| {
            let list: Vec<Value> = certificates.iter().map(|der| json!({"rawBytes": base64(der)})).collect();
            json!({ "certificates": list })
        };
        let certificate_log = json!({
            "baseUrl": "https://ct.test",
            "publicKey": {
                "rawBytes": base64(&self.certificate_log.spki()),
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "validFor": {"start": START},
            },
            "logId": {"keyId": base64(&sha256(&self.certificate_log.spki()))},
        });
        let stamps: Vec<&Vec<u8>> = self.stamps.chain.iter().collect();
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self.log1.trusted(START, None), self.log2.trusted(START, None)],
            "ctlogs": [certificate_log],
            "certificateAuthorities": [{
                "uri": "https://ca.test",
                "certChain": chain(&[&self.intermediate, &self.root]),
                "validFor": {"start": START},
            }],
            "timestampAuthorities": [{
                "uri": "https://tsa.test",
                "certChain": chain(&stamps),
                "validFor": {"start": START},
            }],
        })
    }

    pub(crate) fn leaf(&self, plan: &Plan) -> Vec<u8> {
        let millis = u64::try_from(AT).unwrap() * 1_000;
        plan.issue_logged(&self.leaf_key, &self.intermediate_key, &self.certificate_log, millis)
    }

    /// A bundle as JSON.
    pub(crate) fn sign(&self, signing: &Signing) -> Value {
        let payload = signing.statement.as_ref().map(|statement| statement.to_string().into_bytes());
        let signed = payload.as_ref().map_or(ARTIFACT.to_vec(), |payload| encoded(payload));
        let signature = self.leaf_key.sign(&signed);
        let leaf = self.leaf(&signing.leaf);
        let mut body = self.body(signing, &signed, payload.as_deref(), &signature, &leaf);
        (signing.body)(&mut body);
        let entry = self.log(signing.kind).entry(&body, signing.integrated, 4, 11);
        let mut material = json!({ "tlogEntries": [entry] });
        let old = signing.media_type.contains("0.1") || signing.media_type.contains("0.2");
        if signing.keyed {
            material["publicKey"] = json!({"hint": "anything"});
        } else if old {
            material["x509CertificateChain"] = json!({"certificates": [{"rawBytes": base64(&leaf)}]});
        } else {
            material["certificate"] = json!({"rawBytes": base64(&leaf)});
        }
        if let Some(stamp) = signing.stamp {
            let response = base64(&self.stamps.stamp(&signature, stamp));
            material["timestampVerificationData"] =
                json!({"rfc3161Timestamps": [{"signedTimestamp": response}]});
        }
        let mut bundle = json!({ "mediaType": signing.media_type, "verificationMaterial": material });
        match &payload {
            Some(payload) => {
                bundle["dsseEnvelope"] = json!({
                    "payload": base64(payload),
                    "payloadType": "application/vnd.in-toto+json",
                    "signatures": [{"sig": base64(&signature), "keyid": ""}],
                });
            }
            None => {
                bundle["messageSignature"] = json!({
                    "messageDigest": {"algorithm": "SHA2_256", "digest": base64(&sha256(ARTIFACT))},
                    "signature": base64(&signature),
                });
            }
        }
        bundle
    }

    fn body(
        &self,
        signing: &Signing,
        signed: &[u8],
        payload: Option<&[u8]>,
        signature: &[u8],
        leaf: &[u8],
    ) -> Value {
        let text = if signing.keyed { self.leaf_key.pem() } else { pem("CERTIFICATE", leaf) };
        let verifier = base64(text.as_bytes());
        let raw = if signing.keyed {
            json!({"publicKey": {"rawBytes": base64(&self.leaf_key.spki())}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"})
        } else {
            json!({"x509Certificate": {"rawBytes": base64(leaf)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"})
        };
        let hashed = |bytes: &[u8]| json!({"algorithm": "sha256", "value": hex(&sha256(bytes))});
        let tagged = |bytes: &[u8]| json!({"algorithm": "SHA2_256", "digest": base64(&sha256(bytes))});
        let payload = payload.unwrap_or_default();
        let once = base64(signature);
        let (kind, version, spec) = match signing.kind {
            Kind::HashedRekord1 => {
                let signature = json!({"content": once, "publicKey": {"content": verifier}});
                ("hashedrekord", "0.0.1", json!({"data": {"hash": hashed(signed)}, "signature": signature}))
            }
            Kind::Intoto2 => {
                let twice = base64(once.as_bytes());
                let envelope = json!({"signatures": [{"sig": twice, "publicKey": verifier}]});
                (
                    "intoto",
                    "0.0.2",
                    json!({"content": {"envelope": envelope, "payloadHash": hashed(payload)}}),
                )
            }
            Kind::Dsse1 => {
                let signatures = json!([{"signature": once, "verifier": verifier}]);
                ("dsse", "0.0.1", json!({"payloadHash": hashed(payload), "signatures": signatures}))
            }
            Kind::HashedRekord2 => {
                let signature = json!({"content": once, "verifier": raw});
                let spec = json!({"data": tagged(signed), "signature": signature});
                ("hashedrekord", "0.0.2", json!({ "hashedRekordV002": spec }))
            }
            Kind::Dsse2 => {
                let signatures = json!([{"content": once, "verifier": raw}]);
                let spec = json!({"payloadHash": tagged(payload), "signatures": signatures});
                ("dsse", "0.0.2", json!({ "dsseV002": spec }))
            }
        };
        json!({"apiVersion": version, "kind": kind, "spec": spec})
    }

    /// Holds a bundle against this world.
    pub(crate) fn verify(&self, bundle: &Value) -> Result<Verified, Refusal> {
        self.verify_with(bundle, &self.trusted(), Requirements::default())
    }

    pub(crate) fn verify_with(
        &self,
        bundle: &Value,
        root: &Value,
        requirements: Requirements,
    ) -> Result<Verified, Refusal> {
        let limits = Limits::default();
        let root = TrustedRoot::read(&root.to_string(), &limits).unwrap();
        let bundle = Bundle::read(&bundle.to_string(), &limits)?;
        let expected = [Identity::exact(SUBJECT, ISSUER)];
        verify(&bundle, Artifact::Bytes(ARTIFACT), Signer::Identity(&expected), &root, requirements, &limits)
    }

    /// The same for a bundle signed with the key.
    pub(crate) fn verify_keyed(&self, bundle: &Value, key: &Key) -> Result<Verified, Refusal> {
        let limits = Limits::default();
        let root = TrustedRoot::read(&self.trusted().to_string(), &limits).unwrap();
        let bundle = Bundle::read(&bundle.to_string(), &limits)?;
        let key = PublicKey::from_der(&key.spki()).unwrap();
        let signer = Signer::Key(&key);
        verify(&bundle, Artifact::Bytes(ARTIFACT), signer, &root, Requirements::default(), &limits)
    }
}
