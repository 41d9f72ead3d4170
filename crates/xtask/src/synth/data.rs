//! ConfigMaps and Secrets.

use super::app::{App, head};
use super::random::Random;
use super::words::{SECRET_SETTINGS, SETTINGS, SUBJECTS, VALUES};
use super::yaml::{Map, Node};

/// Settings (`-config`) or whole files (`-files`).
pub(super) fn config_map(random: &mut Random, app: &App, suffix: &str) -> Map {
    let mut data = Map::new();
    if suffix == "-files" {
        data = data.with("application.properties", Node::Block(properties(random)));
        if random.chance(300) {
            data = data.with("dashboard.json", Node::Block(dashboard(random)));
        }
    } else {
        let start = random.between(0, 14);
        let count = random.between(3, 15);
        for name in SETTINGS
            .iter()
            .skip(usize::try_from(start).unwrap_or(0))
            .take(usize::try_from(count).unwrap_or(3))
        {
            data = data.with(*name, random.pick(VALUES));
        }
        if random.chance(app.care.rate(0, 25, 120)) {
            data = data.with("DB_PASSWORD", random.text(b"abcdefghjkmnpqrstuvwxyz23456789!", 16));
        }
    }
    head("v1", "ConfigMap", app.metadata(suffix)).with("data", data)
}

fn properties(random: &mut Random) -> String {
    let mut text = String::from("# written by the deploy pipeline\n");
    for i in 0..random.between(5, 22) {
        if i % 9 == 8 {
            text.push('\n');
        }
        let (section, key) = (random.pick(SUBJECTS), random.pick(SUBJECTS));
        text.push_str(&format!("app.{section}.{key}.limit={}\n", random.between(1, 5000)));
    }
    text
}

fn dashboard(random: &mut Random) -> String {
    let mut text = String::from("{\n  \"title\": \"service overview\",\n  \"panels\": [\n");
    let panels = random.between(3, 10);
    for i in 1..=panels {
        let (subject, other) = (random.pick(SUBJECTS), random.pick(SUBJECTS));
        text.push_str(&format!(
            "    {{\n      \"id\": {i},\n      \"title\": \"{subject} by {other}\",\n      \"type\": \"timeseries\",\n      \
             \"expr\": \"sum(rate({subject}_requests_total{{code!~\\\"5..\\\"}}[5m])) by ({other})\"\n    }}{}\n",
            if i < panels { "," } else { "" }
        ));
    }
    text.push_str("  ]\n}\n");
    text
}

/// Credentials that somebody committed.
pub(super) fn secret(random: &mut Random, app: &App) -> Map {
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let plain = random.chance(300);
    let mut data = Map::new();
    for name in SECRET_SETTINGS {
        if random.chance(300) || data.is_empty() {
            let value = match plain {
                true => random.text(b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMN23456789", 24),
                false => random.text(BASE64, 32),
            };
            data = data.with(*name, value);
        }
    }
    head("v1", "Secret", app.metadata("-secret"))
        .with("type", "Opaque")
        .with(if plain { "stringData" } else { "data" }, data)
}
