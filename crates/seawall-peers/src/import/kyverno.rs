//! Kyverno's PolicyExceptions, of every version in `kyverno.io`.
//!
//! A policy is known by its public name; which of its rules are meant makes no difference, for a waiver accepts a check.

use seawall_inventory::Resource;
use seawall_yaml::Node;

use super::annotations::position;
use super::{Scope, Sink, Terms, globs, odd, says_nothing, shown};
use crate::{Rules, Tool};

pub(super) fn is(resource: &Resource) -> bool {
    resource.group() == "kyverno.io" && resource.kind() == "PolicyException"
}

pub(super) fn read(resource: &Resource, sink: &mut Sink<'_>) {
    let root = resource.root();
    let what = format!("PolicyException `{}`", shown(resource.name()));
    let Some(spec) = root.get("spec") else { return };
    for (key, why) in [
        ("conditions", "it holds under conditions only, which a waiver cannot say"),
        ("podSecurity", "it accepts single fields and images of a control, which a waiver cannot say"),
        ("images", "it is bound to images, which a waiver cannot be"),
    ] {
        if let Some(node) = spec.get(key).filter(|node| !says_nothing(*node)) {
            return sink.left(position(resource, node), &what, why);
        }
    }
    let scopes = match spec.get("match").map(scopes) {
        Some(Ok(scopes)) if !scopes.is_empty() => scopes,
        Some(Err((node, why))) => return sink.left(position(resource, node), &what, why),
        _ => return sink.left(position(resource, root), &what, "it matches nothing"),
    };
    let said = ["policies.kyverno.io/description", "kyverno.io/description"];
    let reason = said.iter().find_map(|key| resource.annotation(key)).map(str::to_owned);
    let terms = Terms { reason, until: None };
    for exception in spec.list("exceptions") {
        let at = position(resource, exception);
        let Some(policy) = exception.str("policyName") else {
            sink.left(at, &what, "one of its `exceptions` names no policy");
            continue;
        };
        if policy.contains(['*', '?']) {
            let glob = globs::wildcard(policy).map(|text| seawall_waivers::Glob::new(&text));
            let known = Rules::built_in().of_tool(Tool::Kyverno).map(|(id, _)| id);
            let fits: Vec<&str> =
                known.filter(|id| glob.as_ref().is_some_and(|glob| glob.matches(id))).collect();
            if fits.is_empty() {
                sink.left(at, &what, "its `policyName` is a pattern that fits no public policy");
            }
            fits.into_iter().for_each(|id| sink.accept(Tool::Kyverno, id, at, &scopes, &terms));
        } else {
            sink.accept(Tool::Kyverno, policy, at, &scopes, &terms);
        }
    }
}

type Refused<'n> = (Node<'n>, &'static str);

/// What a match block covers: any of its blocks, or all of them when there is one.
fn scopes(block: Node<'_>) -> Result<Vec<Scope>, Refused<'_>> {
    let mut scopes = Vec::new();
    let all: Vec<Node<'_>> = block.list("all").collect();
    if all.len() > 1 || !all.is_empty() && block.get("any").is_some() {
        return Err((block, "it wants several blocks to match together, which a waiver cannot say"));
    }
    let plain = block.get("resources").map(|_| block);
    for one in block.list("any").chain(all).chain(plain) {
        scopes.extend(filter(one)?);
    }
    Ok(scopes)
}

fn filter(filter: Node<'_>) -> Result<Vec<Scope>, Refused<'_>> {
    for key in ["subjects", "roles", "clusterRoles"] {
        if let Some(node) = filter.get(key).filter(|node| !says_nothing(*node)) {
            return Err((node, "it is about who asks, which a waiver does not know"));
        }
    }
    let Some(resources) = filter.get("resources") else { return Ok(Vec::new()) };
    for (key, node) in resources.entries() {
        let known = matches!(key, "kinds" | "namespaces" | "names" | "name" | "selector");
        if !known && !node.is_null() && !says_nothing(node) {
            return Err((node, "it matches by something that a waiver does not know"));
        }
    }
    if odd(resources, &["kinds", "namespaces", "names"], &["name"]).is_some() {
        return Err((resources, "a list or a text in it has another type"));
    }
    let selector = resources.get("selector");
    for part in selector.into_iter().chain(selector.and_then(|selector| selector.get("matchLabels"))) {
        if !part.is_map() {
            return Err((part, "its selector has another type"));
        }
    }
    let expressions = selector.and_then(|selector| selector.get("matchExpressions"));
    if let Some(node) = expressions.filter(|node| !says_nothing(*node)) {
        return Err((node, "it selects by expressions, which a waiver cannot say"));
    }
    let mut labels = Vec::new();
    let wanted = selector.and_then(|selector| selector.get("matchLabels"));
    for (key, value) in wanted.into_iter().flat_map(|wanted| wanted.entries()) {
        let plain =
            value.scalar_text().filter(|text| !text.contains(['*', '?']) && !key.contains(['*', '?']));
        let text = plain.ok_or((value, "it selects by patterns of labels, which a waiver cannot say"))?;
        labels.push((key.to_owned(), text.into_owned()));
    }
    let kinds = texts(resources, "kinds", kind)?;
    let namespaces = texts(resources, "namespaces", |text| globs::wildcard(text).map(Some))?;
    let mut names = texts(resources, "names", |text| globs::wildcard(text).map(Some))?;
    if let Some(name) = resources.get("name") {
        let text = name.as_str().and_then(globs::wildcard);
        names = vec![Some(text.ok_or((name, "its name is a pattern that a waiver cannot say"))?)];
    }
    if kinds.len().saturating_mul(namespaces.len()).saturating_mul(names.len()) > super::MAX_WAIVERS {
        return Err((resources, "it lists too many kinds, namespaces and names"));
    }
    if labels.is_empty() && kinds == [None] && namespaces == [None] && names == [None] {
        return Err((resources, "it matches everything"));
    }
    let mut scopes = Vec::new();
    for kind in &kinds {
        for namespace in &namespaces {
            scopes.extend(names.iter().map(|name| Scope {
                kind: kind.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
                labels: labels.clone(),
                ..Scope::default()
            }));
        }
    }
    Ok(scopes)
}

/// The texts of a list, or one that says nothing.
fn texts<'n>(
    resources: Node<'n>,
    key: &str,
    read: impl Fn(&str) -> Option<Option<String>>,
) -> Result<Vec<Option<String>>, Refused<'n>> {
    let refused = |node| (node, "it matches by a pattern that a waiver cannot say");
    let texts: Vec<Option<String>> = resources
        .list(key)
        .map(|node| node.as_str().and_then(&read).ok_or(refused(node)))
        .collect::<Result<_, _>>()?;
    Ok(if texts.is_empty() { vec![None] } else { texts })
}

/// The kind in `Pod`, `v1/Pod`, `apps/v1/Deployment`; `Some(None)` for all kinds. Subresources are no objects.
fn kind(text: &str) -> Option<Option<String>> {
    if text == "*" {
        return Some(None);
    }
    let kind = text.rsplit('/').next().unwrap_or(text);
    let plain = kind.chars().next().is_some_and(|first| first.is_ascii_uppercase());
    (plain && kind.chars().all(|c| c.is_ascii_alphanumeric())).then(|| Some(kind.to_owned()))
}
