//! `seawall network can`

use std::fmt::Write as _;

use seawall_network::PortSet;
use seawall_report::escape;
use serde_json::json;

use super::ends::{self, Format, Question, QuestionArgs};
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
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} -> {}: {answer}", escape(&src), escape(&dst));
        meshed::lines(&inventory, &said, &mut out);
        let mut record =
            json!({"src": src, "dst": dst, "allowed": !open.is_empty(), "ports": open.to_string()});
        meshed::add(&inventory, &said, &mut record);
        records.push(record);
    }
    if args.output == Format::Json {
        let report = json!({"schema": "seawall.dev/network-can/v1", "allowed": yes, "connections": records});
        out = serde_json::to_string_pretty(&report)? + "\n";
    }
    crate::commands::print(out.as_bytes())?;
    Ok(if yes { ExitStatus::Clean } else { ExitStatus::Findings })
}
