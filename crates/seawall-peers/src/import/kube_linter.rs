//! The `exclude` list of kube-linter's configuration; annotations are read with those of others.

use seawall_yaml::Node;

use super::{Scope, Source, Terms};
use crate::Tool;

pub(super) fn config(root: Node<'_>, source: &mut Source<'_, '_>) {
    let Some(checks) = root.get("checks") else { return };
    for item in checks.list("exclude") {
        let at = source.at(item);
        match item.as_str() {
            Some(check) => {
                source.sink.accept(Tool::KubeLinter, check, at, &[Scope::default()], &Terms::default());
            }
            None => source.sink.left(at, "an item of `exclude`", "it is no text"),
        }
    }
    if let Some(paths) = checks.get("ignorePaths") {
        let at = source.at(paths);
        source.sink.left(at, "`ignorePaths`", "it leaves files out; `.seawallignore` does that here");
    }
}
