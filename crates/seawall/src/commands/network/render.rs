//! Lists of connections in netpol-analyzer's formats.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seawall_inventory::Inventory;
use seawall_network::Direction;
use seawall_network::list::Peer;
use seawall_report::{escape, pretty_json};
use serde_json::{Value, json};

use super::conn::words;
use super::list::{Exposure, Listed};
use super::meshed;
use crate::commands::markup::{cell, dot as dot_word, field};

/// How a name is written: JSON keeps it, and its writer hides what a terminal would obey; all else shows it escaped.
type Write = fn(String) -> String;

fn kept(name: String) -> String {
    name
}

fn shown(name: String) -> String {
    escape(&name).into_owned()
}

/// Rows of three texts: source, destination, connections.
fn rows(listed: &Listed, write: Write) -> impl Iterator<Item = [String; 3]> + '_ {
    listed.connections.iter().map(move |row| {
        let text = |peer: &Peer| write(peer.to_string());
        let row = &row.connection;
        [text(&row.src), text(&row.dst), words(&row.ports)]
    })
}

/// What the mesh says of each row; empty where it has no say.
fn notes(listed: &Listed, write: Write) -> impl Iterator<Item = String> + '_ {
    let note = move |verdict| write(meshed::short(verdict));
    listed.connections.iter().map(move |row| row.mesh.as_ref().map_or_else(String::new, note))
}

/// Rows of exposure in a direction: workload, peer, connections.
fn exposed(exposure: &Exposure, direction: Direction, write: Write) -> Vec<[String; 3]> {
    let rows = exposure.rows.iter().filter(|(_, row)| row.direction == direction);
    let mut rows: Vec<_> = rows
        .map(|(workload, row)| [write(workload.to_string()), write(row.peer.to_string()), words(&row.ports)])
        .collect();
    rows.sort();
    rows
}

fn unprotected(exposure: &Exposure, write: Write) -> Vec<String> {
    let mut lines: Vec<String> = exposure
        .unprotected
        .iter()
        .map(|(workload, direction)| {
            let way = if *direction == Direction::Ingress { "Ingress" } else { "Egress" };
            format!("{} is not protected on {way}", write(workload.to_string()))
        })
        .collect();
    lines.sort();
    lines
}

/// `src => dst : connections`, one a line.
pub(super) fn txt(listed: &Listed) -> String {
    let mut out = String::new();
    for ([src, dst, ports], note) in rows(listed, shown).zip(notes(listed, shown)) {
        let note = if note.is_empty() { note } else { format!(" [mesh: {note}]") };
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "{src} => {dst} : {ports}{note}");
    }
    let Some(exposure) = &listed.exposure else { return out };
    out.push_str("\nExposure Analysis Result:\n");
    let width = exposure.rows.iter().map(|(workload, _)| workload.to_string().len()).max().unwrap_or(0);
    for (title, direction, arrow) in
        [("Egress", Direction::Egress, "=>"), ("Ingress", Direction::Ingress, "<=")]
    {
        let _ = writeln!(out, "{title} Exposure:");
        for [workload, peer, ports] in exposed(exposure, direction, shown) {
            let _ = writeln!(out, "{workload:width$} \t{arrow} \t{peer} : {ports}");
        }
        out.push('\n');
    }
    let lines = unprotected(exposure, shown);
    if !lines.is_empty() {
        out.push_str("Workloads not protected by network policies:\n");
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

fn csv_rows<const COLUMNS: usize>(out: &mut String, rows: impl Iterator<Item = [String; COLUMNS]>) {
    for row in rows {
        let _ = writeln!(out, "{}", row.map(|text| field(&text)).join(","));
    }
}

/// `src,dst,conn`, and `mesh` where there is one; exposure in sections of its own.
pub(super) fn csv(listed: &Listed) -> String {
    let mut out = String::new();
    if listed.meshed {
        out.push_str("src,dst,conn,mesh\n");
        csv_rows(
            &mut out,
            rows(listed, kept)
                .zip(notes(listed, kept))
                .map(|([src, dst, conn], mesh)| [src, dst, conn, mesh]),
        );
    } else {
        out.push_str("src,dst,conn\n");
        csv_rows(&mut out, rows(listed, kept));
    }
    if let Some(exposure) = &listed.exposure {
        out.push_str("Exposure Analysis Result:,,\nEgress Exposure:,,\nsrc,dst,conn\n");
        csv_rows(&mut out, exposed(exposure, Direction::Egress, kept).into_iter());
        out.push_str("Ingress Exposure:,,\ndst,src,conn\n");
        csv_rows(&mut out, exposed(exposure, Direction::Ingress, kept).into_iter());
    }
    out
}

fn record([src, dst, conn]: [String; 3]) -> Value {
    json!({"src": src, "dst": dst, "conn": conn})
}

/// `seawall.dev/network-list/v1`
pub(super) fn json(listed: &Listed, inventory: &Inventory) -> anyhow::Result<String> {
    let connections = rows(listed, kept).zip(&listed.connections).map(|(three, listing)| {
        let mut value = record(three);
        if let Some(verdict) = &listing.mesh {
            meshed::add_one(inventory, verdict, &mut value);
        }
        value
    });
    let mut report = json!({
        "schema": "seawall.dev/network-list/v1",
        "connections": connections.collect::<Vec<_>>(),
    });
    if let (Some(exposure), Some(report)) = (&listed.exposure, report.as_object_mut()) {
        let turned = |[dst, src, conn]: [String; 3]| record([src, dst, conn]);
        let unprotected = exposure.unprotected.iter().map(|(workload, direction)| {
            json!({"workload": workload.to_string(), "direction": direction.to_string()})
        });
        let exposure = json!({
            "egress": exposed(exposure, Direction::Egress, kept).into_iter().map(record).collect::<Vec<_>>(),
            "ingress": exposed(exposure, Direction::Ingress, kept).into_iter().map(turned).collect::<Vec<_>>(),
            "unprotected": unprotected.collect::<Vec<_>>(),
        });
        report.insert("exposure".to_owned(), exposure);
    }
    Ok(pretty_json(&report)?)
}

/// A list of `src`, `dst`, `conn`, and `mesh` where it has a say; with exposure an object of the list and both directions.
pub(super) fn netpol_json(listed: &Listed) -> anyhow::Result<String> {
    let meshed = |(three, note): ([String; 3], String)| {
        let mut value = record(three);
        if let (false, Some(value)) = (note.is_empty(), value.as_object_mut()) {
            value.insert("mesh".to_owned(), json!(note));
        }
        value
    };
    let list: Vec<Value> = rows(listed, kept).zip(notes(listed, kept)).map(meshed).collect();
    let value = match &listed.exposure {
        None => Value::Array(list),
        Some(exposure) => {
            let turned = |[dst, src, conn]: [String; 3]| record([src, dst, conn]);
            let egress: Vec<Value> =
                exposed(exposure, Direction::Egress, kept).into_iter().map(record).collect();
            let ingress: Vec<Value> =
                exposed(exposure, Direction::Ingress, kept).into_iter().map(turned).collect();
            json!({
                "connlist_results": list,
                "exposure_results": {"egress_exposure": egress, "ingress_exposure": ingress},
                "unprotected": unprotected(exposure, kept),
            })
        }
    };
    Ok(pretty_json(&value)?)
}

fn md_rows<const COLUMNS: usize>(
    out: &mut String,
    titles: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) {
    let _ =
        writeln!(out, "| {} |\n|-----|-----|------|{}", titles.join(" | "), "------|".repeat(COLUMNS - 3));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.map(|text| cell(&text)).join(" | "));
    }
}

