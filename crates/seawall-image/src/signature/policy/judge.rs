//! What a policy says of an image, by what a store holds for it.

use seawall_core::{ImageDigest, ImageReference};

use super::{Accepted, Attestation, Authority, ImagePolicy, Quantifier, Rule, Verdict};
use crate::signature::source::{Found, SIGNED, SignatureSource};
use crate::signature::{Cause, Gap, Limits, LogEvidence, Signer, SourceError, TrustedRoot, Verified};

/// Reasons that are told; a store may be full of signatures of others.
const REASONS: usize = 20;

impl ImagePolicy {
    /// Whether the policy is about an image. Every policy is about one that is named by its ID, which may be any image.
    pub fn covers(&self, image: &ImageReference<'_>) -> bool {
        image.is_local_id() || self.images.iter().any(|glob| glob.covers(image))
    }

    /// Whether any of its authorities can only be held against a trusted root: certificates, and what must be in a log.
    pub fn needs_root(&self) -> bool {
        self.authorities.iter().any(|authority| match authority.rule {
            Rule::Keyless(_) => true,
            Rule::Key(_) => authority.requirements.log != LogEvidence::NotNeeded,
            Rule::Pass | Rule::Fail { .. } | Rule::Unknown => false,
        })
    }

    /// What it says of every image, when that depends on no signature: nobody need be asked for any.
    pub fn fixed_verdict(&self) -> Option<Verdict> {
        let nobody: Result<Found, _> = Err(SourceError::Unreachable(Gap::new(Cause::Here, "")));
        let any = ImageDigest::from([0; 32]);
        let verdict = self.judge(any, &nobody, &TrustedRoot::default(), &Limits::default());
        (!matches!(verdict, Verdict::NotEvaluated(_))).then_some(verdict)
    }

    /// Judges an image by its digest. What an image is called does not matter here: [`covers`](Self::covers) asks that.
    pub fn judge(
        &self,
        image: ImageDigest,
        source: &dyn SignatureSource,
        root: &TrustedRoot,
        limits: &Limits,
    ) -> Verdict {
        if !self.not_understood.is_empty() {
            return not_understood(&self.name, &self.not_understood);
        }
        let mut asked = Asked { image, source, root, limits, found: None };
        let verdicts: Vec<Verdict> =
            self.authorities.iter().map(|authority| asked.judge(authority)).collect();
        match self.quantifier {
            _ if verdicts.is_empty() => not_understood(&self.name, &["it names no authority".to_owned()]),
            Quantifier::Any => any(verdicts),
            Quantifier::All => all(verdicts),
        }
    }
}

fn not_understood(name: &str, reasons: &[String]) -> Verdict {
    let reason = format!("`{name}` is not understood: {}", reasons.join("; "));
    Verdict::NotEvaluated(Gap::new(Cause::Here, reason))
}

/// The first that accepts; without one, a gap outweighs refusals, since the gap might have accepted.
fn any(verdicts: Vec<Verdict>) -> Verdict {
    if let Some(at) = verdicts.iter().position(Verdict::is_verified) {
        return verdicts.into_iter().nth(at).unwrap_or(Verdict::Refused { reasons: Vec::new() });
    }
    let gap = verdicts.iter().position(|verdict| matches!(verdict, Verdict::NotEvaluated(_)));
    match gap.and_then(|at| verdicts.get(at)) {
        Some(gap) => gap.clone(),
        None => refused(verdicts),
    }
}

/// All of them; one that refuses outweighs gaps, since nothing could make up for it.
fn all(verdicts: Vec<Verdict>) -> Verdict {
    if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Refused { .. })) {
        return refused(verdicts);
    }
    let mut together = Vec::new();
    for verdict in verdicts {
        match verdict {
            Verdict::Verified { accepted } => together.extend(accepted),
            other => return other,
        }
    }
    Verdict::Verified { accepted: together }
}

