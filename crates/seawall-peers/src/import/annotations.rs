//! Annotations by which objects tell other tools to pass over them.

use seawall_core::{OriginKind, Position, Problem, ProblemSeverity};
use seawall_inventory::{Inventory, Resource, is_cluster_scoped};
use seawall_yaml::{Node, comments as comments_of, is_json, split};

use super::{Scope, Sink, Terms, day, globs, shown};
use crate::Tool;

/// Words in the keys of Checkov's annotations, by its `kubernetes_utils.py`.
const CHECKOV: [&str; 3] = ["checkov.io/skip", "bridgecrew.io/skip", "cortex.io/skip"];

pub(super) fn read(resource: &Resource, sink: &mut Sink<'_>) {
    let annotations = resource.metadata().and_then(|metadata| metadata.get("annotations"));
    for (key, value) in annotations.into_iter().flat_map(|annotations| annotations.entries()) {
        if CHECKOV.iter().any(|word| key.contains(word))
            || key.contains("kube-linter.io/")
            || key.starts_with("polaris.fairwinds.com/")
            || matches!(key, "kube-score/ignore" | "kubescape.io/skip-controls")
        {
            one(resource, key, value, sink);
        }
    }
}

fn one(resource: &Resource, key: &str, value: Node<'_>, sink: &mut Sink<'_>) {
    let at = position(resource, value);
    let what = format!("annotation `{}`", shown(key));
    let Some(text) = value.scalar_text() else { return sink.left(at, &what, "it is no text") };
    let Some(scope) = scope_of(resource) else {
        return sink.left(at, &what, "the name of its object cannot be written without covering others");
    };
    let scopes = [scope];
    let reason = |text: &str| Terms { reason: Some(text.to_owned()), until: None };
    if CHECKOV.iter().any(|word| key.contains(word)) {
        let (id, why) = text.split_once('=').unwrap_or((&text, ""));
        sink.accept(Tool::Checkov, id, at, &scopes, &reason(why));
    } else if let Some(check) = key.strip_prefix("ignore-check.kube-linter.io/") {
        sink.accept(Tool::KubeLinter, check, at, &scopes, &reason(&text));
    } else if key == "kube-linter.io/ignore-all" {
        sink.accept_all(Tool::KubeLinter, at, &what, &scopes, &reason(&text));
    } else if let Some(exempt) = key.strip_prefix("polaris.fairwinds.com/") {
        let on = text.eq_ignore_ascii_case("true");
        match exempt.strip_suffix("-exempt") {
            Some(check) if on => sink.accept(Tool::Polaris, check, at, &scopes, &Terms::default()),
            None if on && exempt == "exempt" => {
                sink.accept_all(Tool::Polaris, at, &what, &scopes, &Terms::default());
            }
            _ => {}
        }
    } else if key == "kube-score/ignore" {
        for check in words(&text) {
            sink.accept(Tool::KubeScore, check, at, &scopes, &Terms::default());
        }
    } else if key == "kubescape.io/skip-controls" {
        let why = resource.annotation("kubescape.io/skip-reason").map(str::to_owned);
        match resource.annotation("kubescape.io/skip-expiry").map(day).transpose() {
            Ok(until) => {
                for control in words(&text) {
                    let terms = Terms { reason: why.clone(), until };
                    sink.accept(Tool::Kubescape, control, at, &scopes, &terms);
                }
            }
            Err(fault) => sink.left(at, &what, &fault),
        }
    }
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// The object itself; `None` when its name holds a star, or it has none.
pub(super) fn scope_of(resource: &Resource) -> Option<Scope> {
    let name = globs::literal(resource.name()).filter(|name| !name.is_empty())?;
    // Without a namespace the same name may stand for others elsewhere; what came through a pipe has no file to name.
    let nowhere = resource.namespace().is_none()
        && !is_cluster_scoped(resource.group_kind())
        && resource.origin().kind == OriginKind::File
        && !resource.origin().file.starts_with('<');
    Some(Scope {
        kind: Some(globs::literal(resource.kind())?),
        namespace: match resource.namespace() {
            Some(namespace) => Some(globs::literal(namespace)?),
            None => None,
        },
        name: Some(name),
        file: if nowhere { globs::literal(&resource.origin().file) } else { None },
        ..Scope::default()
    })
}

pub(super) fn position(resource: &Resource, node: Node<'_>) -> Option<Position> {
    let start = node.key_span().or_else(|| node.span())?.start;
    Some(resource.tree().text()?.position(start))
}

/// Comments that a tool would obey in other languages and passes over in manifests of Kubernetes.
pub(super) fn comments(inventory: &Inventory) -> Vec<Problem> {
    const MARKS: [(&str, &str); 3] =
        [("checkov:skip", "Checkov"), ("bridgecrew:skip", "Checkov"), ("trivy:ignore", "Trivy")];
    let mut problems = Vec::new();
    let same = |a: &Resource, b: &Resource| matches!((a.tree().text(), b.tree().text()), (Some(a), Some(b)) if a.same(b));
    for group in inventory.resources().chunk_by(|a, b| same(a, b)) {
        let Some((first, text)) = group.first().and_then(|first| Some((first, first.tree().text()?))) else {
            continue;
        };
        if is_json(text) || !MARKS.iter().any(|(mark, _)| text.as_str().contains(mark)) {
            continue;
        }
        for comment in split(text).into_iter().flat_map(|document| comments_of(text, document)) {
            let written = text.slice(comment).trim_start_matches('#').trim_start();
            let Some((mark, tool)) = MARKS.iter().find(|(mark, _)| written.starts_with(mark)) else {
                continue;
            };
            let message =
                format!("comment `{mark}` is not carried over: {tool} does not read comments in manifests");
            problems.push(
                Problem::new(ProblemSeverity::Warning, message)
                    .in_file(&first.origin().file)
                    .at(text.position(comment.start)),
            );
        }
    }
    problems
}
