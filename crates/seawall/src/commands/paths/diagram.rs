//! Paths as Graphviz and Mermaid graphs: every step once, whatever the number of paths through it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use seawall_paths::{Group, Link, PathDag};

use crate::commands::markup;

type Steps = BTreeSet<Link>;

pub(super) fn dot(groups: &[Group]) -> String {
    as_dot(&steps(groups))
}

pub(super) fn mermaid(groups: &[Group]) -> String {
    as_mermaid(&steps(groups))
}

pub(super) fn dags_dot(dags: &[PathDag]) -> String {
    as_dot(&dags.iter().flat_map(|dag| dag.edges.iter().cloned()).collect())
}

pub(super) fn dags_mermaid(dags: &[PathDag]) -> String {
    as_mermaid(&dags.iter().flat_map(|dag| dag.edges.iter().cloned()).collect())
}

fn steps(groups: &[Group]) -> Steps {
    let mut steps = Steps::new();
    for group in groups {
        let path = &group.path;
        let mut at = match group.starts.len() {
            0 | 1 => path.from.clone(),
            count => format!("{} and {} like it", path.from, count - 1),
        };
        for (number, step) in path.steps.iter().enumerate() {
            let from = if number == 0 { std::mem::take(&mut at) } else { step.from.clone() };
            steps.insert(Link { from, to: step.to.clone(), primitive: step.primitive });
        }
        if let Some(last) = path.steps.last().filter(|last| last.to != path.sink) {
            steps.insert(Link { from: last.to.clone(), to: path.sink.clone(), primitive: "-" });
        }
    }
    steps
}

fn as_dot(steps: &Steps) -> String {
    let mut out = String::from("digraph paths {\n  rankdir=LR;\n  node [shape=box];\n");
    for Link { from, to, primitive } in steps {
        let _ = writeln!(out, "  {} -> {} [label=\"{primitive}\"];", markup::dot(from), markup::dot(to));
    }
    out.push_str("}\n");
    out
}

fn as_mermaid(steps: &Steps) -> String {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for Link { from, to, .. } in steps {
        for name in [from, to] {
            let next = names.len();
            names.entry(name).or_insert(next);
        }
    }
    let mut out = String::from("flowchart LR\n");
    for (name, number) in &names {
        let label = markup::mermaid(name);
        let _ = writeln!(out, "  v{number}[\"{label}\"]");
    }
    for Link { from, to, primitive } in steps {
        let number = |name: &String| names.get(name.as_str()).copied().unwrap_or(0);
        let _ = writeln!(out, "  v{} -->|{primitive}| v{}", number(from), number(to));
    }
    out
}
