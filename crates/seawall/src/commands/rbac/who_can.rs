//! `seawall rbac who-can`

use clap::Args;
use serde_json::json;

use super::evidence::Evidence;
use super::{Lines, OutputArgs, OutputFormat, RequestArgs, read};
use crate::ExitStatus;
use crate::commands::targets::TargetArgs;

#[derive(Debug, Args)]
pub(super) struct WhoCanArgs {
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    targets: TargetArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &WhoCanArgs) -> anyhow::Result<ExitStatus> {
    let (loaded, rbac) = read(&args.targets)?;
    let request = args.request.request(&loaded);
    let holders = rbac.who_can(&request);
    let evidence = Evidence { rbac: &rbac, inventory: &loaded.inventory };
    if args.output.output == OutputFormat::Json {
        let holders = holders.iter().map(|holder| {
            let grants: Vec<_> = holder.grants.iter().map(|grant| evidence.grant_json(*grant)).collect();
            json!({"subject": holder.subject.to_string(), "grants": grants})
        });
        let body = json!({"request": request.to_string(), "subjects": holders.collect::<Vec<_>>()});
        return super::print_json("who-can", body);
    }
    let mut lines = Lines::default();
    let rows = holders.iter().flat_map(|holder| {
        holder.grants.iter().enumerate().map(|(at, grant)| {
            let subject = if at == 0 { holder.subject.to_string() } else { String::new() };
            [subject, evidence.grant_words(*grant)]
        })
    });
    lines.table(0, &rows.collect::<Vec<_>>());
    lines.line("");
    let count = holders.len();
    lines.line(&format!("{count} subject{} can {request}", if count == 1 { "" } else { "s" }));
    super::super::print(lines.0.as_bytes())
}