fn refused(verdicts: Vec<Verdict>) -> Verdict {
    let reasons = verdicts.into_iter().filter_map(|verdict| match verdict {
        Verdict::Refused { reasons } => Some(reasons),
        _ => None,
    });
    Verdict::Refused { reasons: reasons.flatten().take(REASONS).collect() }
}

/// An image, and where its signatures are; the store is asked once, and only if somebody wants to know.
struct Asked<'a> {
    image: ImageDigest,
    source: &'a dyn SignatureSource,
    root: &'a TrustedRoot,
    limits: &'a Limits,
    found: Option<Result<Found, SourceError>>,
}

impl Asked<'_> {
    fn judge(&mut self, authority: &Authority) -> Verdict {
        if !authority.not_understood.is_empty() {
            return not_understood(&authority.name, &authority.not_understood);
        }
        let signer = match &authority.rule {
            Rule::Key(key) => Signer::Key(key),
            Rule::Keyless(identities) => Signer::Identity(identities),
            Rule::Pass => return accepted(authority, None, Vec::new()),
            Rule::Fail { message } => {
                return Verdict::Refused { reasons: vec![format!("{}: {message}", authority.name)] };
            }
            Rule::Unknown => return not_understood(&authority.name, &["its kind is unknown".to_owned()]),
        };
        let (image, root, limits) = (self.image, self.root, self.limits);
        let Found { signed, faults } = match self.found() {
            Ok(found) => found,
            Err(error) => return Verdict::NotEvaluated(error.into()),
        };
        let mut reasons: Vec<String> = Vec::new();
        let mut verified: Vec<Verified> = Vec::new();
        for one in signed {
            match one.verify(image, signer, root, authority.requirements, limits) {
                Ok(proven) => verified.push(proven),
                Err(refusal) => reasons.push(format!("{}: {refusal}", authority.name)),
            }
        }
        if signed.is_empty() {
            reasons.push(format!("{}: the image has no signature and no attestation", authority.name));
        }
        reasons.extend(faults.iter().map(|fault| format!("{}: {fault}", authority.name)));
        demanded(authority, &verified).unwrap_or_else(|missing| {
            reasons.insert(0, format!("{}: {missing}", authority.name));
            reasons.truncate(REASONS);
            Verdict::Refused { reasons }
        })
    }

    fn found(&mut self) -> Result<&Found, SourceError> {
        let (source, image) = (self.source, self.image);
        self.found.get_or_insert_with(|| source.signatures(image)).as_ref().map_err(SourceError::clone)
    }
}

/// Whether what was verified is what is demanded; else what is missing.
fn demanded(authority: &Authority, verified: &[Verified]) -> Result<Verdict, String> {
    if authority.attestations.is_empty() {
        // A statement about the image is no signature of it, unless it says just that.
        let signature = verified
            .iter()
            .find(|one| one.statement.as_ref().is_none_or(|statement| statement.predicate_type == SIGNED));
        let signature = signature.ok_or("no signature that is accepted")?;
        return Ok(accepted(authority, Some(signature), Vec::new()));
    }
    let mut statements = Vec::new();
    let mut by = None;
    for Attestation { name, predicate_type } in &authority.attestations {
        let found = verified.iter().find_map(|one| {
            let statement = one.statement.as_ref()?;
            (statement.predicate_type == *predicate_type).then_some((one, statement))
        });
        let (one, statement) =
            found.ok_or_else(|| format!("no attestation of type `{predicate_type}` that is accepted"))?;
        by = by.or(Some(one));
        statements.push((name.clone(), statement.clone()));
    }
    Ok(accepted(authority, by, statements))
}

fn accepted(
    authority: &Authority,
    by: Option<&Verified>,
    statements: Vec<(String, crate::signature::Statement)>,
) -> Verdict {
    let identity = by.and_then(|verified| verified.identity.clone());
    Verdict::Verified { accepted: vec![Accepted { authority: authority.name.clone(), identity, statements }] }
}