/// Tables.
pub(super) fn md(listed: &Listed) -> String {
    let mut out = String::new();
    if listed.meshed {
        let rows = rows(listed, kept)
            .zip(notes(listed, kept))
            .map(|([src, dst, conn], mesh)| [src, dst, conn, mesh]);
        md_rows(&mut out, ["src", "dst", "conn", "mesh"], rows);
    } else {
        md_rows(&mut out, ["src", "dst", "conn"], rows(listed, kept));
    }
    if let Some(exposure) = &listed.exposure {
        out.push_str("## Exposure Analysis Result:\n### Egress Exposure:\n");
        md_rows(&mut out, ["src", "dst", "conn"], exposed(exposure, Direction::Egress, kept).into_iter());
        out.push_str("### Ingress Exposure:\n");
        md_rows(&mut out, ["dst", "src", "conn"], exposed(exposure, Direction::Ingress, kept).into_iter());
    }
    out
}

/// A graph with one cluster a namespace.
pub(super) fn dot(listed: &Listed) -> String {
    let mut out = "digraph {\n".to_owned();
    let labelled = |([src, dst, ports], note): ([String; 3], String)| {
        let label = if note.is_empty() { ports } else { format!("{ports} (mesh: {note})") };
        [src, dst, label]
    };
    let mut rows: Vec<[String; 3]> = rows(listed, kept).zip(notes(listed, kept)).map(labelled).collect();
    if let Some(exposure) = &listed.exposure {
        rows.extend(exposed(exposure, Direction::Egress, kept));
        rows.extend(
            exposed(exposure, Direction::Ingress, kept)
                .into_iter()
                .map(|[dst, src, ports]| [src, dst, ports]),
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
        let _ = writeln!(out, "\tsubgraph \"cluster_{number}\" {{\n\t\tlabel={}", dot_word(namespace));
        names.sort_unstable();
        names.dedup();
        for name in names {
            let short = name.split_once('/').map_or(name, |(_, short)| short);
            let _ = writeln!(out, "\t\t{} [label={}]", dot_word(name), dot_word(short));
        }
        out.push_str("\t}\n");
    }
    others.sort_unstable();
    others.dedup();
    for name in others {
        let _ = writeln!(out, "\t{} [shape=diamond]", dot_word(name));
    }
    for [src, dst, ports] in &rows {
        let _ = writeln!(out, "\t{} -> {} [label={}]", dot_word(src), dot_word(dst), dot_word(ports));
    }
    out + "}\n"
}
