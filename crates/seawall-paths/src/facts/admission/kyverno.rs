//! Policies of Kyverno that validate pods and enforce: a Pod Security level, and the patterns of its library.
//!
//! Sources: Kyverno's documentation of `validate.podSecurity`, patterns and anchors, and its policy library for the Pod
//! Security Standards. Kyverno itself leaves out `kube-system`, `kube-public`, `kube-node-lease` and its own namespace
//! unless told otherwise.

use seawall_checks::pss::DEFAULT_CAPABILITIES;
use seawall_inventory::Resource;
use seawall_yaml::Node;

use super::Forbids;

const ALWAYS_EXCLUDED: &[&str] = &["kube-system", "kube-public", "kube-node-lease", "kyverno"];

/// What the rules of a policy forbid, and the namespaces that are left out; `None` when nothing is known to be forbidden.
pub(super) fn read(policy: &Resource) -> Option<(Forbids, Vec<String>)> {
    let spec = policy.root().get("spec")?;
    let enforces = |action: Option<&str>| action.is_some_and(|action| action.eq_ignore_ascii_case("enforce"));
    let general = enforces(spec.str("validationFailureAction"));
    if spec.list("validationFailureActionOverrides").next().is_some()
        || spec.str("failurePolicy") == Some("Ignore")
    {
        return None;
    }
    let mut forbids = Forbids::NOTHING;
    let mut excluded: Vec<String> = ALWAYS_EXCLUDED.iter().map(|name| (*name).to_owned()).collect();
    for rule in spec.list("rules") {
        let Some(validate) = rule.get("validate") else { continue };
        let own = validate.str("failureAction");
        let active = if own.is_some() { enforces(own) } else { general };
        let narrowed = validate.list("failureActionOverrides").next().is_some();
        if !active || narrowed || !matches_pods(rule) || !is_unconditional(rule) {
            continue;
        }
        let Some(left_out) = exclusions(rule) else { continue };
        let known = of_rule(validate);
        if known != Forbids::NOTHING {
            forbids = forbids.and(known);
            excluded.extend(left_out);
        }
    }
    (forbids != Forbids::NOTHING).then_some((forbids, excluded))
}

/// A wildcard of Kyverno: `*` is any text, `?` one letter.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Which ends of the text are reached with the pattern so far.
    let mut reached = vec![false; text.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for symbol in pattern {
        let mut next = vec![false; reached.len()];
        for (at, slot) in next.iter_mut().enumerate() {
            let before = at.checked_sub(1);
            let from = |list: &[bool]| before.and_then(|at| list.get(at)).copied().unwrap_or(false);
            let letter = before.and_then(|at| text.get(at));
            *slot = match symbol {
                '*' => reached.iter().take(at + 1).any(|own| *own),
                '?' => letter.is_some() && from(&reached),
                _ => letter == Some(&symbol) && from(&reached),
            };
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

/// Whether a rule is for every pod that is made.
fn matches_pods(rule: Node<'_>) -> bool {
    let Some(matched) = rule.get("match") else { return false };
    let plain = |item: Node<'_>| {
        let only_resources = item.entries().all(|(key, _)| key == "resources");
        item.get("resources").filter(|_| only_resources).is_some_and(is_every_pod)
    };
    match (matched.get("any"), matched.get("all"), matched.get("resources")) {
        (Some(any), None, None) => any.items().any(plain),
        (None, Some(all), None) => all.len() == 1 && all.items().all(plain),
        (None, None, Some(resources)) => is_every_pod(resources) && matched.len() == 1,
        _ => false,
    }
}

fn is_every_pod(resources: Node<'_>) -> bool {
    let kinds =
        resources.list("kinds").filter_map(Node::as_str).any(|kind| matches!(kind, "Pod" | "v1/Pod" | "*"));
    let operations: Vec<&str> = resources.list("operations").filter_map(Node::as_str).collect();
    let narrowed = resources.entries().any(|(key, _)| !matches!(key, "kinds" | "operations"));
    kinds && !narrowed && (operations.is_empty() || operations.contains(&"CREATE"))
}

/// Whether nothing but the deletion of pods is let off.
fn is_unconditional(rule: Node<'_>) -> bool {
    let of = |key: &str| rule.get(key).map(conditions).unwrap_or_default();
    of("preconditions").into_iter().all(|condition| {
        let about_operation = condition.str("key").is_some_and(|key| key.contains("request.operation"));
        let value = condition.get("value").and_then(Node::as_str);
        about_operation
            && matches!(condition.str("operator"), Some("NotEquals" | "NotEqual"))
            && value == Some("DELETE")
    }) && rule.list("celPreconditions").next().is_none()
}

/// Conditions in a list of their own, or under `any` and `all`.
fn conditions<'r>(node: Node<'r>) -> Vec<Node<'r>> {
    let groups = ["any", "all"].into_iter().flat_map(move |key| node.list(key));
    node.items().chain(groups).collect()
}

