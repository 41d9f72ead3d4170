//! Rules and what they allow.
//!
//! Source: `pkg/apis/rbac/v1/evaluation_helpers.go` and `RuleAllows` of the RBAC authorizer. `*` or an exact match,
//! `*/sub` for a subresource of anything, and nothing else: `pods/*` and `dep*` match nothing.

use seawall_inventory::PolicyRule;

use crate::Request;
use crate::symbols::{Sym, Symbols};

/// One rule of a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    verbs: Box<[Sym]>,
    groups: Box<[Sym]>,
    resources: Box<[Sym]>,
    names: Box<[Sym]>,
    urls: Box<[Sym]>,
}

impl Rule {
    pub(crate) fn new(
        verbs: Box<[Sym]>,
        groups: Box<[Sym]>,
        resources: Box<[Sym]>,
        names: Box<[Sym]>,
        urls: Box<[Sym]>,
    ) -> Self {
        Rule { verbs, groups, resources, names, urls }
    }

    pub(crate) fn read(rule: PolicyRule<'_>, symbols: &mut Symbols) -> Self {
        let mut list = |key| rule.strings(key).map(|text| symbols.intern(text)).collect();
        Rule {
            verbs: list("verbs"),
            groups: list("apiGroups"),
            resources: list("resources"),
            names: list("resourceNames"),
            urls: list("nonResourceURLs"),
        }
    }

    /// The same rule in the numbers of another model.
    pub(crate) fn translated(&self, from: &Symbols, to: &mut Symbols) -> Self {
        let mut list = |list: &[Sym]| list.iter().map(|sym| to.intern(from.text(*sym))).collect();
        Rule {
            verbs: list(&self.verbs),
            groups: list(&self.groups),
            resources: list(&self.resources),
            names: list(&self.names),
            urls: list(&self.urls),
        }
    }

    /// The verbs, as written.
    pub fn verbs(&self) -> &[Sym] {
        &self.verbs
    }

    /// The API groups, as written.
    pub fn groups(&self) -> &[Sym] {
        &self.groups
    }

    /// The resources, as written: `pods`, `pods/exec`, `*`, `*/exec`.
    pub fn resources(&self) -> &[Sym] {
        &self.resources
    }

    /// The names of the objects that the rule is restricted to; empty for all objects.
    pub fn names(&self) -> &[Sym] {
        &self.names
    }

    /// The paths, as written.
    pub fn urls(&self) -> &[Sym] {
        &self.urls
    }

    pub(crate) fn allows(&self, asked: &Asked<'_>, symbols: &Symbols) -> bool {
        if !matches(&self.verbs, asked.verb) {
            return false;
        }
        match &asked.what {
            What::Resource { group, combined, of_any, name } => {
                matches(&self.groups, *group)
                    && (matches(&self.resources, *combined) || has(&self.resources, *of_any))
                    && (self.names.is_empty() || has(&self.names, *name))
            }
            What::Path(path) => self.urls.iter().any(|url| url_covers(symbols.text(*url), path)),
        }
    }
}

/// Whether a path of a rule covers the path of a request: exactly, or as a prefix when it ends in stars.
pub(crate) fn url_covers(rule: &str, path: &str) -> bool {
    rule == path || (rule.ends_with('*') && path.starts_with(rule.trim_end_matches('*')))
}

fn has(list: &[Sym], wanted: Option<Sym>) -> bool {
    wanted.is_some_and(|wanted| list.contains(&wanted))
}

fn matches(list: &[Sym], wanted: Option<Sym>) -> bool {
    list.iter().any(|own| *own == Sym::STAR || Some(*own) == wanted)
}

/// A request in the numbers of a model; a text that no rule knows has none.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'r> {
    verb: Option<Sym>,
    what: What<'r>,
}

#[derive(Clone, Debug)]
enum What<'r> {
    Resource {
        group: Option<Sym>,
        combined: Option<Sym>,
        /// `*/sub`.
        of_any: Option<Sym>,
        name: Option<Sym>,
    },
    Path(&'r str),
}

impl<'r> Asked<'r> {
    pub(crate) fn new(request: &'r Request, symbols: &Symbols) -> Self {
        match request {
            Request::NonResource { verb, path } => Asked { verb: symbols.get(verb), what: What::Path(path) },
            Request::Resource(request) => {
                let sub = request.subresource.as_str();
                let what = What::Resource {
                    group: symbols.get(&request.group),
                    combined: symbols.get(&request.combined()),
                    of_any: (!sub.is_empty()).then(|| symbols.get(&format!("*/{sub}"))).flatten(),
                    name: symbols.get(&request.name),
                };
                Asked { verb: symbols.get(&request.verb), what }
            }
        }
    }
}
