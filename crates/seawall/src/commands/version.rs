//! `seawall version`

use seawall_checks::pss::Version;

use crate::ExitStatus;

pub(super) fn run() -> anyhow::Result<ExitStatus> {
    let text = format!(
        "seawall {}\n\
         checks: {}\n\
         Pod Security Standards: v1.0 to v1.{}\n\
         reads: files, folders, standard input, snapshots\n\
         writes to clusters: no\n\
         network: never\n",
        env!("CARGO_PKG_VERSION"),
        seawall_checks::all().len(),
        Version::NEWEST_MINOR,
    );
    super::print(text.as_bytes())
}
