//! `.checkov.baseline` and the `skip-check` of `.checkov.yaml`; annotations are read with those of others.

use seawall_yaml::Node;

use super::{Scope, Source, Terms, globs, shown};
use crate::names::has_no_namespace;
use crate::report::checkov_object;
use crate::{Rules, Tool};

pub(super) fn baseline(root: Node<'_>, source: &mut Source<'_, '_>) {
    let reason = "known when the baseline of Checkov was made".to_owned();
    let terms = Terms { reason: Some(reason), until: None };
    for finding in root.list("failed_checks").flat_map(|file| file.list("findings")) {
        let at = source.at(finding);
        let resource = finding.str("resource").unwrap_or("");
        let Some(scope) = scope_of(resource) else {
            let what = format!("`{}`", shown(resource));
            source.sink.left(at, &what, "it does not name an object of Kubernetes");
            continue;
        };
        for id in finding.list("check_ids").filter_map(Node::as_str) {
            source.sink.accept(Tool::Checkov, id, at, std::slice::from_ref(&scope), &terms);
        }
    }
}

/// The scope of `Deployment.shop.web`. Checkov writes `default` where no namespace is named, and names a pod that it
/// made from a template by the owner's name with labels behind it.
fn scope_of(resource: &str) -> Option<Scope> {
    let object = checkov_object(resource)?;
    let derived = object.kind == "Pod" && object.name.contains('.');
    let name = if derived { object.name.split('.').next()? } else { &object.name };
    let nowhere = has_no_namespace(&object.kind) || object.namespace.as_deref() == Some("default");
    Some(Scope {
        kind: if derived { None } else { Some(globs::literal(&object.kind)?) },
        namespace: match object.namespace.filter(|_| !nowhere) {
            Some(namespace) => Some(globs::literal(&namespace)?),
            None => None,
        },
        name: Some(globs::literal(name)?),
        ..Scope::default()
    })
}

pub(super) fn config(root: Node<'_>, source: &mut Source<'_, '_>) {
    for (key, why) in [
        ("skip-path", "it leaves files out; `.seawallignore` does that here"),
        ("check", "it selects what runs; `select` in `seawall.yaml` does that here"),
        ("soft-fail-on", "it is about the exit code; `failOn` in `seawall.yaml` is here"),
    ] {
        if let Some(node) = root.get(key) {
            let at = source.at(node);
            source.sink.left(at, &format!("`{key}`"), why);
        }
    }
    let Some(skip) = root.get("skip-check") else { return };
    let items: Vec<Node<'_>> = if skip.is_seq() { skip.items().collect() } else { vec![skip] };
    for item in items {
        let at = source.at(item);
        let Some(words) = item.as_str() else {
            source.sink.left(at, "an item of `skip-check`", "it is no text");
            continue;
        };
        for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            skipped(word, at, source);
        }
    }
}

fn skipped(word: &str, at: Option<seawall_core::Position>, source: &mut Source<'_, '_>) {
    const SEVERITIES: [&str; 5] = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
    let everywhere = [Scope::default()];
    let terms = Terms::default();
    if SEVERITIES.contains(&word.to_ascii_uppercase().as_str()) {
        source.sink.left(at, &format!("`{word}`"), "it skips by a severity that is not in the open rules");
    } else if word.contains('*') {
        let glob = seawall_waivers::Glob::new(word);
        let fits: Vec<&str> = Rules::built_in()
            .of_tool(Tool::Checkov)
            .map(|(id, _)| id)
            .filter(|id| glob.matches(id))
            .collect();
        if fits.is_empty() {
            source.sink.left(at, &format!("`{}`", shown(word)), "it fits no rule that is known");
        }
        fits.into_iter().for_each(|id| source.sink.accept(Tool::Checkov, id, at, &everywhere, &terms));
    } else {
        source.sink.accept(Tool::Checkov, word, at, &everywhere, &terms);
    }
}
