//! What must hold of a provider's answer.

use seawall_core::Route;
use seawall_yaml::Node;

use super::{Judged, Outcome};

/// Keys from the root of a description.
pub(super) type Keys = &'static [&'static str];

/// A condition on an answer. An absent or null value means what the provider's API means by it.
#[derive(Debug)]
pub(super) enum Rule {
    /// Must be true; absent is false.
    On(Keys),
    /// Must not be true; absent is false.
    Off(Keys),
    /// Must be one of these words, whatever their case; absent is none.
    Word(Keys, &'static [&'static str]),
    /// Must be a text that is not empty.
    Text(Keys),
    /// Must hold for every item of a list that the answer must have.
    Each(Keys, &'static Rule),
    /// Must not be this word.
    Not(Keys, &'static str),
    /// One of these must hold; the first tells when none does.
    Any(&'static [Rule]),
    /// All of these must hold.
    All(&'static [Rule]),
    /// What takes more than one value to say.
    Own(fn(Node<'_>) -> Judged),
}

/// The longest value that a message repeats, in characters.
const MAX_VALUE: usize = 60;

impl Rule {
    pub(super) fn judge(&self, root: Node<'_>) -> Judged {
        match self {
            Rule::On(keys) => flag(root, keys, true),
            Rule::Off(keys) => flag(root, keys, false),
            Rule::Word(keys, words) => {
                word(root, keys, |found| words.iter().any(|word| word.eq_ignore_ascii_case(found)))
            }
            Rule::Not(keys, refused) => word(root, keys, |found| !refused.eq_ignore_ascii_case(found)),
            Rule::Text(keys) => word(root, keys, |found| !found.is_empty()),
            Rule::Each(keys, rule) => each(root, keys, rule),
            Rule::Any(rules) => any(root, rules),
            Rule::All(rules) => all(root, rules),
            Rule::Own(judge) => judge(root),
        }
    }
}

/// A value that is there and not null.
pub(super) fn value<'n>(root: Node<'n>, keys: &[&str]) -> Option<Node<'n>> {
    root.path(keys).filter(|node| !node.is_null())
}

pub(super) fn told(outcome: Outcome, keys: &[&str], message: impl Into<String>) -> Judged {
    Judged { outcome, route: Route::default().keys(keys), message: message.into() }
}

/// `` `a.b` is `value` ``
pub(super) fn is(keys: &[&str], value: &str) -> String {
    let shown = match value.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or("")),
        None => value.to_owned(),
    };
    format!("`{}` is `{shown}`", keys.join("."))
}

fn not_set(keys: &[&str]) -> String {
    format!("`{}` is not set", keys.join("."))
}

fn flag(root: Node<'_>, keys: &[&str], wanted: bool) -> Judged {
    let (found, message) = match value(root, keys) {
        None => (false, not_set(keys)),
        Some(node) => match node.as_bool() {
            Some(found) => (found, is(keys, if found { "true" } else { "false" })),
            None => {
                let message = format!("`{}` is neither true nor false", keys.join("."));
                return told(Outcome::Unknown, keys, message);
            }
        },
    };
    told(if found == wanted { Outcome::Pass } else { Outcome::Fail }, keys, message)
}

fn word(root: Node<'_>, keys: &[&str], is_good: impl Fn(&str) -> bool) -> Judged {
    match value(root, keys) {
        None => told(Outcome::Fail, keys, not_set(keys)),
        Some(node) => match node.as_str() {
            Some(found) if is_good(found) => told(Outcome::Pass, keys, is(keys, found)),
            Some(found) => told(Outcome::Fail, keys, is(keys, found)),
            None => told(Outcome::Unknown, keys, format!("`{}` is no text", keys.join("."))),
        },
    }
}

fn each(root: Node<'_>, keys: &[&str], rule: &Rule) -> Judged {
    let items = value(root, keys).filter(|list| list.is_seq() && !list.is_empty());
    let Some(list) = items else {
        return told(Outcome::Unknown, keys, format!("the answer has no `{}`", keys.join(".")));
    };
    let mut worst: Option<Judged> = None;
    for (index, item) in list.items().enumerate() {
        let judged = rule.judge(item);
        if judged.outcome == Outcome::Pass || worst.as_ref().is_some_and(|one| one.outcome == Outcome::Fail) {
            continue;
        }
        let name = item.str("name").map_or_else(|| index.to_string(), str::to_owned);
        worst = Some(Judged {
            outcome: judged.outcome,
            route: Route::default().keys(keys).index(index).join(&judged.route),
            message: format!("{} of `{name}`: {}", keys.join("."), judged.message),
        });
    }
    worst.unwrap_or_else(|| {
        let message = format!("it holds for all {} of `{}`", list.len(), keys.join("."));
        told(Outcome::Pass, keys, message)
    })
}

fn any(root: Node<'_>, rules: &[Rule]) -> Judged {
    let mut first = None;
    for rule in rules {
        let judged = rule.judge(root);
        if judged.outcome == Outcome::Pass {
            return judged;
        }
        first.get_or_insert(judged);
    }
    first.unwrap_or_else(|| told(Outcome::Unknown, &[], "nothing is asked"))
}

fn all(root: Node<'_>, rules: &[Rule]) -> Judged {
    let judged: Vec<Judged> = rules.iter().map(|rule| rule.judge(root)).collect();
    let worst = |outcome| judged.iter().find(|one| one.outcome == outcome).cloned();
    let passed = || {
        let last = judged.last().cloned()?;
        let messages: Vec<&str> = judged.iter().map(|one| one.message.as_str()).collect();
        Some(Judged { message: messages.join(", "), ..last })
    };
    worst(Outcome::Fail)
        .or_else(|| worst(Outcome::Unknown))
        .or_else(passed)
        .unwrap_or_else(|| told(Outcome::Unknown, &[], "nothing is asked"))
}

/// Whether a range covers every address.
pub(super) fn is_everything(range: &str) -> bool {
    range.ends_with("/0")
}
