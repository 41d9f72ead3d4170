//! `secret-configmap-sensitive-data`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use crate::secret::files::entries;
use crate::secret::personal::find;
use crate::secret::words::Name;
use crate::{Check, CheckSettings, Judge, Prepared, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "secret-configmap-sensitive-data",
    title: "ConfigMap holds data of a person",
    why: "ConfigMaps are readable for almost everybody in a namespace, go into backups and Git, and nobody thinks \
          of them when the data has to be deleted",
    help: "keep such data in a data base with access control; configuration names people by an opaque number",
    pillar: Pillar::Secrets,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    settings: &[Setting {
        name: NAMES,
        doc: "names that say that a number is about a person, as words in any spelling: `passportNumber`, `CREDIT_CARD`",
        default: SettingDefault::Strings(&[
            "credit_card",
            "card_number",
            "iban",
            "ssn",
            "social_security",
            "passport",
            "tax_id",
            "date_of_birth",
            "birth_date",
            "birthday",
            "phone_number",
            "mobile_number",
        ]),
    }],
    prepare: Some(prepare),
    judge: Judge::Resource(&[GroupKind::new("", "ConfigMap")], judge),
    ..Check::PLAIN
};

/// The setting.
const NAMES: &str = "personalDataNames";

struct Names(Vec<Name>);

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    Box::new(Names(settings.strings(NAMES).into_iter().map(Name::new).collect()))
}

fn judge(config: &Resource, out: &mut Verdicts<'_>) {
    let Some(Names(names)) = out.prepared() else { return };
    for (key, value) in config.root().get("data").into_iter().flat_map(Node::entries) {
        let Some(text) = value.as_str() else { continue };
        let place = || Place { resource: config.id(), route: config.route_of(value) };
        if let Some(personal) = find(text) {
            out.fail(place(), format!("key `{key}` holds {}", personal.what())).withhold_value();
        } else if let Some(name) = named(key, text, names) {
            out.fail(place(), format!("key `{key}` holds a literal for `{name}`")).withhold_value();
        }
    }
}

/// A name of personal data that the key, or a line of the text, gives a number.
fn named(key: &str, text: &str, names: &[Name]) -> Option<String> {
    let says = |name: &str, value: &str| {
        let read = Name::new(name);
        has_number(value) && names.iter().any(|wanted| read.find(wanted).is_some())
    };
    if !text.contains('\n') && says(key, text) {
        return Some(key.to_owned());
    }
    let mut entries = entries(key, text).into_iter();
    entries.find(|entry| says(entry.name, entry.value)).map(|entry| entry.name.to_owned())
}

/// Whether a value may be the number or date that its name speaks of: switches, formats and paths are not.
fn has_number(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.' | '+' | '/');
    digits >= 6 && value.len() <= 40 && !value.starts_with('/') && value.chars().all(allowed)
}
