//! Repository chores; `cargo xtask help` lists them.
//!
//! One module a subcommand. Nothing here is part of the product: no crate depends on this one.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the terminal")]

mod bench_peers;
mod config_schema;
mod conformance;
mod generate;
mod sbom;
mod schema;
mod scratch;
mod synth;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Repository chores")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything that continuous integration runs
    Test,
    /// Check the house rules
    Tidy,
    /// Write the files that are made from code
    Generate,
    /// Follow the steps of CONTRIBUTING.md in a copy of the repository
    ScratchCheck,
    /// Print what the binary is made of, as CycloneDX JSON
    Sbom(sbom::Arguments),
    /// Run one tree through Seawall and the peers on PATH, and print a table
    BenchPeers(bench_peers::Arguments),
    /// Judge the engine by labelled cases
    Conformance(conformance::Arguments),
    /// Condense the API of a Kubernetes source tree into the data of `seawall-schema`
    Schema(schema::Arguments),
    /// Write realistic manifests from a seed
    Synth(synth::Arguments),
}

fn main() -> ExitCode {
    match run(&Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Test => test::run(&workspace),
        Task::Tidy => tidy::run(&workspace),
        Task::Generate => generate::run(&workspace),
        Task::ScratchCheck => scratch::run(&workspace),
        Task::Sbom(arguments) => sbom::run(&workspace, arguments),
        Task::BenchPeers(arguments) => bench_peers::run(&workspace, arguments),
        Task::Conformance(arguments) => conformance::run(workspace.root(), arguments),
        Task::Schema(arguments) => schema::run(&workspace, arguments),
        Task::Synth(arguments) => synth::run(&workspace, arguments),
    }
}
