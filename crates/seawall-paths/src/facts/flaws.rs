//! Flaws of the images that run, found in reports by digest first, then by tag.

use std::collections::{BTreeSet, HashMap};

use seawall_core::{Problem, ProblemSeverity};

use crate::facts::{Facts, ImageFacts};
use crate::names::Names;
use crate::reports::{Flaw, Scanned, Vulnerabilities};

/// What reports say, by what images are found by.
#[derive(Debug, Default)]
pub(crate) struct FlawFacts {
    reports: Vulnerabilities,
    by_digest: HashMap<String, Vec<usize>>,
    by_tag: HashMap<String, Vec<usize>>,
}

/// How an image of a report and one that runs were found to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Digest,
    Tag,
    /// The digests that both name differ: the tag may have moved since.
    MovedTag,
}

/// The surest flaw of an image, and how many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'f> {
    pub(crate) flaw: &'f Flaw,
    pub(crate) count: usize,
    pub(crate) found: Match,
}

impl FlawFacts {
    pub(crate) fn new(reports: Vulnerabilities) -> Self {
        let mut facts = FlawFacts { reports, ..FlawFacts::default() };
        for (at, image) in facts.reports.images().iter().enumerate() {
            for digest in &image.digests {
                facts.by_digest.entry(digest.clone()).or_default().push(at);
            }
            for tag in &image.tags {
                facts.by_tag.entry(tag.clone()).or_default().push(at);
            }
        }
        facts
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// The images of reports that a container runs.
    fn images(&self, image: &ImageFacts, names: &Names) -> (Vec<usize>, Match) {
        let by_digest = image.digests.iter().filter_map(|digest| self.by_digest.get(names.text(*digest)));
        let same: BTreeSet<usize> = by_digest.flatten().copied().collect();
        if !same.is_empty() {
            return (same.into_iter().collect(), Match::Digest);
        }
        let tagged = image.tag.and_then(|tag| self.by_tag.get(names.text(tag))).cloned().unwrap_or_default();
        let told = tagged.iter().filter_map(|at| self.reports.images().get(*at));
        let moved = !image.digests.is_empty() && told.clone().all(|image| !image.digests.is_empty());
        (tagged, if moved { Match::MovedTag } else { Match::Tag })
    }

    /// What is known against the image of a container.
    pub(crate) fn known(&self, image: &ImageFacts, names: &Names) -> Option<Known<'_>> {
        let (images, found) = self.images(image, names);
        let scanned = || images.iter().filter_map(|at| self.reports.images().get(*at));
        let flaws: BTreeSet<&Flaw> = scanned().flat_map(|image| &image.flaws).collect();
        let ids: BTreeSet<(&str, &str)> =
            flaws.iter().map(|flaw| (flaw.id.as_str(), flaw.package.as_str())).collect();
        let flaw = flaws.first()?;
        Some(Known { flaw, count: ids.len(), found })
    }
}

impl Facts {
    /// The images of reports that no container runs.
    pub(crate) fn unused_reports(&self, names: &Names) -> Vec<Problem> {
        let containers = self.pods.values().flat_map(|pod| pod.containers.iter());
        let used: BTreeSet<usize> =
            containers.flat_map(|container| self.flaws.images(&container.image, names).0).collect();
        let images = self.flaws.reports.images().iter().enumerate();
        let unused = images.filter(|(at, _)| !used.contains(at)).map(|(_, image)| image);
        unused.map(unused_report).collect()
    }
}

fn unused_report(image: &Scanned) -> Problem {
    let message =
        format!("no container here runs `{}`: what the report says of it changes nothing", image.name);
    Problem::new(ProblemSeverity::Note, message).in_file(&image.file)
}
