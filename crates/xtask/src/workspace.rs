//! Where the repository is, and how cargo and git are asked about it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The repository that xtask was started for.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository by the folder of this crate, which cargo names at run time.
    pub(crate) fn find() -> Result<Workspace> {
        let own = env::var_os("CARGO_MANIFEST_DIR").context("start me as `cargo xtask`")?;
        let root = Path::new(&own).ancestors().nth(2).context("xtask is not in `crates/xtask`")?.to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        Ok(Workspace { root, target })
    }

    /// The repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that cargo builds into.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A command that runs in the repository.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that started xtask.
    pub(crate) fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// The files that git tracks or would track, sorted, relative to the root.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let mut git = self.command("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let list = output(&mut git)?;
        let mut files: Vec<String> = list
            .split('\0')
            .filter(|file| !file.is_empty() && self.root.join(file).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// The text of a file; nothing when it is no UTF-8.
    pub(crate) fn text(&self, file: &str) -> Result<Option<String>> {
        let bytes = fs::read(self.root.join(file)).with_context(|| format!("cannot read `{file}`"))?;
        Ok(String::from_utf8(bytes).ok())
    }

    /// What `cargo metadata` says, by the committed lock file.
    pub(crate) fn metadata(&self, arguments: &[&str]) -> Result<Value> {
        let mut cargo = self.cargo();
        cargo.args(["metadata", "--locked", "--format-version", "1"]).args(arguments);
        serde_json::from_str(&output(&mut cargo)?).context("cannot read the answer of `cargo metadata`")
    }
}

/// The standard output of a command that must succeed; its errors go to ours.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let result = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{name}`"))?;
    if !result.status.success() {
        bail!("`{name}` failed with {}", result.status);
    }
    String::from_utf8(result.stdout).with_context(|| format!("`{name}` printed something else than UTF-8"))
}

/// Where a program is on PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
