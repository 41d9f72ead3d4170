//! What is said of one request, and what becomes of it.

use crate::mode::Mode;

/// What becomes of something that a policy says; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// The audit event notes it.
    Noted,
    /// The client is warned.
    Warned,
    /// The request is refused.
    Refused,
}

impl Fate {
    pub(super) fn of_denial(mode: Mode) -> Self {
        match mode {
            Mode::Audit => Fate::Noted,
            Mode::Warn => Fate::Warned,
            Mode::Enforce => Fate::Refused,
        }
    }

    /// What is only a warning refuses in no mode.
    pub(super) fn of_warning(mode: Mode) -> Self {
        match mode {
            Mode::Audit => Fate::Noted,
            Mode::Warn | Mode::Enforce => Fate::Warned,
        }
    }

    /// In a sentence: `would be refused`.
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Noted => "noted",
            Fate::Warned => "warned",
            Fate::Refused => "refused",
        }
    }
}

/// What one policy says; the family speaks for warnings, which go by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The policy.
    pub policy: String,
    /// Its family: `checks`, `pod-security`, `policies`.
    pub family: String,
    /// What becomes of it in the mode that is configured; `None` when it is said only in the other one.
    pub today: Option<Fate>,
    /// What would become of it.
    pub then: Option<Fate>,
    /// The first of its messages.
    pub message: String,
}

/// Something that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The policy; empty: all of them.
    pub policy: String,
    /// Why.
    pub reason: String,
}

/// All that is said of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The exemption that covers it: nobody judges.
    pub exempt: Option<&'static str>,
    /// What is said, a policy each, by name.
    pub said: Vec<Said>,
    /// What could not be judged.
    pub gaps: Vec<Gap>,
}

impl Judgement {
    /// Of a request that nobody can judge.
    pub(super) fn blind(reason: impl Into<String>) -> Self {
        let gap = Gap { policy: String::new(), reason: reason.into() };
        Judgement { gaps: vec![gap], ..Judgement::default() }
    }

    /// What becomes of the request today; `None`: nothing is said.
    pub fn today(&self) -> Option<Fate> {
        self.said.iter().filter_map(|said| said.today).max()
    }

    /// What would become of it.
    pub fn then(&self) -> Option<Fate> {
        self.said.iter().filter_map(|said| said.then).max()
    }
}
