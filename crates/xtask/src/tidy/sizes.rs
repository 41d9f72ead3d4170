//! How long source files are, and that every crate's root says what it is for.

use super::TextFile;

/// Lines that half of the files may not exceed.
const MEDIAN: usize = 200;
/// Lines that 95 % of the files may not exceed.
const P95: usize = 700;
/// Lines that only a table of data may exceed.
const MOST: usize = 1000;
/// Files that are tables of data, each with what it holds.
const TABLES: &[(&str, &str)] = &[];

pub(super) fn check(files: &[TextFile]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut lengths = Vec::new();
    for file in files.iter().filter(|file| is_source(&file.path)) {
        let length = file.text.lines().count();
        lengths.push(length);
        if length > MOST && !TABLES.iter().any(|(path, _)| *path == file.path) {
            faults.push(format!("{}: {length} lines, more than {MOST}", file.path));
        }
        if file.path.ends_with("/src/lib.rs") && !file.text.starts_with("//!") {
            faults.push(format!("{}: does not open with `//!` and what the crate is for", file.path));
        }
    }
    for (path, _) in TABLES {
        if !files.iter().any(|file| file.path == *path) {
            faults.push(format!("{path}: is listed as a table of data and does not exist"));
        }
    }
    lengths.sort_unstable();
    match lengths.len() {
        0 => faults.push("no source file found".into()),
        count => {
            for (share, limit) in [(50, MEDIAN), (95, P95)] {
                let length = lengths.get((count - 1) * share / 100).copied().unwrap_or(0);
                if length > limit {
                    faults.push(format!(
                        "{share} % of the source files have up to {length} lines, more than {limit}"
                    ));
                }
            }
        }
    }
    faults
}

/// Sources of the product and of xtask; tests and benches may be long.
fn is_source(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/") && path.ends_with(".rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> TextFile {
        TextFile { path: path.into(), text: "//! x\n".repeat(lines) }
    }

    #[test]
    fn long_files_are_named() {
        assert!(check(&[file("crates/a/src/lib.rs", 200)]).is_empty());
        let faults = check(&[file("crates/a/src/x.rs", 1001), file("crates/a/tests/it.rs", 5000)]);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert_eq!(faults[0], "crates/a/src/x.rs: 1001 lines, more than 1000");
        assert!(faults[1].starts_with("50 % of"));
        assert_eq!(check(&[]), ["no source file found"]);
    }

    #[test]
    fn a_crate_says_what_it_is_for() {
        let bare = TextFile { path: "crates/a/src/lib.rs".into(), text: "mod x;\n".into() };
        assert_eq!(check(&[bare]).len(), 1);
    }
}
