//! The lowest accepted number of passed cases of every set; it only goes up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::report::{SetReport, Status};

const FILE: &str = "conformance.toml";
const HEADER: &str = "# Fewest passed cases that are accepted, by set of the default data.\n\
                      # `cargo xtask conformance --bless` raises them; nothing lowers them.\n\n";

/// The accepted numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ratchet {
    #[serde(default)]
    passed: BTreeMap<String, usize>,
}

impl Ratchet {
    /// Reads `conformance.toml` at the root of the repository; a missing file accepts anything.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        if !path.is_file() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{FILE}`"))?;
        toml::from_str(&text).with_context(|| format!("in `{FILE}`"))
    }

    /// Reports the sets of which fewer cases pass than was accepted.
    pub(crate) fn check(&self, sets: &[SetReport], faults: &mut Vec<String>) {
        for set in sets.iter().filter(|set| set.status == Status::Built) {
            let Some(accepted) = self.passed.get(&set.set) else { continue };
            if set.passed < *accepted {
                faults.push(format!(
                    "{}: {} passed, at least {accepted} did before (`{FILE}`)",
                    set.set, set.passed
                ));
            }
        }
    }

    /// The same with what passes now, where that is more.
    #[must_use]
    pub(crate) fn raise(&mut self, sets: &[SetReport]) -> &Self {
        for set in sets.iter().filter(|set| set.status == Status::Built) {
            let accepted = self.passed.entry(set.set.clone()).or_default();
            *accepted = set.passed.max(*accepted);
        }
        self
    }

    /// Writes the file.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        let text = format!("{HEADER}{}", toml::to_string(self)?);
        fs::write(root.join(FILE), text).with_context(|| format!("cannot write `{FILE}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, passed: usize) -> SetReport {
        let mut report = SetReport::not_built(name, 10);
        report.status = Status::Built;
        report.passed = passed;
        report
    }

    #[test]
    fn goes_up_only() {
        let mut ratchet: Ratchet = toml::from_str("[passed]\npss = 7\n").unwrap();
        let faults = |ratchet: &Ratchet, sets: &[SetReport]| {
            let mut faults = Vec::new();
            ratchet.check(sets, &mut faults);
            faults
        };
        assert_eq!(faults(&ratchet, &[set("pss", 7), set("posture", 0)]), Vec::<String>::new());
        assert_eq!(
            faults(&ratchet, &[set("pss", 6)]),
            ["pss: 6 passed, at least 7 did before (`conformance.toml`)"]
        );
        // A set whose data are not here is no failure.
        assert_eq!(faults(&ratchet, &[SetReport::not_built("pss", 10)]), Vec::<String>::new());
        let raised = ratchet.raise(&[set("pss", 5), set("posture", 3), SetReport::not_built("fix", 4)]);
        assert_eq!(toml::to_string(raised).unwrap(), "[passed]\nposture = 3\npss = 7\n");
        assert!(toml::from_str::<Ratchet>("[accepted]\n").is_err());
    }
}
