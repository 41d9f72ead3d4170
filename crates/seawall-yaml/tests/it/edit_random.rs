//! Random documents in every style, random edits: the result means what a model says, and nothing else has changed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use seawall_core::{Edit, FixValue, Route, Step};
use seawall_yaml::edit::{self, EditError, TextEdit};
use seawall_yaml::{Span, Text, comments};
use serde_json::{Map, Value, json};

use crate::edit::trees;

/// Numbers from a seed; a failure prints the texts, so shrinking is not missed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides as u64) as usize
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

const KEYS: &[&str] = &["a", "b", "name", "spec", "image", "example.org/x", "yes", "a b", "7"];
const STRINGS: &[&str] = &[
    "web",
    "x: y",
    "",
    "yes",
    "0777",
    "it's",
    "a\"b",
    "one\ntwo\n",
    "one\n\ntwo",
    "# no",
    "ü",
    "- x",
    "{a}",
    "1.2.3",
    "-v",
    "a,b",
];

fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(if depth == 0 { 4 } else { 8 }) {
        0 => json!(dice.one_in(2)),
        1 => json!(dice.roll(100)),
        2 | 3 => json!(dice.pick(STRINGS)),
        4 => (0..dice.roll(4)).map(|_| value(dice, depth - 1)).collect(),
        _ => {
            let mut map = Map::new();
            for _ in 0..dice.roll(5) {
                let key = (*dice.pick(KEYS)).to_owned();
                let below = value(dice, depth - 1);
                map.insert(key, below);
            }
            Value::Object(map)
        }
    }
}

/// A comment and the entry it is about: kept unless the entry (or, for one inside, what is around it) goes.
struct Remark {
    text: String,
    about: Vec<Step>,
}

struct Writer<'d> {
    dice: &'d mut Dice,
    out: String,
    step: usize,
    remarks: Vec<Remark>,
    with_comments: bool,
}

impl Writer<'_> {
    fn remark(&mut self, about: &[Step]) -> String {
        let text = format!("# c{}", self.remarks.len());
        self.remarks.push(Remark { text: text.clone(), about: about.to_vec() });
        text
    }

    fn trailing(&mut self, about: &[Step]) {
        if self.with_comments && self.dice.one_in(4) {
            let remark = self.remark(about);
            _ = write!(self.out, " {remark}");
        }
        self.out.push('\n');
    }

    fn above(&mut self, about: &[Step], column: usize) {
        if self.dice.one_in(8) {
            self.out.push('\n');
        }
        if self.with_comments && self.dice.one_in(5) {
            let remark = self.remark(about);
            _ = writeln!(self.out, "{}{remark}", " ".repeat(column));
        }
    }

    fn scalar(&mut self, value: &Value, in_flow: bool) -> String {
        let Value::String(text) = value else { return value.to_string() };
        let simple = text.chars().all(|c| c.is_ascii_alphanumeric()) && text.starts_with('w');
        match self.dice.roll(3) {
            0 if simple => text.clone(),
            1 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
            2 if !in_flow && !text.contains(['\n', '"']) && text.contains(' ') => format!("{value}"),
            _ => value.to_string(),
        }
    }

    fn key(&mut self, key: &str) -> String {
        let plain = key.chars().all(|c| c.is_ascii_alphabetic() || c == '.' || c == '/') && key != "yes";
        if plain && !self.dice.one_in(8) { key.to_owned() } else { format!("\"{key}\"") }
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(map) => {
                let entries: Vec<_> = map
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.key(key), self.flow(value)))
                    .collect();
                let pad = if self.dice.one_in(2) && !entries.is_empty() { " " } else { "" };
                format!("{{{pad}{}{pad}}}", entries.join(", "))
            }
            scalar => self.scalar(scalar, true),
        }
    }

    /// What follows a colon or a dash, with the end of the line.
    fn after(&mut self, value: &Value, column: usize, about: &mut Vec<Step>, dash: bool) {
        match value {
            Value::Object(map) if !map.is_empty() && !self.dice.one_in(6) => {
                if dash && !self.dice.one_in(4) {
                    self.out.push(' ');
                    self.map(map, column + 2, about, true);
                    return;
                }
                self.trailing(about);
                let step = if dash { 2 } else { self.step };
                self.map(map, column + step, about, false);
            }
            Value::Array(items) if !items.is_empty() && !self.dice.one_in(6) => {
                if dash && !self.dice.one_in(4) {
                    self.out.push(' ');
                    self.list(items, column + 2, about, true);
                    return;
                }
                self.trailing(about);
                let indent = if dash { 2 } else { *self.dice.pick(&[0, self.step]) };
                self.list(items, column + indent, about, false);
            }
            Value::String(text) if text.contains('\n') && self.dice.one_in(2) => {
                let (header, body) =
                    text.strip_suffix('\n').map_or(("|-", text.as_str()), |body| ("|", body));
                self.out.push(' ');
                self.out.push_str(header);
                self.trailing(about);
                for line in body.split('\n') {
                    let pad = if line.is_empty() { 0 } else { column + self.step };
                    _ = writeln!(self.out, "{}{line}", " ".repeat(pad));
                }
            }
            value => {
                let text = self.flow(value);
                _ = write!(self.out, " {text}");
                self.trailing(about);
            }
        }
    }

    fn map(&mut self, map: &Map<String, Value>, column: usize, about: &mut Vec<Step>, first_in_line: bool) {
        for (number, (key, value)) in map.iter().enumerate() {
            about.push(Step::from(key.as_str()));
            if number > 0 || !first_in_line {
                self.above(about, column);
                self.out.push_str(&" ".repeat(column));
            }
            let key = self.key(key);
            _ = write!(self.out, "{key}:");
            self.after(value, column, about, false);
            about.pop();
        }
    }

    fn list(&mut self, items: &[Value], column: usize, about: &mut Vec<Step>, first_in_line: bool) {
        for (number, item) in items.iter().enumerate() {
            about.push(Step::from(number));
            if number > 0 || !first_in_line {
                self.above(about, column);
                self.out.push_str(&" ".repeat(column));
            }
            self.out.push('-');
            self.after(item, column, about, true);
            about.pop();
        }
    }
}

