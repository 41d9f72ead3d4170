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
        if cfg!(feature = "cluster") { "only to the cluster that you name" } else { "never" },
        if cfg!(feature = "admit") { "only as `admit serve`, where you say" } else { "never" },
    );
    super::print(text.as_bytes())
}
