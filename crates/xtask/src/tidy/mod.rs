//! The house rules that a program can check.
//!
//! Each rule is a function from what is in the repository to a list of faults in words; a rule that has nothing to look
//! at is a fault of its own, so that no rule can fall silent.

mod floors;
mod licences;
mod pages;
mod sizes;
mod words;

use anyhow::{Result, bail};

use crate::generate;
use crate::workspace::Workspace;

/// A tracked text file.
pub(crate) struct TextFile {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// `cargo xtask tidy`.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut files = Vec::new();
    for path in workspace.files()? {
        if let Some(text) = workspace.text(&path)? {
            files.push(TextFile { path, text });
        }
    }
    let metadata = workspace.metadata(&[])?;
    let rules: [(&str, Vec<String>); 6] = [
        ("file sizes", sizes::check(&files)),
        ("words", words::check(&files)),
        ("check pages", pages::check(&files)),
        ("floors", floors::check(&metadata)),
        ("licences", licences::check(&metadata)),
        ("generated files", generate::stale(workspace)?),
    ];
    let mut count = 0;
    for (rule, faults) in &rules {
        println!("tidy: {rule}: {}", if faults.is_empty() { "ok" } else { "broken" });
        for fault in faults {
            println!("  {fault}");
        }
        count += faults.len();
    }
    if count > 0 {
        bail!("{count} faults against the house rules");
    }
    Ok(())
}
