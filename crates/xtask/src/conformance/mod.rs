//! `cargo xtask conformance`: labelled cases from the field's own suites against Seawall's engines.
//!
//! ```text
//! case ─┬─ input ── engine, by the product's entry points ── what it said ─┐
//!       └─ labels ─────────────────────────────────────────────────────────┴─ scorer ─ verdict
//! verdicts ─ adjudications ─ report ─ ratchet
//! ```
//!
//! Invariants, above all what is absent:
//! - the engine sees no label, no case name and no file name of a set;
//! - a scorer sees what the engine said as plain data and calls no engine;
//! - a panic and a time limit passed are failures, what is not built yet is never a pass;
//! - equal input gives equal bytes with `--json`.

mod adjudications;
mod pool;
mod ratchet;
mod report;
mod sets;
mod verdict;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use adjudications::Adjudications;
use ratchet::Ratchet;
use report::{Report, SetReport};

/// Arguments of the subcommand.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A folder of sets; without it `../shared/conformance` beside the repository
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// One set only
    #[arg(long, value_name = "NAME")]
    set: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Raise the accepted numbers in `conformance.toml` to what passes now
    #[arg(long, conflicts_with = "data")]
    bless: bool,
}

/// Whose cases they are: the accepted numbers speak of the default ones only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DataOrigin {
    /// The sets that the project adjudicates and counts.
    Default,
    /// Any folder of the same layout.
    Given,
}

/// Runs the sets of a folder and prints a report; an error when less passes than was accepted or an adjudication is
/// wrong.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let (data, origin) = match &arguments.data {
        Some(dir) => (dir.clone(), DataOrigin::Given),
        None => (root.join("../shared/conformance"), DataOrigin::Default),
    };
    let names = sets::names(&data)?;
    if let Some(wanted) = &arguments.set
        && !names.contains(wanted)
    {
        bail!("no set is called `{wanted}`, only: {}", names.join(", "));
    }
    let present = data.is_dir();
    if !present {
        eprintln!("skipped: no conformance data in `{}`", data.display());
    }
    let wanted = |name: &&String| arguments.set.as_ref().is_none_or(|wanted| wanted == *name);
    let mut report = Report::default();
    for name in names.iter().filter(wanted) {
        report.sets.push(run_set(root, &data, name, origin, &mut report.faults)?);
    }
    if origin == DataOrigin::Default && present {
        let mut ratchet = Ratchet::read(root)?;
        ratchet.check(&report.sets, &mut report.faults);
        if arguments.bless && report.faults.is_empty() {
            ratchet.raise(&report.sets).write(root)?;
        }
    }
    print!("{}", if arguments.json { report.to_json()? } else { report.to_text() });
    if report.faults.is_empty() {
        return Ok(());
    }
    for fault in &report.faults {
        eprintln!("{fault}");
    }
    bail!("conformance does not hold")
}

fn run_set(
    root: &Path,
    data: &Path,
    name: &str,
    origin: DataOrigin,
    faults: &mut Vec<String>,
) -> Result<SetReport> {
    let dir = data.join(sets::folder(name));
    let Some(load) = sets::built(name).filter(|_| dir.is_dir()) else {
        return Ok(SetReport::not_built(name, sets::countable(name, &dir)?));
    };
    let verdicts = pool::judge_all(load(&dir)?);
    let adjudications = Adjudications::read(root, name)?;
    Ok(SetReport::new(name, verdicts, &adjudications, origin, faults))
}
