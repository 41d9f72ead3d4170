//! Which objects a constraint speaks about.
//!
//! Invariant: what is not known never decides: it is [`Matched::Unknown`], unless something else already says no.
//!
//! Source: `pkg/mutation/match/match.go`, `pkg/wildcard/wildcard.go`, `pkg/target/matcher.go`.

use seawall_inventory::{KnownLabels, OwnedSelector};
use seawall_yaml::Node;

/// What a constraint speaks about; the default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Match {
    /// Any of them; empty is all.
    pub(crate) kinds: Vec<Kinds>,
    pub(crate) scope: Scope,
    /// Empty is all.
    pub(crate) namespaces: Vec<Wildcard>,
    pub(crate) excluded: Vec<Wildcard>,
    pub(crate) labels: Option<OwnedSelector>,
    pub(crate) namespace_labels: Option<OwnedSelector>,
    pub(crate) name: Option<Wildcard>,
    /// Only objects that an expansion makes; there are none here.
    pub(crate) generated: bool,
}

/// Groups and kinds; empty or `*` is all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kinds {
    pub(crate) groups: Vec<Box<str>>,
    pub(crate) kinds: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    Any,
    Cluster,
    Namespaced,
}

/// A text that may begin or end with `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard {
    text: Box<str>,
    open_start: bool,
    open_end: bool,
}

impl Wildcard {
    pub(crate) fn new(text: &str) -> Self {
        let (open_start, open_end) = (text.starts_with('*'), text.ends_with('*'));
        let text = text.strip_prefix('*').unwrap_or(text);
        Wildcard { text: text.strip_suffix('*').unwrap_or(text).into(), open_start, open_end }
    }

    pub(crate) fn matches(&self, candidate: &str) -> bool {
        match (self.open_start, self.open_end) {
            (true, true) => candidate.contains(&*self.text),
            (true, false) => candidate.ends_with(&*self.text),
            (false, true) => candidate.starts_with(&*self.text),
            (false, false) => candidate == &*self.text,
        }
    }

    /// A name that is yet to be made begins like this.
    fn matches_generated(&self, begin: &str) -> bool {
        self.open_end && self.matches(begin)
    }
}

/// The namespace of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Home<'a> {
    /// The object has none.
    None,
    /// It is stored like this.
    Known(&'a str, Node<'a>),
    /// Only its name is known.
    Named(&'a str),
}

impl Home<'_> {
    fn name(&self) -> Option<&str> {
        match self {
            Home::None => None,
            Home::Known(name, _) | Home::Named(name) => Some(name),
        }
    }
}

/// Whether a constraint speaks about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Matched {
    Yes,
    No,
    Unknown(String),
}

impl Match {
    /// Whether any of the objects of a request is meant.
    pub(crate) fn any<'a>(
        &self,
        objects: impl IntoIterator<Item = Node<'a>>,
        kind: (&str, &str),
        home: Home<'_>,
    ) -> Matched {
        let mut unknown = Matched::No;
        for object in objects {
            match self.matches(object, kind, home) {
                Matched::Yes => return Matched::Yes,
                Matched::No => {}
                other => unknown = other,
            }
        }
        unknown
    }

    /// Whether an object of a group and kind is meant.
    fn matches(&self, object: Node<'_>, (group, kind): (&str, &str), home: Home<'_>) -> Matched {
        let metadata = object.get("metadata");
        let text = |key: &str| metadata.and_then(|metadata| metadata.str(key)).unwrap_or_default();
        let labels = KnownLabels::of_object(object);
        let itself = (group, kind) == ("", "Namespace");
        // A Namespace is in itself; what names none here may still be sent to one.
        let namespace = match home.name() {
            _ if itself => Some(text("name")),
            Some(name) => Some(name),
            None => Some(text("namespace")).filter(|name| !name.is_empty()),
        };
        let named =
            |list: &[Wildcard]| namespace.is_some_and(|name| list.iter().any(|own| own.matches(name)));
        let scope = match self.scope {
            Scope::Any => true,
            Scope::Cluster => itself || namespace.is_none(),
            Scope::Namespaced => !itself && namespace.is_some(),
        };
        let listed = |list: &[Box<str>], own: &str| {
            list.is_empty() || list.iter().any(|word| &**word == "*" || &**word == own)
        };
        let kinds = self.kinds.is_empty()
            || self.kinds.iter().any(|kinds| listed(&kinds.kinds, kind) && listed(&kinds.groups, group));
        let selected = self.labels.as_ref().is_none_or(|selector| selector.matches(labels) == Some(true));
        let name = self
            .name
            .as_ref()
            .is_none_or(|own| own.matches(text("name")) || own.matches_generated(text("generateName")));
        let matches = kinds
            && scope
            && (self.namespaces.is_empty() || namespace.is_none() || named(&self.namespaces))
            && !named(&self.excluded)
            && selected
            && name
            && !self.generated;
        let Some(selector) = &self.namespace_labels else { return yes(matches) };
        if !matches {
            return Matched::No;
        }
        let (name, labels) = match home {
            _ if itself => (text("name"), labels),
            Home::None => match namespace {
                None => return Matched::Yes,
                Some(name) => (name, KnownLabels::of_unseen_namespace(name)),
            },
            Home::Named(name) => (name, KnownLabels::of_unseen_namespace(name)),
            Home::Known(name, stored) => (name, KnownLabels::of_object(stored)),
        };
        match selector.matches(labels) {
            Some(selected) => yes(selected),
            None => Matched::Unknown(format!("the labels of namespace `{name}` are not known")),
        }
    }
}

fn yes(holds: bool) -> Matched {
    if holds { Matched::Yes } else { Matched::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_open_at_their_ends() {
        for (text, candidate, expected) in [
            ("kube-*", "kube-system", true),
            ("kube-*", "my-kube-", false),
            ("*-system", "kube-system", true),
            ("*-system", "kube-systems", false),
            ("*ste*", "kube-system", true),
            ("*", "anything", true),
            ("default", "default", true),
            ("default", "default2", false),
            ("a*b", "axb", false),
        ] {
            assert_eq!(Wildcard::new(text).matches(candidate), expected, "{text} {candidate}");
        }
        assert!(Wildcard::new("web-*").matches_generated("web-"));
        assert!(!Wildcard::new("*-web").matches_generated("a-web"), "the end is yet to be made");
    }
}
