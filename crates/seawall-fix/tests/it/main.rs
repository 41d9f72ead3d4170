//! Fixes of findings, from texts to texts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bare;
mod dangers;
mod pages;
mod proofs;
mod texts;

use seawall_checks::{Evaluation, Settings, evaluate, find};
use seawall_core::{Finding, FixRisk};
use seawall_fix::{Outcome, fix};
use seawall_inventory::Inventory;
use seawall_sources::{SourceLimits, Target, load};

/// Reads files of these names and texts as a user's folder.
fn inventory(files: &[(&str, &str)]) -> Inventory {
    let folder = tempfile::tempdir().unwrap();
    let targets: Vec<Target> = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Target::parse(path.to_str().unwrap()).unwrap()
        })
        .collect();
    load(&targets, &SourceLimits::default()).inventory
}

fn judge(inventory: &Inventory, checks: &[&str]) -> Evaluation {
    let checks: Vec<_> = checks.iter().map(|id| find(id).unwrap().check).collect();
    evaluate(inventory, &checks, &Settings::default())
}

fn all(_: &Finding) -> bool {
    true
}

/// Everything that these checks find, fixed with whatever risk.
fn fixed(inventory: &Inventory, checks: &[&str]) -> Outcome {
    fix(inventory, &|inventory| judge(inventory, checks), &all, FixRisk::High)
}

/// The text of a single file after all fixes.
fn text_after(text: &str, checks: &[&str]) -> String {
    let inventory = inventory(&[("a.yaml", text)]);
    let outcome = fixed(&inventory, checks);
    outcome.files.first().map_or_else(|| text.to_owned(), |file| file.after.as_str().to_owned())
}

/// A pod with this spec.
fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {spec}\n")
}
