//! A fix in words and YAML: `set `privileged: false``, or the lines to add.

use seawall_core::{Edit, FixValue, Route, Step};
use seawall_inventory::Resource;

/// A value in one line of YAML.
pub(super) fn flow(value: &FixValue) -> String {
    match value {
        FixValue::Bool(value) => value.to_string(),
        FixValue::Int(value) => value.to_string(),
        FixValue::Str(text) => scalar(text),
        FixValue::List(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        FixValue::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text as YAML: plain where that is safe under YAML 1.1, else quoted as JSON.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
        );
    if plain { text.to_owned() } else { serde_json::to_string(text).unwrap_or_default() }
}

/// A value as block YAML below a key, one line an entry; `indent` counts levels.
fn block(key: &str, value: &FixValue, indent: usize, lines: &mut Vec<String>) {
    let pad = "  ".repeat(indent);
    match value {
        FixValue::Map(entries) if !entries.is_empty() => {
            lines.push(format!("{pad}{}:", scalar(key)));
            for (key, value) in entries {
                block(key, value, indent + 1, lines);
            }
        }
        value => lines.push(format!("{pad}{}: {}", scalar(key), flow(value))),
    }
}

/// What edits do to a resource: those that add below one place as one block, the others one by one.
pub(super) fn describe_all(edits: &[&Edit], resource: Option<&Resource>, seen: &Route) -> Vec<String> {
    if let [edit] = edits {
        return describe(edit, resource, seen);
    }
    let mut blocks: Vec<(Route, FixValue)> = Vec::new();
    let mut lines = Vec::new();
    for edit in edits {
        let existing = resource.map_or(0, |resource| resource.root().nearest(edit.route()).1);
        let added = match edit {
            Edit::Set { route, value } => {
                missing_keys(route, existing).map(|keys| nest(&keys, value.clone()))
            }
            Edit::Append { route, value } => {
                missing_keys(route, existing).map(|keys| nest(&keys, FixValue::List(vec![value.clone()])))
            }
            Edit::Remove { .. } => None,
        };
        let Some(added) = added else {
            lines.extend(describe(edit, resource, seen));
            continue;
        };
        let parent = edit.route().prefix(existing);
        match blocks.iter_mut().find(|(at, _)| *at == parent) {
            Some((_, block)) => merge(block, added),
            None => blocks.push((parent, added)),
        }
    }
    let mut out = Vec::new();
    for (parent, block) in &blocks {
        add(parent, block, &mut out);
    }
    out.append(&mut lines);
    out
}

/// The steps of a route that are missing, when there are some and all are keys.
fn missing_keys(route: &Route, existing: usize) -> Option<Vec<&str>> {
    let missing = route.steps().get(existing..).filter(|missing| !missing.is_empty())?;
    let keys = missing.iter().map(|step| match step {
        Step::Key(key) => Some(&**key),
        Step::Index(_) => None,
    });
    keys.collect()
}

fn nest(keys: &[&str], value: FixValue) -> FixValue {
    keys.iter().rev().fold(value, |value, key| FixValue::Map(vec![((*key).to_owned(), value)]))
}

/// Puts `added` into `into`: maps by key, lists one after the other without repeating an item; of two other values the
/// first stays.
fn merge(into: &mut FixValue, added: FixValue) {
    match (into, added) {
        (FixValue::Map(entries), FixValue::Map(added)) => {
            for (key, value) in added {
                match entries.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, known)) => merge(known, value),
                    None => entries.push((key, value)),
                }
            }
        }
        (FixValue::List(items), FixValue::List(added)) => {
            for item in added {
                if !items.contains(&item) {
                    items.push(item);
                }
            }
        }
        _ => {}
    }
}

/// The lines that add the entries of a map to a place.
fn add(parent: &Route, entries: &FixValue, lines: &mut Vec<String>) {
    lines.push(if parent.is_root() { "add".to_owned() } else { format!("add to `{parent}`") });
    if let FixValue::Map(entries) = entries {
        entries.iter().for_each(|(key, value)| block(key, value, 1, lines));
    }
}

