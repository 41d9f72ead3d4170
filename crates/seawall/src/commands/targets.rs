//! `-f TARGET`: what a command reads when its words mean something else.

use anyhow::bail;
use clap::Args;
use seawall_core::ProblemSeverity;
use seawall_report::escape;
use seawall_sources::{Loaded, Progress, Target};

use crate::commands::{RenderArgs, live};
use crate::config::Render;
use crate::output;

/// The targets of a command that takes other words.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Files, folders, `-` for standard input, snapshots (`.jsonl`, `.jsonl.zst`, `.jsonl.gz`), or
    /// `cluster[:CONTEXT]`; may be repeated
    #[arg(short = 'f', long = "file", value_name = "TARGET", default_value = ".")]
    pub(crate) targets: Vec<String>,
    /// Do not print the problems met while reading
    #[arg(short, long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) rendering: RenderArgs,
}

impl TargetArgs {
    /// Reads the targets; problems go to standard error.
    ///
    /// # Errors
    /// When a target cannot be read, or no Kubernetes object is in any of them.
    pub(crate) fn load(&self) -> anyhow::Result<Loaded> {
        let targets =
            self.targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
        let rendering = self.rendering.rendering(&Render::default())?;
        let loaded = live::load(&targets, rendering.as_ref(), self.quiet, &Progress::default())?;
        if !self.quiet {
            let worse = loaded.problems.iter().filter(|problem| problem.severity >= ProblemSeverity::Warning);
            worse.for_each(output::problem);
        }
        if loaded.inventory.resources().is_empty() {
            let names: Vec<String> =
                self.targets.iter().map(|target| format!("`{}`", escape(target))).collect();
            bail!("nothing to judge: no Kubernetes object in {}", names.join(", "));
        }
        Ok(loaded)
    }
}
