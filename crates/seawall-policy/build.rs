//! Finds the policies, so that adding one touches one file only: `policies/<area>/<name>.yaml`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name| {
        env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("{name} is not set")))
    };
    let root = variable("CARGO_MANIFEST_DIR")?.join("policies");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut list = String::new();
    for area in names(&root, None)? {
        let dir = root.join(&area);
        if !dir.is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", dir.display());
        for name in names(&dir, Some("yaml"))? {
            let file = dir.join(format!("{name}.yaml"));
            println!("cargo::rerun-if-changed={}", file.display());
            let _ = writeln!(list, "    (\"{area}-{name}\", include_str!({file:?})),");
        }
    }
    let text = format!("pub(super) static TEXTS: &[(&str, &str)] = &[\n{list}];\n");
    fs::write(variable("OUT_DIR")?.join("policies.rs"), text)
}

/// The names in a folder, sorted: of files without this extension, or of everything.
fn names(dir: &Path, extension: Option<&str>) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = match extension {
            Some(wanted) if path.extension().is_some_and(|own| own == wanted) => path.file_stem(),
            Some(_) => None,
            None => path.file_name(),
        };
        names.extend(name.and_then(|name| name.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
