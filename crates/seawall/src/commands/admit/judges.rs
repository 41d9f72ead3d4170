//! What judges: made from the configuration, the same for the server and for a file.

use std::sync::Arc;

use clap::Args;
use seawall_checks::{Check, Select, pick};
use seawall_core::CheckId;
#[cfg(feature = "cluster")]
use seawall_core::Problem;
use seawall_inventory::Inventory;
use seawall_policy::vap::PolicySet;
use seawall_server::{Changer, Checks, Constraints, Defaults, Desk, Judge, Judges, Metrics, Policies};
use seawall_sources::{Progress, Target};
use seawall_waivers::Rules;

use super::images::ImageArgs;
use super::named::Loaded;
use crate::cli::SelectionArgs;
use crate::commands::accepted::Accepted;
use crate::commands::{RenderArgs, live, policy};
use crate::config::{self, Config};

/// What policies judge by, and what they know.
#[derive(Debug, Args)]
pub(super) struct JudgeArgs {
    /// Policies to judge and change objects by, of Kubernetes (ValidatingAdmissionPolicy, MutatingAdmissionPolicy and their
    /// bindings) or of Gatekeeper (templates and constraints): files or folders; may be repeated
    #[arg(long, value_name = "PATH")]
    policies: Vec<String>,
    /// What is in the cluster (namespaces with their labels, service accounts, pods): files, folders, snapshots or
    /// `cluster[:CONTEXT]`; may be repeated. They are read once; a cluster is followed by `admit serve`
    #[arg(long, value_name = "TARGET")]
    inventory: Vec<String>,
    #[command(flatten)]
    images: ImageArgs,
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

impl JudgeArgs {
    /// Reads configuration and waivers; faults in them show before anything is served.
    ///
    /// # Errors
    /// When anything in them is not understood.
    pub(super) fn configured(&self) -> anyhow::Result<Configured> {
        let config = config::load(self.selection.config.as_deref())?;
        let accepted = Accepted::load(self.selection.waivers.as_deref(), true, &config)?;
        let targets = self.inventory.iter().map(|target| Target::parse(target)).collect::<Result<_, _>>()?;
        let rendering = self.rendering.rendering(&config.render)?;
        Ok(Configured { config, accepted, targets, rendering })
    }

    /// Who judges and who changes objects, as the configuration and the command line ask for it.
    ///
    /// # Errors
    /// When a word selects nothing known, or a policy is not in force.
    pub(super) fn parts(&self, configured: &Configured) -> anyhow::Result<Parts> {
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
        let waivers = accepted.of_file();
        let mut policies = self.policies(configured)?;
        let own =
            self.images.names(config.admission.images.as_ref())?.into_iter().chain(own(policies.as_ref()));
        let narrowed = !self.selection.select.is_empty() || !self.selection.ignore.is_empty();
        let live = configured.has_cluster();
        let loaded = Loaded { checks: &checks, own: own.collect(), live, narrowed };
        let modes = &config.admission.rules.modes;
        let mut told = loaded.hold(modes)?;
        let names = |check: &Check| {
            let cli = self.selection.select.contains(&Select::Check(check.id));
            cli || self.selection.select.is_empty() && words.iter().any(|word| word == check.id)
        };
        told.extend(loaded.idle(names, modes, &config.settings)?);
        told.iter().for_each(|text| crate::output::note(text));
        let checks = Checks::new(&checks, config.settings.clone(), waivers.clone());
        let security = config.admission.pod_security.clone();
        let security = security.map(|security| Arc::new(security) as Arc<dyn Judge>);
        let defaults = config.admission.defaults.clone();
        let defaults = defaults.map(|rules| Arc::new(Defaults::new(rules)) as Arc<dyn Changer>);
        let (images, pins) = self.images.judges(config.admission.images.as_ref())?;
        let constraints = policies.as_mut().and_then(|read| constraints(read, &waivers));
        let checks = [Arc::new(checks) as Arc<dyn Judge>];
        let judges = images.into_iter().chain(constraints).chain(security).chain(checks).collect();
        let others = Others { waivers, judges, pins, defaults };
        Ok(Parts { policies, others })
    }

