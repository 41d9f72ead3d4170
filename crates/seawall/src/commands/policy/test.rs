//! `seawall policy test`

mod judge;
mod pages;
mod print;

use std::io::{self, BufWriter, Write};

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::ExitStatus;
use crate::cli::Color;
use crate::output;

/// Run pages.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// Pages (`.md`), or folders with pages
    #[arg(default_value = ".", value_name = "PAGE")]
    pages: Vec<String>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Table, value_name = "FORMAT")]
    output: Output,
    /// Print only what does not hold
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

pub(super) fn run(args: &TestArgs, color: Color) -> anyhow::Result<ExitStatus> {
    let pages = pages::find(&args.pages)?;
    let mut results = Vec::new();
    for file in pages {
        results.push(pages::run(&file)?);
    }
    let cases: usize = results.iter().map(|page| page.outcomes.len()).sum();
    if cases == 0 && results.iter().all(|page| page.problems.is_empty()) {
        bail!(
            "no page says what is expected of a policy\nhint: a fence ```yaml deny, allow, warn or mutate does"
        );
    }
    let broken = results.iter().any(|page| !page.problems.is_empty());
    let mut out = BufWriter::new(io::stdout().lock());
    match args.output {
        // A sum of nothing would only hide what is wrong.
        Output::Table if broken && cases == 0 => {}
        Output::Table => print::table(&results, output::use_color(color), args.quiet, &mut out)?,
        Output::Json => print::json(&results, &mut out)?,
    }
    out.flush()?;
    if broken {
        results.iter().flat_map(|page| &page.problems).for_each(output::problem);
        bail!("a page is not understood, so nothing it says is proven");
    }
    let failed = results.iter().flat_map(|page| &page.outcomes).any(|outcome| !outcome.faults.is_empty());
    Ok(if failed { ExitStatus::Findings } else { ExitStatus::Clean })
}
