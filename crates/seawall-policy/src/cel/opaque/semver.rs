//! Semantic versions.
//!
//! Source: <https://semver.org/spec/v2.0.0.html>; errors and what is accepted are `github.com/blang/semver/v4`'s, with the
//! shorter forms of `k8s.io/apiserver/pkg/cel/library/semverlib.go`.

use std::cmp::Ordering;
use std::fmt;

use super::super::quote::quoted;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Number(u64),
    Text(Box<str>),
}

/// A version.
#[derive(Clone, Debug)]
pub struct Semver {
    numbers: [u64; 3],
    before: Vec<Part>,
    build: Vec<Box<str>>,
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn leading_zero(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0')
}

/// Go's `strconv.ParseUint` of what holds digits only.
fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| {
        let why = if text.is_empty() { "invalid syntax" } else { "value out of range" };
        format!("strconv.ParseUint: parsing {}: {why}", quoted(text))
    })
}

fn release(text: &str, name: &str) -> Result<u64, String> {
    if !digits(text) {
        return Err(format!("Invalid character(s) found in {} number {}", name.to_lowercase(), quoted(text)));
    }
    if leading_zero(text) {
        return Err(format!("{name} number must not contain leading zeroes {}", quoted(text)));
    }
    number(text)
}

fn part(text: &str) -> Result<Part, String> {
    if text.is_empty() {
        return Err("Prerelease is empty".to_owned());
    }
    if digits(text) {
        if leading_zero(text) {
            let message = "Numeric PreRelease version must not contain leading zeroes";
            return Err(format!("{message} {}", quoted(text)));
        }
        return number(text).map(Part::Number);
    }
    if word(text) {
        return Ok(Part::Text(text.into()));
    }
    Err(format!("Invalid character(s) found in prerelease {}", quoted(text)))
}

fn build(text: &str) -> Result<Box<str>, String> {
    if text.is_empty() {
        return Err("Build meta data is empty".to_owned());
    }
    if !word(text) {
        return Err(format!("Invalid character(s) found in build meta data {}", quoted(text)));
    }
    Ok(text.into())
}

impl Semver {
    /// Reads a version; the error is the API server's.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("Version string empty".to_owned());
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err("No Major.Minor.Patch elements found".to_owned());
        };
        let (major, minor) = (release(major, "Major")?, release(minor, "Minor")?);
        let (rest, builds) = match rest.split_once('+') {
            Some((rest, builds)) => (rest, Some(builds)),
            None => (rest, None),
        };
        let (patch, before) = match rest.split_once('-') {
            Some((patch, before)) => (patch, Some(before)),
            None => (rest, None),
        };
        let patch = release(patch, "Patch")?;
        let before = before.map(|parts| parts.split('.').map(part).collect()).transpose()?;
        let build = builds.map(|parts| parts.split('.').map(build).collect()).transpose()?;
        Ok(Semver {
            numbers: [major, minor, patch],
            before: before.unwrap_or_default(),
            build: build.unwrap_or_default(),
        })
    }

    /// Reads a version that may begin with `v`, have leading zeros and lack its last numbers.
    pub fn parse_loosely(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
        if parts.len() < 3 {
            if parts.last().is_some_and(|last| last.contains(['+', '-'])) {
                return Err("short version cannot contain PreRelease/Build meta data".to_owned());
            }
            parts.resize(3, "0".to_owned());
        }
        Self::parse(&parts.join("."))
    }

    /// Major, minor and patch.
    pub fn numbers(&self) -> [u64; 3] {
        self.numbers
    }

    /// By precedence: what stands after `+` has none.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => {
                    let orders = self.before.iter().zip(&other.before).map(|(one, two)| one.compare(two));
                    let first = orders.into_iter().find(|order| order.is_ne());
                    first.unwrap_or_else(|| self.before.len().cmp(&other.before.len()))
                }
            }
        })
    }
}

fn without_zeros(text: &str) -> String {
    if text.len() < 2 {
        return text.to_owned();
    }
    let rest = text.trim_start_matches('0');
    if rest.starts_with(|c: char| c.is_ascii_digit()) { rest.to_owned() } else { format!("0{rest}") }
}

impl Part {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Part::Number(one), Part::Number(two)) => one.cmp(two),
            (Part::Number(_), Part::Text(_)) => Ordering::Less,
            (Part::Text(_), Part::Number(_)) => Ordering::Greater,
            (Part::Text(one), Part::Text(two)) => one.cmp(two),
        }
    }
}

impl fmt::Display for Semver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        for (place, part) in self.before.iter().enumerate() {
            let separator = if place == 0 { '-' } else { '.' };
            match part {
                Part::Number(number) => write!(f, "{separator}{number}")?,
                Part::Text(text) => write!(f, "{separator}{text}")?,
            }
        }
        for (place, build) in self.build.iter().enumerate() {
            write!(f, "{}{build}", if place == 0 { '+' } else { '.' })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_is_that_of_the_specification() {
        let order = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
        ];
        let order: Vec<Semver> = order
            .into_iter()
            .chain(["1.0.0", "1.0.1", "1.10.0"])
            .map(|text| Semver::parse(text).unwrap())
            .collect();
        for (one, left) in order.iter().enumerate() {
            for (two, right) in order.iter().enumerate() {
                assert_eq!(left.compare(right), one.cmp(&two), "{left} and {right}");
            }
        }
        let same = |one, two| Semver::parse(one).unwrap().compare(&Semver::parse(two).unwrap()).is_eq();
        assert!(same("1.0.0+a", "1.0.0+b.7"));
    }

    #[test]
    fn what_is_no_version_is_refused_as_in_go() {
        for (text, error) in [
            ("", "Version string empty"),
            ("1.2", "No Major.Minor.Patch elements found"),
            ("v1.2.3", "Invalid character(s) found in major number \"v1\""),
            ("1.02.3", "Minor number must not contain leading zeroes \"02\""),
            ("1.2.", "strconv.ParseUint: parsing \"\": invalid syntax"),
            (
                "1.2.99999999999999999999",
                "strconv.ParseUint: parsing \"99999999999999999999\": value out of range",
            ),
            ("1.2.3-", "Prerelease is empty"),
            ("1.2.3-01", "Numeric PreRelease version must not contain leading zeroes \"01\""),
            ("1.2.3+", "Build meta data is empty"),
            ("1.2.3-a_b", "Invalid character(s) found in prerelease \"a_b\""),
        ] {
            assert_eq!(Semver::parse(text).unwrap_err(), error);
        }
    }

    #[test]
    fn loose_forms_become_versions() {
        for (text, version) in [
            ("v1.0", "1.0.0"),
            ("01.002.003", "1.2.3"),
            ("1", "1.0.0"),
            ("00.0.0-a", "0.0.0-a"),
            ("1.2.00+x", "1.2.0+x"),
        ] {
            assert_eq!(Semver::parse_loosely(text).unwrap().to_string(), version);
        }
        assert!(Semver::parse_loosely("1-a").is_err());
        assert!(Semver::parse_loosely("").is_err());
    }
}
