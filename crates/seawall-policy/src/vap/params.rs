//! Which objects are the parameters of a binding.
//!
//! Source: `CollectParams` (`pkg/admission/plugin/policy/generic/policy_dispatcher.go`) of the API server.

use seawall_inventory::{Completeness, GroupKind, KnownLabels, Resource};
use seawall_yaml::Tree;

use super::convert::with_version;
use super::kinds::{Conversion, KindScope};
use super::policy::{Binding, ParamChoice, ParamKind, ParamRef, Policy};
use super::world::World;

/// A parameter.
#[derive(Debug)]
pub(crate) enum Param<'w> {
    /// `params` is null.
    None,
    /// As it is stored.
    Stored(&'w Resource),
    /// In the version that the policy names.
    Converted(Tree),
}

/// Why the parameters are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoParams {
    /// The API server has none: a configuration error.
    Error(String),
    /// Nothing here says which they are.
    Unknown(String),
}

/// The parameters with which a policy is judged, and why there may be more.
pub(crate) type Params<'w> = (Vec<Param<'w>>, Option<String>);

impl ParamKind {
    fn group_kind(&self) -> GroupKind<'_> {
        GroupKind::new(&self.group, &self.kind)
    }

    fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// What the API server says when it does not know the kind; `None` when it does.
    pub(crate) fn missing(&self, world: &World<'_>) -> Option<String> {
        let ParamKind { group, version, kind } = self;
        (world.kinds().scope(group, version, kind) == KindScope::Missing).then(|| {
            format!("failed to find resource referenced by paramKind: '{}, Kind={kind}'", self.api_version())
        })
    }
}

/// The parameters of a binding for a request in a namespace.
pub(crate) fn collect<'w>(
    policy: &Policy,
    binding: &Binding,
    namespace: &str,
    world: &World<'w>,
) -> Result<Params<'w>, NoParams> {
    let (Some(kind), Some(reference)) = (&policy.params, &binding.params) else {
        return Ok((vec![Param::None], None));
    };
    let within = home(kind, reference, namespace, world)?;
    let found = find(kind, reference, within, world);
    let completeness = world.inventory().completeness(kind.group_kind());
    let partial = match completeness {
        Completeness::Complete => None,
        Completeness::Partial => Some("not all objects of the kind are here".to_owned()),
        Completeness::Refused(reason) => Some(reason),
    };
    let about = |reason: &str| format!("parameters of kind `{}` are not known: {reason}", kind.kind);
    if found.is_empty() {
        return match partial {
            Some(reason) => Err(NoParams::Unknown(about(&reason))),
            None if reference.deny_missing => Err(NoParams::Error(
                "no params found for policy binding with `Deny` parameterNotFoundAction".to_owned(),
            )),
            None => Ok((Vec::new(), None)),
        };
    }
    let more = match reference.choice {
        ParamChoice::Named(_) => None,
        ParamChoice::Selected(_) => partial.map(|reason| about(&reason)),
    };
    let params: Result<Vec<_>, _> =
        found.into_iter().map(|resource| versioned(kind, resource, world)).collect();
    Ok((params?, more))
}

/// The namespace in which parameters are looked for; `None` at cluster scope.
fn home<'p>(
    kind: &ParamKind,
    reference: &'p ParamRef,
    namespace: &'p str,
    world: &World<'_>,
) -> Result<Option<&'p str>, NoParams> {
    match world.kinds().scope(&kind.group, &kind.version, &kind.kind) {
        KindScope::Cluster if !reference.namespace.is_empty() => Err(NoParams::Error(
            "paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned(),
        )),
        KindScope::Cluster => Ok(None),
        KindScope::Namespaced if !reference.namespace.is_empty() => Ok(Some(&reference.namespace)),
        KindScope::Namespaced if namespace.is_empty() => Err(NoParams::Error(
            "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
                .to_owned(),
        )),
        KindScope::Namespaced => Ok(Some(namespace)),
        KindScope::Missing | KindScope::Unknown => {
            Err(NoParams::Unknown(format!("nothing here defines the kind `{}` of its parameters", kind.kind)))
        }
    }
}

fn find<'w>(
    kind: &ParamKind,
    reference: &ParamRef,
    within: Option<&str>,
    world: &World<'w>,
) -> Vec<&'w Resource> {
    let inventory = world.inventory();
    match &reference.choice {
        ParamChoice::Named(name) => inventory.find(kind.group_kind(), within, name).into_iter().collect(),
        ParamChoice::Selected(selector) => {
            let all =
                inventory.of_kind_any_group(&kind.kind).filter(|resource| *resource.group() == *kind.group);
            let here = all.filter(|resource| {
                within.is_none_or(|within| resource.namespace().unwrap_or("default") == within)
            });
            here.filter(|resource| selector.matches(KnownLabels::of_object(resource.root())) == Some(true))
                .collect()
        }
    }
}

/// The object as the policy's version has it.
fn versioned<'w>(kind: &ParamKind, resource: &'w Resource, world: &World<'w>) -> Result<Param<'w>, NoParams> {
    let wanted = kind.api_version();
    if *resource.subject().api_version == *wanted {
        return Ok(Param::Stored(resource));
    }
    match world.kinds().conversion(&kind.group, &kind.kind) {
        Some(Conversion::None) => Ok(Param::Converted(with_version(resource.root(), &wanted))),
        Some(Conversion::Webhook) | None => Err(NoParams::Unknown(format!(
            "parameter `{}` is written as `{}`, and how it gets to `{wanted}` is not known here",
            resource.name(),
            resource.subject().api_version
        ))),
    }
}
