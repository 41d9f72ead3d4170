//! Loading: targets in, inventory out.

use std::collections::HashSet;
use std::convert::Infallible;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use seawall_core::{OriginKind, Problem, ProblemSeverity};
use seawall_inventory::{Inventory, InventoryBuilder};

use crate::documents::{FileContent, read_file};
use crate::render::{Rendered, render};
use crate::templates::Template;
use crate::walk::{Walked, manifests};
use crate::{Intake, Progress, Rendering, SourceLimits, Target, snapshot, templates};

/// Everything that was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files read.
    pub files: usize,
    /// Documents found, whatever they hold.
    pub documents: usize,
    /// Kubernetes objects.
    pub resources: usize,
    /// Documents that are other YAML or JSON.
    pub foreign: usize,
    /// Documents that are templates and were not rendered.
    pub templates: usize,
    /// Documents that could not be read.
    pub broken: usize,
    /// Manifests that ignore files left out, in folders that were read.
    pub ignored_files: usize,
    /// Folders that ignore files left out; how many manifests are in them is not known.
    pub ignored_folders: usize,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.files += other.files;
        self.documents += other.documents;
        self.foreign += other.foreign;
        self.templates += other.templates;
        self.broken += other.broken;
        self.ignored_files += other.ignored_files;
        self.ignored_folders += other.ignored_folders;
    }
}

/// The result of loading.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What is.
    pub inventory: Inventory,
    /// What went wrong, in the order of files and places.
    pub problems: Vec<Problem>,
    /// Everything that was seen.
    pub counts: Counts,
    templates: Vec<Template>,
}

/// Reads all targets into one inventory. A live cluster is a problem: reading one takes [`load_with`].
pub fn load(targets: &[Target], limits: &SourceLimits) -> Loaded {
    let loaded = load_with(targets, limits, &Progress::default(), |_, intake| {
        intake.broken();
        intake.problem(Problem::new(ProblemSeverity::Error, "a live cluster cannot be read here"));
        Ok::<(), Infallible>(())
    });
    match loaded {
        Ok(loaded) => loaded,
    }
}

