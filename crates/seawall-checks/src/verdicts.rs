//! What a check says while it judges.

use std::any::Any;

use seawall_core::{Confidence, Fix, Severity, Subject};
use seawall_inventory::{Inventory, Place, Resource};

use crate::models::Models;
use crate::settings::CheckSettings;

/// A finding in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) severity: Option<Severity>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) withheld: bool,
    pub(crate) note: Option<String>,
    pub(crate) related: Vec<(Place, String)>,
    pub(crate) linked: Vec<Subject>,
    pub(crate) fix: Option<Fix>,
    pub(crate) discriminator: String,
}

impl Draft {
    /// A change that cures it. Keep to changes that are right without knowing more.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }

    /// Another severity than the check's.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }

    /// Another confidence than the check's.
    pub fn confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = Some(confidence);
        self
    }

    /// The value at the place is secret: it is masked everywhere.
    pub fn withhold_value(&mut self) -> &mut Self {
        self.withheld = true;
        self
    }

    /// A short note printed at the place.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.note = Some(note.into());
        self
    }

    /// Another place that helps to understand why, with a note.
    pub fn related(&mut self, place: Place, note: impl Into<String>) -> &mut Self {
        self.related.push((place, note.into()));
        self
    }

    /// Another object that takes part.
    pub fn linked(&mut self, subject: &Subject) -> &mut Self {
        if !self.linked.contains(subject) {
            self.linked.push(subject.clone());
        }
        self
    }

    /// Tells apart fails of one route: needed where a check can fail twice at the same place.
    pub fn discriminator(&mut self, value: impl Into<String>) -> &mut Self {
        self.discriminator = value.into();
        self
    }
}

/// What one check says of one subject.
pub struct Verdicts<'a> {
    inventory: &'a Inventory,
    models: &'a Models<'a>,
    settings: CheckSettings<'a>,
    prepared: Option<&'a (dyn Any + Send + Sync)>,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) not_evaluated: Option<String>,
    pub(crate) applies: bool,
}

impl<'a> Verdicts<'a> {
    pub(crate) fn new(
        inventory: &'a Inventory,
        models: &'a Models<'a>,
        settings: CheckSettings<'a>,
        prepared: Option<&'a (dyn Any + Send + Sync)>,
    ) -> Self {
        Verdicts {
            inventory,
            models,
            settings,
            prepared,
            drafts: Vec::new(),
            not_evaluated: None,
            applies: true,
        }
    }

    /// All that is known.
    pub fn inventory(&self) -> &'a Inventory {
        self.inventory
    }

    /// The models that all checks of the run share.
    pub(crate) fn models(&self) -> &'a Models<'a> {
        self.models
    }

    /// The check's settings.
    pub fn settings(&self) -> CheckSettings<'a> {
        self.settings
    }

    /// What the check prepared at the start of the run; `None` when it prepared something of another type.
    pub fn prepared<T: 'static>(&self) -> Option<&'a T> {
        self.prepared?.downcast_ref()
    }

    /// A fail: the field that is wrong (existing or missing) and a message, lower case, backticks around names.
    pub fn fail(&mut self, place: Place, message: impl Into<String>) -> &mut Draft {
        self.drafts.push(Draft {
            place,
            message: message.into(),
            severity: None,
            confidence: None,
            withheld: false,
            note: None,
            related: Vec::new(),
            linked: Vec::new(),
            fix: None,
            discriminator: String::new(),
        });
        match self.drafts.last_mut() {
            Some(draft) => draft,
            None => unreachable!("the draft was just pushed"),
        }
    }

    /// The check does not apply to this subject after all: neither pass nor fail.
    pub fn not_applicable(&mut self) {
        self.applies = false;
    }

    /// There is no verdict on this subject, because …
    pub fn not_evaluated(&mut self, reason: impl Into<String>) {
        self.not_evaluated = Some(reason.into());
    }
}

/// What a check over the whole inventory says, subject by subject.
pub struct VerdictsBySubject<'a> {
    inventory: &'a Inventory,
    models: &'a Models<'a>,
    settings: CheckSettings<'a>,
    prepared: Option<&'a (dyn Any + Send + Sync)>,
    pub(crate) subjects: Vec<(&'a Resource, Verdicts<'a>)>,
    pub(crate) not_evaluated: Option<String>,
}

impl<'a> VerdictsBySubject<'a> {
    pub(crate) fn new(
        inventory: &'a Inventory,
        models: &'a Models<'a>,
        settings: CheckSettings<'a>,
        prepared: Option<&'a (dyn Any + Send + Sync)>,
    ) -> Self {
        VerdictsBySubject { inventory, models, settings, prepared, subjects: Vec::new(), not_evaluated: None }
    }

    /// All that is known.
    pub fn inventory(&self) -> &'a Inventory {
        self.inventory
    }

    /// The models that all checks of the run share.
    pub(crate) fn models(&self) -> &'a Models<'a> {
        self.models
    }

    /// The check's settings.
    pub fn settings(&self) -> CheckSettings<'a> {
        self.settings
    }

    /// Judges a resource: it has passed unless something is failed on what this gives. Call it once a resource.
    pub fn judge(&mut self, resource: &'a Resource) -> &mut Verdicts<'a> {
        let verdicts = Verdicts::new(self.inventory, self.models, self.settings, self.prepared);
        self.subjects.push((resource, verdicts));
        match self.subjects.last_mut() {
            Some((_, verdicts)) => verdicts,
            None => unreachable!("the subject was just pushed"),
        }
    }

    /// There is no verdict on the inventory, because …
    pub fn not_evaluated(&mut self, reason: impl Into<String>) {
        self.not_evaluated = Some(reason.into());
    }
}
