//! What an expression may cost: in the API server's units, and in work that these do not count.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use regex::Regex;

use super::{EvalError, re2};

/// Bounds of one expression; more is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of its text.
    pub text_bytes: usize,
    /// How deep it may be nested, in its text and in its tree.
    pub depth: u16,
    /// Units of one evaluation, as the API server counts them.
    pub cost: u64,
    /// Steps of one evaluation that are not in its cost: items gone over or compared, every ten bytes of text made or searched.
    pub steps: u64,
}

impl Default for Limits {
    /// Depth and cost are the API server's. Whoever stays within its cost hardly ever comes near the steps.
    fn default() -> Self {
        Limits { text_bytes: 1 << 20, depth: 250, cost: 1_000_000, steps: 10_000_000 }
    }
}

/// What has been spent, and the patterns and time zones that have been paid for.
pub(super) struct Budget {
    cost: u64,
    most: u64,
    steps: u64,
    /// Made for the first pattern.
    patterns: Option<HashMap<Box<str>, Option<Regex>>>,
    zones: BTreeMap<&'static str, TimeZone>,
}

/// What compiling a pattern takes.
const PATTERN: usize = 2_000;
/// What reading the data of a time zone takes.
const ZONE: usize = 500;

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let (patterns, zones) = (None, BTreeMap::new());
        Budget { cost: 0, most: limits.cost, steps: limits.steps, patterns, zones }
    }

    /// The cost so far.
    pub(super) fn cost(&self) -> u64 {
        self.cost
    }

    /// Adds to the cost; an error when it is more than there may be.
    #[inline]
    pub(super) fn charge(&mut self, units: u64) -> Result<(), EvalError> {
        self.cost = self.cost.saturating_add(units);
        if self.cost > self.most { Err(EvalError::limit()) } else { Ok(()) }
    }

    /// Takes steps; an error when they are used up.
    #[inline]
    pub(super) fn take(&mut self, steps: usize) -> Result<(), EvalError> {
        match self.steps.checked_sub(steps as u64) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                Err(EvalError::limit())
            }
        }
    }

    /// A pattern that is made on the way; `None` when it is none.
    pub(super) fn pattern(&mut self, text: &str) -> Result<Option<&Regex>, EvalError> {
        if !self.patterns.as_ref().is_some_and(|patterns| patterns.contains_key(text)) {
            self.take(PATTERN)?;
            self.patterns.get_or_insert_default().insert(text.into(), re2::compile(text));
        }
        Ok(self.patterns.as_ref().and_then(|patterns| patterns.get(text)?.as_ref()))
    }

    /// A time zone with its data; `None` when these are none.
    pub(super) fn zone(&mut self, name: &'static str, data: &[u8]) -> Result<Option<&TimeZone>, EvalError> {
        if !self.zones.contains_key(name) {
            self.take(ZONE)?;
            let Ok(zone) = TimeZone::tzif(name, data) else { return Ok(None) };
            self.zones.insert(name, zone);
        }
        Ok(self.zones.get(name))
    }

    /// Takes the steps of a text in which a pattern is looked for.
    pub(super) fn search(&mut self, bytes: usize, pattern: &str) -> Result<(), EvalError> {
        self.text(bytes.saturating_mul((pattern.len() / 4).max(1)))
    }

    /// Takes the steps of a text that is made or searched.
    pub(super) fn text(&mut self, bytes: usize) -> Result<(), EvalError> {
        self.take(bytes / 10)
    }
}
