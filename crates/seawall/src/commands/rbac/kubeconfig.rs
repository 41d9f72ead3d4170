//! `seawall rbac kubeconfig`

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use seawall_core::Severity;
use seawall_rbac::kubeconfig::{Kubeconfig, KubeconfigFinding, judge};
use seawall_report::{escape, pretty_json};
use seawall_yaml::{Limits, Text, read};
use serde_json::{Value, json};

use crate::ExitStatus;
use crate::cli::FailOn;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct KubeconfigArgs {
    /// Kubeconfig files, for example `~/.kube/config`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// Exit with 1 when a finding is at least this severe; `none` never does
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    fail_on: FailOn,
    /// Judge the life of certificates and tokens at this time (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Far more than any kubeconfig.
const MAX_BYTES: u64 = 16 << 20;

struct Judged {
    file: String,
    config: Kubeconfig,
    findings: Vec<KubeconfigFinding>,
}

pub(super) fn run(args: &KubeconfigArgs) -> anyhow::Result<ExitStatus> {
    let now = match &args.now {
        Some(text) => match seawall_events::parse_micros(text) {
            Some(micros) => Some(micros / 1_000_000),
            None => bail!("`{}` is no time; write for example `2026-11-22T00:00:00Z`", escape(text)),
        },
        None => clock(),
    };
    let mut judged = Vec::new();
    for path in &args.files {
        let name = path.display().to_string();
        let failed = || format!("cannot read `{name}`");
        let file = File::open(path).with_context(failed)?;
        let mode = mode(&file);
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes).with_context(failed)?;
        let (text, problems) = Text::from_bytes(bytes);
        problems.iter().for_each(output::problem);
        let (documents, problems) = read(&text, &Limits::default());
        // What is wrong with the text may quote it, and the text holds secrets: only the place is shown.
        for problem in problems {
            let mut shown = seawall_core::Problem::new(problem.severity, "the file is not quite YAML here");
            shown.position = problem.position;
            output::problem(&shown.in_file(&name.as_str().into()));
        }
        let configs: Vec<Kubeconfig> =
            documents.iter().filter_map(|document| Kubeconfig::read(document.tree.root())).collect();
        if configs.is_empty() {
            bail!("`{}` is no kubeconfig", escape(&name));
        }
        for config in configs {
            let findings = judge(&config, now, mode);
            judged.push(Judged { file: name.clone(), config, findings });
        }
    }
    let text = match args.output {
        Format::Text => text(&judged),
        Format::Json => pretty_json(&record(&judged))?,
    };
    let worst: Option<Severity> =
        judged.iter().flat_map(|file| &file.findings).map(|finding| finding.severity).max();
    crate::commands::print(text.as_bytes())?;
    Ok(match args.fail_on {
        FailOn::AtLeast(least) if worst.is_some_and(|worst| worst >= least) => ExitStatus::Findings,
        _ => ExitStatus::Clean,
    })
}

#[allow(clippy::disallowed_methods, reason = "the binary passes the time in; --now replaces it")]
fn clock() -> Option<i64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

#[cfg(unix)]
fn mode(file: &File) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_: &File) -> Option<u32> {
    None
}

fn text(judged: &[Judged]) -> String {
    let mut out = String::new();
    for Judged { file, config, findings } in judged {
        let _ = writeln!(
            out,
            "{}: {} clusters, {} users, {} findings",
            escape(file),
            config.clusters.len(),
            config.users.len(),
            findings.len()
        );
        for finding in findings {
            let _ = writeln!(
                out,
                "{:8}  {}: {}  [{}]\n          help: {}",
                finding.severity.as_str(),
                escape(&finding.entry),
                escape(&finding.message),
                finding.rule,
                finding.help
            );
        }
    }
    out
}

fn record(judged: &[Judged]) -> Value {
    let finding = |finding: &KubeconfigFinding| {
        json!({
            "id": finding.rule,
            "severity": finding.severity.as_str(),
            "entry": finding.entry,
            "message": finding.message,
            "fix": finding.help,
        })
    };
    let files: Vec<Value> = judged
        .iter()
        .map(|file| {
            json!({
                "file": file.file,
                "clusters": file.config.clusters.len(),
                "users": file.config.users.len(),
                "findings": file.findings.iter().map(finding).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({"schema": "seawall.dev/rbac/v1", "command": "kubeconfig", "files": files})
}
