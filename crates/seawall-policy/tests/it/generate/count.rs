//! What two judges said of many objects.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What the two said of a check.
#[derive(Default)]
pub(super) struct Count {
    pub(super) passed: usize,
    pub(super) failed: usize,
    differ: usize,
    examples: Vec<String>,
}

impl Count {
    /// They said different things.
    pub(super) fn differ(&mut self, example: impl FnOnce() -> String) {
        self.differ += 1;
        if self.examples.len() < 3 {
            self.examples.push(example());
        }
    }
}

/// Objects in an ordinary run; `SEAWALL_GENERATE_OBJECTS` sets another number.
const OBJECTS: u64 = 1_500;

/// How many objects to try.
pub(crate) fn objects() -> u64 {
    #[allow(clippy::disallowed_methods)] // A longer run is asked for from outside.
    let number = std::env::var("SEAWALL_GENERATE_OBJECTS");
    number.ok().and_then(|number| number.parse().ok()).unwrap_or(OBJECTS)
}

/// Demands that they never differ, and that both verdicts were tried of everything.
pub(super) fn demand(counts: &BTreeMap<String, Count>) {
    let mut table = String::new();
    for (check, Count { passed, failed, differ, .. }) in counts {
        writeln!(table, "{check}: {passed} passed, {failed} failed, {differ} differ").unwrap();
    }
    eprintln!("{table}");
    let examples: Vec<String> = counts
        .iter()
        .flat_map(|(check, count)| count.examples.iter().map(move |text| format!("{check}: {text}")))
        .collect();
    assert!(examples.is_empty(), "{}", examples.join("\n"));
    let idle = counts.iter().filter(|(_, count)| count.failed == 0 || count.passed == 0);
    let idle: Vec<&String> = idle.map(|(check, _)| check).collect();
    assert!(idle.is_empty(), "the objects try only one verdict of {idle:?}");
}
