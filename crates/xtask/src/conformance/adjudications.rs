//! Labels that the project holds to be wrong, each with the document of the upstream that decides.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// At most this many hundredths of a set, rounded down.
const MAX_PERCENT: usize = 3;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    adjudication: Vec<Adjudication>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Adjudication {
    case: String,
    reason: String,
    source: String,
}

/// The adjudications of a set: case to reason.
#[derive(Debug, Default)]
pub(crate) struct Adjudications(BTreeMap<String, String>);

impl Adjudications {
    /// Reads `conformance/adjudications/<set>.toml`; a missing file holds none.
    pub(crate) fn read(root: &Path, set: &str) -> Result<Self> {
        let path = root.join("conformance/adjudications").join(format!("{set}.toml"));
        if !path.is_file() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Self::parse(&text).with_context(|| format!("in `{}`", path.display()))
    }

    /// Reads the text of such a file.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut adjudications = BTreeMap::new();
        for Adjudication { case, reason, source } in toml::from_str::<File>(text)?.adjudication {
            if reason.trim().is_empty() {
                bail!("`{case}` is adjudicated without a reason");
            }
            if !source.starts_with("https://") {
                bail!("the source of `{case}` is no document: give its `https://` address");
            }
            if adjudications.insert(case.clone(), reason).is_some() {
                bail!("`{case}` is adjudicated twice");
            }
        }
        Ok(Adjudications(adjudications))
    }

    /// Whether a case is adjudicated.
    pub(crate) fn covers(&self, case: &str) -> bool {
        self.0.contains_key(case)
    }

    /// The adjudicated cases that are not among these.
    pub(crate) fn unknown<'a>(&'a self, cases: &'a BTreeSet<&str>) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(|case| !cases.contains(case))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many a set with this many built cases may have.
    pub(crate) fn allowed(built: usize) -> usize {
        built * MAX_PERCENT / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        "[[adjudication]]\ncase = 'a'\nreason = 'the label is wrong'\nsource = 'https://kubernetes.io/x'\n";

    #[test]
    fn reads_and_refuses() {
        let read = Adjudications::parse(ONE).unwrap();
        assert!(read.covers("a") && !read.covers("b") && read.len() == 1);
        assert_eq!(read.unknown(&BTreeSet::from(["b"])).collect::<Vec<_>>(), ["a"]);
        assert_eq!(Adjudications::parse("").unwrap().len(), 0);
        for (text, says) in [
            (ONE.replace("https:", "http:"), "no document"),
            (ONE.replace("the label is wrong", " "), "without a reason"),
            (format!("{ONE}{ONE}"), "twice"),
            (ONE.replace("source", "sauce"), "unknown field"),
        ] {
            let error = Adjudications::parse(&text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn three_hundredths_rounded_down() {
        assert_eq!([0, 33, 34, 191, 685].map(Adjudications::allowed), [0, 0, 1, 5, 20]);
    }
}
