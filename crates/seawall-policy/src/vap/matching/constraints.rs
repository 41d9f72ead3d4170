//! The resources, namespaces and objects that a policy or a binding names.

use std::borrow::Cow;

use seawall_inventory::{KnownLabels, OwnedSelector};
use seawall_yaml::Node;

use super::{Rule, Target};
use crate::admission::{Operation, Request};
use crate::vap::kinds::{Kinds, Served};
use crate::vap::world::{Namespace, World};

/// `matchConstraints` of a policy, `matchResources` of a binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constraints {
    pub(crate) namespaces: OwnedSelector,
    pub(crate) objects: OwnedSelector,
    /// Empty: every resource.
    pub(crate) rules: Vec<Rule>,
    pub(crate) excluded: Vec<Rule>,
    /// Whether other versions of a resource are meant as well.
    pub(crate) equivalent: bool,
}

/// Group, version and kind, and group, version and plural name, of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject<'t> {
    pub(crate) kind: (Cow<'t, str>, Cow<'t, str>, Cow<'t, str>),
    pub(crate) resource: (Cow<'t, str>, Cow<'t, str>, Cow<'t, str>),
}

impl<'t> Subject<'t> {
    /// What a request itself names.
    pub(crate) fn of(request: &Request<'t>) -> Self {
        let borrowed = |(group, version, name): (&'t str, &'t str, &'t str)| {
            (Cow::Borrowed(group), Cow::Borrowed(version), Cow::Borrowed(name))
        };
        Subject { kind: borrowed(request.kind), resource: borrowed(request.resource) }
    }

    /// Whether it is this resource.
    pub(crate) fn is_of(&self, resource: (&str, &str, &str)) -> bool {
        let (group, version, name) = &self.resource;
        (&**group, &**version, &**name) == resource
    }
}

/// Whether a request is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Matched<'t> {
    /// It is not.
    No,
    /// It is, as a request for this resource; for the one that it names when there is none.
    Yes(Option<Subject<'t>>),
    /// The API server cannot say: a configuration error.
    Error(String),
    /// It depends on what is not known here.
    Unknown(String),
}

impl Constraints {
    /// Whether a request is meant.
    pub(crate) fn judge<'t>(&self, request: &Request<'t>, world: &World<'t>) -> Matched<'t> {
        let target = target(request);
        if find(&self.excluded, self.equivalent, &target, world.kinds()).is_some() {
            return Matched::No;
        }
        let subject = if self.rules.is_empty() {
            None
        } else {
            match find(&self.rules, self.equivalent, &target, world.kinds()) {
                None => return Matched::No,
                Some(None) => None,
                Some(Some(served)) => Some(Subject {
                    kind: (Cow::Owned(served.kind.0), Cow::Owned(served.kind.1), Cow::Owned(served.kind.2)),
                    resource: (
                        Cow::Owned(served.resource.0),
                        Cow::Owned(served.resource.1),
                        Cow::Owned(served.resource.2),
                    ),
                }),
            }
        };
        let object = self.takes_object(request);
        if object == Some(false) {
            return Matched::No;
        }
        match self.takes_namespace(request, world) {
            Ok(Some(false)) => Matched::No,
            Ok(_) if object.is_none() => {
                let reason =
                    "the labels of the object decide whether it is meant, and not all of it was seen";
                Matched::Unknown(reason.to_owned())
            }
            Ok(Some(true)) => Matched::Yes(subject),
            Ok(None) => Matched::Unknown(format!(
                "the labels of namespace `{}` decide whether it is meant, and the namespace is not known",
                request.namespace
            )),
            Err(error) => Matched::Error(error),
        }
    }

    /// The new object or the old one is selected; `None` when one that was not seen decides. What has no metadata (the
    /// options of a connection) is not.
    fn takes_object(&self, request: &Request<'_>) -> Option<bool> {
        let selected = |object: Option<Node<'_>>| {
            object
                .filter(|object| object.get("metadata").is_some())
                .is_some_and(|object| self.objects.matches(KnownLabels::of_object(object)) == Some(true))
        };
        if self.objects.is_empty() || selected(request.object) || selected(request.old_object) {
            return Some(true);
        }
        let unseen = request.unseen;
        // The options of a connection are selected by nothing, seen or not.
        let unseen_object = unseen.object && request.operation != Operation::Connect;
        if unseen_object || unseen.old_object { None } else { Some(false) }
    }

    /// A namespace is known by its own labels, before they are stored; nothing else at cluster scope is excluded.
    fn takes_namespace<'t>(&self, request: &Request<'t>, world: &World<'t>) -> Result<Option<bool>, String> {
        let namespaces = request.resource.2 == "namespaces";
        if (request.namespace.is_empty() && !namespaces) || self.namespaces.is_empty() {
            return Ok(Some(true));
        }
        let written = matches!(request.operation, Operation::Create | Operation::Update);
        if namespaces && request.subresource.is_empty() && written {
            let labels = request.object.map(KnownLabels::of_object);
            return Ok(labels.and_then(|labels| self.namespaces.matches(labels)));
        }
        let labels = match world.namespace(request.namespace) {
            Namespace::Is(object) => KnownLabels::of_namespace(request.namespace, object),
            Namespace::Unknown => KnownLabels::of_unseen_namespace(request.namespace),
            Namespace::Missing => {
                return Err(format!("namespaces \"{}\" not found", request.namespace));
            }
        };
        Ok(self.namespaces.matches(labels))
    }
}

fn target<'t>(request: &Request<'t>) -> Target<'t> {
    Target {
        operation: request.operation,
        group: request.resource.0,
        version: request.resource.1,
        resource: request.resource.2,
        subresource: request.subresource,
        namespace: request.namespace,
        name: request.name,
    }
}

/// The resource as which a rule takes the target: itself (`Some(None)`) or an equivalent one; `None` when no rule does.
fn find(rules: &[Rule], equivalent: bool, target: &Target<'_>, kinds: &Kinds) -> Option<Option<Served>> {
    if rules.iter().any(|rule| rule.takes(target)) {
        return Some(None);
    }
    if !equivalent || rules.is_empty() {
        return None;
    }
    let equivalents = kinds.equivalents(target.group, target.version, target.resource, target.subresource);
    let taken = |rule: &Rule| {
        equivalents.iter().find(|served| {
            let (group, version, resource) = &served.resource;
            rule.takes(&Target { group, version, resource, ..*target })
        })
    };
    rules.iter().find_map(taken).cloned().map(Some)
}
