//! Targets with live clusters among them.

use seawall_sources::{Intake, Loaded, Progress, Rendering, SourceLimits, Target, load_rendered};

/// Reads all targets, renders what is to be, and counts while it does; what a cluster refused goes to standard error unless `quiet`.
///
/// # Errors
/// When a cluster cannot be read at all.
pub(super) fn load(
    targets: &[Target],
    rendering: Option<&Rendering>,
    quiet: bool,
    progress: &Progress,
) -> anyhow::Result<Loaded> {
    let live = |context: Option<&str>, intake: &mut Intake<'_>| read(context, intake, quiet, false);
    load_rendered(targets, &SourceLimits::default(), rendering, progress, live)
}

/// The same, and asks clusters for their types, too.
///
/// # Errors
/// As [`load`].
pub(super) fn load_described(
    targets: &[Target],
    rendering: Option<&Rendering>,
    quiet: bool,
    progress: &Progress,
) -> anyhow::Result<Loaded> {
    let live = |context: Option<&str>, intake: &mut Intake<'_>| read(context, intake, quiet, true);
    load_rendered(targets, &SourceLimits::default(), rendering, progress, live)
}

#[cfg(not(feature = "cluster"))]
fn read(_: Option<&str>, _: &mut Intake<'_>, _: bool, _: bool) -> anyhow::Result<()> {
    anyhow::bail!("`cluster`: this build reads files, folders and snapshots; it cannot read a live cluster")
}

#[cfg(feature = "cluster")]
fn read(context: Option<&str>, intake: &mut Intake<'_>, quiet: bool, documents: bool) -> anyhow::Result<()> {
    use seawall_cluster::{Access, Options, read_into};

    let access = Access::Context(context.map(str::to_owned));
    let mut line = ProgressLine::new(quiet);
    let options = Options { documents, ..Options::default() };
    let summary = read_into(&access, &options, intake, &mut |progress| line.show(progress));
    line.clear();
    let summary = summary?;
    if !quiet {
        tell(&summary);
    }
    Ok(())
}

/// Prints what could not be read.
#[cfg(feature = "cluster")]
pub(super) fn tell(summary: &seawall_cluster::Summary) {
    use seawall_core::{Problem, ProblemSeverity};

    for refused in &summary.refused {
        let message = format!("`{}` could not be read", refused.what);
        crate::output::problem(&Problem::new(ProblemSeverity::Warning, message).caused_by(&refused.reason));
    }
}

/// One line on the terminal that says how far it is; nothing where there is no terminal.
#[cfg(feature = "cluster")]
pub(super) struct ProgressLine {
    shown: bool,
    wanted: bool,
}

#[cfg(feature = "cluster")]
impl ProgressLine {
    pub(super) fn new(quiet: bool) -> Self {
        let wanted = !quiet && std::io::IsTerminal::is_terminal(&std::io::stderr());
        ProgressLine { shown: false, wanted }
    }

    pub(super) fn show(&mut self, progress: seawall_cluster::Progress) {
        if self.wanted {
            let seawall_cluster::Progress { done, kinds, objects } = progress;
            self.write(&format!("reading the cluster: {done} of {kinds} kinds, {objects} objects"));
            self.shown = true;
        }
    }

    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.write("");
        }
    }

    fn write(&self, text: &str) {
        use std::io::Write as _;

        // Back to the first column, and the rest of the line away. A terminal that went away is not missed.
        let mut err = std::io::stderr();
        let _ = write!(err, "\r{text}\x1b[K").and_then(|()| err.flush());
    }
}
