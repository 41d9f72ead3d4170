//! `seawall checks`

use std::fmt::Write as _;

use seawall_checks::{Entry, SettingDefault};
use serde_json::{Value, json};

use crate::ExitStatus;
use crate::cli::{ChecksArgs, ListFormat};

pub(super) fn run(args: &ChecksArgs) -> anyhow::Result<ExitStatus> {
    let chosen: Vec<&Entry> = seawall_checks::all()
        .iter()
        .filter(|entry| {
            args.select.is_empty() || args.select.iter().any(|select| select.matches(entry.check))
        })
        .filter(|entry| args.pillar.is_none_or(|pillar| entry.check.pillar == pillar))
        .filter(|entry| args.severity.is_none_or(|severity| entry.check.severity >= severity))
        .collect();
    let text = match args.output {
        ListFormat::Table => table(&chosen),
        ListFormat::Ids => chosen.iter().fold(String::new(), |text, entry| text + entry.id + "\n"),
        ListFormat::Json => {
            serde_json::to_string_pretty(&chosen.iter().map(|entry| record(entry)).collect::<Vec<_>>())?
                + "\n"
        }
    };
    super::print(text.as_bytes())
}

fn table(entries: &[&Entry]) -> String {
    let width = entries.iter().map(|entry| entry.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for entry in entries {
        let check = entry.check;
        let _ =
            writeln!(text, "{:width$}  {:8}  {:13}  {}", check.id, check.severity, check.pillar, check.title);
    }
    let _ = writeln!(text, "\n{} checks; `seawall explain ID` shows the page of one", entries.len());
    text
}

fn record(entry: &Entry) -> Value {
    let check = entry.check;
    let settings: serde_json::Map<String, Value> = check
        .settings
        .iter()
        .map(|setting| {
            let default = match setting.default {
                SettingDefault::Strings(values) => json!(values),
                SettingDefault::Int(value) => json!(value),
                SettingDefault::Bool(value) => json!(value),
            };
            (setting.name.to_owned(), json!({"description": setting.doc, "default": default}))
        })
        .collect();
    json!({
        "id": check.id,
        "title": check.title,
        "why": check.why,
        "help": check.help,
        "severity": check.severity.as_str(),
        "confidence": check.confidence.as_str(),
        "pillar": check.pillar.as_str(),
        "frameworks": check.frameworks,
        "settings": settings,
    })
}
