//! `cargo xtask schema FOLDER`: condenses the API of a Kubernetes source tree into the data file of `seawall-schema`.
//!
//! The OpenAPI documents say which types and fields there are; what happens to an empty field when an object is written
//! (`omitempty`, pointers) only the Go types say. Descriptions are left out. So are lists of objects, and whatever no
//! resource leads to.

#![allow(clippy::indexing_slicing, reason = "a JSON value answers `null` for a key that it has not")]

mod go;
mod openapi;
mod render;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;

/// Where the result goes, in the repository.
const DATA: &str = "crates/seawall-schema/data/kubernetes.txt";

/// Arguments of `cargo xtask schema`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The source tree of a Kubernetes release
    folder: PathBuf,
    /// The version that it is, such as 1.36
    #[arg(long)]
    release: String,
}

/// Writes the data file.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let api = openapi::read(&arguments.folder.join("api/openapi-spec/v3"))?;
    let go = go::read(&arguments.folder.join("staging/src/k8s.io"))?;
    let text = render::text(&arguments.release, &api, &go)?;
    let file = workspace.root().join(DATA);
    fs::write(&file, &text).with_context(|| format!("cannot write `{DATA}`"))?;
    println!(
        "{DATA}: {} bytes, {} types",
        text.len(),
        text.lines().filter(|l| l.starts_with("type ")).count()
    );
    Ok(())
}
