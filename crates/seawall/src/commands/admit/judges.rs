//! What judges: made from the configuration, the same for the server and for a file.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use seawall_checks::pick;
use seawall_inventory::Inventory;
use seawall_server::{Checks, Constraints, Judge, Judges, Policies};
use seawall_sources::{Progress, Target};

use crate::cli::SelectionArgs;
use crate::commands::accepted::Accepted;
use crate::commands::{RenderArgs, live};
use crate::config::{self, Config};

/// What policies judge by, and what they know.
#[derive(Debug, Args)]
pub(super) struct JudgeArgs {
    /// Policies to judge by, of Kubernetes (ValidatingAdmissionPolicy and its bindings) or of Gatekeeper (templates and
    /// constraints): files or folders; may be repeated
    #[arg(long, value_name = "PATH")]
    policies: Vec<String>,
    /// What is in the cluster (namespaces with their labels, service accounts, pods): files, folders, snapshots or
    /// `cluster[:CONTEXT]`, read once at the start; may be repeated
    #[arg(long, value_name = "TARGET")]
    inventory: Vec<String>,
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    rendering: RenderArgs,
}

/// What was configured.
pub(super) struct Configured {
    pub(super) config: Config,
    accepted: Accepted,
    targets: Vec<Target>,
    rendering: Option<seawall_sources::Rendering>,
}

/// The configuration file that is named or lies in this folder or above.
///
/// # Errors
/// When it is not there or not understood.
pub(super) fn configuration(named: Option<&Path>) -> anyhow::Result<Config> {
    #[allow(clippy::disallowed_methods, reason = "the binary may ask where it runs")]
    let folder = std::env::current_dir().context("the current folder is not readable")?;
    config::load(named, &folder)
}

impl JudgeArgs {
    /// Reads configuration and waivers; faults in them show before anything is served.
    ///
    /// # Errors
    /// When anything in them is not understood.
    pub(super) fn configured(&self) -> anyhow::Result<Configured> {
        let config = configuration(self.selection.config.as_deref())?;
        #[allow(clippy::disallowed_methods, reason = "the binary may ask where it runs")]
        let folder = std::env::current_dir().context("the current folder is not readable")?;
        let accepted = Accepted::load(self.selection.waivers.as_deref(), true, &config, &folder)?;
        let targets = self.inventory.iter().map(|target| Target::parse(target)).collect::<Result<_, _>>()?;
        let rendering = self.rendering.rendering(&config.render)?;
        Ok(Configured { config, accepted, targets, rendering })
    }

    /// The judges that the configuration and the command line ask for.
    ///
    /// # Errors
    /// When a word selects nothing known.
    pub(super) fn judges(&self, configured: &Configured) -> anyhow::Result<Judges> {
        let Configured { config, accepted, .. } = configured;
        let words = &config.admission.select;
        let checks = if self.selection.select.is_empty() && !words.is_empty() {
            let select: Vec<_> =
                words.iter().map(|word| crate::cli::select(word)).collect::<Result<_, _>>()?;
            let profile = self.selection.profile.or(config.profile).unwrap_or_default();
            pick(profile, &select, &self.selection.ignored(config))
        } else {
            self.selection.chosen(config)
        };
        let checks = Checks::new(&checks, config.settings.clone(), accepted.of_file());
        let security = config.admission.pod_security.clone();
        let security = security.map(|security| Arc::new(security) as Arc<dyn Judge>);
        let policies = self.policies(accepted)?;
        Ok(policies.into_iter().chain(security).chain([Arc::new(checks) as Arc<dyn Judge>]).collect())
    }

    /// The policies that are named; parameters that they read are those of the inventory.
    fn policies(&self, accepted: &Accepted) -> anyhow::Result<Judges> {
        if self.policies.is_empty() {
            return Ok(Judges::default());
        }
        let read = crate::commands::policy::policies(&self.policies)?;
        read.problems.iter().for_each(crate::output::problem);
        let mut judges = Judges::default();
        if !read.constraints.is_empty() {
            let texts = read.inventory.joined_with([]);
            judges.push(Arc::new(Constraints::new(read.constraints, texts, accepted.of_file())));
        }
        if !read.set.is_empty() {
            judges.insert(0, Arc::new(Policies::new(read.set, read.inventory, accepted.of_file())));
        }
        Ok(judges)
    }
}

impl Configured {
    /// Reads what is in the cluster.
    ///
    /// # Errors
    /// When a target cannot be read.
    pub(super) fn inventory(&self) -> anyhow::Result<Inventory> {
        if self.targets.is_empty() {
            return Ok(Inventory::default());
        }
        let loaded = live::load(&self.targets, self.rendering.as_ref(), true, &Progress::default())?;
        loaded.problems.iter().for_each(crate::output::problem);
        Ok(loaded.inventory)
    }
}
