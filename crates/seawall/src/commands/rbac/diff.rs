//! `seawall rbac diff`

use clap::Args;
use seawall_rbac::{Change, Right, diff};
use serde_json::{Value, json};

use super::evidence::right_words;
use super::{Lines, OutputArgs, OutputFormat, read};
use crate::ExitStatus;
use crate::commands::RenderArgs;
use crate::commands::targets::TargetArgs;

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The target before: a file, a folder or a snapshot
    old: String,
    /// The target after
    new: String,
    /// Do not print the problems met while reading
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    rendering: RenderArgs,
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<ExitStatus> {
    let target = |target: &str| TargetArgs {
        targets: vec![target.to_owned()],
        quiet: args.quiet,
        rendering: args.rendering.clone(),
    };
    let (_, old) = read(&target(&args.old))?;
    let (_, new) = read(&target(&args.new))?;
    let changes = diff(&old, &new);
    if args.output.output == OutputFormat::Json {
        let changes: Vec<Value> = changes.iter().map(as_json).collect();
        return super::print_json("diff", json!({"changes": changes}));
    }
    let mut lines = Lines::default();
    for change in &changes {
        let scope = change.namespace.as_ref().map_or("everywhere".to_owned(), |home| format!("in {home}"));
        lines.line(&format!("{} {scope}", change.subject));
        rights(&mut lines, '+', &change.gained, &change.new_bindings);
        rights(&mut lines, '-', &change.lost, &change.old_bindings);
        lines.line("");
    }
    let subjects: std::collections::BTreeSet<_> = changes.iter().map(|change| &change.subject).collect();
    match subjects.len() {
        0 => lines.line("no subject gained or lost a right"),
        1 => lines.line("1 subject gained or lost rights"),
        count => lines.line(&format!("{count} subjects gained or lost rights")),
    }
    super::super::print(lines.0.as_bytes())
}

fn words(right: &Right) -> String {
    right_words(&right.groups, &right.resources, &right.paths, &right.verbs, &right.names)
}

fn rights(lines: &mut Lines, sign: char, rights: &[Right], bindings: &[String]) {
    for right in rights {
        lines.line(&format!("  {sign} {}", words(right)));
    }
    if !rights.is_empty() {
        lines.line(&format!("      by {}", bindings.join(", ")));
    }
}

fn as_json(change: &Change) -> Value {
    let rights = |rights: &[Right]| -> Vec<Value> {
        let one = |right: &Right| {
            json!({
                "apiGroups": right.groups, "resources": right.resources, "nonResourceURLs": right.paths,
                "verbs": right.verbs, "resourceNames": right.names,
            })
        };
        rights.iter().map(one).collect()
    };
    json!({
        "subject": change.subject.to_string(),
        "namespace": change.namespace,
        "gained": rights(&change.gained),
        "lost": rights(&change.lost),
        "new_bindings": change.new_bindings,
        "old_bindings": change.old_bindings,
    })
}
