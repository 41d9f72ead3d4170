//! Edits a text, or fixes what a check finds in it, as the product does.

use std::fmt;
use std::sync::Arc;

use seawall_checks::{Profile, SettingValue, Settings, evaluate, find, pick};
use seawall_core::{Edit, FixRisk, FixValue, Origin, OriginKind, Route};
use seawall_fix::fix;
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, edit, read};
use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// What is asked for.
pub(super) enum Work {
    /// These edits.
    Changes(Vec<Change>),
    /// The fixes of this check; the amount that it is configured to write, where it writes one.
    Check { check: String, amount: Option<String> },
}

/// One edit of a document.
#[derive(Deserialize)]
pub(super) struct Change {
    op: Operation,
    doc: usize,
    path: String,
    value: Option<Written>,
}

/// A value with the order of its keys, which is part of what is expected.
struct Written(FixValue);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that a fix can write")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Written, E> {
        Ok(Written(FixValue::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Written, E> {
        Ok(Written(FixValue::Int(value)))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Written, E> {
        i64::try_from(value).map(|value| Written(FixValue::Int(value))).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> Result<Written, E> {
        Ok(Written(FixValue::from(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Written, A::Error> {
        let mut items = Vec::new();
        while let Some(Written(item)) = from.next_element()? {
            items.push(item);
        }
        Ok(Written(FixValue::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Written, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, Written(value))) = from.next_entry()? {
            entries.push((key, value));
        }
        Ok(Written(FixValue::Map(entries)))
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Operation {
    Set,
    Append,
    Delete,
}

/// Why there is no new text.
pub(super) enum Undone {
    /// The check does not exist yet.
    NotBuilt,
    /// The product refuses.
    Because(String),
}

/// The new text.
pub(super) fn run(text: &str, work: &Work) -> Result<String, Undone> {
    match work {
        Work::Changes(changes) => edited(text, changes).map_err(Undone::Because),
        Work::Check { check, amount } => fixed(text, check, amount.as_deref()),
    }
}

fn edited(text: &str, changes: &[Change]) -> Result<String, String> {
    let (documents, _) = read(&Text::new(text), &Limits::default());
    let mut edits = Vec::new();
    for (number, document) in documents.iter().enumerate() {
        let own: Vec<Edit> =
            changes.iter().filter(|change| change.doc == number).map(of).collect::<Result<_, _>>()?;
        let edited = edit::apply(&document.tree, &own).map_err(|error| error.to_string())?;
        edits.extend(edited.edits);
    }
    edit::splice(text, &edits).ok_or_else(|| "the edits do not fit the text".to_owned())
}

fn of(change: &Change) -> Result<Edit, String> {
    let route: Route = change.path.parse().map_err(|error| format!("`{}` is {error}", change.path))?;
    Ok(match change.op {
        Operation::Set => Edit::Set { route, value: value(change.value.as_ref())? },
        Operation::Append => Edit::Append { route, value: value(change.value.as_ref())? },
        Operation::Delete => Edit::Remove { route },
    })
}

fn value(written: Option<&Written>) -> Result<FixValue, String> {
    written.map(|written| written.0.clone()).ok_or_else(|| "an edit without a value".to_owned())
}

fn fixed(text: &str, check: &str, amount: Option<&str>) -> Result<String, Undone> {
    let entry = find(check).ok_or(Undone::NotBuilt)?;
    let mut settings = Settings::default();
    let writes_amount = entry.check.settings.iter().any(|setting| setting.name == "amount");
    if let Some(amount) = amount.filter(|_| writes_amount) {
        settings
            .set(check, "amount", SettingValue::Strings(vec![amount.to_owned()]))
            .map_err(|error| Undone::Because(error.to_string()))?;
    }
    let mut checks = vec![entry.check];
    checks.extend(pick(Profile::Default, &[], &[]).into_iter().filter(|other| other.id != check));
    let inventory = inventory(text).map_err(Undone::Because)?;
    let judge = |inventory: &Inventory| evaluate(inventory, &checks, &settings);
    let outcome = fix(&inventory, &judge, &|finding| finding.check.id.as_str() == check, FixRisk::High);
    let after = outcome.files.first().map_or(text, |file| file.after.as_str());
    Ok(after.to_owned())
}

fn inventory(text: &str) -> Result<Inventory, String> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    if let Some(problem) = problems.first() {
        return Err(format!("the reader has a problem: {}", problem.message));
    }
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "input".into(), document: document.index, line: 1, kind: OriginKind::File };
        let resource = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None);
        builder.push(resource.map_err(|error| format!("no Kubernetes object: {error:?}"))?);
    }
    Ok(builder.build())
}

/// What a text says: its documents as JSON. The reader is judged by the set `yaml-k8s`.
pub(super) fn data(text: &str) -> Option<Vec<Value>> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    if !problems.is_empty() {
        return None;
    }
    let json = |document: &seawall_yaml::Document| {
        let mut json = String::new();
        document.tree.root().write_json(&mut json);
        serde_json::from_str(&json).ok()
    };
    documents.iter().map(json).collect()
}
