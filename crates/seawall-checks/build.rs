//! Finds the checks and their pages, so that adding a check touches two files only:
//! `src/<area>/<name>.rs` and `docs/checks/<area>/<name>.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const AREAS: [&str; 10] =
    ["pod", "workload", "rbac", "network", "secret", "image", "controlplane", "node", "admission", "cloud"];

fn main() -> io::Result<()> {
    let variable = |name| {
        env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("{name} is not set")))
    };
    let crate_dir = variable("CARGO_MANIFEST_DIR")?;
    let pages = crate_dir.join("../../docs/checks");
    let mut modules = String::new();
    let mut list = String::new();
    println!("cargo::rerun-if-changed={}", pages.display());
    for area in AREAS {
        let dir = crate_dir.join("src").join(area);
        if !dir.is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", dir.display());
        for name in check_names(&dir)? {
            let kebab = name.replace('_', "-");
            let page = pages.join(area).join(format!("{kebab}.md"));
            if !page.is_file() {
                return Err(io::Error::other(format!(
                    "check `{area}-{kebab}` has no page: write {}",
                    page.display()
                )));
            }
            println!("cargo::rerun-if-changed={}", page.display());
            let source = dir.join(format!("{name}.rs"));
            let _ = writeln!(modules, "#[path = {source:?}]\nmod {area}_{name};");
            let _ = writeln!(
                list,
                "    Entry {{ id: \"{area}-{kebab}\", check: &{area}_{name}::CHECK, page: include_str!({page:?}) }},"
            );
        }
    }
    let text = format!("{modules}\npub(crate) static ENTRIES: &[Entry] = &[\n{list}];\n");
    fs::write(variable("OUT_DIR")?.join("catalogue.rs"), text)
}

/// The Rust files of a folder without their extension, sorted; `mod.rs` holds what the checks of an area share.
fn check_names(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("").to_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && stem != "mod" {
            names.push(stem);
        }
    }
    names.sort();
    Ok(names)
}
