//! Repository chores; `cargo xtask help` lists them.
//!
//! One module a subcommand. Nothing here is part of the product: no crate depends on this one.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the terminal")]

mod bench_peers;
mod conformance;
mod synth;
mod workspace;

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
    /// Run one tree through Seawall and the peers on PATH, and print a table
    BenchPeers(bench_peers::Arguments),
    /// Judge the engine by labelled cases
    Conformance(conformance::Arguments),
    /// Write realistic manifests from a seed
    Synth(synth::Arguments),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let workspace = Workspace::find()?;
    match &cli.task {
        Task::BenchPeers(arguments) => bench_peers::run(&workspace, arguments),
        Task::Conformance(arguments) => conformance::run(workspace.root(), arguments),
        Task::Synth(arguments) => synth::run(&workspace, arguments),
    }
}