/// What an edit does to a resource, in one or more lines; `seen` is the place that the excerpt shows already.
pub(super) fn describe(edit: &Edit, resource: Option<&Resource>, seen: &Route) -> Vec<String> {
    let route = edit.route();
    let existing = resource.map_or(0, |resource| resource.root().nearest(route).1);
    let parent = route.split_last().map(|(parent, _)| parent).unwrap_or_default();
    let at = if route == seen || parent.is_root() { String::new() } else { format!(" in `{parent}`") };
    match edit {
        Edit::Set { value, .. } => set(route, existing, value, &at),
        Edit::Append { value, .. } => vec![format!("append `{}` to `{route}`", flow(value))],
        Edit::Remove { .. } => match route.steps().last() {
            Some(Step::Index(index)) => vec![format!("remove item {index} of `{parent}`")],
            Some(Step::Key(key)) => vec![format!("remove `{key}`{at}")],
            None => vec!["remove the object".to_owned()],
        },
    }
}

fn set(route: &Route, existing: usize, value: &FixValue, at: &str) -> Vec<String> {
    if let Some(keys) = missing_keys(route, existing) {
        let mut lines = Vec::new();
        add(&route.prefix(existing), &nest(&keys, value.clone()), &mut lines);
        return lines;
    }
    match route.steps().get(existing..).unwrap_or(&[]).is_empty().then(|| route.steps().last()).flatten() {
        Some(Step::Key(key)) => vec![format!("set `{}: {}`{at}", scalar(key), flow(value))],
        _ => vec![format!("set `{route}` to `{}`", flow(value))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_yaml_that_reads_back_as_meant() {
        let list = FixValue::List(vec!["ALL".into(), "no".into(), "1.10".into(), 5.into(), true.into()]);
        assert_eq!(flow(&list), "[ALL, \"no\", \"1.10\", 5, true]");
        let map = FixValue::Map(vec![("a.b/c".into(), "x: y".into()), ("d".into(), FixValue::Map(vec![]))]);
        assert_eq!(flow(&map), "{a.b/c: \"x: y\", d: {}}");
    }

    #[test]
    fn each_kind_of_edit_has_its_words() {
        let route = |text: &str| text.parse::<Route>().unwrap();
        let set = |existing, value: FixValue| super::set(&route("spec.a.b"), existing, &value, "");
        assert_eq!(set(3, false.into()), ["set `b: false`"]);
        assert_eq!(set(1, false.into()), ["add to `spec`", "  a:", "    b: false"]);
        let nested = FixValue::Map(vec![("c".into(), FixValue::List(vec!["ALL".into()]))]);
        assert_eq!(set(2, nested), ["add to `spec.a`", "  b:", "    c: [ALL]"]);
        assert_eq!(super::set(&route("a[0]"), 1, &"x".into(), ""), ["set `a[0]` to `x`"]);
        let describe = |edit: Edit| describe(&edit, None, &Route::root());
        assert_eq!(describe(Edit::Remove { route: route("a.b[2]") }), ["remove item 2 of `a.b`"]);
        assert_eq!(describe(Edit::Remove { route: route("a.b") }), ["remove `b` in `a`"]);
        assert_eq!(
            describe(Edit::Append { route: route("a.drop"), value: "ALL".into() }),
            ["append `ALL` to `a.drop`"]
        );
    }

    #[test]
    fn edits_of_one_place_become_one_block() {
        let route = |text: &str| text.parse::<Route>().unwrap();
        let append = |value: &str| Edit::Append { route: route("a.capabilities.drop"), value: value.into() };
        let edits = [
            Edit::Set { route: route("a.readOnly"), value: true.into() },
            append("ALL"),
            Edit::Remove { route: route("b") },
            append("ALL"),
            append("NET_RAW"),
            Edit::Set { route: route("a.readOnly"), value: false.into() },
        ];
        let edits: Vec<&Edit> = edits.iter().collect();
        assert_eq!(
            describe_all(&edits, None, &Route::root()),
            [
                "add",
                "  a:",
                "    readOnly: true",
                "    capabilities:",
                "      drop: [ALL, NET_RAW]",
                "remove `b`"
            ]
        );
    }
}
