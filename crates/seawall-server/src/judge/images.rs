//! Who signed the images of a request.
//!
//! Invariants:
//! - what was looked up is held against policies, and nothing else: an image of which nothing is known is a gap;
//! - on an update only images that the object did not have before are judged: whoever runs already may end in peace;
//! - all containers, init and ephemeral ones, and volumes of images, in pods and in whatever makes pods.

use std::sync::Arc;

use seawall_image::signature::policy::{ImagePolicy, Mode, Verdict};
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

    fn looks(&self, place: usize) -> bool {
        self.0.policies().get(place).is_some_and(ImagePolicy::looks_at_signatures)
    }

    fn gap(&self, place: usize, reason: String, into: &mut Decision) {
        into.not_judged.push(NotJudged { policy: self.id(place), binding: String::new(), reason });
    }

    fn judge_one(&self, used: &Used<'_>, facts: Option<&ImageFacts>, into: &mut Decision) {
        let places = self.0.covering(&used.reference, used.text);
        let named = format!("the image `{}` (`{}`)", used.shown(), used.route);
        let mut verified = None;
        for place in places {
            let facts = match facts {
                Some(ImageFacts { digest: Ok(digest), verdicts }) => Ok((digest, verdicts)),
                Some(ImageFacts { digest: Err(reason), .. }) => Err(reason.as_str()),
                None => Err("it was not looked up"),
            };
            let (digest, verdicts) = match facts {
                Ok(known) => known,
                Err(reason) => {
                    self.gap(place, format!("{named}: {reason}"), into);
                    continue;
                }
            };
            match verdicts.iter().find(|(of, _)| *of == place).map(|(_, verdict)| verdict) {
                Some(Verdict::Verified { .. }) if self.looks(place) => verified = Some(digest),
                Some(Verdict::Verified { .. }) => {}
                Some(Verdict::Refused { reasons }) => self.refuse(place, &named, reasons, into),
                Some(Verdict::NotEvaluated { reason }) => self.gap(place, format!("{named}: {reason}"), into),
                None => self.gap(place, format!("{named}: its signatures were not looked up"), into),
            }
        }
        if let Some(digest) = verified
            && used.reference.digest.is_none()
        {
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
        let covered = all.iter().filter(|used| !self.0.covering(&used.reference, used.text).is_empty());
        let images: Vec<String> = covered.map(|used| used.text.to_owned()).collect();
        self.0.look_up(images, Learn::Verdicts, until)
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        let mut decision = Decision::default();
        let (all, missed) = used(request, around);
        for used in &all {
            self.judge_one(used, around.looked.get(used.text), &mut decision);
        }
        for reason in missed {
            (0..self.0.policies().len()).for_each(|place| self.gap(place, reason.clone(), &mut decision));
        }
        decision
    }
}
