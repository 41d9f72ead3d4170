//! Where a request becomes an answer: exemptions, judges, modes; what the webhook, a file and a preview share.
//!
//! Invariants, above all what is absent:
//! - [`Desk::decide`] does no IO and waits for nothing; events go into a bounded queue. What must be learnt of images is asked
//!   for before: [`Desk::look_up`] begins that, [`Desk::learn`] also waits for it, within the time of a review;
//! - a dry run differs in nothing but a mark on its events;
//! - a judge that panics is a gap, never the end of the process and never a pass in silence;
//! - a policy in mode `audit` or `warn` never refuses and changes nothing, whatever happens to it.

mod change;
mod lookup;

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use seawall_core::Date;
use seawall_inventory::Inventory;
use seawall_policy::admission::{Decision, Denial, NotJudged, Reason, Request};
use seawall_yaml::Node;

use crate::clock::Clock;
use crate::event::{About, Events, Lines, Outcome};
use crate::exempt::Exemptions;
use crate::judge::{Around, Budget, Changer, Hook, IMAGES, Judge, Known, POD_SECURITY};
use crate::metrics::Metrics;
use crate::mode::{Identity, Mode, Modes};
use crate::review::{Answer, Review, Status, annotation_key};
use crate::shared::Shared;

/// What becomes of an enforced policy that could not be judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Failure {
    /// The request is refused: enforcement is opt-in, and whoever opts in wants no hole.
    #[default]
    Refuse,
    /// The request goes on, with a warning.
    Allow,
}

/// What decides beside the judges.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// What a refusal does.
    pub modes: Modes,
    /// What a gap does.
    pub failure: Failure,
    /// What is never judged.
    pub exemptions: Exemptions,
}

/// The judges of a server, and what is known.
pub type Judges = Vec<Arc<dyn Judge>>;

/// Those who change objects, in the order in which they do.
pub type Changers = Vec<Arc<dyn Changer>>;

/// Decides.
pub struct Desk {
    rules: Rules,
    judges: Shared<Judges>,
    changers: Shared<Changers>,
    known: Shared<Known>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    events: Events,
}

impl Desk {
    /// A desk without judges that knows of nothing.
    pub fn new(rules: Rules, clock: Arc<dyn Clock>, metrics: Arc<Metrics>, events: Events) -> Self {
        let (judges, changers, known) = Default::default();
        Desk { rules, judges, changers, known, clock, metrics, events }
    }

    /// Who judges from now on.
    pub fn set_judges(&self, judges: Judges) {
        self.judges.set(Arc::new(judges));
    }

    /// Who changes objects from now on.
    pub fn set_changers(&self, changers: Changers) {
        self.changers.set(Arc::new(changers));
    }

    /// What is in the cluster from now on.
    pub fn set_inventory(&self, inventory: Inventory) {
        self.set_known(inventory.into());
    }

    /// The same, with what is made of it.
    pub fn set_known(&self, known: Known) {
        self.known.set(Arc::new(known));
    }

    /// How many policies work at a hook.
    pub fn policies(&self, hook: Hook) -> usize {
        match hook {
            Hook::Mutate => self.changers.get().iter().map(|changer| changer.ids().len()).sum(),
            Hook::Validate => self.judges.get().iter().map(|judge| judge.policies()).sum(),
        }
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// What a preview shares with the door: the rules, the judges and what is known.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn judges(&self) -> Arc<Judges> {
        self.judges.get()
    }

    pub(crate) fn changers(&self) -> Arc<Changers> {
        self.changers.get()
    }

    pub(crate) fn known(&self) -> Arc<Known> {
        self.known.get()
    }

    pub(crate) fn today(&self) -> Date {
        Date::from_unix(self.clock.now())
    }

    /// Events that were lost so far.
    pub fn events_dropped(&self) -> u64 {
        self.events.dropped()
    }

    /// Judges a review.
    pub fn decide(&self, review: &Review, hook: Hook, budget: &Budget) -> Answer {
        let request = review.request();
        let mut ruling = Ruling::new(self, &request, hook);
        if let Some(id) = self.rules.exemptions.of(&request) {
            self.metrics.exempt.add(&[id]);
            ruling.answer.annotations.push(("exempt".to_owned(), id.to_owned()));
            return ruling.finish();
        }
        let known = self.known.get();
        let (tree, looked) = (review.tree(), review.looked());
        let around = Around { tree, known: &known, budget, today: self.today(), looked };
        match hook {
            Hook::Mutate => self.change(&mut ruling, &around),
            Hook::Validate => {
                for judge in self.judges.get().iter() {
                    let decision = self.ask(judge.name(), budget, || judge.judge(&request, &around));
                    ruling.take(judge.name(), decision);
                }
            }
        }
        ruling.finish()
    }

