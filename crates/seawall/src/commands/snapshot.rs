//! `seawall snapshot`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use seawall_cluster::{Access, Options, write_snapshot};
use seawall_report::escape;

use super::live::{ProgressLine, tell};
use crate::ExitStatus;

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// Where to: `FILE.jsonl.zst`, `FILE.jsonl.gz` or `FILE.jsonl`
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Context of the kubeconfig [default: the current one, or the service account inside a pod]
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// Only these namespaces, and what has none; may be repeated
    #[arg(short, long, value_delimiter = ',', value_name = "NAMESPACE")]
    namespace: Vec<String>,
    /// Objects of one page of a list
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    page: u32,
    /// Exit with 3 when something could not be read
    #[arg(long)]
    strict: bool,
    /// Print errors only
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(args: &SnapshotArgs) -> anyhow::Result<ExitStatus> {
    let access = Access::Context(args.context.clone());
    let options = Options { namespaces: args.namespace.clone(), page: args.page, ..Options::default() };
    let mut line = ProgressLine::new(args.quiet);
    let summary = write_snapshot(&access, &options, &args.output, &mut |progress| line.show(progress));
    line.clear();
    let summary = summary?;
    if !args.quiet {
        tell(&summary);
        let path = args.output.display().to_string();
        let done = format!("wrote {}: {} objects of {} kinds", escape(&path), summary.objects, summary.kinds);
        // When standard error is closed there is nobody left to tell.
        let _ = writeln!(io::stderr(), "{done}");
    }
    let gap = args.strict && !summary.refused.is_empty();
    Ok(if gap { ExitStatus::NotEvaluated } else { ExitStatus::Clean })
}
