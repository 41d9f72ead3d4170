//! Reports of vulnerability scanners: from their bytes to the images with a flaw that lets somebody in.
//!
//! In: reports of Trivy (`trivy image`, `trivy k8s`), Grype and CycloneDX as JSON. Out: [`Vulnerabilities`], images with the
//! flaws that an attacker on the network uses to run code, and the problems met on the way.
//!
//! They are read here and not in `sources`, where other formats are: what is kept of a report (a thousandth of it) is what a
//! rule of the graph asks for, and the room that will know images stands on a floor below this one; nothing of it would be
//! needed above.
//!
//! Invariants, above all what is absent: no IO; a report is hostile input, nothing in it panics, its size, depth and number
//! of values are bounded; flaws that open no way in (local ones, those that need a login or somebody's click, those that
//! only crash) are left out; what an analysis in the report calls not affected, false or resolved is left out.

mod cvss;
mod cyclonedx;
mod grype;
mod key;
mod trivy;

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_core::{Confidence, Problem, ProblemSeverity};
use seawall_yaml::{Limits, Node, json};

pub(crate) use key::{digest_of, tag_of};

/// What one report may cost: that of a cluster with thousands of images has a few million values.
const LIMITS: Limits = Limits { depth: 64, nodes: 32_000_000, document_bytes: 1 << 30 };
/// How much of a name in a report is kept.
const SHOWN: usize = 120;

/// A flaw that an attacker on the network uses to run code in the container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flaw {
    /// The surest first.
    pub(crate) confidence: std::cmp::Reverse<Confidence>,
    pub(crate) id: String,
    pub(crate) package: String,
    pub(crate) version: String,
    /// The versions that fix it, as the report says; empty when there is none.
    pub(crate) fixed: String,
}

/// One image of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// As the report calls it.
    pub(crate) name: String,
    pub(crate) file: Arc<str>,
    /// `docker.io/library/nginx:1.27`.
    pub(crate) tags: Vec<String>,
    /// Of the manifest, of its index, of the configuration: whatever is known.
    pub(crate) digests: Vec<String>,
    /// Sorted, each once.
    pub(crate) flaws: Vec<Flaw>,
}

/// What reports say of images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vulnerabilities {
    images: Vec<Scanned>,
}

impl Vulnerabilities {
    /// Nothing known of any image.
    pub fn new() -> Self {
        Vulnerabilities::default()
    }

    /// Adds what a report says. A problem of severity error means that the report, or a part of it, was not read.
    pub fn read(&mut self, file: &str, bytes: &[u8]) -> Vec<Problem> {
        let file: Arc<str> = file.into();
        let (tree, mut problems) = json::read_json_bytes(bytes, &LIMITS);
        if let Some(tree) = tree {
            let mut reading = Reading { images: BTreeMap::new(), problems: Vec::new() };
            reading.report(tree.root());
            problems.append(&mut reading.problems);
            self.images.extend(reading.images.into_iter().filter_map(|(key, image)| image.kept(key, &file)));
        }
        problems.into_iter().map(|problem| problem.in_file(&file)).collect()
    }

    /// How many images are known.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Whether no image is known.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    pub(crate) fn images(&self) -> &[Scanned] {
        &self.images
    }
}

/// What an image is called in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Names {
    name: String,
    tags: Vec<String>,
    digests: Vec<String>,
}

impl Names {
    /// Adds a name as somebody wrote it: with a tag, a digest, both or neither.
    fn add(&mut self, text: &str) {
        if self.name.is_empty() {
            self.name = short(text);
        }
        self.tags.extend(tag_of(text));
        self.digests.extend(digest_of(text));
    }

    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.digests.is_empty()
    }

    fn sorted(mut self) -> Self {
        for list in [&mut self.tags, &mut self.digests] {
            list.sort();
            list.dedup();
        }
        self
    }
}

/// The flaws of one image in the making.
#[derive(Default)]
struct Image {
    flaws: Vec<Flaw>,
}

impl Image {
    fn kept(self, names: Names, file: &Arc<str>) -> Option<Scanned> {
        let mut flaws = self.flaws;
        flaws.sort();
        flaws.dedup();
        let Names { name, tags, digests } = names;
        (!tags.is_empty() || !digests.is_empty()).then(|| Scanned {
            name,
            file: Arc::clone(file),
            tags,
            digests,
            flaws,
        })
    }
}

/// A report in the reading.
struct Reading {
    images: BTreeMap<Names, Image>,
    problems: Vec<Problem>,
}

/// A flaw as a report tells it.
struct Told<'r> {
    id: &'r str,
    package: &'r str,
    version: &'r str,
    fixed: String,
    severity: &'r str,
    /// The vector that is believed, when there is one.
    vector: Option<&'r str>,
    /// The report says that it is used by attackers.
    exploited: bool,
}

impl Reading {
    fn report(&mut self, root: Node<'_>) {
        let has = |key: &str| root.entry(key).is_some();
        if root.str("bomFormat") == Some("CycloneDX") {
            self.cyclonedx(root);
        } else if has("matches") && (has("source") || has("descriptor")) {
            self.grype(root);
        } else if has("ArtifactName") {
            self.trivy_image(root);
        } else if has("ClusterName") || has("Resources") || has("Findings") {
            self.trivy_cluster(root);
        } else {
            let message = "no report of Trivy, Grype or CycloneDX as JSON: write it with `trivy image -f json`, \
                           `trivy k8s --report all -f json`, `grype -o json` or `grype -o cyclonedx-json`";
            self.problem(ProblemSeverity::Error, message);
        }
    }

    fn problem(&mut self, severity: ProblemSeverity, message: impl Into<String>) {
        self.problems.push(Problem::new(severity, message));
    }

    /// The image of these names; `None`, with a problem, when there is nothing to find it by.
    fn image(&mut self, names: Names, of: &str) -> Option<&mut Image> {
        if names.is_empty() {
            let of = short(of);
            let message = format!("`{of}` names no image by tag or digest: its flaws are left out");
            self.problem(ProblemSeverity::Warning, message);
            return None;
        }
        Some(self.images.entry(names.sorted()).or_default())
    }
}

impl Image {
    fn add(&mut self, told: Told<'_>) {
        let Some(confidence) = weigh(told.vector, told.severity, told.exploited) else { return };
        self.flaws.push(Flaw {
            confidence: std::cmp::Reverse(confidence),
            id: short(told.id),
            package: short(told.package),
            version: short(told.version),
            fixed: short(&told.fixed),
        });
    }
}

/// How sure it is that a flaw lets an attacker on the network run code: `None` when it does not.
fn weigh(vector: Option<&str>, severity: &str, exploited: bool) -> Option<Confidence> {
    let severe = severity.eq_ignore_ascii_case("critical") || severity.eq_ignore_ascii_case("high");
    let sure = match vector.and_then(cvss::judge) {
        Some(cvss::Way::Open) => Confidence::Medium,
        Some(cvss::Way::Hard) => Confidence::Low,
        Some(cvss::Way::None) => return None,
        // Without a vector nothing says that the network is the way.
        None if severe => Confidence::Low,
        None => return None,
    };
    Some(match (exploited, sure) {
        (true, Confidence::Low) => Confidence::Medium,
        (true, _) => Confidence::High,
        (false, sure) => sure,
    })
}

/// A name as far as it is kept, without what would break a line.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}
