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
    let missing = route.steps().get(existing..).unwrap_or(&[]);
    let keys: Option<Vec<&str>> = missing
        .iter()
        .map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Index(_) => None,
        })
        .collect();
    match (keys.as_deref(), route.steps().last()) {
        (Some([]), Some(Step::Key(key))) => vec![format!("set `{}: {}`{at}", scalar(key), flow(value))],
        (Some(keys @ [_, ..]), _) => {
            let nested = |value, key: &&str| FixValue::Map(vec![((*key).to_owned(), value)]);
            let whole = keys.iter().rev().fold(value.clone(), nested);
            let mut lines = vec![match existing {
                0 => "add".to_owned(),
                _ => format!("add to `{}`", route.prefix(existing)),
            }];
            if let FixValue::Map(entries) = &whole {
                entries.iter().for_each(|(key, value)| block(key, value, 1, &mut lines));
            }
            lines
        }
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
}