/// A document in a random style.
fn written(dice: &mut Dice, value: &Value) -> (String, Vec<Remark>) {
    let Value::Object(map) = value else { panic!("documents are maps") };
    let (step, with_comments) = (*dice.pick(&[2, 2, 4]), !dice.one_in(4));
    let mut writer = Writer { dice, out: String::new(), step, remarks: Vec::new(), with_comments };
    writer.map(map, 0, &mut Vec::new(), false);
    let Writer { mut out, remarks, dice, .. } = writer;
    if map.is_empty() {
        out.push_str("{}\n");
    }
    if dice.one_in(5) {
        out.truncate(out.trim_end_matches('\n').len());
    }
    if dice.one_in(5) {
        out = out.replace('\n', "\r\n");
    }
    (out, remarks)
}

fn routes(value: &Value, at: &Route, all: &mut Vec<(Route, Value)>) {
    all.push((at.clone(), value.clone()));
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| routes(item, &at.clone().index(i), all));
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| routes(value, &at.clone().key(key), all)),
        _ => {}
    }
}

fn fix(value: &Value) -> FixValue {
    match value {
        Value::Bool(value) => FixValue::Bool(*value),
        Value::Number(number) => FixValue::Int(number.as_i64().unwrap()),
        Value::String(text) => FixValue::Str(text.clone()),
        Value::Array(items) => FixValue::List(items.iter().map(fix).collect()),
        Value::Object(map) => {
            FixValue::Map(map.iter().map(|(key, value)| (key.clone(), fix(value))).collect())
        }
        Value::Null => unreachable!("no null is made"),
    }
}

fn random_edit(dice: &mut Dice, document: &Value) -> (Edit, Value) {
    let mut all = Vec::new();
    routes(document, &Route::root(), &mut all);
    let (route, old) = dice.pick(&all).clone();
    let new = value(dice, 2);
    let set = |route, new: &Value| (Edit::Set { route, value: fix(new) }, new.clone());
    match (dice.roll(4), &old) {
        (0, Value::Object(_)) => set(route.key(KEYS[dice.roll(KEYS.len())]), &new),
        (1, Value::Object(_)) => set(route.keys(&["new", "deep"]), &new),
        (0..=1, Value::Array(_)) => (Edit::Append { route, value: fix(&new) }, new),
        (2, _) if !route.is_root() => (Edit::Remove { route }, Value::Null),
        _ if route.is_root() => set(route.key("new"), &new),
        _ => set(route, &new),
    }
}

/// The test's own idea of what edits mean; a removed place is marked and taken out at the end.
fn carry_out(document: &mut Value, edits: &[(Edit, Value)]) -> Option<()> {
    const GONE: &str = "\u{0}gone";
    fn place<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
        steps.iter().try_fold(value, |value, step| match (value, step) {
            (Value::Object(map), Step::Key(key)) => Some(map.entry(&**key).or_insert(json!({}))),
            (Value::Array(items), Step::Index(index)) => items.get_mut(*index as usize),
            _ => None,
        })
    }
    fn purge(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|_, value| *value != json!(GONE));
                map.values_mut().for_each(purge);
            }
            Value::Array(items) => {
                items.retain(|value| *value != json!(GONE));
                items.iter_mut().for_each(purge);
            }
            _ => {}
        }
    }
    for (edit, new) in edits {
        let place = place(document, edit.route().steps())?;
        match edit {
            Edit::Set { .. } => *place = new.clone(),
            Edit::Append { .. } => {
                if *place == json!({}) {
                    // Missing until now.
                    *place = json!([]);
                }
                place.as_array_mut()?.push(new.clone());
            }
            Edit::Remove { .. } => *place = json!(GONE),
        }
    }
    purge(document);
    Some(())
}

