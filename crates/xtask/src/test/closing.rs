//! The lines that a test runner closes with, and their sum.

/// Whether a line is one of them, of nextest or of `cargo test`.
pub(super) fn closes(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Summary [") || line.starts_with("test result:")
}

/// The kept lines with the counts in them.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Closing {
    lines: Vec<String>,
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Closing {
    pub(super) fn keep(&mut self, line: String) {
        let mut number = 0;
        // `12 tests run: 10 passed (1 slow), 2 failed, 3 skipped`; `ok. 5 passed; 0 failed; 1 ignored`
        for word in line.split([' ', ',', ';', '(', ')']).filter(|word| !word.is_empty()) {
            match word {
                "passed" => self.passed += number,
                "failed" | "timed" | "exec" => self.failed += number,
                "skipped" | "ignored" => self.skipped += number,
                other => number = other.parse().unwrap_or(0),
            }
        }
        self.lines.push(line);
    }

    /// Tests that ran.
    pub(super) fn executed(&self) -> u64 {
        self.passed + self.failed
    }

    pub(super) fn print(&self) {
        for line in &self.lines {
            println!("{line}");
        }
        println!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_both_runners() {
        for (lines, counts) in [
            (vec!["     Summary [   2.513s] 12 tests run: 12 passed (1 slow), 0 skipped"], (12, 0, 0)),
            (vec!["Summary [ 0.1s] 9/12 tests run: 6 passed, 2 failed, 1 timed out, 3 skipped"], (6, 3, 3)),
            (
                vec![
                    "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.0s",
                    "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s",
                ],
                (9, 2, 1),
            ),
        ] {
            let mut closing = Closing::default();
            for line in lines {
                assert!(closes(line), "{line}");
                closing.keep(line.to_owned());
            }
            assert_eq!((closing.passed, closing.failed, closing.skipped), counts);
        }
        assert!(!closes("test pages_hold ... ok"));
    }
}
