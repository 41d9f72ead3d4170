//! `seawall admit exemptions`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use seawall_report::escape;
use seawall_server::{EXEMPTIONS, Exemption, Exempts};

use crate::ExitStatus;
use crate::config;

#[derive(Debug, Args)]
pub(super) struct ExemptionsArgs {
    /// Configuration file [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ExemptionsArgs) -> anyhow::Result<ExitStatus> {
    let exempt = config::load(args.config.as_deref())?.admission.rules.exemptions;
    let mut out = String::new();
    let own = if exempt.own_namespace.is_empty() { "(none is named)" } else { &exempt.own_namespace };
    for row in EXEMPTIONS {
        let state = match (exempt.is_lifted(row), row.liftable) {
            (true, _) => " (lifted: it is judged)",
            (false, true) => " (can be lifted)",
            (false, false) => "",
        };
        _ = writeln!(out, "{}: {}{state}\n  {}", row.id, what(row, own), row.why);
    }
    for (what, names) in [("namespace", &exempt.namespaces), ("user", &exempt.users)] {
        for name in names {
            _ = writeln!(out, "configured-{what}: {what} {}\n  `seawall.yaml` says so", escape(name));
        }
    }
    crate::commands::print(out.as_bytes())
}

fn what(row: &Exemption, own: &str) -> String {
    let of = |group: &str| if group.is_empty() { String::new() } else { format!(".{group}") };
    match row.exempts {
        Exempts::Resource(group, "*", _) => format!("everything of {group}"),
        Exempts::Resource(group, resource, "*" | "") => format!("{resource}{}", of(group)),
        Exempts::Resource(group, resource, part) => format!("{resource}/{part}{}", of(group)),
        Exempts::Subresource(part) => format!("the subresource {part} of everything"),
        Exempts::Namespace(name) => format!("namespace {name}"),
        Exempts::Group(name) => format!("mirror pods, for the group {name}"),
        Exempts::OwnNamespace => format!("namespace {}", escape(own)),
    }
}
