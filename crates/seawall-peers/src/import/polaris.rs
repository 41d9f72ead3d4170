//! The exemptions of Polaris' configuration; annotations are read with those of others.
//!
//! Names of controllers and containers fit what begins with them; without `rules` every check is exempt.

use seawall_yaml::Node;

use super::{Scope, Source, Terms, globs, odd, says_nothing};
use crate::Tool;

pub(super) fn config(root: Node<'_>, source: &mut Source<'_, '_>) {
    for exemption in root.list("exemptions") {
        let at = source.at(exemption);
        if let Some(why) = odd(exemption, &["controllerNames", "containerNames", "rules"], &["namespace"]) {
            source.sink.left(at, "an exemption", &why);
            continue;
        }
        let scopes = match scopes(exemption) {
            Ok(scopes) => scopes,
            Err(why) => {
                source.sink.left(at, "an exemption", why);
                continue;
            }
        };
        let rules: Vec<&str> = exemption.list("rules").filter_map(Node::as_str).collect();
        let terms = Terms::default();
        if exemption.get("rules").is_none_or(Node::is_empty) {
            source.sink.accept_all(Tool::Polaris, at, "an exemption", &scopes, &terms);
        }
        rules.into_iter().for_each(|rule| source.sink.accept(Tool::Polaris, rule, at, &scopes, &terms));
    }
    for (check, severity) in root.get("checks").into_iter().flat_map(|checks| checks.entries()) {
        if severity.as_str() == Some("ignore") {
            let at = source.at(severity);
            let why = "it is switched off, not accepted; `ignore` in `seawall.yaml` does that here";
            source.sink.left(at, &format!("`{}`", super::shown(check)), why);
        }
    }
}

fn scopes(exemption: Node<'_>) -> Result<Vec<Scope>, &'static str> {
    if exemption.get("labelSelector").is_some_and(|selector| !says_nothing(selector)) {
        return Err("it selects by labels, which are not read here");
    }
    let names = |key| -> Result<Vec<Option<String>>, &'static str> {
        let names: Vec<Option<String>> = exemption
            .list(key)
            .map(|name| {
                let name = name.as_str().and_then(globs::literal).ok_or("a name in it is no plain text")?;
                Ok(Some(format!("{name}*")))
            })
            .collect::<Result<_, &'static str>>()?;
        Ok(if names.is_empty() { vec![None] } else { names })
    };
    let namespace = match exemption.str("namespace").filter(|text| !text.is_empty()) {
        Some(text) => Some(globs::literal(text).ok_or("its namespace holds a star")?),
        None => None,
    };
    let (controllers, containers) = (names("controllerNames")?, names("containerNames")?);
    if namespace.is_none() && controllers == [None] && containers == [None] {
        return Err("it names no namespace, controller or container");
    }
    let scope = |name: &Option<String>, container: &Option<String>| Scope {
        namespace: namespace.clone(),
        name: name.clone(),
        container: container.clone(),
        ..Scope::default()
    };
    if controllers.len().saturating_mul(containers.len()) > super::MAX_WAIVERS {
        return Err("it names too many controllers and containers");
    }
    Ok(controllers.iter().flat_map(|name| containers.iter().map(move |one| scope(name, one))).collect())
}