fn meaning(text: &str) -> Value {
    let trees = trees(&Text::new(text));
    assert_eq!(trees.len(), 1, "{text}");
    let mut out = String::new();
    trees[0].root().write_json(&mut out);
    serde_json::from_str(&out).unwrap()
}

fn comments_of(text: &str) -> BTreeSet<String> {
    let text = Text::new(text);
    let all = Span { start: 0, end: text.len() };
    comments(&text, all).map(|span| text.slice(span).trim_end().to_owned()).collect()
}

/// Whether the comment may be lost to these edits.
fn may_go(remark: &Remark, edits: &[(Edit, Value)]) -> bool {
    let about: Route = remark.about.iter().cloned().collect();
    edits.iter().any(|(edit, _)| {
        let below = about.strip_prefix(edit.route());
        match edit {
            Edit::Remove { .. } => below.is_some(),
            Edit::Set { .. } => below.is_some_and(|below| !below.is_root()),
            Edit::Append { .. } => false,
        }
    })
}

fn check(seed: u64) {
    let mut dice = Dice(seed);
    let mut document = Map::new();
    for key in KEYS.iter().take(dice.roll(6)) {
        document.insert((*key).to_owned(), value(&mut dice, 3));
    }
    let document = Value::Object(document);
    let (text, remarks) = match dice.roll(5) {
        0 => (serde_json::to_string_pretty(&document).unwrap() + "\n", Vec::new()),
        1 => (document.to_string(), Vec::new()),
        _ => written(&mut dice, &document),
    };
    assert_eq!(meaning(&text), document, "the test's writer is wrong:\n{text}");
    let edits: Vec<_> = (0..1 + dice.roll(3)).map(|_| random_edit(&mut dice, &document)).collect();
    let plain: Vec<Edit> = edits.iter().map(|(edit, _)| edit.clone()).collect();
    let shown = || {
        let verb = |edit: &Edit| match edit {
            Edit::Set { .. } => "set",
            Edit::Append { .. } => "append",
            Edit::Remove { .. } => "remove",
        };
        let line = |(edit, new): &(Edit, Value)| format!("{} {} = {new}\n", verb(edit), edit.route());
        format!("seed {seed}\n{text}\n--- {}", edits.iter().map(line).collect::<String>())
    };

    let source = Text::new(text.as_str());
    let edited = match edit::apply(&trees(&source)[0], &plain) {
        Ok(edited) => edited,
        // Edits of one place that one of them takes away or makes another kind of.
        Err(EditError::Conflict(_) | EditError::NotAContainer(_) | EditError::Missing(_))
            if plain.len() > 1 =>
        {
            return;
        }
        Err(error) => panic!("{error:?}: {}", shown()),
    };
    let mut wanted = document.clone();
    carry_out(&mut wanted, &edits).unwrap_or_else(|| panic!("{}", shown()));
    assert_eq!(meaning(&edited.text), wanted, "{}\n--- became\n{}", shown(), edited.text);

    assert_eq!(edit::splice(&text, &edited.edits).as_deref(), Some(edited.text.as_str()));
    let touching = |pair: &[TextEdit]| pair[0].span.end >= pair[1].span.start;
    assert!(!edited.edits.windows(2).any(touching), "{}\n{:?}", shown(), edited.edits);
    assert_eq!(edited.edits.is_empty(), text == edited.text);
    assert!(
        !edited.text.replace("\r\n", "").contains('\n') || !text.contains('\r'),
        "{}\n{}",
        shown(),
        edited.text
    );

    if !text.starts_with(['{', '[']) {
        let (before, after) = (comments_of(&text), comments_of(&edited.text));
        assert!(after.is_subset(&before), "{}\n--- became\n{}", shown(), edited.text);
        for remark in remarks.iter().filter(|remark| !may_go(remark, &edits)) {
            assert!(
                after.contains(&remark.text),
                "{} is lost: {}\n--- became\n{}",
                remark.text,
                shown(),
                edited.text
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn edits_mean_what_they_say_and_touch_nothing_else(seed in any::<u64>()) {
        check(seed);
    }
}
