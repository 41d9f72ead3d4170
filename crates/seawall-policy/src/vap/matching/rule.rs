//! Rules: operations on resources.
//!
//! Source: `pkg/admission/plugin/webhook/predicates/rules/rules.go` of the API server.

use crate::admission::Operation;

/// A word of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// `*`
    Any,
    /// Exactly this.
    Is(Box<str>),
}

impl Word {
    pub(crate) fn new(text: &str) -> Self {
        if text == "*" { Word::Any } else { Word::Is(text.into()) }
    }

    pub(crate) fn takes(&self, text: &str) -> bool {
        match self {
            Word::Any => true,
            Word::Is(own) => **own == *text,
        }
    }
}

/// The scope of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Any,
    Cluster,
    Namespaced,
}

/// Operations on resources, and the names of the objects when only some are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// `None`: all.
    pub(crate) operations: Option<Vec<Operation>>,
    pub(crate) groups: Vec<Word>,
    pub(crate) versions: Vec<Word>,
    /// Resource and subresource; an empty subresource is the whole.
    pub(crate) resources: Vec<(Word, Word)>,
    pub(crate) scope: Scope,
    /// Empty: all.
    pub(crate) names: Vec<Box<str>>,
}

/// What a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'t> {
    pub(crate) operation: Operation,
    pub(crate) group: &'t str,
    pub(crate) version: &'t str,
    pub(crate) resource: &'t str,
    pub(crate) subresource: &'t str,
    pub(crate) namespace: &'t str,
    pub(crate) name: &'t str,
}

impl Rule {
    pub(crate) fn takes(&self, target: &Target<'_>) -> bool {
        self.takes_operation(target.operation)
            && self.takes_scope(target)
            && takes(&self.groups, target.group)
            && takes(&self.versions, target.version)
            && self.takes_resource(target)
            && (self.names.is_empty() || self.names.iter().any(|name| **name == *target.name))
    }

    pub(crate) fn takes_operation(&self, operation: Operation) -> bool {
        self.operations.as_ref().is_none_or(|operations| operations.contains(&operation))
    }

    /// A request for a Namespace carries its name as the namespace, though it is at cluster scope.
    fn takes_scope(&self, target: &Target<'_>) -> bool {
        let namespace_itself = (target.group, target.version, target.resource) == ("", "v1", "namespaces");
        let namespaced = !namespace_itself && !target.namespace.is_empty();
        match self.scope {
            Scope::Any => true,
            Scope::Namespaced => namespaced,
            Scope::Cluster => !namespaced,
        }
    }

    fn takes_resource(&self, target: &Target<'_>) -> bool {
        let one =
            |(resource, sub): &(Word, Word)| resource.takes(target.resource) && sub.takes(target.subresource);
        self.resources.iter().any(one)
    }
}

fn takes(words: &[Word], text: &str) -> bool {
    words.iter().any(|word| word.takes(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(resources: &[(&str, &str)], scope: Scope) -> Rule {
        Rule {
            operations: Some(vec![Operation::Create]),
            groups: vec![Word::new("")],
            versions: vec![Word::new("v1")],
            resources: resources.iter().map(|(one, two)| (Word::new(one), Word::new(two))).collect(),
            scope,
            names: Vec::new(),
        }
    }

    const POD: Target<'_> = Target {
        operation: Operation::Create,
        group: "",
        version: "v1",
        resource: "pods",
        subresource: "",
        namespace: "default",
        name: "web",
    };

    #[test]
    fn a_resource_does_not_include_its_parts() {
        let exec = Target { subresource: "exec", ..POD };
        for (resources, whole, part) in [
            (("pods", ""), true, false),
            (("pods", "exec"), false, true),
            (("pods", "*"), true, true),
            (("*", ""), true, false),
            (("*", "exec"), false, true),
            (("*", "*"), true, true),
            (("services", "*"), false, false),
        ] {
            let rule = rule(&[resources], Scope::Any);
            assert_eq!((rule.takes(&POD), rule.takes(&exec)), (whole, part), "{resources:?}");
        }
    }

    #[test]
    fn everything_must_fit() {
        let rule = rule(&[("pods", "")], Scope::Any);
        assert!(!rule.takes(&Target { operation: Operation::Update, ..POD }));
        assert!(!rule.takes(&Target { group: "apps", ..POD }));
        assert!(!rule.takes(&Target { version: "v2", ..POD }));
        let named = Rule { names: vec!["other".into()], ..rule.clone() };
        assert!(!named.takes(&POD) && named.takes(&Target { name: "other", ..POD }));
        assert!(Rule { operations: None, ..rule }.takes(&Target { operation: Operation::Delete, ..POD }));
    }

    #[test]
    fn a_namespace_is_at_cluster_scope() {
        let namespace = Target { resource: "namespaces", namespace: "prod", name: "prod", ..POD };
        let node = Target { resource: "nodes", namespace: "", ..POD };
        for (target, cluster) in [(POD, false), (namespace, true), (node, true)] {
            assert_eq!(rule(&[("*", "")], Scope::Cluster).takes(&target), cluster, "{target:?}");
            assert_eq!(rule(&[("*", "")], Scope::Namespaced).takes(&target), !cluster, "{target:?}");
        }
    }
}
