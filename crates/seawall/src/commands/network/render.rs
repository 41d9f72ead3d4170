//! Lists of connections in netpol-analyzer's formats.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seawall_network::Direction;
use seawall_network::list::Peer;
use seawall_report::escape;
use serde_json::{Value, json};

use super::conn::words;
use super::list::{Exposure, Listed};

/// Rows of three texts: source, destination, connections.
fn rows(listed: &Listed) -> impl Iterator<Item = [String; 3]> + '_ {
    listed.connections.iter().map(|row| {
        let text = |peer: &Peer| escape(&peer.to_string()).into_owned();
        [text(&row.src), text(&row.dst), words(&row.ports)]
    })
}

/// Rows of exposure in a direction: workload, peer, connections.
fn exposed(exposure: &Exposure, direction: Direction) -> Vec<[String; 3]> {
    let rows = exposure.rows.iter().filter(|(_, row)| row.direction == direction);
    let text = |text: String| escape(&text).into_owned();
    let mut rows: Vec<_> = rows
        .map(|(workload, row)| [text(workload.to_string()), text(row.peer.to_string()), words(&row.ports)])
        .collect();
    rows.sort();
    rows
}

fn unprotected(exposure: &Exposure) -> Vec<String> {
    let mut lines: Vec<String> = exposure
        .unprotected
        .iter()
        .map(|(workload, direction)| {
            let way = if *direction == Direction::Ingress { "Ingress" } else { "Egress" };
            format!("{} is not protected on {way}", escape(&workload.to_string()))
        })
        .collect();
    lines.sort();
    lines
}

/// `src => dst : connections`, one a line.
pub(super) fn txt(listed: &Listed) -> String {
    let mut out = String::new();
    for [src, dst, ports] in rows(listed) {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "{src} => {dst} : {ports}");
    }
    let Some(exposure) = &listed.exposure else { return out };
    out.push_str("\nExposure Analysis Result:\n");
    let width = exposure.rows.iter().map(|(workload, _)| workload.to_string().len()).max().unwrap_or(0);
    for (title, direction, arrow) in
        [("Egress", Direction::Egress, "=>"), ("Ingress", Direction::Ingress, "<=")]
    {
        let _ = writeln!(out, "{title} Exposure:");
        for [workload, peer, ports] in exposed(exposure, direction) {
            let _ = writeln!(out, "{workload:width$} \t{arrow} \t{peer} : {ports}");
        }
        out.push('\n');
    }
    let lines = unprotected(exposure);
    if !lines.is_empty() {
        out.push_str("Workloads not protected by network policies:\n");
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// A field of a CSV line.
pub(super) fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn csv_rows(out: &mut String, rows: impl Iterator<Item = [String; 3]>) {
    for row in rows {
        let _ = writeln!(out, "{}", row.map(|text| field(&text)).join(","));
    }
}

/// `src,dst,conn`; exposure in sections of its own.
pub(super) fn csv(listed: &Listed) -> String {
    let mut out = "src,dst,conn\n".to_owned();
    csv_rows(&mut out, rows(listed));
    if let Some(exposure) = &listed.exposure {
        out.push_str("Exposure Analysis Result:,,\nEgress Exposure:,,\nsrc,dst,conn\n");
        csv_rows(&mut out, exposed(exposure, Direction::Egress).into_iter());
        out.push_str("Ingress Exposure:,,\ndst,src,conn\n");
        csv_rows(&mut out, exposed(exposure, Direction::Ingress).into_iter());
    }
    out
}

/// A list of `src`, `dst`, `conn`; with exposure an object of the list and both directions.
pub(super) fn json(listed: &Listed) -> anyhow::Result<String> {
    let row = |[src, dst, conn]: [String; 3]| json!({"src": src, "dst": dst, "conn": conn});
    let list: Vec<Value> = rows(listed).map(row).collect();
    let value = match &listed.exposure {
        None => Value::Array(list),
        Some(exposure) => {
            let turned = |[dst, src, conn]: [String; 3]| row([src, dst, conn]);
            let egress: Vec<Value> = exposed(exposure, Direction::Egress).into_iter().map(row).collect();
            let ingress: Vec<Value> = exposed(exposure, Direction::Ingress).into_iter().map(turned).collect();
            json!({
                "connlist_results": list,
                "exposure_results": {"egress_exposure": egress, "ingress_exposure": ingress},
                "unprotected": unprotected(exposure),
            })
        }
    };
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn md_rows(out: &mut String, titles: [&str; 3], rows: impl Iterator<Item = [String; 3]>) {
    let _ = writeln!(out, "| {} |\n|-----|-----|------|", titles.join(" | "));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.map(|text| text.replace('|', "\\|")).join(" | "));
    }
}

/// Tables.
pub(super) fn md(listed: &Listed) -> String {
    let mut out = String::new();
    md_rows(&mut out, ["src", "dst", "conn"], rows(listed));
    if let Some(exposure) = &listed.exposure {
        out.push_str("## Exposure Analysis Result:\n### Egress Exposure:\n");
        md_rows(&mut out, ["src", "dst", "conn"], exposed(exposure, Direction::Egress).into_iter());
        out.push_str("### Ingress Exposure:\n");
        md_rows(&mut out, ["dst", "src", "conn"], exposed(exposure, Direction::Ingress).into_iter());
    }
    out
}

/// A quoted word of Graphviz.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A graph with one cluster a namespace.
pub(super) fn dot(listed: &Listed) -> String {
    let mut out = "digraph {\n".to_owned();
    let mut rows: Vec<[String; 3]> = rows(listed).collect();
    if let Some(exposure) = &listed.exposure {
        rows.extend(exposed(exposure, Direction::Egress));
        rows.extend(
            exposed(exposure, Direction::Ingress).into_iter().map(|[dst, src, ports]| [src, dst, ports]),
        );
        rows.sort();
        rows.dedup();
    }
    let mut namespaces: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut others: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|[src, dst, _]| [src, dst]) {
        match name.split_once('/') {
            Some((namespace, _)) if !name.starts_with('[') => {
                namespaces.entry(namespace).or_default().push(name)
            }
            _ => others.push(name),
        }
    }
    for (number, (namespace, mut names)) in namespaces.into_iter().enumerate() {
        let _ = writeln!(out, "\tsubgraph \"cluster_{number}\" {{\n\t\tlabel={}", quoted(namespace));
        names.sort_unstable();
        names.dedup();
        for name in names {
            let short = name.split_once('/').map_or(name, |(_, short)| short);
            let _ = writeln!(out, "\t\t{} [label={}]", quoted(name), quoted(short));
        }
        out.push_str("\t}\n");
    }
    others.sort_unstable();
    others.dedup();
    for name in others {
        let _ = writeln!(out, "\t{} [shape=diamond]", quoted(name));
    }
    for [src, dst, ports] in &rows {
        let _ = writeln!(out, "\t{} -> {} [label={}]", quoted(src), quoted(dst), quoted(ports));
    }
    out + "}\n"
}
