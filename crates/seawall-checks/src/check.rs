//! What a check is.

use std::any::Any;
use std::borrow::Cow;

use seawall_core::{CheckId, CheckInfo, Confidence, Pillar, Severity};
use seawall_inventory::{ContainerView, GroupKind, Inventory, PodView, Resource};

use crate::Profile;
use crate::controlplane::{Component, Part};
use crate::settings::{CheckSettings, Setting, Settings};
use crate::verdicts::{Verdicts, VerdictsBySubject};

/// A check: its metadata and one pure function.
///
/// A check says nothing where it does not apply, and fails what is wrong; what it judged and did not fail has passed.
#[derive(Debug)]
pub struct Check {
    /// Public id, `area-kebab-name`.
    pub id: &'static str,
    /// What fails, as a short sentence without full stop.
    pub title: &'static str,
    /// Why it matters, one or two sentences.
    pub why: &'static str,
    /// What to do, one sentence.
    pub help: &'static str,
    /// Where it counts.
    pub pillar: Pillar,
    /// The smallest profile that runs it: the default one is for what an expert would act on.
    pub profile: Profile,
    /// The severity of a fail, unless the finding says otherwise.
    pub severity: Severity,
    /// The confidence of a fail, unless the finding says otherwise.
    pub confidence: Confidence,
    /// Framework controls that it decides or helps to decide, `FRAMEWORK:control`.
    pub frameworks: &'static [&'static str],
    /// Kinds besides the judged one without which there is no verdict: when one of them could not be read, the check
    /// is not evaluated.
    pub needs: &'static [GroupKind<'static>],
    /// Parameters, each documented on the check's page.
    pub settings: &'static [Setting],
    /// The list among the settings without which nothing fails.
    pub asks_for: Option<&'static str>,
    /// Work done once a run from the settings (patterns to compile); [`Verdicts::prepared`] gives it back.
    pub prepare: Option<fn(&CheckSettings<'_>) -> Prepared>,
    /// The function.
    pub judge: Judge,
}

/// What [`Check::prepare`] made.
pub type Prepared = Box<dyn Any + Send + Sync>;

/// The function of a check, by scope.
#[derive(Clone, Copy, Debug)]
pub enum Judge {
    /// Judges every container of every pod and pod template.
    Container(fn(&ContainerView<'_>, &mut Verdicts<'_>)),
    /// Judges every pod and pod template.
    Pod(fn(&PodView<'_>, &mut Verdicts<'_>)),
    /// Judges every resource of these kinds; an empty list means all kinds.
    Resource(&'static [GroupKind<'static>], fn(&Resource, &mut Verdicts<'_>)),
    /// Judges every component of a cluster of these kinds: its command line, or the document that configures it.
    Component(&'static [Part], fn(&Component<'_>, &mut Verdicts<'_>)),
    /// Judges the inventory as a whole and says which resources it judged.
    Inventory(fn(&Inventory, &mut VerdictsBySubject<'_>)),
}

impl Check {
    /// In the default profile, no needs, no settings, nothing to prepare: `..Check::PLAIN` in a check's declaration.
    pub const PLAIN: Check = Check {
        id: "",
        title: "",
        why: "",
        help: "",
        pillar: Pillar::Nodes,
        profile: Profile::Default,
        severity: Severity::Info,
        confidence: Confidence::High,
        frameworks: &[],
        needs: &[],
        settings: &[],
        asks_for: None,
        prepare: None,
        judge: Judge::Resource(&[], |_, _| {}),
    };

    /// What findings share.
    pub fn info(&self) -> CheckInfo {
        CheckInfo {
            id: CheckId::from_static(self.id),
            title: Cow::Borrowed(self.title),
            why: Cow::Borrowed(self.why),
            help: Cow::Borrowed(self.help),
            pillar: self.pillar,
            severity: self.severity,
            frameworks: self.frameworks.iter().copied().map(Cow::Borrowed).collect(),
        }
    }

    /// What is to be said of it when it lacks a setting to fail at all.
    pub fn idle(&'static self, settings: &Settings) -> Option<String> {
        let name = self.asks_for.filter(|name| settings.of(self).strings(name).is_empty())?;
        Some(format!("check `{0}` never fails while `checks.{0}.{name}` of `seawall.yaml` is empty", self.id))
    }

    /// Whether the default profile runs it: all but the checks beside the six pillars and those that ask for
    /// [`Profile::All`].
    pub fn in_default_profile(&self) -> bool {
        self.pillar != Pillar::Reliability && self.profile == Profile::Default
    }
}
