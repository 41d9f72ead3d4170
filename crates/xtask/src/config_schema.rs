//! The JSON Schema of `seawall.yaml`, made from the catalogue and its settings.

mod admission;
mod images;

use seawall_checks::{Check, Setting, SettingDefault, all};
use seawall_core::{Area, Pillar, Severity};
use serde_json::{Map, Value, json};

/// The schema as text.
pub(crate) fn text() -> String {
    format!("{:#}\n", schema())
}

fn schema() -> Value {
    let severities: Vec<&str> =
        Severity::ALL.iter().map(|severity| severity.as_str()).chain(["none"]).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://seawall.dev/schemas/seawall-config-v1.schema.json",
        "title": "seawall.yaml",
        "description": "Configuration of Seawall. Found in the folder of the scan or above; options go before it.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "profile": {"description": "Which checks run when none are selected.", "enum": ["default", "all"]},
            "failOn": {"description": "The least severity that makes the exit code 1.", "enum": severities},
            "strict": {"description": "Exit with 3 when something could not be evaluated.", "type": "boolean"},
            "select": {"description": "Run only these checks.", "type": "array", "items": {"$ref": "#/$defs/select"}},
            "ignore": {"description": "Leave these checks out.", "type": "array", "items": {"$ref": "#/$defs/select"}},
            "waivers": {"description": "File of accepted findings, relative to this file.", "type": "string"},
            "render": render(),
            "checks": checks(),
            "admission": admission::section(),
        },
        "$defs": {"select": select()},
    })
}

fn render() -> Value {
    let texts =
        |description: &str| json!({"description": description, "type": "array", "items": {"type": "string"}});
    json!({
        "description": "How charts and kustomizations are rendered.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "enabled": {"description": "Whether they are.", "type": "boolean", "default": true},
            "values": texts("Files of values for the charts, relative to this file."),
            "set": texts("Single values for the charts, `KEY=VALUE`."),
            "kubeVersion": {"description": "The version of Kubernetes that charts see.", "type": "string"},
            "apiVersions": texts("Versions of APIs that charts see."),
        },
    })
}

fn select() -> Value {
    let ids: Vec<&str> = all().iter().map(|entry| entry.id).collect();
    let areas: Vec<String> = Area::ALL.iter().map(|area| format!("area:{area}")).collect();
    let pillars: Vec<String> = Pillar::ALL.iter().map(|pillar| format!("pillar:{pillar}")).collect();
    json!({
        "description": "A check, or `area:`, `pillar:` or `framework:` and a name.",
        "anyOf": [{"enum": ids}, {"enum": areas}, {"enum": pillars}, {"type": "string", "pattern": "^framework:.+"}],
    })
}

fn checks() -> Value {
    let with_settings = all().iter().map(|entry| entry.check).filter(|check| !check.settings.is_empty());
    let properties: Map<String, Value> =
        with_settings.map(|check| (check.id.to_owned(), settings(check))).collect();
    json!({
        "description": "Settings of checks, by check.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn settings(check: &Check) -> Value {
    let properties: Map<String, Value> =
        check.settings.iter().map(|setting| (setting.name.to_owned(), setting_schema(setting))).collect();
    json!({"description": check.title, "type": "object", "additionalProperties": false, "properties": properties})
}

fn setting_schema(setting: &Setting) -> Value {
    match setting.default {
        SettingDefault::Strings(default) => json!({
            "description": setting.doc, "type": "array", "items": {"type": "string"}, "default": default,
        }),
        SettingDefault::Int(default) => {
            json!({"description": setting.doc, "type": "integer", "default": default})
        }
        SettingDefault::Bool(default) => {
            json!({"description": setting.doc, "type": "boolean", "default": default})
        }
    }
}
