//! AuthorizationPolicy from an object. What Istio's validation refuses (`ValidateAuthorizationPolicy`) is not in force.

use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use super::condition::{Lists, Requirement};
use super::policy::{Aim, MeshAction, Policy, Rule, TargetKind, TargetRef};
use super::reading::{Reading, Refused};
use super::requirement_read::{operation, source, when};

pub(super) fn read(resource: &Resource, problems: &mut Vec<Problem>) -> Option<Policy> {
    let mut reading = Reading::new(resource, problems);
    policy(&mut reading).ok()
}

fn policy(reading: &mut Reading<'_, '_>) -> Result<Policy, Refused> {
    let resource = reading.resource;
    let namespace = resource.namespace().unwrap_or(crate::model::DEFAULT_NAMESPACE);
    let mut policy = Policy {
        resource: resource.clone(),
        namespace: namespace.into(),
        aim: Aim::Workloads(Default::default()),
        action: MeshAction::Allow,
        provider: None,
        rules: Box::default(),
        dry_run: dry_run(reading),
    };
    // Without a spec it is an ALLOW policy without rules: nothing is allowed.
    let Some(spec) = reading.object(resource.root(), "spec")? else { return Ok(policy) };
    reading.know(spec, &["selector", "targetRef", "targetRefs", "rules", "action", "provider"]);
    policy.aim = aim(reading, spec)?;
    policy.action = action(reading, spec)?;
    policy.provider = provider(reading, spec, policy.action)?;
    let rules = reading.list(spec, "rules")?;
    if rules.is_none() && matches!(policy.action, MeshAction::Deny | MeshAction::Custom) {
        let cause = format!(
            "a {} policy without `rules` never matches; an empty rule `{{}}` matches everything",
            policy.action.as_str()
        );
        return Err(reading.refuse(Some(spec), &cause));
    }
    let items = rules.into_iter().flat_map(Node::items);
    policy.rules = items.map(|item| rule(reading, item, policy.action)).collect::<Result<_, _>>()?;
    Ok(policy)
}

/// `istio.io/dry-run`: what Go's `strconv.ParseBool` takes for true.
fn dry_run(reading: &mut Reading<'_, '_>) -> bool {
    let Some(value) = reading.resource.annotation("istio.io/dry-run") else { return false };
    let is_true = ["1", "t", "T", "true", "TRUE", "True"].contains(&value);
    if is_true {
        let cause = "it is a dry run by its annotation `istio.io/dry-run`: it decides nothing";
        reading.note(ProblemSeverity::Note, None, cause);
    }
    is_true
}

fn aim<'r>(reading: &mut Reading<'r, '_>, spec: Node<'r>) -> Result<Aim, Refused> {
    let selector = reading.selector(spec)?;
    let single = reading.object(spec, "targetRef")?;
    let list = reading.list(spec, "targetRefs")?.filter(|list| !list.is_empty());
    let given = usize::from(selector.is_some()) + usize::from(single.is_some()) + usize::from(list.is_some());
    if given > 1 {
        let cause = "only one of `selector`, `targetRef` and `targetRefs` may be set";
        return Err(reading.refuse(Some(spec), cause));
    }
    if single.is_none() && list.is_none() {
        return Ok(Aim::Workloads(selector.unwrap_or_default()));
    }
    let items = single.into_iter().chain(list.into_iter().flat_map(Node::items));
    let targets = items.map(|item| target(reading, item)).collect::<Result<_, _>>()?;
    Ok(Aim::Targets(targets))
}

fn target<'r>(reading: &mut Reading<'r, '_>, item: Node<'r>) -> Result<TargetRef, Refused> {
    reading.know(item, &["group", "kind", "name", "namespace"]);
    let name = item.str("name").unwrap_or_default();
    if name.is_empty() {
        return Err(reading.refuse(Some(item), "a target must have a `name`"));
    }
    let own = reading.resource.namespace();
    if item.str("namespace").is_some_and(|namespace| !namespace.is_empty() && Some(namespace) != own) {
        return Err(reading.refuse(Some(item), "a target must be in the namespace of the policy"));
    }
    let group = item.str("group").filter(|group| *group != "core").unwrap_or_default();
    let kind = match (group, item.str("kind").unwrap_or_default()) {
        ("gateway.networking.k8s.io", "Gateway") => TargetKind::Gateway,
        ("gateway.networking.k8s.io", "GatewayClass") => TargetKind::GatewayClass,
        ("", "Service") => TargetKind::Service,
        ("networking.istio.io", "ServiceEntry") => TargetKind::ServiceEntry,
        (group, kind) => {
            let cause = format!(
                "`{kind}` of group `{group}` is no target: expected `Gateway`, `GatewayClass`, `Service` or `ServiceEntry`"
            );
            return Err(reading.refuse(Some(item), &cause));
        }
    };
    Ok(TargetRef { kind, name: name.into() })
}

