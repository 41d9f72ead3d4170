//! The binary as a user meets it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod admit;
mod admit_changes;
mod admit_images;
mod admit_manifests;
mod admit_preview;
mod bad_input;
mod chart;
#[cfg(unix)]
mod ci;
mod cluster;
mod commands;
mod compare;
mod comply;
mod e2e_admit;
mod examples;
mod fix;
mod high_findings;
mod hostile;
mod image_shelf;
mod image_verify;
mod least_privilege;
mod network;
mod network_calico;
mod network_cilium;
mod network_generate;
mod network_mesh;
mod network_views;
mod pages;
mod paths;
mod plan;
mod policy;
mod rbac;
#[cfg(unix)]
mod render;
mod reports;
mod scan;
mod schemas;
mod tenants;
mod waivers;
mod waivers_import;
/// The small world of trust that signatures are tested with.
#[path = "../../../seawall-image/tests/it/world/mod.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod world;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run printed.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }
}

/// Runs `seawall` in a folder with standard input and an empty environment.
fn seawall_in(folder: &Path, args: &[&str], input: &[u8]) -> Run {
    seawall_with(&[], folder, args, input)
}

/// The same, in an environment of nothing but these variables.
fn seawall_with(variables: &[(&str, &str)], folder: &Path, args: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_seawall"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that reads no input may end first.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn seawall(args: &[&str]) -> Run {
    seawall_in(&workspace(), args, b"")
}

fn scan_text(text: &str, args: &[&str]) -> Run {
    seawall_in(&std::env::temp_dir(), &[&["scan", "-"], args].concat(), text.as_bytes())
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// All formats of `scan`.
const FORMATS: [&str; 10] =
    ["table", "json", "jsonl", "sarif", "github", "markdown", "html", "junit", "ocsf", "policyreport"];

const BAD_POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostPID: true\n  containers:\n    - name: web\n      image: registry.example/web:1\n      securityContext:\n        privileged: true\n";
