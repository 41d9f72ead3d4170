//! `seawall paths what-if`

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_paths::{Model, Pair};
use seawall_report::{escape, pretty_json};
use serde_json::json;

use super::{AskArgs, read};
use crate::ExitStatus;
use crate::commands::print;

#[derive(Debug, Args)]
pub(super) struct WhatIfArgs {
    /// Objects to apply as YAML or JSON; lines `delete KIND/NAMESPACE/NAME` (or `delete KIND/NAME`) take objects away
    #[arg(value_name = "PATCH")]
    patch: PathBuf,
    #[command(flatten)]
    ask: AskArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// An object to take away.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Deletion {
    kind: String,
    namespace: Option<String>,
    name: String,
}

pub(super) fn run(args: &WhatIfArgs) -> anyhow::Result<ExitStatus> {
    let (deletions, objects) = parse(&read(&args.patch)?)?;
    let loaded = args.ask.load()?;
    let before = args.ask.model(&loaded)?;
    let added = applied(args, &objects)?;
    let after = changed(&loaded.inventory, &added, &deletions)?;
    let (mut after, _) = Model::build(&after);
    after.set_vulnerabilities(args.ask.vulns.read(true)?);
    let filter = args.ask.filter();
    // A start or sink that only one side knows has no pairs on the other.
    let (old, new) = (before.pairs(&filter), after.pairs(&filter));
    let (old, new) = match (old, new) {
        (Err(unknown), Err(_)) => return Err(unknown.into()),
        (old, new) => (old.unwrap_or_default(), new.unwrap_or_default()),
    };
    let gained: Vec<&Pair> = new.difference(&old).collect();
    let lost: Vec<&Pair> = old.difference(&new).collect();
    let shown = match args.output {
        Output::Json => {
            let report = json!({"schema": "seawall.dev/paths-what-if/v1", "added": gained, "removed": lost});
            pretty_json(&report)?
        }
        Output::Text => text(&gained, &lost),
    };
    print(shown.as_bytes())?;
    Ok(if gained.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}

fn text(gained: &[&Pair], lost: &[&Pair]) -> String {
    let mut out = String::new();
    for (sign, pairs) in [("+", gained), ("-", lost)] {
        for pair in pairs {
            let _ = writeln!(out, "{sign} {} → {}", escape(&pair.from), escape(&pair.sink));
        }
    }
    let _ = writeln!(out, "{} paths added, {} removed", gained.len(), lost.len());
    out
}

/// Splits the lines that delete from the objects.
fn parse(patch: &str) -> anyhow::Result<(Vec<Deletion>, String)> {
    let mut deletions = Vec::new();
    let mut objects = String::new();
    for line in patch.lines() {
        let Some(what) = line.strip_prefix("delete ") else {
            objects.push_str(line);
            objects.push('\n');
            continue;
        };
        let parts: Vec<&str> = what.trim().split('/').collect();
        let (kind, namespace, name) = match parts.as_slice() {
            [kind, name] => (*kind, None, *name),
            [kind, namespace, name] => (*kind, Some((*namespace).to_owned()), *name),
            _ => bail!("`{}` names no object; write `delete KIND/NAMESPACE/NAME`", what.trim()),
        };
        deletions.push(Deletion { kind: kind.to_owned(), namespace, name: name.to_owned() });
    }
    Ok((deletions, objects))
}

fn applied(args: &WhatIfArgs, objects: &str) -> anyhow::Result<Vec<Resource>> {
    let has_objects = objects.lines().any(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && line != "---"
    });
    if !has_objects {
        return Ok(Vec::new());
    }
    // The whole file is read as it stands, so that problems name its lines; deletions are no objects.
    let text = seawall_yaml::Text::new(objects.to_owned());
    let (documents, problems) = seawall_yaml::read(&text, &seawall_yaml::Limits::default());
    if let Some(problem) =
        problems.iter().find(|problem| problem.severity == seawall_core::ProblemSeverity::Error)
    {
        bail!("in `{}`: {}", args.patch.display(), problem.message);
    }
    let mut resources = Vec::new();
    for document in documents {
        let origin = seawall_core::Origin {
            file: args.patch.display().to_string().into(),
            document: 0,
            line: 1,
            kind: seawall_core::OriginKind::File,
        };
        let tree = std::sync::Arc::new(document.tree);
        let Ok(resource) = Resource::new(tree, seawall_yaml::NodeId::ROOT, origin, None) else {
            bail!("a document in `{}` is no Kubernetes object", args.patch.display());
        };
        resources.push(resource);
    }
    Ok(resources)
}

/// The inventory with the changes: an object replaces the one of its identity.
fn changed(inventory: &Inventory, added: &[Resource], deletions: &[Deletion]) -> anyhow::Result<Inventory> {
    let mut builder = InventoryBuilder::new();
    if let Some((major, minor)) = inventory.server_version() {
        builder.server_version(major, minor);
    }
    for deletion in deletions {
        if !inventory.resources().iter().any(|resource| deletes(deletion, resource)) {
            bail!("`delete {}/{}` names nothing that is here", deletion.kind, deletion.name);
        }
    }
    let replaced = |old: &Resource| {
        added.iter().any(|new| {
            new.group_kind() == old.group_kind()
                && new.name() == old.name()
                && Inventory::same_namespace(new.namespace(), old.namespace())
        })
    };
    let stays = |old: &&Resource| !replaced(old) && !deletions.iter().any(|deletion| deletes(deletion, old));
    inventory
        .resources()
        .iter()
        .filter(stays)
        .chain(added)
        .for_each(|resource| builder.push(resource.clone()));
    Ok(builder.build())
}

fn deletes(deletion: &Deletion, resource: &Resource) -> bool {
    let cluster = seawall_inventory::is_cluster_scoped(GroupKind::new(resource.group(), resource.kind()));
    resource.kind() == deletion.kind
        && resource.name() == deletion.name
        && (cluster || Inventory::same_namespace(resource.namespace(), deletion.namespace.as_deref()))
}
