//! `secret-configmap-credential`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use crate::secret::files::{entries, is_file_name};
use crate::secret::words::{Leak, SETTINGS, Words};
use crate::{Check, Judge, Verdicts};
use seawall_yaml::decode_base64;

pub(crate) static CHECK: Check = Check {
    id: "secret-configmap-credential",
    title: "credential stands in a ConfigMap",
    why: "ConfigMaps are readable for almost everybody in a namespace, are not encrypted at rest by most set-ups, and end \
          up in Git: none of the care that Secrets get",
    help: "move the value into a Secret or an external store and mount it beside the ConfigMap",
    pillar: Pillar::Secrets,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[
        "NSA:general",
        "MITRE:Credential access",
        "MITRE:Lateral Movement",
        "SOC2:CC6.1",
        "SOC2:CC6.6",
        "SOC2:CC6.7",
    ],
    settings: SETTINGS,
    prepare: Some(Words::prepare),
    judge: Judge::Resource(&[GroupKind::new("", "ConfigMap")], judge),
    ..Check::PLAIN
};

/// Larger binary values are media and archives.
const MAX_BINARY: usize = 1 << 20;

/// A credential that was found: what it is called, and why it is one.
struct Hit {
    name: Option<String>,
    line: Option<usize>,
    length: usize,
    leak: Leak,
}

fn judge(config: &Resource, out: &mut Verdicts<'_>) {
    let Some(words) = out.prepared::<Words>() else { return };
    if let Some(broken) = words.broken() {
        return out.not_evaluated(broken);
    }
    for (key, value) in config.root().get("data").into_iter().flat_map(Node::entries) {
        if let Some(text) = value.as_str() {
            let hits = judge_text(key, text, words, config, out);
            report(config, key, value, &hits, out);
        }
    }
    for (key, value) in config.root().get("binaryData").into_iter().flat_map(Node::entries) {
        let bytes = value.as_str().filter(|text| text.len() <= MAX_BINARY).and_then(decode_base64);
        if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
            let hits = judge_text(key, &text, words, config, out);
            report(config, key, value, &hits, out);
        }
    }
}

fn judge_text(key: &str, text: &str, words: &Words, config: &Resource, out: &Verdicts<'_>) -> Vec<Hit> {
    let value = text.trim();
    let is_file = value.contains('\n') || is_file_name(key) || value.starts_with(['{', '[']);
    if !is_file {
        let hit = words.judge(key, value).filter(|_| !names_a_secret(config, value, out));
        let length = value.chars().count();
        return hit.map(|leak| Hit { name: None, line: None, length, leak }).into_iter().collect();
    }
    let mut hits = Vec::new();
    let shaped = words.is_shaped(text);
    for entry in entries(key, text) {
        let leak = words
            .judge_in(entry.name, entry.value, shaped)
            .or_else(|| registry_login(entry.name, entry.value));
        if let Some(leak) = leak.filter(|_| !names_a_secret(config, entry.value, out)) {
            let (name, length) = (Some(entry.name.to_owned()), entry.value.chars().count());
            hits.push(Hit { name, line: Some(entry.line), length, leak });
        }
    }
    if hits.iter().all(|hit| hit.leak == Leak::Placeholder) && shaped && !words.is_allowed(key, text) {
        hits.push(Hit { name: None, line: None, length: value.chars().count(), leak: Leak::Shaped });
    }
    hits
}

/// `auth` in the login file of a container registry: user and password in base64.
fn registry_login(name: &str, value: &str) -> Option<Leak> {
    let login = (name == "auth").then(|| decode_base64(value)).flatten()?;
    let login = std::str::from_utf8(&login).ok()?;
    login
        .split_once(':')
        .filter(|(user, password)| !user.is_empty() && !password.is_empty())
        .map(|_| Leak::Named)
}

/// Whether the value is the name of a Secret that is here.
fn names_a_secret(config: &Resource, value: &str, out: &Verdicts<'_>) -> bool {
    out.inventory().find(GroupKind::new("", "Secret"), config.namespace(), value).is_some()
}

fn report(config: &Resource, key: &str, value: Node<'_>, hits: &[Hit], out: &mut Verdicts<'_>) {
    let worst = hits.iter().find(|hit| hit.leak != Leak::Placeholder).or(hits.first());
    let Some(hit) = worst else { return };
    let at = match (&hit.name, hit.line) {
        (Some(name), Some(line)) => format!("key `{key}` sets `{name}` in line {line} to"),
        _ => format!("key `{key}` holds"),
    };
    let what = match hit.leak {
        Leak::Named => format!("a literal of {} characters", hit.length),
        Leak::Placeholder => "a placeholder: the real value belongs into a Secret".to_owned(),
        Leak::Shaped => "text that has the shape of a credential".to_owned(),
        Leak::Url => "a URL with a password in it".to_owned(),
    };
    let more = match hits.len() {
        0 | 1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let mut names: Vec<&str> = hits.iter().filter_map(|hit| hit.name.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    let leak = hit.leak;
    let place = Place { resource: config.id(), route: config.route_of(value) };
    let draft = out.fail(place, format!("{at} {what}{more}"));
    draft.withhold_value().discriminator(names.join(","));
    if leak == Leak::Placeholder {
        draft.severity(Severity::Low).confidence(Confidence::Low);
    }
}
