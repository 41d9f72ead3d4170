//! Asks the verifier.

use seawall_image::signature::{
    Artifact, Bundle, Identity, Limits, PublicKey, Requirements, Signer, TrustedRoot, verify,
};

/// A bundle and what it is held against.
pub(super) struct Input {
    pub(super) bundle: String,
    pub(super) artifact: Vec<u8>,
    pub(super) root: String,
    /// Name and issuer.
    pub(super) identity: Option<(String, String)>,
    /// PEM.
    pub(super) key: Option<String>,
}

/// Whether the bundle verifies; if not, why.
pub(super) fn judge(input: &Input) -> Result<(), String> {
    let limits = Limits::default();
    let root = TrustedRoot::read(&input.root, &limits).map_err(|error| error.to_string())?;
    let bundle = Bundle::read(&input.bundle, &limits).map_err(|refusal| refusal.to_string())?;
    let key = input.key.as_deref().map(PublicKey::from_pem).transpose().map_err(|error| error.to_string())?;
    let identities: Vec<Identity> =
        input.identity.iter().map(|(name, issuer)| Identity::exact(name, issuer)).collect();
    let signer = match &key {
        Some(key) => Signer::Key(key),
        None => Signer::Identity(&identities),
    };
    let artifact = Artifact::Bytes(&input.artifact);
    verify(&bundle, artifact, signer, &root, Requirements::default(), &limits)
        .map(|_| ())
        .map_err(|refusal| refusal.to_string())
}