/// The namespaces that a rule leaves out; `None` when it leaves out anything else.
fn exclusions(rule: Node<'_>) -> Option<Vec<String>> {
    let Some(exclude) = rule.get("exclude").filter(|exclude| !exclude.is_empty()) else {
        return Some(Vec::new());
    };
    let mut names = Vec::new();
    let items: Vec<Node<'_>> = match exclude.get("any") {
        Some(any) if exclude.len() == 1 => any.items().collect(),
        None if exclude.get("resources").is_some() && exclude.len() == 1 => vec![exclude],
        _ => return None,
    };
    for item in items {
        let resources = item.get("resources").filter(|_| item.len() == 1)?;
        if resources.entries().any(|(key, _)| !matches!(key, "namespaces" | "kinds")) {
            return None;
        }
        let mut spaces = resources.list("namespaces").peekable();
        spaces.peek()?;
        names.extend(spaces.filter_map(|name| Some(name.as_str()?.to_owned())));
    }
    Some(names)
}

fn of_rule(validate: Node<'_>) -> Forbids {
    if let Some(security) = validate.get("podSecurity") {
        let whole = matches!(security.str("level"), Some("baseline" | "restricted"));
        let plain = security.list("exclude").next().is_none();
        return if whole && plain { Forbids::ALL } else { Forbids::NOTHING };
    }
    if let Some(spec) = validate.get("pattern").and_then(|pattern| pattern.get("spec")) {
        return pattern(spec);
    }
    let conditions = validate.path(&["deny", "conditions"]);
    conditions.map_or(Forbids::NOTHING, denied_capabilities)
}

/// The value of a key with or without the anchor for "if it is there".
fn at<'r>(node: Node<'r>, key: &str) -> Option<Node<'r>> {
    node.get(key).or_else(|| node.get(&format!("=({key})")))
}

fn pattern(spec: Node<'_>) -> Forbids {
    let privileged = |list: &str| {
        let container = at(spec, list).and_then(|list| list.item(0));
        let context = container.and_then(|container| at(container, "securityContext"));
        let value = context.and_then(|context| at(context, "privileged"));
        value.and_then(Node::scalar_text).is_some_and(|text| text == "false")
    };
    let mut forbids = Forbids::NOTHING;
    if privileged("containers") {
        forbids = forbids.and(Forbids::PRIVILEGED);
    }
    if privileged("initContainers") {
        forbids = forbids.and(Forbids::INIT_PRIVILEGED);
    }
    let volume = at(spec, "volumes").and_then(|list| list.item(0));
    if volume.is_some_and(|volume| volume.entry("X(hostPath)").is_some()) {
        forbids = forbids.and(Forbids::HOST_PATHS);
    }
    forbids
}

/// `…capabilities.add[] AnyNotIn [the default ones]`, over all containers.
fn denied_capabilities(conditions: Node<'_>) -> Forbids {
    let any = conditions.list("any");
    let all = conditions.list("all");
    let lone = conditions.list("all").count() == 1;
    let items: Vec<Node<'_>> = any.chain(all.filter(|_| lone)).collect();
    let covers = |condition: &Node<'_>| {
        let key: String = condition.str("key").unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect();
        let whole = key.contains("initContainers")
            && key.contains(",containers")
            && key.contains("[].securityContext.capabilities.add[]");
        let mut allowed = condition.list("value").filter_map(Node::as_str);
        whole
            && condition.str("operator") == Some("AnyNotIn")
            && allowed.all(|name| DEFAULT_CAPABILITIES.contains(&name))
    };
    match items.iter().any(covers) {
        true => Forbids::CAPABILITIES.and(Forbids::INIT_CAPABILITIES),
        false => Forbids::NOTHING,
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("kube-*", "kube-system", true),
            ("kube-*", "my-kube-system", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "", true),
            ("", "a", false),
            ("*-*-*", "a-b-c", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
