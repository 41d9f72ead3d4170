//! One suite.

use std::io::{self, Write};

use super::attribute;
use super::case::{Case, Outcome};
use seawall_core::rfc3339;

/// Test cases that go together.
pub(super) struct Suite {
    name: String,
    properties: Vec<(String, String)>,
    cases: Vec<Case>,
}

impl Suite {
    pub(super) fn new(name: &str) -> Self {
        Suite { name: name.to_owned(), properties: Vec::new(), cases: Vec::new() }
    }

    pub(super) fn property(&mut self, name: &str, value: &str) {
        self.properties.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn push(&mut self, case: Case) {
        self.cases.push(case);
    }

    pub(super) fn tests(&self) -> usize {
        self.cases.len()
    }

    pub(super) fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.outcome == outcome).count()
    }

    pub(super) fn write(&self, time: Option<u64>, out: &mut dyn Write) -> io::Result<()> {
        // Without the zone, which the format does not know: it is UTC.
        let time =
            time.map_or(String::new(), |time| attribute("timestamp", rfc3339(time).trim_end_matches('Z')));
        writeln!(
            out,
            "  <testsuite{}{time} tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            attribute("name", &self.name),
            self.tests(),
            self.count(Outcome::Failed),
            self.count(Outcome::Error),
            self.count(Outcome::Skipped)
        )?;
        if !self.properties.is_empty() {
            writeln!(out, "    <properties>")?;
            for (name, value) in &self.properties {
                writeln!(out, "      <property{}{}/>", attribute("name", name), attribute("value", value))?;
            }
            writeln!(out, "    </properties>")?;
        }
        self.cases.iter().try_for_each(|case| out.write_all(case.xml.as_bytes()))?;
        writeln!(out, "  </testsuite>")
    }
}
