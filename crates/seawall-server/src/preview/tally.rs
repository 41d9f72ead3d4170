//! Judgements counted: by policy, and by those whom they are about.
//!
//! Invariant: memory is bounded whatever is counted. What is not listed any more is counted all the same, so that sums are
//! right; what is listed depends on the order of what was taken and on nothing else.

use std::collections::BTreeMap;

use super::{Fate, Gap, Judgement, Passed, Replayed, Said};

/// Groups that are listed, over all policies.
const MOST_GROUPS: usize = 10_000;
/// Distinct reasons why something could not be judged.
const MOST_GAPS: usize = 1_000;
/// Kinds that are told apart within a group.
const MOST_KINDS: usize = 8;
/// Characters of a message.
const MESSAGE_BYTES: usize = 2_048;

/// Of whom requests are counted together. Of objects that is their last owner, of a log who asked and for what.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    /// The namespace; empty at cluster scope.
    pub namespace: String,
    /// The kind, or the resource where the log holds no object.
    pub kind: String,
    /// The name; empty in a log.
    pub name: String,
    /// The user; empty for objects.
    pub user: String,
    /// The program that the user says it is: the first word of its user agent.
    pub agent: String,
}

/// One request of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// The kind, as in [`Who`].
    pub kind: String,
    /// The namespace; empty at cluster scope.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The file that the object is in.
    pub file: Option<String>,
    /// The line on which it begins.
    pub line: Option<u32>,
    /// The id of the audit event.
    pub audit_id: Option<String>,
    /// When it was, in microseconds since 1970.
    pub time: Option<i64>,
    /// What the policy says; `None` where that could show a secret.
    pub message: Option<String>,
}

/// Numbers by what becomes of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Refused.
    pub refused: u64,
    /// Warned about.
    pub warned: u64,
    /// Noted in the audit event.
    pub noted: u64,
}

impl Counts {
    fn add(&mut self, fate: Option<Fate>) {
        match fate {
            Some(Fate::Refused) => self.refused += 1,
            Some(Fate::Warned) => self.warned += 1,
            Some(Fate::Noted) => self.noted += 1,
            None => {}
        }
    }
}

/// The first and the last time, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

impl Window {
    /// Widens a window by a time.
    pub fn add(window: &mut Option<Window>, time: Option<i64>) {
        let Some(time) = time else { return };
        let known = window.get_or_insert(Window { first: time, last: time });
        known.first = known.first.min(time);
        known.last = known.last.max(time);
    }
}

/// What a policy says of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Requests.
    pub requests: u64,
    /// Those among them that stored nothing.
    pub dry_run: u64,
    /// What becomes of them today.
    pub today: Counts,
    /// What would become of them.
    pub then: Counts,
    /// When they were.
    pub window: Option<Window>,
    /// Requests by kind; a few kinds, the others are only in the sum.
    pub kinds: BTreeMap<String, u64>,
    /// The worst one, of several the first.
    pub example: Example,
    worst: Option<Fate>,
}

/// What one policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyCount {
    /// Its family.
    pub family: String,
    /// Requests.
    pub requests: u64,
    /// What becomes of them today.
    pub today: Counts,
    /// What would become of them.
    pub then: Counts,
    /// When they were.
    pub window: Option<Window>,
    /// Of whom.
    pub groups: BTreeMap<Who, Group>,
    /// Requests whose groups are not listed.
    pub unlisted: u64,
}

/// Requests that could not be judged for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapCount {
    /// Requests.
    pub requests: u64,
    /// The first.
    pub example: Example,
}

