//! Files in the repository that are made from code, and whether they are fresh.
//!
//! One line in [`FILES`] a file: its path and the function that makes its text.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};
use seawall_checks::{Entry, all};
use seawall_core::Area;

use crate::config_schema;
use crate::workspace::Workspace;

/// A path and what makes its text.
type Generated = (&'static str, fn() -> String);

/// The generated files.
const FILES: &[Generated] = &[
    ("charts/seawall/templates/_exempt.tpl", seawall_server::exempt_templates),
    ("docs/checks/README.md", || index(all())),
    ("schemas/seawall-config-v1.schema.json", config_schema::text),
];

/// `cargo xtask generate`: writes what is not fresh.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    for (path, make) in FILES {
        let (file, text) = (workspace.root().join(path), make());
        if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
            fs::write(&file, text).with_context(|| format!("cannot write `{path}`"))?;
            println!("{path}: written");
        }
    }
    Ok(())
}

/// Those that differ from what the code makes.
pub(crate) fn stale(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (path, make) in FILES {
        let file = workspace.root().join(path);
        if fs::read_to_string(&file).ok().as_ref() != Some(&make()) {
            faults.push(format!("{path}: is stale; run `cargo xtask generate` and commit it"));
        }
    }
    Ok(faults)
}

/// The list of all checks, by area.
fn index(entries: &[Entry]) -> String {
    let mut out = String::from(
        "# Checks\n\n<!-- Made by `cargo xtask generate` from the catalogue; edits are lost. -->\n\n\
         Each check has a page that says what it looks at, why, how an attacker uses it and how to fix it; the page's\n\
         examples are the check's tests. Checks of the pillar `reliability` stand beside the six pillars: they are off by\n\
         default (`--profile all`) and count in no score. So are the others marked `all`: they count what is ordinary, or\n\
         repeat another check more strictly.\n",
    );
    for area in Area::ALL {
        let of_area: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.id.split_once('-').is_some_and(|(first, _)| first == area.as_str()))
            .collect();
        if of_area.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n## {}\n\n| check | severity | pillar | profile | what fails |\n|---|---|---|---|---|\n",
            area.as_str()
        );
        for entry in of_area {
            let check = entry.check;
            let page = entry.id.split_once('-').map_or(entry.id, |(_, name)| name);
            let _ = writeln!(
                out,
                "| [`{}`]({}/{page}.md) | {} | {} | {} | {} |",
                entry.id,
                area.as_str(),
                check.severity.as_str(),
                check.pillar.as_str(),
                if check.in_default_profile() { "default" } else { "all" },
                check.title.replace('|', "\\|")
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_in_the_index_and_its_link_leads_to_its_page() {
        let text = index(all());
        assert!(!all().is_empty());
        for entry in all() {
            let (area, name) = entry.id.split_once('-').unwrap();
            let line = text.lines().find(|line| line.contains(&format!("[`{}`]", entry.id))).expect(entry.id);
            assert!(line.contains(&format!("]({area}/{name}.md)")), "{line}");
            let page = format!("{}/../../docs/checks/{area}/{name}.md", env!("CARGO_MANIFEST_DIR"));
            assert!(std::path::Path::new(&page).is_file(), "{page}");
        }
    }
}
