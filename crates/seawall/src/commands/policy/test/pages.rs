//! Pages found, read and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use ignore::WalkBuilder;
use seawall_core::{Origin, OriginKind, Problem, ProblemSeverity};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::page::{Page, is_page, read_page};
use seawall_sources::{SourceLimits, Target, load};
use seawall_yaml::NodeId;

use super::judge::{Outcome, judge};
use crate::commands::policy::world;
use crate::config::read_text;

/// What came of a page.
#[derive(Debug)]
pub(super) struct Result {
    pub(super) file: String,
    pub(super) outcomes: Vec<Outcome>,
    /// What in it is not understood; such a page proves nothing.
    pub(super) problems: Vec<Problem>,
}

/// The pages of files and folders, sorted.
pub(super) fn find(named: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for name in named {
        let path = Path::new(name);
        if !path.is_dir() {
            pages.push(path.to_owned());
            continue;
        }
        for entry in WalkBuilder::new(path).sort_by_file_name(Ord::cmp).build() {
            let path = entry.with_context(|| format!("folder `{name}`"))?.into_path();
            if path.is_file() && path.extension().is_some_and(|end| end == "md") && has_cases(&path) {
                pages.push(path);
            }
        }
    }
    if pages.is_empty() {
        bail!("no page in {}\nhint: pages are Markdown files (`.md`)", named.join(", "));
    }
    Ok(pages)
}

/// Whether a page of a folder is about policies; a named file always is.
fn has_cases(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| is_page(&text))
}

/// Reads a page, its policies, and runs its cases.
pub(super) fn run(path: &Path) -> anyhow::Result<Result> {
    let name = path.display().to_string();
    let file: Arc<str> = name.as_str().into();
    let text = read_text(path).with_context(|| format!("page `{name}`"))?;
    let (page, mut problems) = read_page(&text, &file);
    let inventory = objects(&page, path, &file, &mut problems);
    let mut outcomes = Vec::new();
    if problems.iter().all(|problem| problem.severity != ProblemSeverity::Error) && !page.cases.is_empty() {
        let policies = world::in_force(inventory, std::mem::take(&mut problems))
            .with_context(|| format!("page `{name}`"))?;
        outcomes = judge(&page.cases, &policies, &mut problems);
    }
    Ok(Result { file: name, outcomes, problems })
}

/// The objects of the page and of the files that it names, which lie beside it.
fn objects(page: &Page, path: &Path, file: &Arc<str>, problems: &mut Vec<Problem>) -> Inventory {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut targets = Vec::new();
    for named in &page.files {
        match Target::parse(&folder.join(named).display().to_string()) {
            Ok(target) => targets.push(target),
            Err(error) => problems.push(
                Problem::new(
                    ProblemSeverity::Error,
                    format!("`policies` names `{named}`, which cannot be read"),
                )
                .caused_by(std::error::Error::source(&error).map_or_else(String::new, ToString::to_string))
                .at(seawall_core::Position { line: 1, column: 1 })
                .in_file(file),
            ),
        }
    }
    let loaded = load(&targets, &SourceLimits::default());
    problems.extend(loaded.problems);
    let mut builder = InventoryBuilder::new();
    for (document, (tree, line)) in (0..).zip(&page.objects) {
        let origin = Origin { file: Arc::clone(file), document, line: *line, kind: OriginKind::File };
        match Resource::new(Arc::new(tree.clone()), NodeId::ROOT, origin, None) {
            Ok(resource) => builder.push(resource),
            Err(_) => problems.push(
                Problem::new(ProblemSeverity::Error, "this is no Kubernetes object")
                    .at(seawall_core::Position { line: *line, column: 1 })
                    .in_file(file),
            ),
        }
    }
    // What a page does not hold does not exist: it is a whole world.
    builder.complete();
    let own = builder.build();
    own.joined_with(loaded.inventory.resources().iter().cloned())
}
