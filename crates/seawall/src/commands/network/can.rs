//! `seawall network can`

use std::collections::BTreeSet;
use std::fmt::Write as _;

use seawall_network::{Direction, Network, PortSet, Target};
use seawall_report::{escape, pretty_json};
use serde_json::json;

use super::ends::{self, Format, Pair, Question, QuestionArgs};
use super::meshed;
use crate::ExitStatus;

pub(super) fn run(args: &QuestionArgs) -> anyhow::Result<ExitStatus> {
    let Question { network, mesh, inventory, ports: asked, pairs } = args.read()?;
    let whole = asked.clone().unwrap_or_else(PortSet::all);
    let mut out = String::new();
    let mut records = Vec::new();
    let mut yes = false;
    for pair in pairs {
        let mut open = ends::open(&network, &pair, &whole);
        let said = mesh.as_ref().and_then(|mesh| mesh.judge_targets(&network, pair.src, pair.dst));
        let said = meshed::within(said, &open);
        open = open.difference(&meshed::denied(&said));
        yes |= if asked.is_some() { open == whole } else { !open.is_empty() };
        let name = |target| ends::name(&network, target, pair.outside.as_ref());
        let (src, dst) = (name(pair.src), name(pair.dst));
        let answer = match &asked {
            Some(asked) if open == *asked && meshed::is_open_for_all(&said) => "yes".to_owned(),
            Some(asked) if open == *asked => "yes, for some requests".to_owned(),
            Some(_) if open.is_empty() => "no".to_owned(),
            _ => open.to_string(),
        };
        let remarks = remarks(&network, &pair, &whole);
        let noted = remarks.iter().map(|remark| format!(" ({})", escape(remark))).collect::<String>();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} -> {}: {answer}{noted}", escape(&src), escape(&dst));
        meshed::lines(&inventory, &said, &mut out);
        let mut record = json!({
            "src": src, "dst": dst, "allowed": !open.is_empty(), "ports": open.to_string(), "remarks": remarks,
        });
        meshed::add(&inventory, &said, &mut record);
        records.push(record);
    }
    if args.output == Format::Json {
        let report = json!({"schema": "seawall.dev/network-can/v1", "allowed": yes, "connections": records});
        out = pretty_json(&report)?;
    }
    crate::commands::print(out.as_bytes())?;
    Ok(if yes { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// What the model does not judge of the connections that were asked for: what is asked above ports, and names.
fn remarks(network: &Network, pair: &Pair, asked: &PortSet) -> Vec<String> {
    let mut remarks = Vec::new();
    for piece in network.explain(pair.src, pair.dst) {
        let ports = piece.ports.intersection(asked);
        if ports.is_empty() {
            continue;
        }
        let sides =
            [(Direction::Egress, &piece.verdict.egress), (Direction::Ingress, &piece.verdict.ingress)];
        for (direction, decision) in sides {
            let narrowed = network.narrowing(decision);
            if piece.verdict.allowed && !narrowed.is_empty() {
                remarks.push(format!("{ports} narrowed at {direction} to {}", narrowed.join(" or ")));
            }
            if pair.outside.is_some() || matches!(pair.dst, Target::Address(_)) {
                let rules = network.unresolved(direction, decision).into_iter();
                let views = rules.filter_map(|id| network.rule_view(id));
                let names: BTreeSet<&str> = views.flat_map(|view| view.domain_names()).collect();
                if !names.is_empty() {
                    let names: Vec<&str> = names.into_iter().collect();
                    remarks.push(format!("but for addresses of {}", names.join(", ")));
                }
            }
        }
    }
    remarks.sort();
    remarks.dedup();
    remarks
}
