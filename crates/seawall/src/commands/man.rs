//! `seawall man`

use anyhow::bail;
use clap::CommandFactory;

use crate::ExitStatus;
use crate::cli::Cli;

pub(super) fn run(command: Option<&str>) -> anyhow::Result<ExitStatus> {
    let mut whole = Cli::command();
    whole.build();
    let page = match command {
        None => whole,
        Some(name) => match whole.find_subcommand(name) {
            Some(found) => found.clone(),
            None => bail!("there is no command `{}`", name.escape_debug()),
        },
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    super::print(&roff)
}
