//! `seawall.dev/paths/v1` and `seawall.dev/paths-shortest/v1`

use seawall_paths::{Group, Objects, Path, PathDag};
use seawall_report::pretty_json;
use serde_json::{Value, json};

use super::place;

const SCHEMA: &str = "seawall.dev/paths/v1";
/// With `--all-shortest`: graphs, no paths.
const SHORTEST_SCHEMA: &str = "seawall.dev/paths-shortest/v1";

/// One entry for each pair of start and sink; of a group only the first start's steps differ in name, so the others
/// repeat them with their own start. `limit` counts groups.
pub(super) fn paths(groups: &[Group], objects: &Objects<'_>, limit: usize) -> anyhow::Result<String> {
    let (expected, others): (Vec<&Group>, Vec<&Group>) = groups.iter().partition(|group| group.path.expected);
    let shown = if limit == 0 { others.len() } else { limit.min(others.len()) };
    let entries =
        |groups: &[&Group]| groups.iter().map(|group| entry(group)).collect::<Result<Vec<Value>, _>>();
    let mut report = json!({
        "schema": SCHEMA,
        "paths": entries(others.get(..shown).unwrap_or(&[]))?,
        "expected": entries(&expected)?,
        "omitted": others.len() - shown,
    });
    place::locate(&mut report, objects);
    Ok(pretty_json(&report)?)
}

fn entry(group: &Group) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value::<&Path>(&group.path)?;
    let others: Vec<&String> = group.starts.iter().filter(|start| **start != group.path.from).collect();
    if let Some(map) = value.as_object_mut()
        && !others.is_empty()
    {
        map.insert("alike".to_owned(), json!(others));
    }
    Ok(value)
}

pub(super) fn dags(dags: &[PathDag]) -> anyhow::Result<String> {
    let report = json!({"schema": SHORTEST_SCHEMA, "shortest": dags});
    Ok(pretty_json(&report)?)
}
