//! What somebody accepted or an earlier run knew: read before the targets, held against the findings after them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use seawall_checks::{Check, Evaluation};
use seawall_core::Date;
use seawall_report::Known;
use seawall_sources::Loaded;
use seawall_waivers::{Baseline, Read, apply, in_sources, read_file};

use crate::cli::ScanArgs;
use crate::config::{Config, read_text};
use crate::output;

/// The file that is looked for.
const FILE_NAME: &str = "seawall-waivers.yaml";

/// The largest report that is read as a baseline.
const MAX_BASELINE: u64 = 1 << 30;

/// What a command line asks for.
pub(super) struct Asked<'a> {
    pub(super) waivers: Option<&'a Path>,
    pub(super) baseline: Option<&'a Path>,
    /// Whether a file of waivers is looked for when none is named.
    pub(super) look: bool,
}

/// Waivers and baseline of a run.
pub(super) struct Accepted {
    waivers: Option<Read>,
    baseline: Option<Baseline>,
    today: Date,
}

impl Accepted {
    /// Reads the files that the command line names, or the configuration, or that lie in this folder or above.
    ///
    /// # Errors
    /// When a named file is not there or anything in one is not understood; each fault was printed with its line.
    pub(super) fn load(args: &ScanArgs, config: &Config, folder: &Path) -> anyhow::Result<Self> {
        let asked = Asked {
            waivers: args.waivers.as_deref(),
            baseline: args.baseline.as_deref(),
            look: args.pss.is_none(),
        };
        Accepted::read(&asked, config, folder)
    }

    /// The same for any command.
    ///
    /// # Errors
    /// As [`Accepted::load`].
    pub(super) fn read(asked: &Asked<'_>, config: &Config, folder: &Path) -> anyhow::Result<Self> {
        let named = asked.waivers.map(Path::to_owned).or_else(|| config.waivers.clone());
        let file = named.or_else(|| if asked.look { find(folder) } else { None });
        let waivers = file.as_deref().map(waivers).transpose()?;
        let baseline = asked.baseline.map(baseline).transpose()?;
        Ok(Accepted { waivers, baseline, today: today() })
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
