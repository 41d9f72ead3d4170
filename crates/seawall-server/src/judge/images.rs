//! Who signed the images of a request.
//!
//! Invariants:
//! - what was looked up is held against policies, and nothing else: an image of which nothing is known is a gap, and where
//!   whoever chose the image can bring that about, a refusal;
//! - on an update only images that the object did not have before are judged: whoever runs already may end in peace;
//! - all containers, init and ephemeral ones, and volumes of images, in pods and in whatever makes pods.

use std::sync::Arc;

use seawall_image::signature::policy::{Mode, Verdict};
use seawall_image::signature::{Cause, Gap};
use seawall_policy::admission::{Decision, Denial, NotJudged, Reason, Request};
use tokio::time::Instant;

use super::used::{Used, used};
use crate::images::{ImageFacts, Images, Learn, LookUp};
use crate::judge::{Around, Judge};

/// The family.
const NAME: &str = "images";

/// Policies over images.
pub struct ImagePolicies(Arc<Images>);

impl ImagePolicies {
    /// The policies of a service.
    pub fn new(images: Arc<Images>) -> Self {
        ImagePolicies(images)
    }

    fn id(&self, place: usize) -> String {
        let name = self.0.policies().get(place).map_or("", |policy| policy.name.as_str());
        format!("image-signature/{name}")
    }

    fn gap(&self, place: usize, reason: String, into: &mut Decision) {
        into.not_judged.push(NotJudged { policy: self.id(place), binding: String::new(), reason });
    }

    /// Something that a policy would have to know.
    fn unknown(&self, place: usize, named: &str, gap: &Gap, registry: &str, into: &mut Decision) {
        match self.0.held_against(gap, registry) {
            Some(reason) => self.refuse(place, named, &[reason], into),
            None => self.gap(place, format!("{named}: {gap}"), into),
        }
    }

    fn judge_one(&self, used: &Used<'_>, facts: Option<&ImageFacts>, into: &mut Decision) {
        let named = format!("the image `{}` (`{}`)", used.shown(), used.route);
        let mut by_signature = false;
        for place in self.0.covering(&used.reference) {
            let fixed = self.0.fixed(place);
            match fixed.map_or_else(|| looked_up(facts, place), Ok) {
                Ok(Verdict::Verified { .. }) => by_signature |= fixed.is_none(),
                Ok(Verdict::Refused { reasons }) => self.refuse(place, &named, reasons, into),
                Ok(Verdict::NotEvaluated(gap)) => {
                    self.unknown(place, &named, gap, &used.reference.registry, into);
                }
                Err(gap) => self.unknown(place, &named, &gap, &used.reference.registry, into),
            }
        }
        let digest = facts.and_then(|facts| facts.digest.as_ref().ok());
        if let Some(digest) = digest.filter(|_| by_signature && used.reference.digest.is_none()) {
            into.warnings.push(format!(
                "{named} was verified as `{digest}`, and nodes pull what the tag means then; write the digest, or let it be pinned (`admission.images.pin`)"
            ));
        }
    }

    fn refuse(&self, place: usize, named: &str, reasons: &[String], into: &mut Decision) {
        let policy = self.id(place);
        let message = format!("{policy}: {named} is not vouched for: {}", reasons.join("; "));
        if self.0.policies().get(place).is_some_and(|policy| policy.mode == Mode::Warn) {
            into.warnings.push(message);
            return;
        }
        let (code, reason) = (Reason::Forbidden.code(), Reason::Forbidden);
        into.denials.push(Denial { policy: policy.into(), binding: Arc::default(), code, reason, message });
    }
}

impl Judge for ImagePolicies {
    fn name(&self) -> &str {
        NAME
    }

    fn policies(&self) -> usize {
        self.0.policies().len()
    }

    fn look_up(&self, request: &Request<'_>, around: &Around<'_>, until: Instant) -> Option<LookUp> {
        let (all, _) = used(request, around);
        let covered = all.iter().filter(|used| !self.0.asking(&used.reference).is_empty());
        let images: Vec<String> = covered.map(|used| used.text.to_owned()).collect();
        self.0.look_up(images, Learn::Verdicts, until)
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        let mut decision = Decision::default();
        let (all, missed) = used(request, around);
        for used in &all {
            self.judge_one(used, around.looked.get(used.text), &mut decision);
        }
        for gap in missed {
            for place in 0..self.0.policies().len() {
                if !self.0.fixed(place).is_some_and(Verdict::is_verified) {
                    self.unknown(place, "an image", &gap, "", &mut decision);
                }
            }
        }
        decision
    }
}

/// What was learnt of an image for the policy at a place.
fn looked_up(facts: Option<&ImageFacts>, place: usize) -> Result<&Verdict, Gap> {
    let facts = facts.ok_or_else(|| Gap::new(Cause::Here, "it was not looked up"))?;
    facts.digest.clone()?;
    let verdict = facts.verdicts.iter().find(|(of, _)| *of == place).map(|(_, verdict)| verdict);
    verdict.ok_or_else(|| Gap::new(Cause::Here, "its signatures were not looked up"))
}
