//! Reports into files: `--report FORMAT=FILE`, beside what goes to standard output.
//!
//! Invariants: a file holds a whole report or what it held before; no name is given to two reports; what plainly cannot
//! be written to is refused before anything is read. A link is replaced, not
//! followed: what is scanned may hold one that leads elsewhere. Pipes and devices have nothing to keep and are written to
//! as they are.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use seawall_report::{Format, RenderOptions, Report, escape, render};

use crate::output;

/// A report and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportFile {
    pub(crate) format: Format,
    file: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((format, file)) if !file.is_empty() => {
                let format = format.parse().map_err(|error: seawall_core::UnknownName| error.to_string())?;
                Ok(ReportFile { format, file: file.into() })
            }
            _ => Err("not of the form FORMAT=FILE, for example `sarif=seawall.sarif`".to_owned()),
        }
    }
}

/// Refuses what cannot become files, before the work is done.
///
/// # Errors
/// When two reports go to one file, one goes to a folder, or into a folder that is not there.
pub(super) fn check(reports: &[ReportFile]) -> anyhow::Result<()> {
    for (index, report) in reports.iter().enumerate() {
        let name = escape(&report.file.display().to_string()).into_owned();
        if reports.iter().take(index).any(|earlier| earlier.file == report.file) {
            bail!("two reports would go to `{name}`: give each a file of its own");
        }
        if report.file.is_dir() {
            bail!("the report cannot go to `{name}`: it is a folder");
        }
        let folder = folder(&report.file);
        if !folder.is_dir() {
            bail!(
                "the report cannot go to `{name}`: there is no folder `{}`",
                escape(&folder.display().to_string())
            );
        }
    }
    Ok(())
}

/// Writes each report to its file, without colours and as wide as what goes to no terminal.
///
/// # Errors
/// When a file cannot be written; it holds then what it held before.
pub(super) fn write(
    reports: &[ReportFile],
    report: &Report<'_>,
    options: &RenderOptions,
) -> anyhow::Result<()> {
    let options = RenderOptions { color: false, width: output::DEFAULT_WIDTH, ..*options };
    for ReportFile { format, file } in reports {
        write_whole(file, &mut |out| render(report, *format, &options, out)).with_context(|| {
            format!("the report `{format}` could not be written to `{}`", escape(&file.display().to_string()))
        })?;
    }
    Ok(())
}

/// Puts what is written in the place of a file in one step.
fn write_whole(path: &Path, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fill(File::options().write(true).open(path)?, content).map(|_| ());
    }
    let mut beside = tempfile::Builder::new();
    beside.prefix(".seawall-");
    #[cfg(unix)]
    beside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less what the umask takes
    let (file, beside) = beside.tempfile_in(folder(path))?.into_parts();
    let file = fill(file, content)?;
    if let Ok(before) = fs::symlink_metadata(path)
        && before.is_file()
    {
        file.set_permissions(before.permissions())?;
    }
    Ok(beside.persist(path)?)
}

fn fill(file: File, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    content(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        fs::write(&path, "before").unwrap();
        let mut half = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        };
        assert_eq!(write_whole(&path, &mut half).unwrap_err().to_string(), "the disk is full");
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        write_whole(&path, &mut |out| out.write_all(b"whole")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_not_followed() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report"), folder.path().join("link"));
        fs::write(&path, "before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("report", &link).unwrap();
        write_whole(&link, &mut |out| out.write_all(b"after")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(fs::read_to_string(&link).unwrap(), "after");
        write_whole(&path, &mut |out| out.write_all(b"after")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        write_whole(Path::new("/dev/null"), &mut |out| out.write_all(b"gone")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_report_names_format_and_file() {
        let parsed: ReportFile = "sarif=a=b".parse().unwrap();
        assert_eq!((parsed.format, parsed.file.as_path()), (Format::Sarif, Path::new("a=b")));
        for wrong in ["sarif", "sarif=", "=x", "xml=x"] {
            assert!(wrong.parse::<ReportFile>().is_err(), "{wrong}");
        }
    }
}
