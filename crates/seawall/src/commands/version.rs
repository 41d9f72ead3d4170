//! `seawall version`

use seawall_checks::pss::Version;

use crate::ExitStatus;

pub(super) fn run() -> anyhow::Result<ExitStatus> {
    let text = format!(
        "seawall {}\n\
         checks: {}\n\
         Pod Security Standards: v1.0 to v1.{}\n\
         reads: files, folders, standard input, snapshots{}\n\
         writes to clusters: {}\n\
         network: {}\n\
         listens: {}\n",
        env!("CARGO_PKG_VERSION"),
        seawall_checks::all().len(),
        Version::NEWEST_MINOR,
        if cfg!(feature = "cluster") { ", live clusters" } else { "" },
        if cfg!(feature = "write") { "certificates of `admit serve`, where you say" } else { "no" },
        network(),
        if cfg!(feature = "admit") { "only as `admit serve`, where you say" } else { "never" },
    );
    super::print(text.as_bytes())
}

/// Where connections go.
fn network() -> &'static str {
    match (cfg!(feature = "cluster"), cfg!(feature = "registry")) {
        (true, true) => "only to the cluster that you name, and to registries of images that you name",
        (true, false) => "only to the cluster that you name",
        (false, true) => "only to registries of images that you name",
        (false, false) => "never",
    }
}
