//! Edits a text, or fixes what a check finds in it, as the product does.

use std::sync::Arc;

use seawall_checks::{Profile, SettingValue, Settings, evaluate, find, pick};
use seawall_core::{Edit, FixRisk, FixValue, Origin, OriginKind, Route};
use seawall_fix::fix;
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, edit, read};
use serde::Deserialize;
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
    #[serde(default)]
    value: Value,
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
        Operation::Set => Edit::Set { route, value: value(&change.value)? },
        Operation::Append => Edit::Append { route, value: value(&change.value)? },
        Operation::Delete => Edit::Remove { route },
    })
}

fn value(value: &Value) -> Result<FixValue, String> {
    Ok(match value {
        Value::Bool(flag) => FixValue::Bool(*flag),
        Value::String(text) => FixValue::Str(text.clone()),
        Value::Number(number) => FixValue::Int(number.as_i64().ok_or("no fix writes fractions")?),
        Value::Array(items) => FixValue::List(items.iter().map(self::value).collect::<Result<_, _>>()?),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| Ok((key.clone(), self::value(value)?));
            FixValue::Map(entries.iter().map(entry).collect::<Result<_, String>>()?)
        }
        Value::Null => return Err("no fix writes null".to_owned()),
    })
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
