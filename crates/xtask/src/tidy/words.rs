//! Words that stand in no tracked file.
//!
//! The words are put together from pieces, so that this file does not break its own rules.

use super::TextFile;

/// Which files a word is forbidden in.
type Scope = fn(&str) -> bool;

struct Word {
    pieces: &'static [&'static str],
    why: &'static str,
    scope: Scope,
    /// Whether it must stand alone, with no letter or digit beside it.
    whole: bool,
}

const WORDS: &[Word] = &[
    machine(&["/wo", "rk/"], anywhere),
    machine(&["/ro", "ot/"], outside_subject_matter),
    machine(&["/ho", "me/"], outside_subject_matter),
    registry(&["index.", "crates.io"]),
    registry(&["static.", "crates.io"]),
    registry(&["py", "pi.org"]),
    registry(&["files.python", "hosted.org"]),
    registry(&["registry.", "npmjs"]),
    registry(&["proxy.", "golang.org"]),
    registry(&["deb.", "debian.org"]),
    unfinished(&["TO", "DO"]),
    unfinished(&["FIX", "ME"]),
    unfinished(&["X", "XX"]),
    Word {
        pieces: &["#[ig", "nore"],
        why: "a test that does not run proves nothing",
        scope: rust,
        whole: false,
    },
];

const fn machine(pieces: &'static [&'static str], scope: Scope) -> Word {
    Word { pieces, why: "a path of one machine", scope, whole: false }
}

const fn registry(pieces: &'static [&'static str]) -> Word {
    Word { pieces, why: "the host of a package registry", scope: anywhere, whole: false }
}

const fn unfinished(pieces: &'static [&'static str]) -> Word {
    Word { pieces, why: "unfinished work belongs into an issue", scope: code, whole: true }
}

fn anywhere(_: &str) -> bool {
    true
}

/// Checks, their pages and examples speak of such folders on attacked nodes.
fn outside_subject_matter(path: &str) -> bool {
    !["docs/checks/", "examples/", "crates/seawall-"].iter().any(|start| path.starts_with(start))
}

fn rust(path: &str) -> bool {
    path.ends_with(".rs")
}

/// What runs; manifests and pages may quote what people write.
fn code(path: &str) -> bool {
    rust(path) || path.ends_with(".toml") || path.starts_with(".ci/") || path.starts_with(".github/")
}

pub(super) fn check(files: &[TextFile]) -> Vec<String> {
    let words: Vec<(&Word, String)> = WORDS.iter().map(|word| (word, word.pieces.concat())).collect();
    let mut faults = Vec::new();
    if files.is_empty() {
        faults.push("no file found".to_owned());
    }
    for file in files {
        for (word, text) in &words {
            if (word.scope)(&file.path) && file.text.contains(text.as_str()) {
                for (i, line) in file.text.lines().enumerate() {
                    if occurs(line, text, word.whole) {
                        faults.push(format!("{}:{}: `{text}`: {}", file.path, i + 1, word.why));
                    }
                }
            }
        }
    }
    faults
}

fn occurs(line: &str, text: &str, whole: bool) -> bool {
    let edge = |character: Option<char>| !character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(text).any(|(at, _)| {
        let before = line.get(..at).and_then(|start| start.chars().next_back());
        let after = line.get(at + text.len()..).and_then(|end| end.chars().next());
        !whole || (edge(before) && edge(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, pieces: &[&str]) -> Vec<String> {
        check(&[TextFile { path: path.into(), text: format!("first\n{}\n", pieces.concat()) }])
    }

    #[test]
    fn each_word_is_found_where_it_is_forbidden() {
        assert_eq!(faults("README.md", &["see /wo", "rk/x"]).len(), 1);
        assert_eq!(faults("README.md", &["see /ho", "me/x"]).len(), 1);
        assert_eq!(faults("docs/checks/pod/a.md", &["see /ho", "me/x"]).len(), 0);
        assert_eq!(faults("crates/a/src/a.rs", &["// TO", "DO: later"]).len(), 1);
        assert_eq!(faults("crates/a/src/a.rs", &["// MASTO", "DONS, TO", "DOS"]).len(), 0);
        assert_eq!(faults("examples/a.yaml", &["# TO", "DO: later"]).len(), 0);
        assert_eq!(faults("a.md", &["https://py", "pi.org/x"]).len(), 1);
        let fault = faults("crates/a/tests/a.rs", &["#[ig", "nore]"]);
        assert!(fault[0].starts_with("crates/a/tests/a.rs:2: "), "{fault:?}");
    }

    #[test]
    fn the_rule_does_not_break_itself() {
        let text = include_str!("words.rs").to_owned();
        let faults = check(&[TextFile { path: "crates/xtask/src/tidy/words.rs".into(), text }]);
        assert!(faults.is_empty(), "{faults:?}");
    }
}