/// Sums over all requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests that are to be judged.
    pub requests: u64,
    /// Those that were, or that would be refused whatever else is not known.
    pub judged: u64,
    /// The others.
    pub not_judged: u64,
    /// Requests that stored nothing; they are counted above, too.
    pub dry_run: u64,
    /// What becomes of requests today.
    pub today: Counts,
    /// What would become of them.
    pub then: Counts,
    /// Requests that nobody judges.
    pub exempt: u64,
}

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sums.
    pub totals: Totals,
    /// By policy.
    pub policies: BTreeMap<String, PolicyCount>,
    /// What could not be judged.
    pub gaps: BTreeMap<(String, String), GapCount>,
    /// Gaps whose reasons are not listed.
    pub unlisted_gaps: u64,
    /// By exemption.
    pub exempt: BTreeMap<&'static str, u64>,
    /// Events of which nothing is asked.
    pub passed: BTreeMap<Passed, u64>,
    groups: usize,
}

impl Tally {
    /// Counts what came of an event.
    pub fn replayed(&mut self, replayed: Replayed) {
        match replayed {
            Replayed::Passed(why) => *self.passed.entry(why).or_default() += 1,
            Replayed::Judged { judgement, about, dry_run } => {
                let about = about.map(|about| *about).unwrap_or_default();
                self.count(&judgement, about, dry_run);
            }
        }
    }

    /// Counts what is said of an object.
    pub fn created(&mut self, judgement: &Judgement, who: Who, example: Example) {
        self.count(judgement, (who, example), false);
    }

    fn count(&mut self, judgement: &Judgement, (who, example): (Who, Example), dry_run: bool) {
        if let Some(id) = judgement.exempt {
            self.totals.exempt += 1;
            *self.exempt.entry(id).or_default() += 1;
            return;
        }
        let totals = &mut self.totals;
        let then = judgement.then();
        totals.requests += 1;
        totals.dry_run += u64::from(dry_run);
        totals.today.add(judgement.today());
        totals.then.add(then);
        if judgement.gaps.is_empty() || then == Some(Fate::Refused) {
            totals.judged += 1;
        } else {
            totals.not_judged += 1;
        }
        for said in &judgement.said {
            self.say(said, &who, &example, dry_run);
        }
        for gap in &judgement.gaps {
            self.miss(gap, &example);
        }
    }

    fn say(&mut self, said: &Said, who: &Who, example: &Example, dry_run: bool) {
        let policy = self
            .policies
            .entry(said.policy.clone())
            .or_insert_with(|| PolicyCount { family: said.family.clone(), ..PolicyCount::default() });
        policy.requests += 1;
        policy.today.add(said.today);
        policy.then.add(said.then);
        Window::add(&mut policy.window, example.time);
        if !policy.groups.contains_key(who) {
            if self.groups >= MOST_GROUPS {
                policy.unlisted += 1;
                return;
            }
            self.groups += 1;
        }
        policy.groups.entry(who.clone()).or_default().add(said, example, dry_run);
    }

    fn miss(&mut self, gap: &Gap, example: &Example) {
        let key = (gap.policy.clone(), cut(&gap.reason));
        if self.gaps.len() >= MOST_GAPS && !self.gaps.contains_key(&key) {
            self.unlisted_gaps += 1;
            return;
        }
        let first = || GapCount { requests: 0, example: example.clone() };
        self.gaps.entry(key).or_insert_with(first).requests += 1;
    }
}

impl Group {
    fn add(&mut self, said: &Said, example: &Example, dry_run: bool) {
        if self.requests == 0 || said.then > self.worst {
            // An expression may say whatever it reads.
            let shows = example.kind != "Secret" || said.family != "policies";
            let message = shows.then(|| cut(&said.message));
            self.example = Example { message, ..example.clone() };
            self.worst = said.then;
        }
        self.requests += 1;
        self.dry_run += u64::from(dry_run);
        self.today.add(said.today);
        self.then.add(said.then);
        Window::add(&mut self.window, example.time);
        if self.kinds.len() < MOST_KINDS || self.kinds.contains_key(&example.kind) {
            *self.kinds.entry(example.kind.clone()).or_default() += 1;
        }
    }
}

fn cut(text: &str) -> String {
    text.get(..text.floor_char_boundary(MESSAGE_BYTES)).unwrap_or("").to_owned()
}
