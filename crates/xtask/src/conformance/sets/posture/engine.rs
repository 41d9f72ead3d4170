//! Runs one check over the objects of a case.

use std::collections::BTreeMap;

use seawall_checks::{BadSetting, SettingValue, Settings, evaluate, find};
use seawall_core::{Edit, Finding, FixValue, Subject};
use seawall_inventory::InventoryBuilder;
use serde_json::Value;

use super::super::engine_input::resource;
use super::score::{Change, Gap, Object, Reported, Said};

/// What the engine gets.
pub(super) struct Input {
    pub(super) check: String,
    pub(super) objects: Vec<Value>,
    pub(super) config: BTreeMap<String, Value>,
}

/// Why there is nothing to score.
pub(super) enum Unjudged {
    /// The check does not exist yet.
    NotBuilt,
    /// The engine cannot take the case.
    Because(String),
}

/// Judges the objects.
pub(super) fn judge(input: &Input) -> Result<Said, Unjudged> {
    let entry = find(&input.check).ok_or(Unjudged::NotBuilt)?;
    let mut settings = Settings::default();
    for (name, value) in &input.config {
        configure(&mut settings, &input.check, name, value).map_err(Unjudged::Because)?;
    }
    let mut builder = InventoryBuilder::new();
    for (number, object) in (0..).zip(&input.objects) {
        builder.push(resource(object, number).map_err(Unjudged::Because)?);
    }
    // The objects are the whole world of the case: what is not among them does not exist.
    builder.complete();
    let evaluation = evaluate(&builder.build(), &[entry.check], &settings);
    Ok(Said {
        reported: evaluation.findings.iter().map(reported).collect(),
        gaps: evaluation
            .not_evaluated
            .iter()
            .map(|gap| Gap { object: gap.subject.as_ref().map(object), reason: gap.reason.clone() })
            .collect(),
    })
}

fn configure(settings: &mut Settings, check: &str, name: &str, value: &Value) -> Result<(), String> {
    let value = match value {
        Value::Bool(flag) => SettingValue::Bool(*flag),
        Value::String(text) => SettingValue::Strings(vec![text.clone()]),
        Value::Number(number) => SettingValue::Int(
            number.as_i64().ok_or_else(|| format!("setting `{name}` is no whole number: {number}"))?,
        ),
        Value::Array(items) => SettingValue::Strings(
            items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or_else(|| format!("setting `{name}` is no list of texts"))?,
        ),
        Value::Null | Value::Object(_) => return Err(format!("setting `{name}` is of no known type")),
    };
    if FOREIGN.contains(&(check, name)) {
        return Ok(());
    }
    // Some settings have kept upstream's spelling.
    let declared = find(check).map_or(&[][..], |entry| entry.check.settings);
    let is_kept = declared.iter().any(|setting| setting.name == name);
    let name = if is_kept { name.to_owned() } else { camel_case(name) };
    settings.set(check, &name, value).map_err(|error: BadSetting| error.to_string())
}

/// Settings that Kubescape hands to rules of one control and that these do not read: bounds of amounts, where the question
/// is whether there is an amount.
const FOREIGN: [(&str, &str); 4] = [
    ("workload-memory-limit-missing", "memory_limit_max"),
    ("workload-memory-limit-missing", "memory_request_max"),
    ("workload-memory-request-missing", "memory_limit_max"),
    ("workload-memory-request-missing", "memory_request_max"),
];

/// The name of a setting as Seawall writes it: upstream's `min_replicas` is `minReplicas`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or("").to_owned();
    words.fold(first, |mut text, word| {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
        text
    })
}

fn object(subject: &Subject) -> Object {
    Object {
        kind: subject.kind.to_string(),
        namespace: subject.namespace.as_deref().unwrap_or("").to_owned(),
        name: subject.name.to_string(),
    }
}

fn reported(finding: &Finding) -> Reported {
    let changes = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| Change {
        route: edit.route().to_string(),
        appends: matches!(edit, Edit::Append { .. }),
        value: match edit {
            Edit::Set { value, .. } | Edit::Append { value, .. } => Some(json(value)),
            Edit::Remove { .. } => None,
        },
    });
    Reported {
        subject: object(&finding.subject),
        linked: finding.linked.iter().map(object).collect(),
        routes: finding.locations.iter().map(|location| location.route.to_string()).collect(),
        changes: changes.collect(),
    }
}

fn json(value: &FixValue) -> Value {
    match value {
        FixValue::Bool(flag) => Value::Bool(*flag),
        FixValue::Int(number) => Value::from(*number),
        FixValue::Str(text) => Value::String(text.clone()),
        FixValue::List(items) => Value::Array(items.iter().map(json).collect()),
        FixValue::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn upstream_names_become_ours() {
        for (upstream, ours) in [
            ("min_replicas", "minReplicas"),
            ("cpu_request_max", "cpuRequestMax"),
            ("publicRegistries", "publicRegistries"),
            ("option", "option"),
        ] {
            assert_eq!(camel_case(upstream), ours);
        }
    }
}
