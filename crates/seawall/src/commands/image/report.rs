//! What is said of each signature of an image, and of the image.

use std::fmt::Write as _;

use seawall_image::signature::policy::{Authority, ImagePolicy, Rule, Verdict};
use seawall_image::signature::{Limits, Signed, Signer, TrustedRoot, Verified};
use seawall_report::escape;

use super::verify::Asked;

/// The report for people.
pub(super) fn text(
    asked: &Asked<'_>,
    verdicts: &[(&ImagePolicy, Verdict)],
    root: &TrustedRoot,
    limits: &Limits,
) -> String {
    let mut out = format!("{}\n  {}\n", escape(asked.image), asked.digest);
    match &asked.found {
        Ok(found) => {
            for (number, signed) in (1..).zip(&found.signed) {
                let (signature, statement) = one(signed, asked, verdicts, root, limits);
                _ = write!(out, "\n{} {number}{statement}\n{signature}", kind(signed));
            }
            if found.signed.is_empty() {
                out.push_str("\nno signature and no attestation\n");
            }
            for fault in &found.faults {
                _ = write!(out, "\nnot read: {}\n", escape(fault));
            }
        }
        Err(error) => _ = write!(out, "\n{}\n", escape(&error.to_string())),
    }
    for (policy, verdict) in verdicts {
        _ = write!(out, "\npolicy `{}`: {}\n", escape(&policy.name), verdict_of(verdict));
    }
    out
}

fn kind(signed: &Signed) -> &'static str {
    match signed {
        Signed::Simple { .. } => "signature",
        Signed::Attestation { .. } => "attestation",
        Signed::Bundle(_) => "bundle",
    }
}

/// What each authority says of a signature, and what it states when anybody takes it.
fn one(
    signed: &Signed,
    asked: &Asked<'_>,
    verdicts: &[(&ImagePolicy, Verdict)],
    root: &TrustedRoot,
    limits: &Limits,
) -> (String, String) {
    let (mut lines, mut statement) = (String::new(), String::new());
    for authority in verdicts.iter().flat_map(|(policy, _)| &policy.authorities) {
        let Some(signer) = signer(authority) else { continue };
        let verified = signed.verify(asked.digest, signer, root, authority.requirements, limits);
        let said = match &verified {
            Ok(verified) => format!("accepted: {}", proven(verified)),
            Err(refusal) => format!("refused: {refusal}"),
        };
        _ = writeln!(lines, "  {}: {}", escape(&authority.name), escape(&said));
        if let Some(stated) = verified.ok().and_then(|verified| verified.statement) {
            statement = format!(": {}", escape(&stated.predicate_type));
        }
    }
    (lines, statement)
}

fn signer(authority: &Authority) -> Option<Signer<'_>> {
    match &authority.rule {
        _ if !authority.not_understood.is_empty() => None,
        Rule::Key(key) => Some(Signer::Key(key)),
        Rule::Keyless(identities) => Some(Signer::Identity(identities)),
        Rule::Pass | Rule::Fail { .. } | Rule::Unknown => None,
    }
}

fn proven(verified: &Verified) -> String {
    let who = match &verified.identity {
        Some((name, issuer)) => format!("signed by `{name}`, for whom `{issuer}` vouches"),
        None => "signed with the key".to_owned(),
    };
    match verified.times.first() {
        Some(time) => format!("{who}, {time}"),
        None => format!("{who}, nobody knows when"),
    }
}

fn verdict_of(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Verified { accepted } => {
            let names: Vec<String> =
                accepted.iter().map(|one| format!("`{}`", escape(&one.authority))).collect();
            format!("verified by {}", names.join(", "))
        }
        Verdict::Refused { reasons } => {
            let lines: Vec<String> = reasons.iter().map(|reason| format!("\n  {}", escape(reason))).collect();
            format!("refused{}", lines.concat())
        }
        Verdict::NotEvaluated(gap) => format!("not evaluated: {}", escape(&gap.reason)),
    }
}
