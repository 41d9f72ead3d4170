//! `seawall waivers`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use seawall_core::{Date, ProblemSeverity};
use seawall_peers::{ImportOptions, Imported, in_objects, is_source_name, read_source};
use seawall_report::escape;
use seawall_sources::{Progress, Target};
use seawall_waivers::write_file;

use crate::ExitStatus;
use crate::commands::accepted::today;
use crate::commands::live;
use crate::config::MAX_BYTES;
use crate::output;

/// Accepted findings.
#[derive(Debug, Args)]
pub(crate) struct WaiversArgs {
    #[command(subcommand)]
    command: WaiversCommand,
}

#[derive(Debug, Subcommand)]
enum WaiversCommand {
    /// Make a file of waivers from what was accepted in Trivy, Checkov, Kubescape, kube-linter, Polaris, kube-score or
    /// Kyverno, and say what could not be carried over
    Import(ImportArgs),
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// Ignore files, exceptions, configurations; manifests, folders, snapshots or `cluster[:CONTEXT]` for annotations
    /// and PolicyExceptions
    #[arg(default_value = ".", value_name = "SOURCE")]
    sources: Vec<String>,
    /// Write to this file, which must not exist [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Who answers for what is imported; without it the owner is left empty, and the file is refused until it is filled in
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// The last day of what says no end [default: 90 days from today]
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Do not print what is not carried over
    #[arg(short, long)]
    quiet: bool,
}

/// Days until what says no end is looked at again.
const DAYS: u32 = 90;

/// The largest file of exceptions; a baseline of a large repository has megabytes.
const MAX_SOURCE: u64 = 64 << 20;

/// Folders below the named one that are looked into.
const DEEPEST: usize = 64;

pub(super) fn run(args: &WaiversArgs) -> anyhow::Result<ExitStatus> {
    let WaiversCommand::Import(args) = &args.command;
    import(args)
}

fn import(args: &ImportArgs) -> anyhow::Result<ExitStatus> {
    let today = today();
    let owner = args.owner.clone().filter(|owner| !owner.trim().is_empty());
    let options = ImportOptions { owner, until: args.until.unwrap_or(today.after(DAYS)), today };
    if options.until < today {
        bail!("`--until {}` is over: nothing would be accepted", options.until);
    }
    let (mut imported, mut targets) = (Imported::default(), Vec::new());
    for source in &args.sources {
        let target = Target::parse(source)?;
        match &target {
            Target::File(file) => match exceptions(file, &options)? {
                Some(found) => imported.extend(found),
                None => targets.push(target),
            },
            Target::Folder(folder) => {
                let mut files = Vec::new();
                files_in(folder, 0, &mut files)?;
                for file in files {
                    imported.extend(exceptions(&file, &options)?.unwrap_or_default());
                }
                targets.push(target);
            }
            _ => targets.push(target),
        }
    }
    let loaded = live::load(&targets, None, args.quiet, &Progress::default())?;
    imported.extend(in_objects(&loaded.inventory, &options));
    if !args.quiet {
        let worse = loaded.problems.iter().filter(|problem| problem.severity >= ProblemSeverity::Error);
        worse.chain(&imported.problems).for_each(output::problem);
    }
    if imported.waivers.is_empty() && imported.problems.is_empty() {
        let names: Vec<String> = args.sources.iter().map(|source| format!("`{}`", escape(source))).collect();
        bail!("nothing to import: no exception of another tool in {}", names.join(", "));
    }
    let text = write_file(&head(&imported, &options), &imported.waivers);
    if text.len() as u64 > MAX_BYTES {
        bail!(
            "the file of waivers would be larger than {MAX_BYTES} bytes, which no scan reads; import fewer sources"
        );
    }
    let status = match &args.output {
        None => super::print(text.as_bytes())?,
        Some(path) => {
            create(path, &text)?;
            ExitStatus::Clean
        }
    };
    if !args.quiet {
        // When standard error is closed there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "{}", summary(&imported, &options));
    }
    Ok(status)
}

/// Writes a file that is not there: waivers that somebody wrote are not to be lost.
fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// What the file says about itself, for those who review it: where it comes from and what is missing in it.
fn head(imported: &Imported, options: &ImportOptions) -> Vec<String> {
    let mut head =
        vec!["Imported by `seawall waivers import`; read every line before you keep it.".to_owned()];
    if options.owner.is_none() {
        head.push("Fill in every `owner`: no scan accepts this file before.".to_owned());
    }
    if imported.without_end > 0 {
        head.push(format!("What said no end ends on {}.", options.until));
    }
    let left: Vec<String> = imported
        .problems
        .iter()
        .map(|problem| {
            let file = problem.file.as_deref().unwrap_or("");
            let line = problem.position.map_or(String::new(), |at| format!(":{}", at.line));
            format!("  {file}{line}: {}", problem.message)
        })
        .collect();
    if !left.is_empty() {
        head.push("Not carried over, or accepted more widely than before:".to_owned());
        head.extend(left);
    }
    // A line break in a name must not end a comment.
    head.into_iter().map(|line| escape(&line).into_owned()).collect()
}

fn summary(imported: &Imported, options: &ImportOptions) -> String {
    let count = |severity| imported.problems.iter().filter(|problem| problem.severity == severity).count();
    let left = count(ProblemSeverity::Warning) + count(ProblemSeverity::Error);
    let wider = count(ProblemSeverity::Note);
    let several = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut lines = vec![format!(
        "{} became {}; not carried over: {left}; accepted more widely than before: {wider}",
        several(imported.carried, "exception"),
        several(imported.waivers.len(), "waiver")
    )];
    if imported.without_end > 0 {
        lines.push(format!("{} said no end and got {}", imported.without_end, options.until));
    }
    if options.owner.is_none() && !imported.waivers.is_empty() {
        lines.push("no owner is named: fill in every `owner`, or pass --owner NAME".to_owned());
    }
    lines.join("\n")
}

/// The exceptions of a file; `None` when it is another one, or larger than any file of exceptions.
fn exceptions(path: &Path, options: &ImportOptions) -> anyhow::Result<Option<Imported>> {
    let name = path.display().to_string();
    let name = name.strip_prefix("./").unwrap_or(&name);
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > MAX_SOURCE) {
        return Ok(None);
    }
    let text =
        seawall_sources::read_text(path, MAX_SOURCE).with_context(|| format!("cannot read `{name}`"))?;
    Ok(read_source(text, name, options))
}

/// The files of a folder that may hold exceptions, sorted. Links are not followed: they may lead out of it.
fn files_in(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let what = || format!("cannot read `{}`", folder.display());
    let mut entries =
        std::fs::read_dir(folder).with_context(what)?.collect::<Result<Vec<_>, _>>().with_context(what)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type().with_context(what)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if kind.is_dir()
            && depth < DEEPEST
            && !matches!(&*name, ".git" | ".hg" | ".svn" | ".jj" | "node_modules")
        {
            files_in(&entry.path(), depth + 1, files)?;
        }
        if kind.is_file() && (is_source_name(&name) || may_hold(&entry.path())) {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Whether a file with another name holds one of the words by which exceptions are known.
fn may_hold(path: &Path) -> bool {
    const WORDS: [&str; 3] = ["postureExceptionPolicy", "exemptions:", "misconfigurations:"];
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    if !["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
        return false;
    }
    let text = seawall_sources::read_text(path, MAX_BYTES).unwrap_or_default();
    WORDS.iter().any(|word| text.contains(word))
}
