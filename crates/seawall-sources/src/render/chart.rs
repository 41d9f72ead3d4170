//! Charts of Helm in a folder.

use std::path::{Component, Path, PathBuf};

use seawall_yaml::{Limits, Text, read};

/// The file that makes a folder a chart.
pub(super) const MARKER: &str = "Chart.yaml";

/// The largest one that is read.
const MAX_BYTES: u64 = 1 << 20;

/// A chart that is no part of another one.
#[derive(Debug)]
pub(super) struct Chart {
    /// Its folder and marker, canonical.
    pub(super) folder: PathBuf,
    pub(super) marker: PathBuf,
    /// As it calls itself.
    pub(super) name: String,
    /// Templates, its own and those of its subcharts.
    pub(super) templates: Vec<PathBuf>,
    /// Definitions of custom resources, which are no templates.
    pub(super) crds: Vec<PathBuf>,
    /// Whether it only lends its templates to other charts.
    pub(super) is_library: bool,
}

impl Chart {
    /// The chart that a file marks; `None` when it is some other YAML.
    pub(super) fn read(marker: &Path) -> Option<Self> {
        let text = Text::new(crate::text::read_text(marker, MAX_BYTES).ok()?);
        let (documents, _) = read(&text, &Limits::default());
        let root = documents.first()?.tree.root();
        Some(Chart {
            folder: marker.parent()?.to_owned(),
            marker: marker.to_owned(),
            name: root.get("name")?.scalar_text()?.into_owned(),
            templates: Vec::new(),
            crds: Vec::new(),
            is_library: root.str("type") == Some("library"),
        })
    }

    /// Whether a folder is one of its subcharts.
    pub(super) fn has_subchart(&self, folder: &Path) -> bool {
        let below = folder.strip_prefix(&self.folder).ok();
        below.and_then(|below| below.components().next()) == Some(Component::Normal("charts".as_ref()))
    }

    /// Takes a file that is one of its templates or definitions.
    pub(super) fn take(&mut self, file: &Path) {
        let Ok(below) = file.strip_prefix(&self.folder) else { return };
        let mut parts = below.iter().peekable();
        while parts.next_if(|part| *part == "charts").is_some() {
            parts.next();
        }
        match parts.next().and_then(|part| part.to_str()) {
            Some("templates") => self.templates.push(file.to_owned()),
            Some("crds") => self.crds.push(file.to_owned()),
            _ => {}
        }
    }
}
