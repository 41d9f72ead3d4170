//! Every check's page is its test.
//!
//! A fenced `yaml` block is a world of its own. A comment `# finding: ID @ ROUTE: MESSAGE` at the end of a line demands
//! a finding of the page's check whose place is on that line; `@ ROUTE` and `: MESSAGE` may be left out. Every finding
//! must be demanded. The words `complete` after `yaml` make the block a complete inventory. Front matter may hold
//! `settings:` of the check.

use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_checks::{Entry, SettingValue, Settings, all, evaluate};
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Kind, Limits, NodeId, Text, read};

const SECTIONS: [&str; 6] = [
    "## What is checked",
    "## Why it matters",
    "## How an attacker uses it",
    "## How to fix it",
    "## Exceptions",
    "## References",
];

#[test]
fn pages_hold() {
    let mut faults = Vec::new();
    for entry in all() {
        if let Err(fault) =
            std::panic::catch_unwind(|| check_page(entry)).unwrap_or_else(|_| Err("the test crashed".into()))
        {
            faults.push(format!("{}: {fault}", entry.id));
        }
    }
    assert!(faults.is_empty(), "{} pages do not hold:\n{}", faults.len(), faults.join("\n"));
}

fn check_page(entry: &Entry) -> Result<(), String> {
    let (settings, body) = front_matter(entry)?;
    if !body.starts_with(&format!("# {}\n", entry.id)) {
        return Err(format!("the page must begin with `# {}`", entry.id));
    }
    for section in SECTIONS {
        if !body.contains(&format!("\n{section}\n")) {
            return Err(format!("no section `{section}`"));
        }
    }
    let blocks = blocks(body);
    let mut outcomes = BTreeSet::new();
    let mut precise = false;
    for (i, block) in blocks.iter().enumerate() {
        let demanded = markers(entry.id, &block.text)?;
        precise |= demanded.iter().any(|marker| marker.route.is_some() && marker.message.is_some());
        outcomes.insert(demanded.is_empty());
        judge_block(entry, &settings, block, &demanded)
            .map_err(|fault| format!("block {}: {fault}", i + 1))?;
    }
    if outcomes.len() < 2 {
        return Err("a page needs a block that fails and one that passes".into());
    }
    if !precise {
        return Err("at least one marker must state route and message".into());
    }
    Ok(())
}

fn front_matter(entry: &Entry) -> Result<(Settings, &'static str), String> {
    let mut settings = Settings::default();
    let Some(rest) = entry.page.strip_prefix("---\n") else { return Ok((settings, entry.page)) };
    let (head, body) = rest.split_once("\n---\n").ok_or("front matter is not closed")?;
    let (documents, problems) = read(&Text::new(head), &Limits::default());
    if !problems.is_empty() {
        return Err(format!("front matter: {problems:?}"));
    }
    let root = documents[0].tree.root();
    for (name, value) in root.get("settings").into_iter().flat_map(|node| node.entries()) {
        let value = match value.kind() {
            Kind::Seq => SettingValue::Strings(
                value.items().filter_map(|item| item.as_str()).map(String::from).collect(),
            ),
            Kind::Bool => SettingValue::Bool(value.as_bool().unwrap()),
            _ => SettingValue::Int(value.as_i64().ok_or("a setting is a list, a number or a boolean")?),
        };
        settings.set(entry.id, name, value).map_err(|error| error.to_string())?;
    }
    Ok((settings, body.trim_start_matches('\n')))
}

struct Block {
    complete: bool,
    text: String,
}

fn blocks(body: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in body.lines() {
        if let Some(block) = &mut open {
            if line.starts_with("```") {
                blocks.extend(open.take());
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if let Some(info) = line.strip_prefix("```yaml") {
            open = Some(Block {
                complete: info.split_whitespace().any(|word| word == "complete"),
                text: String::new(),
            });
        }
    }
    blocks
}

#[derive(Debug)]
struct Marker {
    line: u32,
    route: Option<String>,
    message: Option<String>,
}

fn markers(id: &str, text: &str) -> Result<Vec<Marker>, String> {
    let mut markers = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for mark in line.split("# finding:").skip(1) {
            let mark = mark.trim();
            let end = mark.find([' ', ':']).unwrap_or(mark.len());
            if &mark[..end] != id {
                return Err(format!("a marker names `{}`", &mark[..end]));
            }
            let rest = mark[end..].trim_start();
            let (route, message) = match rest.strip_prefix("@ ") {
                Some(rest) => rest
                    .split_once(": ")
                    .map_or((Some(rest), None), |(route, message)| (Some(route), Some(message))),
                None => (
                    None,
                    rest.strip_prefix(": ")
                        .or_else(|| rest.strip_prefix(':'))
                        .map(str::trim)
                        .filter(|m| !m.is_empty()),
                ),
            };
            markers.push(Marker {
                line: u32::try_from(number + 1).unwrap(),
                route: route.map(|route| route.trim().to_owned()),
                message: message.map(|message| message.trim().to_owned()),
            });
        }
    }
    Ok(markers)
}

fn inventory(block: &Block) -> Result<Inventory, String> {
    let (documents, problems) = read(&Text::new(block.text.as_str()), &Limits::default());
    if !problems.is_empty() {
        return Err(format!("{problems:?}"));
    }
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "page.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(
            Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None)
                .map_err(|e| format!("not an object: {e:?}"))?,
        );
    }
    if block.complete {
        builder.complete();
    }
    Ok(builder.build())
}

fn judge_block(entry: &Entry, settings: &Settings, block: &Block, demanded: &[Marker]) -> Result<(), String> {
    let inventory = inventory(block)?;
    let evaluation = evaluate(&inventory, &[entry.check], settings);
    if let Some(gap) = evaluation.not_evaluated.first()
        && (!demanded.is_empty() || !block.text.contains("# not evaluated"))
    {
        return Err(format!("not evaluated: {}", gap.reason));
    }
    let mut left: Vec<&Marker> = demanded.iter().collect();
    for finding in &evaluation.findings {
        let location = &finding.locations[0];
        let position = inventory.get(location.resource).unwrap().position(&location.route).unwrap();
        let route = location.route.to_string();
        let fits = |marker: &&&Marker| {
            marker.line == position.line
                && marker.route.as_ref().is_none_or(|wanted| *wanted == route)
                && marker.message.as_ref().is_none_or(|wanted| *wanted == finding.message)
        };
        match left.iter().find(fits).map(|marker| marker.line) {
            Some(_) => {
                let at = left.iter().position(|marker| fits(&marker)).unwrap();
                left.remove(at);
            }
            None => {
                return Err(format!(
                    "line {}: nobody demanded `{}` @ {route}",
                    position.line, finding.message
                ));
            }
        }
    }
    match left.first() {
        Some(marker) => Err(format!("no finding fits {marker:?}")),
        None => Ok(()),
    }
}
