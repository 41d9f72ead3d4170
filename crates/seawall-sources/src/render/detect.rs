//! Which charts and kustomizations of a folder are to be rendered.
//!
//! A chart below `charts/` of another one belongs to that one; a library chart is rendered by nobody. Of kustomizations the
//! roots are rendered: those that no other one of the folder uses. Components are only ever used.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::chart::{self, Chart};
use super::kustomization::{self, Kustomization, Used};
use super::paths::Root;
use crate::walk::Walked;

/// Something that a program renders.
#[derive(Debug)]
pub(super) enum Unit {
    Chart(Chart),
    Kustomization(Used),
}

impl Unit {
    /// The file that makes it one, canonical.
    pub(super) fn marker(&self) -> &Path {
        match self {
            Unit::Chart(chart) => &chart.marker,
            Unit::Kustomization(used) => &used.marker,
        }
    }

    /// What it is, for people.
    pub(super) fn title(&self) -> String {
        match self {
            Unit::Chart(chart) => format!("the chart `{}`", chart.name),
            Unit::Kustomization(_) => "the kustomization".to_owned(),
        }
    }

    /// What is not evaluated when it is not rendered.
    pub(super) fn left(&self) -> String {
        match (self, self.templates()) {
            (Unit::Chart(_), 1) => "its template is not evaluated".to_owned(),
            (Unit::Chart(_), count) => format!("its {count} templates are not evaluated"),
            (Unit::Kustomization(_), _) => "its files are judged as they stand, without it".to_owned(),
        }
    }

    /// Templates that are lost when it is not rendered.
    pub(super) fn templates(&self) -> usize {
        match self {
            Unit::Chart(chart) => chart.templates.len(),
            Unit::Kustomization(_) => 0,
        }
    }

    /// The files that are not to be read as they stand, when it was rendered and when not. Templates are no YAML either way.
    pub(super) fn consumed(&self, rendered: bool) -> Vec<PathBuf> {
        match (self, rendered) {
            (Unit::Chart(chart), true) => chart.templates.iter().chain(&chart.crds).cloned().collect(),
            (Unit::Chart(chart), false) => chart.templates.clone(),
            (Unit::Kustomization(used), true) => used.files.iter().cloned().collect(),
            (Unit::Kustomization(_), false) => Vec::new(),
        }
    }
}

/// The units of a folder, in the order of their paths.
pub(super) fn units(root: &Root, walked: &Walked) -> Vec<Unit> {
    let mut units: BTreeMap<PathBuf, Unit> = BTreeMap::new();
    for chart in charts(root, walked) {
        units.insert(chart.marker.clone(), Unit::Chart(chart));
    }
    let in_chart: HashSet<PathBuf> = units.values().flat_map(|unit| unit.consumed(true)).collect();
    for used in roots(root, walked, &in_chart) {
        units.insert(used.marker.clone(), Unit::Kustomization(used));
    }
    units.into_values().collect()
}

fn charts(root: &Root, walked: &Walked) -> Vec<Chart> {
    let is_marker = |path: &&PathBuf| path.file_name().is_some_and(|name| name == chart::MARKER);
    let markers = walked.files.iter().filter(is_marker).filter_map(|path| path.canonicalize().ok());
    // A link may lead elsewhere.
    let markers = markers.filter(|marker| root.holds(marker));
    let mut found: Vec<Chart> = markers.filter_map(|marker| Chart::read(&marker)).collect();
    // Folders before those below them.
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    let mut charts: Vec<Chart> = Vec::new();
    for chart in found {
        if !charts.iter().any(|parent| parent.has_subchart(&chart.folder)) {
            charts.push(chart);
        }
    }
    if !charts.is_empty() {
        for file in walked.files.iter().filter_map(|file| file.canonicalize().ok()) {
            charts.iter_mut().for_each(|chart| chart.take(&file));
        }
    }
    charts
}

fn roots(root: &Root, walked: &Walked, in_chart: &HashSet<PathBuf>) -> Vec<Used> {
    let markers = walked.files.iter().filter(|path| kustomization::is_marker(path));
    let markers = markers.chain(&walked.kustomizations).filter_map(|path| path.canonicalize().ok());
    let mut found: BTreeMap<PathBuf, Kustomization> = BTreeMap::new();
    for marker in markers.filter(|marker| root.holds(marker) && !in_chart.contains(marker)) {
        if let Some(kustomization) = Kustomization::read(&marker) {
            found.insert(kustomization.folder.clone(), kustomization);
        }
    }
    let used: HashSet<&PathBuf> = found.values().flat_map(|one| &one.folders).collect();
    let mut reached: HashSet<PathBuf> = HashSet::new();
    let mut roots = Vec::new();
    let free = found.values().filter(|one| !used.contains(&one.folder));
    // Those that only use each other are reached from no root; one of them is tried, and its program says what is wrong.
    for one in free.chain(found.values()) {
        if !one.is_component && !reached.contains(&one.folder) {
            let used = one.all_used();
            reached.extend(used.folders.iter().cloned());
            roots.push(used);
        }
    }
    roots
}
