//! `seawall network can`

use std::fmt::Write as _;

use seawall_network::PortSet;
use seawall_report::escape;
use serde_json::json;

use super::ends::{self, Format, Question, QuestionArgs};
use crate::ExitStatus;

pub(super) fn run(args: &QuestionArgs) -> anyhow::Result<ExitStatus> {
    let Question { network, ports: asked, pairs } = args.read()?;
    let whole = asked.clone().unwrap_or_else(PortSet::all);
    let mut out = String::new();
    let mut records = Vec::new();
    let mut yes = false;
    for pair in pairs {
        let open = ends::open(&network, &pair, &whole);
        yes |= if asked.is_some() { open == whole } else { !open.is_empty() };
        let name = |target| ends::name(&network, target, pair.outside.as_ref());
        let (src, dst) = (name(pair.src), name(pair.dst));
        let answer = match &asked {
            Some(asked) if open == *asked => "yes".to_owned(),
            Some(_) if open.is_empty() => "no".to_owned(),
            _ => open.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} -> {}: {answer}", escape(&src), escape(&dst));
        records.push(json!({"src": src, "dst": dst, "allowed": !open.is_empty(), "ports": open.to_string()}));
    }
    if args.output == Format::Json {
        let report = json!({"schema": "seawall.dev/network-can/v1", "allowed": yes, "connections": records});
        out = serde_json::to_string_pretty(&report)? + "\n";
    }
    crate::commands::print(out.as_bytes())?;
    Ok(if yes { ExitStatus::Clean } else { ExitStatus::Findings })
}
