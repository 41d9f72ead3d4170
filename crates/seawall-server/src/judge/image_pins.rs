//! Tags become digests: what was looked up is what nodes pull, whatever the tag means later.
//!
//! Invariants:
//! - only where patterns or the label of a namespace ask for it, and only in pods and in the built-in kinds that make pods:
//!   what others write, others compare;
//! - an image that names a digest is left alone, and so is one that the object had before, so that a second run changes
//!   nothing and a pod that runs can be updated;
//! - an image whose digest is not known stays as it is: a gap, and where whoever chose the image can bring that about, a
//!   refusal.

use std::sync::Arc;

use seawall_core::{Route, Step};
use seawall_image::signature::policy::Glob;
use seawall_image::signature::{Cause, Gap};
use seawall_inventory::{GroupKind, POD_KINDS};
use seawall_policy::admission::{Decision, Denial, NotJudged, Reason, Request};
use seawall_schema::Value;
use tokio::time::Instant;

use super::used::{Used, used};
use crate::images::{Images, Learn, LookUp, PinSettings};
use crate::judge::{Around, Changer};

/// The family, which is one policy.
const NAME: &str = "image-pin";

/// The label by which a namespace asks that its images are pinned.
pub const PIN_LABEL: &str = "admission.seawall.dev/pin-images";

/// Pins images.
pub struct ImagePins {
    images: Arc<Images>,
    settings: PinSettings,
    ids: [String; 1],
}

impl ImagePins {
    /// By the lookups of a service.
    pub fn new(images: Arc<Images>, settings: PinSettings) -> Self {
        ImagePins { images, settings, ids: [NAME.to_owned()] }
    }

    /// The images to pin, or why that cannot be said.
    fn wanted<'t>(&self, request: &Request<'t>, around: &Around<'t>) -> (Vec<Used<'t>>, Option<String>) {
        let kind = GroupKind::new(request.kind.0, request.kind.2);
        if !POD_KINDS.contains(&kind) {
            return Default::default();
        }
        let (mut images, _) = used(request, around);
        images.retain(|used| used.reference.digest.is_none());
        if images.is_empty() {
            return Default::default();
        }
        let covered = |used: &Used<'_>| {
            let covers = |glob: &Glob| glob.covers(&used.reference);
            self.settings.images.iter().any(covers)
        };
        if self.settings.labelled && !images.iter().all(covered) {
            match around.namespace(request.namespace).map(|namespace| namespace.labels().get(PIN_LABEL)) {
                Some(Some("true")) => return (images, None),
                Some(_) => {}
                None => {
                    let namespace = request.namespace.escape_debug();
                    let reason = format!("the labels of the namespace `{namespace}` are not known");
                    images.retain(covered);
                    return (images, Some(reason));
                }
            }
        }
        images.retain(covered);
        (images, None)
    }

    /// An image whose digest is not known.
    fn unknown(&self, used: &Used<'_>, gap: &Gap, into: &mut Decision) {
        let (policy, binding) = (NAME.to_owned(), String::new());
        let named = format!("the image `{}` (`{}`)", used.shown(), used.route);
        match self.images.held_against(gap, &used.reference.registry) {
            Some(reason) => {
                let message = format!("{NAME}: {named} cannot be pinned: {reason}");
                let (code, reason) = (Reason::Forbidden.code(), Reason::Forbidden);
                let (policy, binding) = (policy.into(), binding.into());
                into.denials.push(Denial { policy, binding, code, reason, message });
            }
            None => {
                into.not_judged.push(NotJudged { policy, binding, reason: format!("{named}: {gap}") });
            }
        }
    }
}

impl Changer for ImagePins {
    fn family(&self) -> &str {
        NAME
    }

    fn ids(&self) -> &[String] {
        &self.ids
    }

    fn look_up(&self, request: &Request<'_>, around: &Around<'_>, until: Instant) -> Option<LookUp> {
        let (images, _) = self.wanted(request, around);
        let images = images.iter().map(|used| used.text.to_owned()).collect();
        self.images.look_up(images, Learn::Digest, until)
    }

    fn change(&self, request: &Request<'_>, around: &Around<'_>, counts: &dyn Fn(&str) -> bool) -> Decision {
        let mut decision = Decision::default();
        if !counts(NAME) {
            return decision;
        }
        let (images, unknown) = self.wanted(request, around);
        let gap = |reason: String| NotJudged { policy: NAME.to_owned(), binding: String::new(), reason };
        decision.not_judged.extend(unknown.map(gap));
        let Some(object) = request.object else { return decision };
        let mut changed = None;
        for used in images {
            let digest = match around.looked.get(used.text).map(|facts| &facts.digest) {
                Some(Ok(digest)) => *digest,
                Some(Err(gap)) => {
                    self.unknown(&used, gap, &mut decision);
                    continue;
                }
                None => {
                    self.unknown(&used, &Gap::new(Cause::Here, "it was not looked up"), &mut decision);
                    continue;
                }
            };
            if changed.is_none() {
                changed = Value::of(object);
            }
            let place = changed.as_mut().and_then(|value| at(value, &used.route));
            match place {
                Some(place) => *place = Value::Str(format!("{}@{digest}", used.text.trim()).into()),
                None => decision.not_judged.push(gap(format!("`{}` is nested too deeply", used.route))),
            }
        }
        if let Some(changed) = changed {
            decision.changed.push(NAME.to_owned());
            decision.object = Some(changed.to_tree());
        }
        decision
    }
}

/// The value at a place.
fn at<'v, 't>(value: &'v mut Value<'t>, route: &Route) -> Option<&'v mut Value<'t>> {
    route.steps().iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.items_mut().get_mut(usize::try_from(*index).ok()?),
    })
}
