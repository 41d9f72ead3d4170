//! Realistic manifests from a seed.
//!
//! Teams own namespaces, namespaces hold applications, applications consist of documents that belong together, and
//! careful teams make fewer mistakes than careless ones. Files hold one to fifty documents and are written in the styles
//! of people and of generators. The mix is sized so that 15,000 documents take about 12 MB.
//!
//! Invariants: equal seed and count give equal bytes; exactly the count asked for; every file is valid YAML; no clock, no
//! environment.

mod access;
mod app;
mod cluster;
mod container;
mod custom;
mod data;
mod exposure;
mod layout;
mod pod;
mod random;
mod words;
mod workload;
mod yaml;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

/// `cargo xtask synth`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many documents
    #[arg(long, value_name = "N", required_unless_present = "pods")]
    manifests: Option<usize>,
    /// A snapshot of a cluster with this many pods instead, with rights, policies and planted attack paths
    #[arg(long, value_name = "N", conflicts_with = "manifests")]
    pods: Option<usize>,
    /// The seed; equal seeds give equal bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// An empty or new folder, or `-` for one stream on standard output [default: target/synth/N-SEED]; for a cluster the
    /// file of the snapshot [default: target/synth/cluster-N-SEED.jsonl]
    #[arg(long, value_name = "DIR|FILE|-")]
    out: Option<PathBuf>,
}

/// Writes the manifests.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let (manifests, seed) = (arguments.manifests.unwrap_or(0), arguments.seed);
    if let Some(pods) = arguments.pods {
        let own = workspace.target().join("synth").join(format!("cluster-{pods}-{seed}.jsonl"));
        return cluster::write(pods, seed, arguments.out.as_ref().unwrap_or(&own));
    }
    if arguments.out.as_ref().is_some_and(|out| out.as_os_str() == "-") {
        return stream(manifests, seed);
    }
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => {
            let own = workspace.target().join("synth").join(format!("{manifests}-{seed}"));
            if own.exists() {
                fs::remove_dir_all(&own).with_context(|| format!("cannot empty `{}`", own.display()))?;
            }
            own
        }
    };
    if out.is_dir() && fs::read_dir(&out)?.next().is_some() {
        bail!("`{}` is not empty", out.display());
    }
    let (mut files, mut bytes) = (0_usize, 0_usize);
    layout::generate(manifests, seed, &mut |file| {
        let path = out.join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &file.text).with_context(|| format!("cannot write `{}`", path.display()))?;
        files += 1;
        bytes += file.text.len();
        Ok(())
    })?;
    eprintln!("{manifests} documents, {files} files, {bytes} bytes in {}", out.display());
    Ok(())
}

fn stream(manifests: usize, seed: u64) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut first = true;
    layout::generate(manifests, seed, &mut |file| {
        if !first {
            out.write_all(b"---\n")?;
        }
        first = false;
        out.write_all(file.text.as_bytes())?;
        Ok(())
    })?;
    out.flush()?;
    Ok(())
}
