//! `seawall rbac can-i`

use clap::Args;
use seawall_rbac::{Decision, Subject, UserInfo};
use serde_json::json;

use super::evidence::{Evidence, rule_words};
use super::{Lines, OutputArgs, OutputFormat, RequestArgs, read};
use crate::ExitStatus;
use crate::commands::targets::TargetArgs;

#[derive(Debug, Args)]
pub(super) struct CanIArgs {
    #[command(flatten)]
    request: RequestArgs,
    /// Who asks: a user name, `ServiceAccount/NS/NAME`, `system:serviceaccount:NS:NAME` or `Group/NAME`
    #[arg(long = "as", value_name = "SUBJECT")]
    subject: Subject,
    /// A group that the subject is in beside those that it is in of itself; may be repeated
    #[arg(long = "as-group", value_name = "GROUP")]
    groups: Vec<String>,
    #[command(flatten)]
    targets: TargetArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &CanIArgs) -> anyhow::Result<ExitStatus> {
    let (loaded, rbac) = read(&args.targets)?;
    let request = args.request.request(&loaded);
    let user = args.groups.iter().fold(UserInfo::of(&args.subject), |user, group| user.in_group(group));
    let decision = rbac.allows(&user, &request);
    let status = if decision.is_allowed() { ExitStatus::Clean } else { ExitStatus::Findings };
    let evidence = Evidence { rbac: &rbac, inventory: &loaded.inventory };
    if args.output.output == OutputFormat::Json {
        let body = json!({
            "request": request.to_string(),
            "subject": args.subject.to_string(),
            "user": user.name,
            "groups": user.groups,
            "allowed": decision.is_allowed(),
            "grant": decision.grant().map(|grant| evidence.grant_json(grant)),
        });
        super::print_json("can-i", body)?;
        return Ok(status);
    }
    let mut lines = Lines::default();
    match decision {
        Decision::NotAllowed => {
            lines.line("no");
            lines.line(&format!("nothing grants {} to {request}", args.subject));
        }
        Decision::Allowed(grant) => {
            lines.line("yes");
            lines.line(&format!("{} can {request}", args.subject));
            if let seawall_rbac::Grant::Rule { binding, subject, rule } = grant {
                let holder = rbac.subject(subject).filter(|holder| **holder != args.subject);
                if let Some(holder) = holder {
                    lines.line(&format!("  as a member of {holder}"));
                }
                let role = rbac.binding(binding).and_then(|binding| rbac.role_of(binding));
                let rule = role.and_then(|role| rbac.rules(role.rule_set()).get(rule as usize));
                lines.line(&format!("  by {}", evidence.grant_words(grant)));
                if let Some(rule) = rule {
                    lines.line(&format!("  which grants {}", rule_words(&rbac, rule)));
                }
            } else {
                lines.line(&format!("  {}", evidence.grant_words(grant)));
            }
        }
    }
    lines.line(&format!(
        "  groups: {}",
        if user.groups.is_empty() { "none".to_owned() } else { user.groups.join(", ") }
    ));
    super::super::print(lines.0.as_bytes())?;
    Ok(status)
}
