//! Licences and number of the crates in the lock file, also where cargo-deny is not installed.

use serde_json::Value;

/// Licences that ask for nothing but their notice; the same as in `deny.toml`, which a test holds.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates in the lock file, ours included, stay below this.
const CRATES: usize = 300;

pub(super) fn check(metadata: &Value) -> Vec<String> {
    let packages = metadata.get("packages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut faults = Vec::new();
    if packages.is_empty() {
        faults.push("cargo named no crate".to_owned());
    }
    if packages.len() >= CRATES {
        faults.push(format!("{} crates in the lock file, not below {CRATES}", packages.len()));
    }
    for package in packages {
        let field = |key: &str| package.get(key).and_then(Value::as_str);
        let name = field("name").unwrap_or("?");
        match field("license") {
            None => faults.push(format!("{name}: states no licence")),
            Some(licence) if !allowed(licence) => {
                faults.push(format!("{name}: licence `{licence}` is not allowed"))
            }
            Some(_) => {}
        }
    }
    faults
}

/// Whether an SPDX expression can be met by allowed licences alone; `/` is the old way to write `OR`.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.as_slice();
    let met = either(&mut words);
    met && words.is_empty()
}

fn either(words: &mut &[&str]) -> bool {
    let mut met = both(words);
    while take(words, "OR") {
        met |= both(words);
    }
    met
}

fn both(words: &mut &[&str]) -> bool {
    let mut met = one(words);
    while take(words, "AND") {
        met &= one(words);
    }
    met
}

fn one(words: &mut &[&str]) -> bool {
    if take(words, "(") {
        let met = either(words);
        return take(words, ")") && met;
    }
    let Some((licence, rest)) = words.split_first() else { return false };
    *words = rest;
    if take(words, "WITH") {
        let Some((exception, rest)) = words.split_first() else { return false };
        *words = rest;
        let licence = format!("{licence} WITH {exception}");
        return ALLOWED.contains(&licence.as_str());
    }
    ALLOWED.contains(licence)
}

fn take(words: &mut &[&str], word: &str) -> bool {
    match words.split_first() {
        Some((first, rest)) if *first == word => {
            *words = rest;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions() {
        for (expression, wanted) in [
            ("MIT", true),
            ("MIT OR Apache-2.0", true),
            ("Unlicense/MIT", true),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("MIT OR Apache-2.0 OR LGPL-2.1-or-later", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-3.0-only", false),
            ("MIT AND GPL-3.0-only", false),
            ("GPL-2.0-only WITH Classpath-exception-2.0", false),
            ("MPL-2.0", false),
            ("(MIT", false),
            ("MIT Apache-2.0", false),
            ("", false),
        ] {
            assert_eq!(allowed(expression), wanted, "{expression}");
        }
    }

    #[test]
    fn crates_are_counted_and_named() {
        let faults = check(&json!({ "packages": [{ "name": "a", "license": "AGPL-3.0" }, { "name": "b" }] }));
        assert_eq!(faults, ["a: licence `AGPL-3.0` is not allowed", "b: states no licence"]);
        let many = vec![json!({ "name": "a", "license": "MIT" }); CRATES];
        assert_eq!(check(&json!({ "packages": many })).len(), 1);
        assert_eq!(check(&json!({})).len(), 1);
    }

    #[test]
    fn deny_toml_allows_the_same() {
        let deny = include_str!("../../../../deny.toml");
        let list = deny.split_once("\nallow = [\n").unwrap().1.split_once("]").unwrap().0;
        let listed: Vec<&str> =
            list.lines().map(|line| line.trim().trim_matches(['"', ','])).filter(|l| !l.is_empty()).collect();
        assert_eq!(listed, ALLOWED);
    }
}
