//! Follows the steps of CONTRIBUTING.md in a copy of the repository, so that the document cannot drift.
//!
//! The shell blocks of one section are run as they stand, in a copy below the target folder that is only brought up to
//! date, so that a second run builds little. The copy has a target folder of its own: cargo would take the build script's
//! output of one for that of the other. The catalogue found by that build must then hold the scratch check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{fs, io};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

const DOCUMENT: &str = "CONTRIBUTING.md";
const SECTION: &str = "## Add a check in ten minutes";
/// The check that the steps add.
const ID: &str = "workload-rollout-paused";
const INDEX: &str = "docs/checks/README.md";

/// `cargo xtask scratch-check`.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let text = workspace.text(DOCUMENT)?.context("CONTRIBUTING.md is no text")?;
    let blocks = shell_blocks(&text, SECTION);
    if blocks.len() < 2 {
        bail!("{DOCUMENT}: the section `{SECTION}` has no steps in `sh` blocks");
    }
    let folder = workspace.target().join("scratch");
    let tree = folder.join("tree");
    update(workspace, &tree)?;
    if index_has_check(&tree)? {
        bail!("`{ID}` exists already: let {DOCUMENT} add another one");
    }
    for (i, block) in blocks.iter().enumerate() {
        println!("{DOCUMENT}: step {} of {}", i + 1, blocks.len());
        let status = workspace
            .command("bash")
            .args(["-euo", "pipefail", "-c", block])
            .current_dir(&tree)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .stdin(Stdio::null())
            .status()
            .context("cannot start `bash`")?;
        if !status.success() {
            bail!("{DOCUMENT}: step {} failed with {status}:\n{block}", i + 1);
        }
    }
    if !index_has_check(&tree)? {
        bail!("{DOCUMENT}: after all steps `{ID}` is not in {INDEX}");
    }
    Ok(())
}

fn index_has_check(tree: &Path) -> Result<bool> {
    let index = fs::read_to_string(tree.join(INDEX)).with_context(|| format!("cannot read `{INDEX}`"))?;
    Ok(index.contains(&format!("[`{ID}`]")))
}

/// The blocks marked `sh` between this heading and the next of its level. A block ends with as many backticks as it
/// began with, so that a step can write a page that holds blocks itself.
fn shell_blocks(text: &str, section: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String, bool)> = None;
    let mut inside = false;
    for line in text.lines() {
        if let Some((fence, mut block, is_shell)) = open.take() {
            if line == fence {
                blocks.extend(is_shell.then_some(block));
            } else {
                block.push_str(line);
                block.push('\n');
                open = Some((fence, block, is_shell));
            }
            continue;
        }
        let word = line.trim_start_matches('`');
        if line.len() - word.len() >= 3 {
            let fence = line.strip_suffix(word).unwrap_or(line);
            open = Some((fence, String::new(), inside && word == "sh"));
        } else if line.starts_with("## ") {
            inside = line == section;
        }
    }
    blocks
}

/// Makes the copy equal to the tracked files without touching what is equal already.
fn update(workspace: &Workspace, tree: &Path) -> Result<()> {
    let files = workspace.files()?;
    for file in &files {
        let (from, to) = (workspace.root().join(file), tree.join(file));
        let wanted = fs::read(&from).with_context(|| format!("cannot read `{file}`"))?;
        if fs::read(&to).ok().as_ref() != Some(&wanted) {
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&to, wanted).with_context(|| format!("cannot write `{}`", to.display()))?;
        }
    }
    let wanted: BTreeSet<PathBuf> = files.iter().map(|file| tree.join(file)).collect();
    remove_others(tree, &wanted).context("cannot clean the copy")
}

fn remove_others(folder: &Path, wanted: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(&path, wanted)?;
            if fs::read_dir(&path)?.next().is_none() {
                fs::remove_dir(&path)?;
            }
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_the_section_only() {
        let text = "## A\n```sh\nno\n```\n## Wanted\n```sh\none\n## no heading\n```\n```console\n$ no\n```\n````sh\nbefore\n```yaml\nx\n```\n````\n\
                    ### Deeper\n```sh\nthree\n```\n## B\n```sh\nno\n```\n";
        assert_eq!(
            shell_blocks(text, "## Wanted"),
            ["one\n## no heading\n", "before\n```yaml\nx\n```\n", "three\n"]
        );
    }

    #[test]
    fn the_document_has_steps() {
        let text = include_str!("../../../CONTRIBUTING.md");
        let blocks = shell_blocks(text, SECTION);
        assert!(blocks.len() >= 3);
        assert!(blocks.iter().any(|block| block.contains("cargo test")));
    }
}
