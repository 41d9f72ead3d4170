//! The picture for Graphviz.

use std::fmt::Write as _;

use super::text::quoted;
use super::{End, Map, Style};

/// A directed graph with a cluster for each namespace.
pub fn dot(map: &Map, title: &str) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "digraph \"{}\" {{\n  rankdir=LR; compound=true; node [shape=box fontname=\"sans-serif\"]; edge [fontname=\"sans-serif\"];\n  \
         internet [shape=ellipse label=\"internet\"];",
        quoted(title)
    );
    for (at, gateway) in map.gateways.iter().enumerate() {
        let lines = [&gateway.kind, &gateway.name].into_iter().chain(&gateway.detail);
        let _ = writeln!(
            out,
            "  g{at} [style=dashed label=\"{}\"];",
            lines.map(|line| quoted(line)).collect::<Vec<_>>().join("\\n")
        );
        match gateway.reach.as_str() {
            "internet" => out.push_str(&format!("  internet -> g{at};\n")),
            "nodes" => out.push_str(&format!("  internet -> g{at} [style=dashed label=\"if nodes\"];\n")),
            _ => {}
        }
    }
    for (namespace, one) in map.namespaces.iter().enumerate() {
        let lines: Vec<String> =
            [&one.name].into_iter().chain(&one.remarks).map(|line| quoted(line)).collect();
        let _ = writeln!(out, "  subgraph cluster_{namespace} {{\n    label=\"{}\";", lines.join("\\n"));
        // A cluster has no side for an arrow to touch but through one of its nodes.
        let _ = writeln!(out, "    n{namespace} [shape=point style=invis];");
        for (at, card) in map.cards.iter().enumerate().filter(|(_, card)| card.namespace == namespace) {
            let mut lines: Vec<String> =
                card.members.iter().chain(&card.remarks).map(|line| quoted(line)).collect();
            lines.push(format!("in: {} out: {}", card.ingress.as_str(), card.egress.as_str()));
            let _ = writeln!(out, "    c{at} [label=\"{}\"];", lines.join("\\n"));
        }
        out.push_str("  }\n");
    }
    for arrow in &map.arrows {
        let style = match arrow.style {
            Style::Allowed => "solid",
            Style::All => "bold",
            Style::Perhaps => "dashed",
            Style::Closed => "dotted",
        };
        let mut more = String::new();
        if let End::Namespace(at) = arrow.from {
            let _ = write!(more, " ltail=cluster_{at}");
        }
        if let End::Namespace(at) = arrow.to {
            let _ = write!(more, " lhead=cluster_{at}");
        }
        let (from, to, label) = (id(arrow.from), id(arrow.to), quoted(&arrow.label));
        let _ = writeln!(out, "  {from} -> {to} [label=\"{label}\" style={style}{more}];");
    }
    out.push_str("}\n");
    out
}

fn id(end: End) -> String {
    match end {
        End::Gateway(at) => format!("g{at}"),
        End::Card(at) => format!("c{at}"),
        End::Namespace(at) => format!("n{at}"),
    }
}
