//! Which files of a folder are manifests.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};
use seawall_core::{Problem, ProblemSeverity};

use crate::ignored::{Ignored, Seen};
use crate::load::display_name;
use crate::target::is_snapshot;

/// Folders of version control systems.
pub(crate) const NOT_ENTERED: [&str; 4] = [".git", ".hg", ".svn", ".jj"];

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Manifests, sorted by path.
    pub(crate) files: Vec<PathBuf>,
    /// Files called `Kustomization`, which is no name of a manifest.
    pub(crate) kustomizations: Vec<PathBuf>,
    /// What could not be looked at.
    pub(crate) problems: Vec<Problem>,
    /// What ignore files left out.
    pub(crate) ignored: Ignored,
}

/// The manifests below a folder.
///
/// Ignore files are respected (`.gitignore`, `.ignore`, `.seawallignore`). A link to a file is read unless the file is
/// found without it; a link to a folder is not followed (it may lead round in a circle) and noted.
pub(crate) fn manifests(root: &Path) -> Walked {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    let mut kustomizations = Vec::new();
    let mut links = Vec::new();
    let mut seen = Seen::new(root);
    let unfit = Arc::new(Mutex::new(Vec::new()));
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let above = absolute.ancestors().skip(1).find_map(unfit_ignore_file);
    if let Some(file) = unfit_ignore_file(root) {
        return Walked { problems: vec![unfit_problem(&file)], ..Walked::default() };
    }
    let refused = Arc::clone(&unfit);
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .parents(above.is_none())
        .require_git(false)
        // What is found must not depend on who looks.
        .git_global(false)
        .git_exclude(false)
        .add_custom_ignore_filename(".seawallignore")
        .filter_entry(move |entry| {
            if NOT_ENTERED.iter().any(|name| entry.file_name() == *name) {
                return false;
            }
            let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            match folder.then(|| unfit_ignore_file(entry.path())).flatten() {
                Some(file) => {
                    refused.lock().unwrap_or_else(PoisonError::into_inner).push(file);
                    false
                }
                None => true,
            }
        })
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                seen.add(&entry);
                if entry.file_name() == "Kustomization" && entry.path().is_file() {
                    kustomizations.push(entry.path().to_owned());
                }
                sort_out(&entry, &mut files, &mut links, &mut problems);
            }
            Err(error) => {
                problems.push(
                    Problem::new(ProblemSeverity::Error, "part of the folder could not be read")
                        .caused_by(error),
                );
            }
        }
    }
    add_links(links, &mut files);
    let unfit = unfit.lock().unwrap_or_else(PoisonError::into_inner);
    problems.extend(above.iter().chain(unfit.iter()).map(|file| unfit_problem(file)));
    let ignored = seen.ignored(&unfit.iter().filter_map(|file| file.parent()).collect());
    files.sort();
    // The walk follows the order of the file system, which differs from machine to machine.
    problems.sort_by(|a, b| (&a.file, &a.message, &a.cause).cmp(&(&b.file, &b.message, &b.cause)));
    Walked { files, kustomizations, problems, ignored }
}

/// Ignore files that would be read in a folder.
const IGNORE_FILES: [&str; 3] = [".gitignore", ".ignore", ".seawallignore"];
/// The largest of them that is read; a hostile one costs seconds and gigabytes otherwise.
const MAX_IGNORE_BYTES: u64 = 256 << 10;

/// An ignore file that must not be opened: a pipe or device never ends, a huge one takes all memory.
fn unfit_ignore_file(folder: &Path) -> Option<PathBuf> {
    let files = IGNORE_FILES.iter().map(|name| folder.join(name));
    let unfit = |file: &PathBuf| {
        std::fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() || metadata.len() > MAX_IGNORE_BYTES)
    };
    files.into_iter().find(unfit)
}

fn unfit_problem(file: &Path) -> Problem {
    let message = "the ignore file is no regular file of at most 256 KiB; its folder was not read, or for one above, it was not respected";
    Problem::new(ProblemSeverity::Error, message).in_file(&display_name(file))
}

/// Adds the links whose files were not found without them. Folders without links pay nothing.
fn add_links(mut links: Vec<PathBuf>, files: &mut Vec<PathBuf>) {
    if links.is_empty() {
        return;
    }
    let mut seen: HashSet<PathBuf> = files.iter().filter_map(|file| file.canonicalize().ok()).collect();
    links.sort();
    for link in links {
        if link.canonicalize().is_ok_and(|target| seen.insert(target)) {
            files.push(link);
        }
    }
}

fn sort_out(
    entry: &DirEntry,
    files: &mut Vec<PathBuf>,
    links: &mut Vec<PathBuf>,
    problems: &mut Vec<Problem>,
) {
    let Some(kind) = entry.file_type() else { return };
    let path = entry.path();
    if kind.is_file() && is_manifest(path) {
        files.push(path.to_owned());
    }
    if kind.is_file() && is_snapshot(path) {
        let note =
            Problem::new(ProblemSeverity::Note, "a snapshot in a folder is not read; name it to read it");
        problems.push(note.in_file(&display_name(path)));
    }
    if !kind.is_symlink() {
        return;
    }
    match std::fs::metadata(path) {
        Ok(target) if target.is_dir() => {
            let note = Problem::new(
                ProblemSeverity::Note,
                "link to a folder is not followed; name the folder itself to read it",
            );
            problems.push(note.in_file(&display_name(path)));
        }
        Ok(target) if target.is_file() && is_manifest(path) => links.push(path.to_owned()),
        Ok(_) => {}
        Err(error) if is_manifest(path) => {
            let problem = Problem::new(ProblemSeverity::Error, "the link leads nowhere");
            problems.push(problem.in_file(&display_name(path)).caused_by(error));
        }
        Err(_) => {}
    }
}

pub(crate) fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
