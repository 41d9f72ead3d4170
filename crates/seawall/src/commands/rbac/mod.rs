//! `seawall rbac`: who may do what.

mod can_i;
mod diff;
mod evidence;
mod kubeconfig;
mod minimize;
mod risks;
mod show;
mod tenants;
mod who_can;

use clap::{Args, Subcommand, ValueEnum};
use seawall_rbac::{Rbac, Request, Written};
use seawall_report::{escape, pretty_json};
use seawall_sources::Loaded;
use serde_json::{Value, json};

use super::targets::TargetArgs;
use crate::ExitStatus;
use crate::output;

/// The schema of every JSON output of these commands.
const SCHEMA: &str = "seawall.dev/rbac/v1";

#[derive(Debug, Args)]
pub(crate) struct RbacArgs {
    #[command(subcommand)]
    command: RbacCommand,
}

#[derive(Debug, Subcommand)]
enum RbacCommand {
    /// List who may do something, and through which binding and rule
    WhoCan(who_can::WhoCanArgs),
    /// Say whether somebody may do something, and why; exits with 0 for yes and 1 for no
    CanI(can_i::CanIArgs),
    /// Show all that a subject may do, by scope, and where each right comes from
    Show(show::ShowArgs),
    /// List the rights that open a step of an attack
    Risks(risks::RisksArgs),
    /// Compare two targets: what each subject gained and lost
    Diff(diff::DiffArgs),
    /// Make the smallest roles that allow what an audit log shows
    Minimize(minimize::MinimizeArgs),
    /// Say whether two tenants are isolated: a witness or a proof for each of six dimensions; exits with 1 for a witness
    Tenants(tenants::TenantsArgs),
    /// Judge kubeconfigs: secrets in the file, verification, programs, life of certificates
    Kubeconfig(kubeconfig::KubeconfigArgs),
}

/// What is asked for.
#[derive(Debug, Args)]
struct RequestArgs {
    /// The verb: `get`, `create`, `impersonate` …; for a path the HTTP method
    verb: String,
    /// The resource, as kubectl reads it: `pods`, `pods/exec`, `deployments.apps`, `*`; or a path: `/healthz`
    resource: String,
    /// The namespace; without it, everywhere
    #[arg(short, long, value_name = "NS")]
    namespace: Option<String>,
    /// The name of the object
    #[arg(long, value_name = "N")]
    name: Option<String>,
}

impl RequestArgs {
    fn request(&self, loaded: &Loaded) -> Request {
        let written = Written::parse(&self.resource, &loaded.inventory);
        let mut request = written.request(&self.verb);
        let has_namespace = !matches!(written, Written::Resource { namespaced: Some(false), .. });
        if let Some(namespace) = self.namespace.as_deref().filter(|_| has_namespace) {
            request = request.in_namespace(namespace);
        }
        match &self.name {
            Some(name) => request.named(name),
            None => request,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
struct OutputArgs {
    /// Output format
    #[arg(short, long, value_enum, default_value_t = OutputFormat::Text, value_name = "FORMAT")]
    output: OutputFormat,
}

/// Runs a command.
///
/// # Errors
/// When nothing can be read, or standard output is closed.
pub(super) fn run(args: &RbacArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        RbacCommand::WhoCan(args) => who_can::run(args),
        RbacCommand::CanI(args) => can_i::run(args),
        RbacCommand::Show(args) => show::run(args),
        RbacCommand::Risks(args) => risks::run(args),
        RbacCommand::Diff(args) => diff::run(args),
        RbacCommand::Minimize(args) => minimize::run(args),
        RbacCommand::Tenants(args) => tenants::run(args),
        RbacCommand::Kubeconfig(args) => kubeconfig::run(args),
    }
}

/// Reads targets and the model of them; problems go to standard error.
fn read(targets: &TargetArgs) -> anyhow::Result<(Loaded, Rbac)> {
    let loaded = targets.load()?;
    let (rbac, problems) = Rbac::build(&loaded.inventory);
    if !targets.quiet {
        problems.iter().for_each(output::problem);
    }
    Ok((loaded, rbac))
}

/// Text in lines, each without anything that a terminal would obey.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, text: &str) {
        self.0.push_str(escape(text.trim_end()).as_ref());
        self.0.push('\n');
    }

    /// Rows in columns; the last one is as long as it is.
    fn table<const N: usize>(&mut self, indent: usize, rows: &[[String; N]]) {
        let mut widths = [0; N];
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in rows {
            let mut line = " ".repeat(indent);
            for (width, cell) in widths.iter().zip(row) {
                line.push_str(&format!("{cell:width$}  "));
            }
            self.line(&line);
        }
    }
}

/// Prints a JSON answer of one of the commands.
fn print_json(command: &str, body: Value) -> anyhow::Result<ExitStatus> {
    let mut answer = json!({"schema": SCHEMA, "command": command});
    if let (Value::Object(answer), Value::Object(body)) = (&mut answer, body) {
        answer.extend(body);
    }
    super::print(pretty_json(&answer)?.as_bytes())
}
