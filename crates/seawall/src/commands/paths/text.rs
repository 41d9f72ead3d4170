//! Paths for a person.

use std::fmt::Write as _;

use seawall_paths::{Group, Link, Objects, PathDag};
use seawall_report::escape;

use super::{ListArgs, place};

pub(super) fn paths(groups: &[Group], objects: &Objects<'_>, args: &ListArgs) -> String {
    let mut out = String::new();
    let plain: Vec<&Group> =
        groups.iter().filter(|group| !group.path.expected && !group.path.attenuated).collect();
    let held: Vec<&Group> =
        groups.iter().filter(|group| !group.path.expected && group.path.attenuated).collect();
    let expected: Vec<&Group> = groups.iter().filter(|group| group.path.expected).collect();
    let shown = if args.limit == 0 { plain.len() } else { args.limit.min(plain.len()) };
    sinks(&mut out, objects, plain.get(..shown).unwrap_or(&[]));
    if shown < plain.len() {
        let _ = writeln!(out, "and {} more: use --limit 0 to see all\n", plain.len() - shown);
    }
    if plain.is_empty() {
        out.push_str("no path\n\n");
    }
    if args.all {
        if !held.is_empty() {
            out.push_str("held back by something known:\n\n");
            sinks(&mut out, objects, &held);
        }
        if !expected.is_empty() {
            out.push_str("expected of a vanilla control plane:\n\n");
            sinks(&mut out, objects, &expected);
        }
    }
    let starts = |groups: &[&Group]| groups.iter().map(|group| group.starts.len()).sum::<usize>();
    let _ = writeln!(
        out,
        "{} paths in {} groups; {} held back, {} expected{}",
        starts(&plain),
        plain.len(),
        starts(&held),
        starts(&expected),
        if args.all || held.is_empty() && expected.is_empty() { "" } else { " (--all shows them)" },
    );
    out
}

fn sinks(out: &mut String, objects: &Objects<'_>, groups: &[&Group]) {
    let mut last = "";
    for group in groups.iter().filter(|group| holder(group, groups).is_none()) {
        let sink = group.path.sink.as_str();
        if sink != last {
            let of_sink = groups.iter().filter(|group| group.path.sink == sink);
            let starts: usize = of_sink.map(|group| group.starts.len()).sum();
            let _ = writeln!(out, "{}: reached from {starts}", escape(sink));
            last = sink;
        }
        one(out, objects, group);
        for pods in
            groups.iter().filter(|other| holder(other, groups).is_some_and(|own| std::ptr::eq(own, *group)))
        {
            let _ = writeln!(out, "    so do {}{}, by its token", escape(&pods.path.from), alike(pods));
        }
    }
    if !groups.is_empty() {
        out.push('\n');
    }
}

/// The account whose path a pod follows once it holds the token.
fn holder<'g>(pod: &Group, groups: &[&'g Group]) -> Option<&'g Group> {
    let (first, rest) = pod.path.steps.split_first()?;
    let same = |group: &&&Group| {
        group.path.from == first.to && group.path.sink == pod.path.sink && group.path.steps.as_slice() == rest
    };
    if first.primitive != "C09" {
        return None;
    }
    groups.iter().find(same).copied()
}

fn alike(group: &Group) -> String {
    match group.starts.len() {
        0 | 1 => String::new(),
        count => format!(" and {} like it", count - 1),
    }
}

fn one(out: &mut String, objects: &Objects<'_>, group: &Group) {
    let path = &group.path;
    let alike = alike(group);
    let _ = writeln!(
        out,
        "  {}{alike} → {} ({} confidence)",
        escape(&path.from),
        escape(&path.to),
        path.confidence.as_str()
    );
    for step in &path.steps {
        let mark = if step.attenuated { " [held back]" } else { "" };
        let _ = writeln!(
            out,
            "    {:<3} {} {} → {}{mark}",
            step.primitive,
            escape(&step.from),
            step.does,
            escape(&step.to)
        );
        for required in &step.requires {
            let _ = writeln!(out, "        needs {}", escape(required));
        }
        for evidence in &step.evidence {
            let at = place::words(objects, &evidence.object, &evidence.route);
            let _ = writeln!(out, "        in {} {}{at}", escape(&evidence.object), escape(&evidence.route));
        }
        for gate in &step.gates {
            let _ = writeln!(out, "        note: {}", escape(gate));
        }
    }
    // The token of an account is seldom what should go.
    let steps = || path.steps.iter().filter(|step| !step.fix.is_empty());
    if let Some(step) = steps().find(|step| step.primitive != "C09").or_else(|| steps().next()) {
        let _ = writeln!(out, "    help: {}", escape(&step.fix));
    }
}

pub(super) fn dags(dags: &[PathDag]) -> String {
    let mut out = String::new();
    for dag in dags {
        let _ = writeln!(out, "{} → {}: {} shortest paths", escape(&dag.from), escape(&dag.sink), dag.ways);
        for Link { from, to, primitive } in &dag.edges {
            let _ = writeln!(out, "    {primitive:<3} {} → {}", escape(from), escape(to));
        }
    }
    out
}
