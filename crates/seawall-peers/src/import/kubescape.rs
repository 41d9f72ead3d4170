//! Kubescape's exceptions: a list of posture exception policies.
//!
//! Source of how they match: `exceptions/comparator.go` and `exceptionprocessor.go` of kubescape/opa-utils. Attributes
//! are regular expressions that must fit the whole text; `kind`, `namespace`, `name`, `path` and `cluster` are known, all
//! others are labels. A designator without attributes designates nothing.

use seawall_core::Position;
use seawall_yaml::Node;

use super::{Scope, Source, Terms, end, globs, odd, shown};
use crate::Tool;

/// What makes a document one of these.
pub(super) const POLICY_TYPE: &str = "postureExceptionPolicy";

pub(super) fn exceptions(root: Node<'_>, source: &mut Source<'_, '_>) {
    if root.is_seq() {
        root.items().for_each(|item| exception(item, source));
    } else {
        exception(root, source);
    }
}

fn exception(policy: Node<'_>, source: &mut Source<'_, '_>) {
    let at = source.at(policy);
    let what = format!("exception `{}`", shown(policy.str("name").unwrap_or("")));
    if policy.str("policyType") != Some(POLICY_TYPE) {
        return source.sink.left(at, &what, "its `policyType` is another one");
    }
    if let Some(why) = odd(policy, &["resources", "posturePolicies"], &["name"]) {
        return source.sink.left(at, &what, &why);
    }
    let until = match end(policy, "expirationDate") {
        Ok(until) => until,
        Err(fault) => return source.sink.left(at, &what, &fault),
    };
    let reason = policy.str("reason").or_else(|| policy.list("reason").find_map(Node::as_str));
    let terms = Terms { reason: reason.map(str::to_owned), until };
    let mut scopes = Vec::new();
    for designator in policy.list("resources") {
        match scope(designator) {
            Ok(found) => scopes.extend(found),
            Err(why) => {
                let at = source.at(designator);
                source.sink.left(at, &format!("a resource of {what}"), &why);
            }
        }
    }
    if policy.get("resources").is_none_or(Node::is_empty) {
        return source.sink.left(at, &what, "it designates no resource");
    }
    if scopes.is_empty() {
        return;
    }
    if policy.get("posturePolicies").is_none_or(Node::is_empty) {
        return source.sink.left(at, &what, "it accepts every control; name those that are meant");
    }
    for posture in policy.list("posturePolicies") {
        let at = source.at(posture);
        controls(posture, at, &what, &scopes, &terms, source);
    }
}

fn controls(
    posture: Node<'_>,
    at: Option<Position>,
    what: &str,
    scopes: &[Scope],
    terms: &Terms,
    source: &mut Source<'_, '_>,
) {
    let said = |key: &str| posture.str(key).filter(|text| !text.is_empty());
    let part = format!("a policy of {what}");
    let keys = ["controlID", "controlId", "controlName", "frameworkName", "ruleName"];
    if let Some(why) = odd(posture, &[], &keys) {
        return source.sink.left(at, &part, &why);
    }
    let id = said("controlID").or_else(|| said("controlId"));
    if said("ruleName").is_some() {
        return source.sink.left(at, &part, "it accepts one rule of a control, which a waiver cannot");
    }
    match (id, said("controlName"), said("frameworkName")) {
        (Some(ids), ..) => match globs::regex(ids) {
            Some(ids) if ids.iter().all(|id| !id.contains('*')) => {
                ids.iter().for_each(|id| source.sink.accept(Tool::Kubescape, id, at, scopes, terms));
            }
            _ => source.sink.left(at, &part, "its `controlID` is a pattern; name the controls"),
        },
        (None, Some(_), _) => {
            source.sink.left(at, &part, "it names the control by its title; add its `controlID`")
        }
        (None, None, Some(framework)) => {
            let why = format!("it accepts the whole framework `{}`; name the controls", shown(framework));
            source.sink.left(at, &part, &why);
        }
        (None, None, None) => source.sink.left(at, &part, "it names no control"),
    }
}

fn scope(designator: Node<'_>) -> Result<Vec<Scope>, String> {
    if let Some(why) = odd(designator, &[], &["designatorType"]) {
        return Err(why);
    }
    if let Some(other) =
        designator.str("designatorType").filter(|kind| !kind.eq_ignore_ascii_case("attributes"))
    {
        return Err(format!("it is designated by `{}`, not by attributes", shown(other)));
    }
    let mut scopes = vec![Scope::default()];
    let mut any = false;
    for (key, value) in designator.get("attributes").into_iter().flat_map(|attributes| attributes.entries()) {
        let pattern = value.as_str().ok_or(format!("`{}` is no text", shown(key)))?;
        if pattern.is_empty() {
            continue;
        }
        any = true;
        let texts = globs::regex(pattern).ok_or_else(|| {
            format!("`{}: {}` is a pattern that names with stars cannot say", shown(key), shown(pattern))
        })?;
        if texts.iter().any(|text| text == "*") {
            continue;
        }
        let put = |scope: &Scope, text: &String| {
            let mut scope = scope.clone();
            let text = text.clone();
            match key {
                "kind" => scope.kind = Some(text),
                "namespace" => scope.namespace = Some(text),
                "name" => scope.name = Some(text),
                "path" => scope.file = Some(text),
                _ if text.contains('*') => return Err(format!("label `{}` holds a pattern", shown(key))),
                _ => scope.labels.push((key.to_owned(), text)),
            }
            Ok(scope)
        };
        if matches!(key, "cluster" | "apiVersion" | "resourceID" | "containerName") {
            return Err(format!("it is bound to a `{key}`, which a waiver does not know"));
        }
        let products: Result<Vec<Scope>, String> =
            scopes.iter().flat_map(|scope| texts.iter().map(move |text| put(scope, text))).collect();
        scopes = products?;
        if scopes.len() > super::MAX_WAIVERS {
            return Err("its attributes have too many choices".to_owned());
        }
    }
    if any { Ok(scopes) } else { Err("it designates nothing".to_owned()) }
}