    /// The answer to a review that no judge could finish.
    pub fn give_up(&self, review: &Review, hook: Hook, why: &str) -> Answer {
        let request = review.request();
        let mut ruling = Ruling::new(self, &request, hook);
        let mode = match hook {
            Hook::Mutate => self.strictest_change(ruling.object),
            Hook::Validate => self.rules.modes.strictest(ruling.object),
        };
        ruling.gap(FAMILIES, mode, why);
        ruling.finish()
    }

    pub(crate) fn ask(&self, family: &str, budget: &Budget, judge: impl FnOnce() -> Decision) -> Decision {
        let gap = |reason: String| Decision {
            not_judged: vec![NotJudged { policy: family.to_owned(), binding: String::new(), reason }],
            ..Decision::default()
        };
        if budget.is_spent() {
            return gap("the time for this request was up".to_owned());
        }
        let started = Instant::now();
        let judged = catch_unwind(AssertUnwindSafe(judge));
        self.metrics.judging.observe(&[family], started.elapsed());
        judged.unwrap_or_else(|panic| gap(crashed(&*panic)))
    }
}

/// What stands for all policies together.
const FAMILIES: &str = "all";

/// What a panic was about; its text is ours or a library's, but may hold a piece of the object, so it is not repeated.
fn crashed(panic: &(dyn Any + Send)) -> String {
    let known = panic.is::<&str>() || panic.is::<String>();
    format!("the policy crashed{}", if known { "" } else { " without a word" })
}

/// An answer in the making.
struct Ruling<'d> {
    desk: &'d Desk,
    request: &'d Request<'d>,
    hook: Hook,
    object: Identity<'d>,
    answer: Answer,
    refusals: Vec<Denial>,
    noted: Vec<String>,
    would_refuse: Vec<String>,
    would_warn: Vec<String>,
    would_change: Vec<String>,
    /// The policies that changed the object.
    changed: Vec<String>,
    gaps: Vec<String>,
    /// Made for the first event.
    about: OnceCell<About>,
    /// All events, which go together: whoever writes them is woken once.
    lines: RefCell<Lines>,
}

impl<'d> Ruling<'d> {
    fn new(desk: &'d Desk, request: &'d Request<'d>, hook: Hook) -> Self {
        Ruling {
            desk,
            request,
            hook,
            object: identity(request),
            answer: Answer { uid: request.uid.to_owned(), ..Answer::default() },
            refusals: Vec::new(),
            noted: Vec::new(),
            would_refuse: Vec::new(),
            would_warn: Vec::new(),
            would_change: Vec::new(),
            changed: Vec::new(),
            gaps: Vec::new(),
            about: OnceCell::new(),
            lines: RefCell::default(),
        }
    }

    fn tell(&self, policy: &str, mode: Mode, outcome: Outcome, reason: &str) {
        let Desk { metrics, events, clock, .. } = self.desk;
        metrics.decisions.add(&[policy, mode.as_str(), outcome.as_str()]);
        if events.are_wanted() {
            let about = self.about.get_or_init(|| About::new(self.request, self.hook, clock.now()));
            about.line(policy, mode.as_str(), outcome, reason, &mut self.lines.borrow_mut());
        }
    }

    fn mode(&self, policy: &str, family: &str) -> Mode {
        self.desk.rules.modes.of(policy, family, self.object)
    }

    /// Takes in what a judge said.
    fn take(&mut self, family: &str, decision: Decision) {
        for denial in decision.denials {
            let mode = self.mode(&denial.policy, family);
            let outcome = match mode {
                Mode::Enforce => Outcome::Refused,
                Mode::Warn => Outcome::Warned,
                Mode::Audit => Outcome::Audited,
            };
            self.tell(&denial.policy, mode, outcome, denial.reason.name());
            match mode {
                Mode::Enforce => self.refusals.push(denial),
                Mode::Warn => self.answer.warnings.push(denial.message),
                Mode::Audit => self.would_refuse.push(denial.message),
            }
        }
        for gap in decision.not_judged {
            // What speaks for more than one policy is as strict as the strictest of them. Pod Security is a family of one,
            // which the settings name.
            let whole = gap.policy == family && family != POD_SECURITY;
            let mode = if whole {
                self.desk.rules.modes.strictest(self.object)
            } else {
                self.mode(&gap.policy, family)
            };
            self.gap(&gap.policy, mode, &gap.reason);
        }
        if !decision.warnings.is_empty() {
            let mode = self.mode(family, family);
            let outcome = if mode == Mode::Audit { Outcome::Audited } else { Outcome::Warned };
            self.tell(family, mode, outcome, "Warning");
            let warnings = if mode == Mode::Audit { &mut self.would_warn } else { &mut self.answer.warnings };
            warnings.extend(decision.warnings);
        }
        for note in decision.noted {
            let mode = self.mode(&note.policy, family);
            self.tell(&note.policy, mode, Outcome::Audited, note.reason);
            if !note.annotated {
                self.noted.push(note.message);
            }
        }
        for (key, value) in decision.audit_annotations {
            self.answer.annotations.push((annotation_key(&key), value));
        }
    }

