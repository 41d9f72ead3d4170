//! One tree through Seawall and through whichever peers are on PATH.
//!
//! Every tool runs alone, its output goes to a file, and nothing is read before all runs are over: the measuring process
//! stays small, since the kernel counts the parent's memory into a child's peak until the child starts its program.
//!
//! Medians of all runs are shown, so the first run's cold caches do not decide. A tool that fails or whose output cannot
//! be counted is shown as such, never as a fast one.

mod measure;
mod table;
mod tools;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::workspace::{Workspace, on_path};
use measure::{Run, measure};
use tools::{SEAWALL, TOOLS, Tool};

/// `cargo xtask bench-peers`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to scan
    #[arg(default_value = "examples/shop")]
    tree: PathBuf,
    /// Runs of each tool
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Run only these tools (Seawall always runs)
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// What was measured of one tool.
struct Measured {
    tool: &'static Tool,
    runs: Vec<Run>,
    findings: Result<usize>,
}

/// Measures and prints.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let tree = fs::canonicalize(&arguments.tree)
        .or_else(|_| fs::canonicalize(workspace.root().join(&arguments.tree)))
        .with_context(|| format!("cannot find `{}`", arguments.tree.display()))?;
    let mut cargo = workspace.cargo();
    let status = cargo.args(["build", "--release", "--locked", "--package", "seawall"]).status()?;
    if !status.success() {
        bail!("the release build failed");
    }
    let out = workspace.target().join("bench-peers");
    fs::create_dir_all(&out)?;
    let mut measured = Vec::new();
    for tool in TOOLS {
        let program = match tool.name {
            SEAWALL => Some(workspace.target().join("release/seawall")),
            name if arguments.only.is_empty() || arguments.only.iter().any(|only| only == name) => {
                on_path(name)
            }
            _ => continue,
        };
        let Some(program) = program else {
            eprintln!("{}: not on PATH, left out", tool.name);
            continue;
        };
        let mut runs = Vec::new();
        for number in 1..=arguments.runs {
            eprintln!("{}: run {number} of {}", tool.name, arguments.runs);
            runs.push(measure(&program, &tool.arguments(&tree), &out.join(tool.name))?);
        }
        measured.push((tool, runs));
    }
    let measured: Vec<Measured> = measured
        .into_iter()
        .map(|(tool, runs)| Measured { tool, runs, findings: tool.findings(&out.join(tool.name)) })
        .collect();
    for tool in &measured {
        if let Err(error) = &tool.findings {
            eprintln!("{}: {error:#}; see {}", tool.tool.name, out.display());
        }
    }
    print!("{}", table::table(&measured));
    Ok(())
}
