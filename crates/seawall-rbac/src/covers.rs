//! Whether rules grant at least what others do.
//!
//! Source: `Covers` of `component-helpers/auth/rbac/validation`, by which the API server decides whether somebody may
//! write a role: every group × resource × verb × name of a rule must be in one of the owner's rules.

use crate::rule::{Rule, url_covers};
use crate::symbols::{Sym, Symbols};

/// How many combinations of one rule are looked at; real ones have fewer than 500.
const MAX_PARTS: usize = 1 << 16;

/// The smallest thing that a rule grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    /// Group, resource, verb, and the name when the rule is restricted to names.
    Resource(Sym, Sym, Sym, Option<Sym>),
    /// Path and verb.
    Path(Sym, Sym),
}

/// What of a rule others do not grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Uncovered {
    /// These parts; empty when all is covered.
    Parts(Vec<Part>),
    /// The rule, which has too many parts to say which.
    TooMany,
}

fn lists(rule: &Rule) -> usize {
    let resources = rule.groups().len() * rule.resources().len() * rule.names().len().max(1);
    (resources + rule.urls().len()).saturating_mul(rule.verbs().len())
}

fn parts(rule: &Rule) -> impl Iterator<Item = Part> {
    let names = || {
        let named = rule.names().iter().copied().map(Some);
        named.chain(rule.names().is_empty().then_some(None))
    };
    let resources = rule.groups().iter().flat_map(move |group| {
        rule.resources().iter().flat_map(move |resource| {
            let verbs = rule.verbs().iter();
            verbs.flat_map(move |verb| names().map(|name| Part::Resource(*group, *resource, *verb, name)))
        })
    });
    let paths = rule.urls().iter().flat_map(|url| rule.verbs().iter().map(|verb| Part::Path(*url, *verb)));
    resources.chain(paths)
}

fn has(list: &[Sym], wanted: Sym) -> bool {
    list.contains(&wanted) || list.contains(&Sym::STAR)
}

fn has_part(rule: &Rule, part: Part, symbols: &Symbols) -> bool {
    match part {
        Part::Path(url, verb) => {
            let path = symbols.text(url);
            has(rule.verbs(), verb) && rule.urls().iter().any(|own| url_covers(symbols.text(*own), path))
        }
        Part::Resource(group, resource, verb, name) => {
            let of_any = |own: &Sym| match (
                symbols.text(*own).strip_prefix("*/"),
                symbols.text(resource).split_once('/'),
            ) {
                (Some(own), Some((_, sub))) => own == sub,
                _ => false,
            };
            has(rule.verbs(), verb)
                && has(rule.groups(), group)
                && (has(rule.resources(), resource) || rule.resources().iter().any(of_any))
                && (rule.names().is_empty() || name.is_some_and(|name| rule.names().contains(&name)))
        }
    }
}

/// What of `rule` none of `owned` grants.
pub(crate) fn uncovered<'r>(
    rule: &Rule,
    owned: impl Iterator<Item = &'r Rule> + Clone,
    symbols: &Symbols,
) -> Uncovered {
    if owned.clone().any(|own| own == rule) {
        return Uncovered::Parts(Vec::new());
    }
    if lists(rule) > MAX_PARTS {
        return Uncovered::TooMany;
    }
    let missing = parts(rule).filter(|part| !owned.clone().any(|own| has_part(own, *part, symbols)));
    Uncovered::Parts(missing.collect())
}

/// Whether `owned` grant all of `rule`.
pub(crate) fn covers<'r>(
    owned: impl Iterator<Item = &'r Rule> + Clone,
    rule: &Rule,
    symbols: &Symbols,
) -> bool {
    uncovered(rule, owned, symbols) == Uncovered::Parts(Vec::new())
}
