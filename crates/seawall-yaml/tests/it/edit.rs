//! The editor: every document in `tests/data/edit` is a set of cases; the fix set of the conformance data.

use seawall_core::{Edit, FixValue, Route};
use seawall_yaml::edit::{self, EditError, EditedText};
use seawall_yaml::{Kind, Limits, Node, Span, Text, Tree, json, read};

/// The trees of a text: JSON values when it is a stream of them, YAML documents otherwise.
pub(crate) fn trees(text: &Text) -> Vec<Tree> {
    let limits = Limits::default();
    let mut span = Span { start: 0, end: text.len() };
    let mut values = Vec::new();
    while let (Some((tree, end)), problems) = json::read_json(text, span, &limits) {
        assert!(problems.is_empty(), "{problems:?}");
        values.push(tree);
        span.start = end;
    }
    if !values.is_empty()
        && text.slice(span).trim().is_empty()
        && text.as_str().trim_start().starts_with(['{', '['])
    {
        return values;
    }
    read(text, &limits).0.into_iter().map(|document| document.tree).collect()
}

/// The value of a JSON text, with the order of its keys.
pub(crate) fn fix_value(text: &str) -> FixValue {
    let (tree, problems) = json::read_json_bytes(text.as_bytes(), &Limits::default());
    assert!(problems.is_empty(), "{text}: {problems:?}");
    from_node(tree.unwrap().root())
}

fn from_node(node: Node<'_>) -> FixValue {
    match node.kind() {
        Kind::Map => {
            FixValue::Map(node.entries().map(|(key, node)| (key.to_owned(), from_node(node))).collect())
        }
        Kind::Seq => FixValue::List(node.items().map(from_node).collect()),
        Kind::Bool => FixValue::Bool(node.as_bool().unwrap()),
        Kind::Int => FixValue::Int(node.as_i64().unwrap()),
        Kind::Str => FixValue::Str(node.as_str().unwrap().to_owned()),
        kind => panic!("no edit writes {kind:?}"),
    }
}

/// One line: `set ROUTE = JSON`, `append ROUTE = JSON` or `remove ROUTE`.
fn parse_edit(line: &str) -> Edit {
    let (verb, rest) = line.split_once(' ').expect("a verb and a route");
    let (route, value) = match rest.split_once(" = ") {
        Some((route, value)) => (route, Some(fix_value(value))),
        None => (rest, None),
    };
    let route: Route = if route == "." { Route::root() } else { route.parse().expect(line) };
    match (verb, value) {
        ("set", Some(value)) => Edit::Set { route, value },
        ("append", Some(value)) => Edit::Append { route, value },
        ("remove", None) => Edit::Remove { route },
        _ => panic!("not an edit: {line}"),
    }
}

#[derive(Default)]
struct Case {
    title: String,
    before: String,
    edits: Vec<(usize, Vec<Edit>)>,
    after: String,
    error: Option<String>,
}

/// Cases of a document: a heading, and fenced blocks `before`, `edits` (or `edits N` for document N) and `after` or
/// `error`. `after` may be left out where nothing changes. `CRLF` and `no newline at the end` in a heading apply to
/// both texts.
fn cases(document: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case { title: title.to_owned(), ..Case::default() });
        }
        let Some(block) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let case = cases.last_mut().expect("a heading before the first block");
        let mut text = body.iter().map(|line| format!("{line}\n")).collect::<String>();
        if case.title.contains("CRLF") {
            text = text.replace('\n', "\r\n");
        }
        if case.title.contains("no newline at the end") {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        match block.split_once(' ').unwrap_or((block, "0")) {
            ("before", _) => case.before = text,
            ("after", _) => case.after = text,
            ("edits", n) => {
                case.edits.push((n.parse().unwrap(), body.iter().map(|line| parse_edit(line)).collect()));
            }
            ("error", _) => case.error = Some(body.join("\n")),
            other => panic!("{}: no such block: {other:?}", case.title),
        }
    }
    cases
}

fn run(case: &Case) -> Result<String, EditError> {
    let text = Text::new(case.before.as_str());
    let trees = trees(&text);
    let mut changes = Vec::new();
    for (document, edits) in &case.edits {
        let EditedText { edits, text: alone } = edit::apply(&trees[*document], edits)?;
        assert_eq!(edit::splice(text.as_str(), &edits).as_deref(), Some(alone.as_str()));
        changes.extend(edits);
    }
    Ok(edit::splice(text.as_str(), &changes).expect("edits of different documents do not overlap"))
}

#[test]
fn documents() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/edit");
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        for case in cases(&std::fs::read_to_string(&file).unwrap()) {
            count += 1;
            let name = format!("{}: {}", file.file_name().unwrap().to_string_lossy(), case.title);
            match (run(&case), &case.error) {
                (Ok(after), None) if after == case.after => {}
                (Err(error), Some(wanted)) if format!("{error}\n").starts_with(&format!("{wanted}\n")) => {}
                (Ok(after), None) => failures.push(format!("--- {name}\n{after}--- wanted\n{}", case.after)),
                (got, _) => failures.push(format!("--- {name}\n{got:?}")),
            }
        }
    }
    assert!(count > 50, "only {count} cases were found");
    assert!(failures.is_empty(), "{} of {count} failed\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_conformance_cases_with_changes_are_byte_exact() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/fix");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: {folder} is not there");
        return;
    };
    let mut count = 0;
    for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let contract = std::fs::read(path.join("expected.json")).unwrap();
        let contract = json::read_json_bytes(&contract, &Limits::default()).0.unwrap();
        let Some(changes) = contract.root().entry("changes") else { continue };
        let text = Text::new(std::fs::read_to_string(path.join("input/input.yaml")).unwrap());
        let trees = trees(&text);
        let mut edits = Vec::new();
        for change in changes.items() {
            let field = |name: &str| change.entry(name).unwrap();
            let route: Route = field("path").as_str().unwrap().parse().unwrap();
            let edit = match field("op").as_str().unwrap() {
                "set" => Edit::Set { route, value: from_node(field("value")) },
                "append" => Edit::Append { route, value: from_node(field("value")) },
                _ => Edit::Remove { route },
            };
            let tree = &trees[field("doc").as_u64().unwrap() as usize];
            edits.extend(edit::apply(tree, &[edit]).unwrap().edits);
        }
        let after = edit::splice(text.as_str(), &edits).unwrap();
        assert_eq!(after, std::fs::read_to_string(path.join("expected.yaml")).unwrap(), "{}", path.display());
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn a_tree_without_text_is_refused() {
    let (tree, _) = json::read_json_bytes(b"{}", &Limits::default());
    assert_eq!(edit::apply(&tree.unwrap(), &[]), Err(EditError::NoText));
}