    /// The policies that are named; parameters that they read are those of the inventory.
    fn policies(&self, configured: &Configured) -> anyhow::Result<Option<policy::Policies>> {
        if self.policies.is_empty() {
            return Ok(None);
        }
        let read = policy::policies(&self.policies, configured.rendering())?;
        read.problems.iter().for_each(crate::output::problem);
        Ok(Some(read))
    }
}

/// The ids of the policies that were read.
fn own(read: Option<&policy::Policies>) -> Vec<String> {
    let Some(read) = read else { return Vec::new() };
    let of_kubernetes = read.set.validating().chain(read.set.mutating());
    let of_kubernetes = of_kubernetes.map(|name| format!("{}{name}", CheckId::POLICY));
    of_kubernetes.chain(read.constraints.ids().map(|id| id.as_str().to_owned())).collect()
}

/// Takes what Gatekeeper judges by out of what was read.
fn constraints(read: &mut policy::Policies, waivers: &Rules) -> Option<Arc<dyn Judge>> {
    let constraints = std::mem::take(&mut read.constraints);
    if constraints.is_empty() {
        return None;
    }
    let texts = read.inventory.joined_with([]);
    Some(Arc::new(Constraints::new(constraints, texts, waivers.clone())))
}

/// Who judges and who changes objects, before a desk has it.
pub(super) struct Parts {
    /// The policies of files.
    policies: Option<policy::Policies>,
    others: Others,
}

/// Whatever is there beside policies, and who is excepted from those.
#[derive(Clone)]
struct Others {
    waivers: Rules,
    judges: Judges,
    pins: Option<Arc<dyn Changer>>,
    defaults: Option<Arc<dyn Changer>>,
}

impl Parts {
    /// Hands all of it to a desk.
    pub(super) fn install(self, desk: &Desk, metrics: &Metrics) {
        let policies = self.policies.map(|read| (read.set, read.inventory));
        self.others.install(policies, desk, metrics);
    }

    /// The policies in force, and their texts, when those of a cluster come to those of files; a name that both have is
    /// that of the file. Beside them what is wrong with any.
    #[cfg(feature = "cluster")]
    pub(super) fn with(&self, cluster: &Inventory) -> (PolicySet, Inventory, Vec<Problem>) {
        let texts = match &self.policies {
            Some(own) => policy::joined(&own.inventory, cluster),
            None => cluster.joined_with([]),
        };
        let (set, problems) = PolicySet::read(&texts);
        (set, texts, problems)
    }

    /// The same as [`Parts::install`] with other policies.
    #[cfg(feature = "cluster")]
    pub(super) fn installer(
        &self,
        set: PolicySet,
        texts: Inventory,
        metrics: &Arc<Metrics>,
    ) -> Box<dyn FnOnce(&Desk) + Send> {
        let (others, metrics) = (self.others.clone(), Arc::clone(metrics));
        Box::new(move |desk| others.install(Some((set, texts)), desk, &metrics))
    }
}

impl Others {
    fn install(self, policies: Option<(PolicySet, Inventory)>, desk: &Desk, metrics: &Metrics) {
        let policies = policies.filter(|(set, _)| !set.is_empty());
        let policies =
            policies.map(|(set, texts)| Arc::new(Policies::new(set, texts, self.waivers).timed(metrics)));
        let judge = policies.clone().map(|policies| policies as Arc<dyn Judge>);
        let changer = policies.map(|policies| policies as Arc<dyn Changer>);
        desk.set_judges(judge.into_iter().chain(self.judges).collect());
        // What clients wrote is pinned: what policies put in was not looked up. It gets its defaults, though.
        desk.set_changers(self.pins.into_iter().chain(changer).chain(self.defaults).collect());
    }
}

impl Configured {
    /// How charts and kustomizations are rendered, when they are.
    pub(super) fn rendering(&self) -> Option<&seawall_sources::Rendering> {
        self.rendering.as_ref()
    }

    /// Takes the cluster out of the targets that are read once: its context, when one is named.
    ///
    /// # Errors
    /// When there are several.
    #[cfg(feature = "cluster")]
    pub(super) fn take_cluster(&mut self) -> anyhow::Result<Option<Option<String>>> {
        let is_cluster = |target: &mut Target| matches!(target, Target::Cluster(_));
        let clusters: Vec<Target> = self.targets.extract_if(.., is_cluster).collect();
        match clusters.as_slice() {
            [] => Ok(None),
            [Target::Cluster(context)] => Ok(Some(context.clone())),
            _ => anyhow::bail!("`--inventory` names several clusters, and a server judges for one"),
        }
    }

    fn has_cluster(&self) -> bool {
        self.targets.iter().any(|target| matches!(target, Target::Cluster(_)))
    }

    /// Whether nothing says what is in the cluster.
    pub(super) fn is_blind(&self) -> bool {
        self.targets.is_empty()
    }

    /// Reads what is in the cluster.
    ///
    /// # Errors
    /// When a target cannot be read.
    pub(super) fn inventory(&self) -> anyhow::Result<Inventory> {
        if self.targets.is_empty() {
            return Ok(Inventory::default());
        }
        let loaded =
            live::load_described(&self.targets, self.rendering.as_ref(), true, &Progress::default())?;
        loaded.problems.iter().for_each(crate::output::problem);
        Ok(loaded.inventory)
    }
}
