//! `seawall rbac tenants`

use clap::Args;
use seawall_network::{Network, Profile};
use seawall_paths::tenants::{Dimension, Evidence, Outcome, Tenant, Tenants, Witness};
use serde_json::{Value, json};

use super::{Lines, OutputArgs, OutputFormat, read};
use crate::ExitStatus;
use crate::commands::network;
use crate::commands::targets::TargetArgs;
use crate::output;

/// Witnesses of one dimension shown as text; the rest are counted.
const SHOWN: usize = 10;

#[derive(Debug, Args)]
pub(super) struct TenantsArgs {
    /// One tenant: namespaces (`a,b`) or a selector over their labels (`team=blue`)
    a: String,
    /// The other one
    b: String,
    /// Exit with 3 when a dimension could not be evaluated
    #[arg(long)]
    strict: bool,
    /// The network plugin, for what the API leaves undefined; else the one whose own policies are here, or `strict-spec`
    #[arg(long, value_parser = network::profile, value_name = "PLUGIN")]
    cni: Option<Profile>,
    #[command(flatten)]
    targets: TargetArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &TenantsArgs) -> anyhow::Result<ExitStatus> {
    let (loaded, rbac) = read(&args.targets)?;
    let (network, problems) = Network::build(&loaded.inventory, args.cni);
    if !args.targets.quiet {
        problems.iter().for_each(output::problem);
    }
    let a = Tenant::read(&args.a, &loaded.inventory)?;
    let b = Tenant::read(&args.b, &loaded.inventory)?;
    a.disjoint(&b)?;
    let dimensions = Tenants::compare(&loaded.inventory, &rbac, &network, &a, &b);
    match args.output.output {
        OutputFormat::Json => {
            let tenant = |tenant: &Tenant| json!({"text": tenant.text(), "namespaces": tenant.namespaces().collect::<Vec<_>>()});
            let body = json!({
                "a": tenant(&a),
                "b": tenant(&b),
                "isolated": verdict(&dimensions),
                "dimensions": dimensions.iter().map(as_json).collect::<Vec<_>>(),
            });
            super::print_json("tenants", body)?;
        }
        OutputFormat::Text => {
            let mut lines = Lines::default();
            for tenant in [&a, &b] {
                let namespaces: Vec<&str> = tenant.namespaces().collect();
                lines.line(&format!("tenant `{}`: {}", tenant.text(), namespaces.join(", ")));
            }
            dimensions.iter().for_each(|dimension| as_text(dimension, &mut lines));
            summary(&dimensions, &mut lines);
            super::super::print(lines.0.as_bytes())?;
        }
    }
    Ok(match verdict(&dimensions) {
        Some(false) => ExitStatus::Findings,
        None if args.strict => ExitStatus::NotEvaluated,
        _ => ExitStatus::Clean,
    })
}

/// Whether they are isolated; `None` when there is no witness, and not a proof of everything.
fn verdict(dimensions: &[Dimension]) -> Option<bool> {
    if dimensions.iter().any(|own| matches!(own.outcome, Outcome::Witness(_))) {
        return Some(false);
    }
    dimensions.iter().all(|own| matches!(own.outcome, Outcome::Proof(_))).then_some(true)
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Witness(_) => "witness",
        Outcome::Proof(_) => "proof",
        Outcome::NotEvaluated(_) => "not-evaluated",
    }
}

fn as_text(dimension: &Dimension, lines: &mut Lines) {
    lines.line("");
    match &dimension.outcome {
        Outcome::Witness(witnesses) => {
            lines.line(&format!("{}: not isolated", dimension.name));
            for Witness { from, to, what, evidence } in witnesses.iter().take(SHOWN) {
                lines.line(&format!("  {from} {what} {to}"));
                for Evidence { object, at, says } in evidence {
                    let at = at
                        .as_ref()
                        .map_or(String::new(), |at| format!(" ({}:{})", at.file, at.position.line));
                    let says = if says.is_empty() { String::new() } else { format!(": {says}") };
                    lines.line(&format!("    {object}{at}{says}"));
                }
            }
            let more = witnesses.len().saturating_sub(SHOWN) + dimension.more;
            if more > 0 {
                lines.line(&format!("  and {more} more"));
            }
            for missing in &dimension.missing {
                lines.line(&format!("  seen in part only: {missing}"));
            }
        }
        Outcome::Proof(checked) => {
            lines.line(&format!("{}: isolated", dimension.name));
            checked.iter().for_each(|checked| lines.line(&format!("  {checked}")));
        }
        Outcome::NotEvaluated(reason) => {
            lines.line(&format!("{}: not evaluated, because {reason}", dimension.name));
        }
    }
    dimension.shared.iter().for_each(|shared| lines.line(&format!("  shared: {shared}")));
    dimension.notes.iter().for_each(|note| lines.line(&format!("  note: {note}")));
}

fn summary(dimensions: &[Dimension], lines: &mut Lines) {
    lines.line("");
    for (title, wanted) in
        [("not isolated", "witness"), ("isolated", "proof"), ("not evaluated", "not-evaluated")]
    {
        let names: Vec<&str> =
            dimensions.iter().filter(|own| word(&own.outcome) == wanted).map(|own| own.name).collect();
        if !names.is_empty() {
            lines.line(&format!("{title}: {}", names.join(", ")));
        }
    }
}

fn as_json(dimension: &Dimension) -> Value {
    let evidence = |evidence: &Evidence| {
        json!({
            "object": evidence.object,
            "location": evidence.at.as_ref().map(|at| {
                json!({
                    "route": at.route.to_string(), "file": &*at.file, "line": at.position.line,
                    "column": at.position.column,
                })
            }),
            "says": evidence.says,
        })
    };
    let witness = |own: &Witness| {
        json!({
            "from": own.from, "what": own.what, "to": own.to,
            "evidence": own.evidence.iter().map(evidence).collect::<Vec<_>>(),
        })
    };
    let mut value = json!({
        "dimension": dimension.name,
        "outcome": word(&dimension.outcome),
        "shared": dimension.shared,
        "notes": dimension.notes,
        "missing": dimension.missing,
    });
    let (key, found) = match &dimension.outcome {
        Outcome::Witness(all) => ("witnesses", json!(all.iter().map(witness).collect::<Vec<_>>())),
        Outcome::Proof(checked) => ("checked", json!(checked)),
        Outcome::NotEvaluated(reason) => ("reason", json!(reason)),
    };
    if let Value::Object(fields) = &mut value {
        fields.insert(key.to_owned(), found);
        if dimension.more > 0 {
            fields.insert("more".to_owned(), json!(dimension.more));
        }
    }
    value
}
