//! `seawall admit defaults`

mod filled;
mod list;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use seawall_checks::{Profile, evaluate, pick};
use seawall_core::ProblemSeverity;
use seawall_fix::change;
use seawall_inventory::Inventory;
use seawall_policy::defaults::Chosen;
use seawall_report::{Secrets, escape};
use seawall_server::Defaults;
use seawall_sources::{Progress, Target};

use crate::ExitStatus;
use crate::cli::Color;
use crate::commands::fix::diff;
use crate::commands::{RenderArgs, live};
use crate::config::{self, Config};
use crate::output;
use filled::{Filled, Source};

#[derive(Debug, Args)]
pub(super) struct DefaultsArgs {
    /// Files, folders, `-` for standard input, snapshots, or `cluster[:CONTEXT]`
    #[arg(default_value = ".", value_name = "TARGET")]
    targets: Vec<String>,
    /// Show these defaults in every namespace (`recommended`, `restricted`, or their names), not those of the configuration
    /// and of labels
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    apply: Vec<String>,
    /// List all defaults, what they set and what they may break
    #[arg(long, conflicts_with_all = ["apply", "check"])]
    list: bool,
    /// Exit with 1 when a pod would be changed
    #[arg(long)]
    check: bool,
    /// What else is in the cluster (namespaces with their labels, service accounts): files, folders, snapshots or
    /// `cluster[:CONTEXT]`; may be repeated
    #[arg(long, value_name = "TARGET")]
    inventory: Vec<String>,
    /// Configuration file [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the diff and errors only
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    rendering: RenderArgs,
}

pub(super) fn run(args: &DefaultsArgs, color: Color) -> anyhow::Result<ExitStatus> {
    if args.list {
        return crate::commands::print(list::text().as_bytes());
    }
    let config = config::load(args.config.as_deref())?;
    let source = args.source(&config)?;
    let objects = filled::as_texts(&args.read(&args.targets, &config)?);
    if objects.resources().is_empty() {
        let names: Vec<String> = args.targets.iter().map(|target| format!("`{}`", escape(target))).collect();
        bail!("nothing to fill in: no Kubernetes object in {}", names.join(", "));
    }
    let around = match args.inventory.is_empty() {
        true => Inventory::default(),
        false => args.read(&args.inventory, &config)?,
    };
    let filled = Filled::of(&objects, &around, &source);
    let changed = change(&objects, filled.edits.clone());
    let ordinary = pick(Profile::Default, &[], &[]);
    let secrets = |inventory: &Inventory, after: bool| {
        let texts = changed.files.iter().map(|file| if after { &file.after } else { &file.before });
        Secrets::of(inventory, &evaluate(inventory, &ordinary, &config.settings), texts)
    };
    let (old, new) = (secrets(&objects, false), secrets(&changed.inventory, true));
    let shown = diff::Shown { raw: !io::stdout().is_terminal(), colored: output::use_color(color) };
    let (text, hidden) = diff::all(&changed.files, &old, &new, shown);
    crate::commands::print(text.as_bytes())?;
    if hidden > 0 {
        output::note(&format!("{hidden} lines of the diff hold secret values, shown as `***`"));
    }
    for (id, reason) in &changed.failed {
        let name = objects.get(*id).map_or_else(String::new, |object| object.subject().to_string());
        output::note(&format!("`{}` is not shown: {reason}", escape(&name)));
    }
    if !args.quiet {
        output::report(&filled.report(&objects));
    }
    let is_same = filled.edits.is_empty() && filled.unknown.is_empty();
    Ok(if args.check && !is_same { ExitStatus::Findings } else { ExitStatus::Clean })
}

impl DefaultsArgs {
    fn source(&self, config: &Config) -> anyhow::Result<Source> {
        if !self.apply.is_empty() {
            return Ok(Source::Everywhere(Chosen::of(self.apply.iter().map(String::as_str))?));
        }
        let Some(rules) = config.admission.defaults.clone() else {
            bail!(
                "no namespace gets defaults: `admission.defaults` is not configured\nhint: `--apply recommended` shows what it would do"
            );
        };
        let exemptions = config.admission.rules.exemptions.clone();
        Ok(Source::Configured { defaults: Defaults::new(rules), exemptions })
    }

    fn read(&self, targets: &[String], config: &Config) -> anyhow::Result<Inventory> {
        let targets = targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
        let rendering = self.rendering.rendering(&config.render)?;
        let loaded = live::load(&targets, rendering.as_ref(), self.quiet, &Progress::default())?;
        let least = if self.quiet { ProblemSeverity::Error } else { ProblemSeverity::Warning };
        loaded.problems.iter().filter(|problem| problem.severity >= least).for_each(output::problem);
        Ok(loaded.inventory)
    }
}
