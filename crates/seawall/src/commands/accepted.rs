//! What somebody accepted or an earlier run knew: read before the targets, held against the findings after them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use seawall_checks::{Check, Evaluation};
use seawall_core::{Date, ResourceId};
use seawall_inventory::Inventory;
use seawall_report::Known;
use seawall_sources::Loaded;
use seawall_waivers::{Baseline, EXPIRED, Read, UNUSED, apply, in_sources, read_file};

use crate::config::{Config, here, read_text};
use crate::output;

/// The file that is looked for.
const FILE_NAME: &str = "seawall-waivers.yaml";

/// The largest report that is read as a baseline.
const MAX_BASELINE: u64 = 1 << 30;

/// Waivers and baseline of a run.
pub(super) struct Accepted {
    waivers: Option<Read>,
    baseline: Option<Baseline>,
    today: Date,
}

impl Accepted {
    /// Reads the file of waivers that the command line names, or the configuration, or that lies in this folder or above;
    /// the last only if it is to be `looked_for`.
    ///
    /// # Errors
    /// When a named file is not there or anything in one is not understood; each fault was printed with its line.
    pub(super) fn load(named: Option<&Path>, looked_for: bool, config: &Config) -> anyhow::Result<Self> {
        let folder = here()?;
        let named = named.map(Path::to_owned).or_else(|| config.waivers.clone());
        let file = named.or_else(|| if looked_for { find(&folder) } else { None });
        let waivers = file.as_deref().map(waivers).transpose()?;
        Ok(Accepted { waivers, baseline: None, today: today() })
    }

    /// The same, with the report of an earlier run.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn and_known(self, report: Option<&Path>) -> anyhow::Result<Self> {
        Ok(Accepted { baseline: report.map(baseline).transpose()?, ..self })
    }

    /// The waivers of the file alone.
    #[cfg(feature = "admit")]
    pub(super) fn of_file(&self) -> seawall_waivers::Rules {
        self.waivers.clone().map(|read| read.at(ResourceId(u32::MAX))).unwrap_or_default()
    }

    /// Marks what is accepted, as often as asked. Nothing is said about the waivers themselves.
    pub(super) fn mark(&self, evaluation: &mut Evaluation, inventory: &Inventory) {
        // A file of waivers that is no object of the inventory is no place for findings.
        let file = self.waivers.clone().map(|read| read.at(ResourceId(u32::MAX)));
        let (mut rules, _) = in_sources(inventory);
        rules.extend(file.into_iter().flatten());
        apply(evaluation, inventory, &rules, self.today, &BTreeSet::new());
        evaluation.findings.retain(|finding| ![EXPIRED, UNUSED].contains(&finding.check.id.as_str()));
    }

    /// Marks what is accepted and takes out what was known. `ran` are the checks that ran; without them (Pod Security
    /// Standards) there are no waivers.
    pub(super) fn apply(
        self,
        evaluation: &mut Evaluation,
        loaded: &mut Loaded,
        ran: Option<&[&'static Check]>,
    ) -> Option<Known> {
        if let Some(ran) = ran {
            let (mut rules, problems) = in_sources(&loaded.inventory);
            loaded.problems.extend(problems);
            if let Some(read) = self.waivers
                && let Some(object) = read.resource.clone()
            {
                let (inventory, home) = std::mem::take(&mut loaded.inventory).with(object);
                loaded.inventory = inventory;
                rules.extend(read.at(home));
            }
            let ran: BTreeSet<&str> = ran.iter().map(|check| check.id).collect();
            apply(evaluation, &loaded.inventory, &rules, self.today, &ran);
        }
        self.baseline.map(|baseline| {
            let compared = baseline.apply(evaluation);
            Known { known: compared.known, gone: compared.gone }
        })
    }
}

/// The day of the run.
pub(super) fn today() -> Date {
    #[allow(
        clippy::disallowed_methods,
        reason = "whether a waiver has expired is asked of the day of the run"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::from_unix(now)
}

fn find(folder: &Path) -> Option<PathBuf> {
    let file = folder.ancestors().map(|above| above.join(FILE_NAME)).find(|path| path.is_file())?;
    // In this folder it goes by its name alone, as its reader would call it.
    Some(file.strip_prefix(folder).map_or_else(|_| file.clone(), Path::to_owned))
}

fn waivers(path: &Path) -> anyhow::Result<Read> {
    let name = path.display().to_string();
    let text = read_text(path).with_context(|| format!("waivers `{name}`"))?;
    match read_file(&text, &name) {
        Ok(read) => Ok(read),
        Err(problems) => {
            problems.iter().for_each(output::problem);
            bail!("`{name}` is not understood, so no waiver of it can be trusted");
        }
    }
}

fn baseline(path: &Path) -> anyhow::Result<Baseline> {
    let name = path.display().to_string();
    let text =
        seawall_sources::read_text(path, MAX_BASELINE).with_context(|| format!("baseline `{name}`"))?;
    Baseline::read(&text).with_context(|| format!("baseline `{name}`"))
}