fn action(reading: &mut Reading<'_, '_>, spec: Node<'_>) -> Result<MeshAction, Refused> {
    let node = spec.get("action").filter(|node| !node.is_null());
    match node.map(Node::as_str) {
        None | Some(Some("ALLOW")) => Ok(MeshAction::Allow),
        Some(Some("DENY")) => Ok(MeshAction::Deny),
        Some(Some("AUDIT")) => Ok(MeshAction::Audit),
        Some(Some("CUSTOM")) => Ok(MeshAction::Custom),
        Some(_) => Err(reading.refuse(node, "the action is none of `ALLOW`, `DENY`, `AUDIT` and `CUSTOM`")),
    }
}

fn provider(
    reading: &mut Reading<'_, '_>,
    spec: Node<'_>,
    action: MeshAction,
) -> Result<Option<Box<str>>, Refused> {
    let node = spec.get("provider").filter(|node| !node.is_null());
    let name = node.and_then(|node| node.str("name")).filter(|name| !name.is_empty());
    match (action, node, name) {
        (MeshAction::Custom, _, None) => {
            Err(reading.refuse(node.or(Some(spec)), "a CUSTOM policy needs `provider.name`"))
        }
        (MeshAction::Custom, _, Some(name)) => Ok(Some(name.into())),
        (_, Some(node), _) => {
            Err(reading.refuse(Some(node), "`provider` is for policies of action `CUSTOM` only"))
        }
        (_, None, _) => Ok(None),
    }
}

fn rule<'r>(reading: &mut Reading<'r, '_>, item: Node<'r>, action: MeshAction) -> Result<Rule, Refused> {
    if !item.is_map() {
        return Err(reading.refuse(Some(item), "a rule must be an object; an empty one is written `{}`"));
    }
    reading.know(item, &["from", "to", "when"]);
    let from = clause(reading, item, "from", "source", source)?;
    let to = clause(reading, item, "to", "operation", operation)?;
    let conditions = reading.list(item, "when")?.into_iter().flat_map(Node::items);
    let when = conditions.map(|one| when(reading, one)).collect::<Result<Box<[_]>, _>>()?;
    let route = reading.resource.route_of(item);
    let rule = Rule { from, to, when, route };
    if action == MeshAction::Custom {
        let beyond = |one: &&Requirement| {
            one.needs_identity()
                || matches!(one, Requirement::Http(name) if name.starts_with("request.auth."))
        };
        if let Some(one) = rule.requirements().find(beyond) {
            let cause = format!("`{}` is not supported in a CUSTOM policy", one.attribute());
            return Err(reading.refuse(Some(item), &cause));
        }
    }
    Ok(rule)
}

type ReadItem<'r, 'p> = fn(&mut Reading<'r, 'p>, Node<'r>) -> Result<Box<[Requirement]>, Refused>;

/// The items of `from` or `to`, each of which wraps what it says in one more object.
fn clause<'r, 'p>(
    reading: &mut Reading<'r, 'p>,
    rule: Node<'r>,
    key: &str,
    inner: &str,
    read: ReadItem<'r, 'p>,
) -> Result<Box<[Box<[Requirement]>]>, Refused> {
    let Some(list) = reading.list(rule, key)? else { return Ok(Box::default()) };
    if list.is_empty() {
        return Err(reading.refuse(Some(list), &format!("`{key}` must not be empty")));
    }
    let mut items = Vec::new();
    for item in list.items() {
        reading.know(item, &[inner]);
        let Some(body) = reading.object(item, inner)? else {
            return Err(reading.refuse(Some(item), &format!("an item of `{key}` needs `{inner}`")));
        };
        let requirements = read(reading, body)?;
        if requirements.is_empty() {
            return Err(reading.refuse(Some(body), &format!("`{inner}` must say something")));
        }
        items.push(requirements);
    }
    Ok(items.into_boxed_slice())
}

impl<T> Lists<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.excluded.is_empty()
    }
}