    /// Something could not be judged.
    fn gap(&mut self, policy: &str, mode: Mode, reason: &str) {
        let message = format!("{policy}: could not be judged: {reason}");
        let refuses = mode == Mode::Enforce && self.desk.rules.failure == Failure::Refuse;
        let outcome = if refuses { Outcome::FailedClosed } else { Outcome::FailedOpen };
        // What is not known of an image names it, and no value of an object enters an event.
        let told =
            if IMAGES.iter().any(|image| policy.starts_with(image)) { "ImageNotKnown" } else { reason };
        self.tell(policy, mode, outcome, told);
        match mode {
            _ if refuses => self.refusals.push(Denial {
                policy: policy.into(),
                binding: Arc::default(),
                code: 500,
                reason: Reason::InternalError,
                message,
            }),
            Mode::Audit => self.gaps.push(message),
            Mode::Warn | Mode::Enforce => self.answer.warnings.push(message),
        }
    }

    fn finish(mut self) -> Answer {
        // What is refused is not changed.
        if !self.refusals.is_empty() {
            self.changed.clear();
        }
        self.changed.iter().for_each(|policy| self.tell(policy, Mode::Enforce, Outcome::Changed, ""));
        for (key, texts) in [
            ("changed", &mut self.changed),
            ("noted", &mut self.noted),
            ("would-refuse", &mut self.would_refuse),
            ("would-warn", &mut self.would_warn),
            ("would-change", &mut self.would_change),
            ("not-evaluated", &mut self.gaps),
        ] {
            if !texts.is_empty() {
                self.answer.annotations.push((key.to_owned(), together(texts)));
            }
        }
        if let Some(first) = self.refusals.first() {
            let (code, reason) = (first.code, first.reason.name());
            let messages: Vec<&str> = self.refusals.iter().map(|denial| denial.message.as_str()).collect();
            self.answer.refusal = Some(Status { code, reason, message: together(&messages) });
            self.answer.patch = None;
        }
        self.desk.events.send(self.lines.take());
        let allowed = if self.answer.refusal.is_none() { "true" } else { "false" };
        self.desk.metrics.requests.add(&[self.hook.name(), self.request.operation.name(), allowed]);
        self.answer
    }
}

/// Messages in one text: nobody reads more than the first ones.
fn together(messages: &[impl AsRef<str>]) -> String {
    /// That many are shown.
    const SHOWN: usize = 10;
    let mut text: Vec<&str> = messages.iter().take(SHOWN).map(AsRef::as_ref).collect();
    let more = messages.len().saturating_sub(SHOWN);
    let rest = format!("and {more} more");
    if more > 0 {
        text.push(&rest);
    }
    text.join("; ")
}

/// What the object is called, at every try alike: by its controller, or by what does not change from try to try.
pub(crate) fn identity<'t>(request: &Request<'t>) -> Identity<'t> {
    let metadata = request.object.and_then(|object| object.get("metadata"));
    let text = |node: Node<'t>, key| node.str(key).filter(|text| !text.is_empty());
    let mut owners = metadata.into_iter().flat_map(|metadata| metadata.list("ownerReferences"));
    let controller = owners.find(|owner| owner.bool("controller") == Some(true));
    let controller = controller.and_then(|owner| Some((text(owner, "kind")?, text(owner, "name")?)));
    if let Some((kind, name)) = controller {
        return Identity { namespace: request.namespace, kind, name };
    }
    let own = |key| metadata.and_then(|metadata| text(metadata, key));
    let name = own("generateName").or_else(|| own("name")).unwrap_or(request.name);
    Identity { namespace: request.namespace, kind: request.kind.2, name }
}
