//! `.trivyignore`, one id a line with an optional `exp:2027-01-31`, and `.trivyignore.yaml`.

use seawall_core::Position;
use seawall_yaml::Node;

use super::{Scope, Sink, Source, Terms, day, end, globs, odd, shown};
use crate::Tool;

pub(super) fn lines(text: &str, sink: &mut Sink<'_>) {
    for (number, line) in (1..).zip(text.lines()) {
        let at = Some(Position { line: number, column: 1 });
        let line = line.trim_start_matches('\u{feff}').trim();
        let mut fields = line.split_whitespace();
        let Some(id) = fields.next().filter(|id| !id.starts_with('#')) else { continue };
        let until = match fields.find_map(|field| field.strip_prefix("exp:")).map(day).transpose() {
            Ok(until) => until,
            // Trivy passes over the line, too.
            Err(fault) => {
                sink.left(at, &format!("`{}`", shown(id)), &fault);
                continue;
            }
        };
        sink.accept(Tool::Trivy, id, at, &[Scope::default()], &Terms { reason: None, until });
    }
}

pub(super) fn document(root: Node<'_>, source: &mut Source<'_, '_>) {
    for (list, why) in [
        ("vulnerabilities", "a vulnerability of a package: images are not scanned yet"),
        ("secrets", "it is about secrets in files of any kind"),
        ("licenses", "it is about licences of packages"),
    ] {
        for item in root.list(list) {
            let at = source.at(item);
            let id = item.str("id").unwrap_or("an item without `id`");
            source.sink.left(at, &format!("`{}`", shown(id)), why);
        }
    }
    for item in root.list("misconfigurations") {
        let at = source.at(item);
        let Some(id) = item.str("id") else {
            source.sink.left(at, "an item without `id`", "it says no rule");
            continue;
        };
        let what = format!("`{}`", shown(id));
        if let Some(why) = odd(item, &["paths"], &["statement"]) {
            source.sink.left(at, &what, &why);
            continue;
        }
        let until = match end(item, "expired_at") {
            Ok(until) => until,
            Err(fault) => {
                source.sink.left(at, &what, &fault);
                continue;
            }
        };
        let terms = Terms { reason: item.str("statement").map(str::to_owned), until };
        let mut scopes = Vec::new();
        for path in item.list("paths") {
            let at = source.at(path);
            match path.as_str().map(|text| globs::path(&globs::folder(source.sink.file), text)) {
                Some(Ok(files)) => {
                    scopes
                        .extend(files.into_iter().map(|file| Scope { file: Some(file), ..Scope::default() }));
                }
                Some(Err(why)) => source.sink.left(at, &format!("a path of {what}"), why),
                None => source.sink.left(at, &format!("a path of {what}"), "it is no text"),
            }
        }
        if item.get("paths").is_none_or(Node::is_empty) {
            scopes.push(Scope::default());
        }
        if !scopes.is_empty() {
            source.sink.accept(Tool::Trivy, id, at, &scopes, &terms);
        }
    }
}