/// Reads all targets into one inventory and counts while it does; `live` reads a live cluster (the named context, or
/// the current one). Charts and kustomizations are not rendered.
///
/// # Errors
/// The first error of `live`.
pub fn load_with<E>(
    targets: &[Target],
    limits: &SourceLimits,
    progress: &Progress,
    live: impl FnMut(Option<&str>, &mut Intake<'_>) -> Result<(), E>,
) -> Result<Loaded, E> {
    load_rendered(targets, limits, None, progress, live)
}

/// The same, and renders the charts and kustomizations of folders when it is told how. What was rendered comes after the
/// files of its folder, in the order of paths.
///
/// # Errors
/// The first error of `live`.
pub fn load_rendered<E>(
    targets: &[Target],
    limits: &SourceLimits,
    rendering: Option<&Rendering>,
    progress: &Progress,
    mut live: impl FnMut(Option<&str>, &mut Intake<'_>) -> Result<(), E>,
) -> Result<Loaded, E> {
    let mut builder = InventoryBuilder::new();
    let mut loaded = Loaded::default();
    let budget = AtomicU64::new(limits.total_bytes);
    let mut seen = HashSet::new();
    let mut rendered_before: HashSet<PathBuf> = HashSet::new();
    // Files that must not be read as they stand.
    let mut consumed: HashSet<PathBuf> = HashSet::new();
    let read = |path: &PathBuf| {
        let content = read_path(path, &budget, limits);
        progress.file();
        content
    };
    for target in targets {
        match target {
            Target::Stdin => {
                let content = read_stdin(&budget, limits);
                add(content, &mut builder, &mut loaded);
            }
            Target::File(path) | Target::Snapshot(path) if !is_new(path, &mut seen) => {}
            Target::File(path) => add(read(path), &mut builder, &mut loaded),
            Target::Folder(root) => {
                let walked = manifests(root);
                let rendered = rendering.map_or_else(Rendered::default, |rendering| {
                    let is_new =
                        |marker: &Path| targets.len() < 2 || rendered_before.insert(marker.to_owned());
                    render(root, &walked, rendering, limits, is_new)
                });
                let Walked { mut files, problems, ignored, .. } = walked;
                consumed.extend(rendered.consumed);
                if !consumed.is_empty() {
                    files.retain(|file| !file.canonicalize().is_ok_and(|file| consumed.contains(&file)));
                }
                loaded.problems.extend(problems);
                loaded.counts.ignored_files += ignored.files;
                loaded.counts.ignored_folders += ignored.folders;
                // Only several targets can name a file twice.
                if targets.len() > 1 {
                    files.retain(|file| is_new(file, &mut seen));
                }
                let contents: Vec<FileContent> = files.into_par_iter().map(|path| read(&path)).collect();
                let contents = contents.into_iter().chain(rendered.contents);
                contents.for_each(|content| add(content, &mut builder, &mut loaded));
            }
            Target::Snapshot(path) => snapshot::read(path, limits, progress, &mut builder, &mut loaded),
            Target::Cluster(context) => {
                let name = context.as_ref().map_or("cluster".into(), |context| format!("cluster:{context}"));
                let mut intake = Intake::new(&name.into(), OriginKind::Cluster, &mut builder, &mut loaded);
                live(context.as_deref(), &mut intake)?;
                intake.finish();
            }
        }
    }
    let templates = templates::problems(&loaded.templates);
    loaded.problems.extend(templates);
    loaded.inventory = builder.build();
    loaded.counts.resources = loaded.inventory.resources().len();
    Ok(loaded)
}

/// Whether a file was not read before under this or another name.
fn is_new(path: &Path, seen: &mut HashSet<PathBuf>) -> bool {
    path.canonicalize().map_or(true, |path| seen.insert(path))
}

pub(crate) fn add(content: FileContent, builder: &mut InventoryBuilder, loaded: &mut Loaded) {
    loaded.counts.add(content.counts);
    loaded.problems.extend(content.problems);
    loaded.templates.extend(content.templates);
    for objects in content.objects {
        loaded.counts.foreign += usize::from(objects.foreign);
        loaded.problems.extend(objects.problems);
        objects.resources.into_iter().for_each(|resource| builder.push(resource));
        objects.api_document.into_iter().for_each(|document| builder.api_document(document));
    }
}

/// A path as reports show it: as given, with `/` between its parts, without a leading `./`.
pub(crate) fn display_name(path: &Path) -> Arc<str> {
    let name = path.to_string_lossy();
    let name = if std::path::MAIN_SEPARATOR == '/' {
        name.into_owned()
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    };
    match name.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.into(),
        _ => name.into(),
    }
}

fn read_path(path: &PathBuf, budget: &AtomicU64, limits: &SourceLimits) -> FileContent {
    let name = display_name(path);
    match File::open(path) {
        Ok(file) => {
            // A file grows to its size at once; what is no regular file (a pipe) says 0.
            let size = file.metadata().map_or(0, |metadata| metadata.len());
            read_content(&name, file, size, budget, limits)
        }
        Err(error) => failed(&name, "the file could not be read", error),
    }
}

fn read_stdin(budget: &AtomicU64, limits: &SourceLimits) -> FileContent {
    read_content(&"<stdin>".into(), std::io::stdin().lock(), 0, budget, limits)
}

fn failed(name: &Arc<str>, message: &str, cause: impl std::fmt::Display) -> FileContent {
    let problem = Problem::new(ProblemSeverity::Error, message).in_file(name).caused_by(cause);
    FileContent { problems: vec![problem], ..FileContent::default() }
}

fn read_content(
    name: &Arc<str>,
    from: impl Read,
    size: u64,
    budget: &AtomicU64,
    limits: &SourceLimits,
) -> FileContent {
    let most = limits.file_bytes.min(budget.load(Ordering::Relaxed));
    let too_large = || {
        let reason = format!(
            "the limit is {} MiB a file and {} MiB in all",
            limits.file_bytes >> 20,
            limits.total_bytes >> 20
        );
        failed(name, "the file is too large and was left out", reason)
    };
    if size > most {
        return too_large();
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    if let Err(error) = from.take(most + 1).read_to_end(&mut bytes) {
        return failed(name, "the file could not be read", error);
    }
    let read = bytes.len() as u64;
    if read > most
        || budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(read)).is_err()
    {
        return too_large();
    }
    if looks_binary(&bytes) {
        return failed(name, "the file is binary, not text, and was left out", "it holds zero bytes");
    }
    read_file(name, bytes, &limits.document)
}

/// Zero bytes in the first 8 KiB; UTF-16 says so by its byte order mark and is text.
fn looks_binary(bytes: &[u8]) -> bool {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    !utf16 && bytes.iter().take(8 << 10).any(|byte| *byte == 0)
}
