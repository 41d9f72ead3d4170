//! What CI systems are given runs as they run it: the scripts are taken out of the files that users get, and run by the
//! shells that the systems use, in an environment of nothing but what the systems set.

mod action;
mod gitlab;
mod pre_commit;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use seawall_yaml::{Limits, Text, read};
use serde_json::Value;

use crate::{BAD_POD, Run, workspace};

/// What somebody might put where a name or a word is expected, to have it run or taken for an option.
const HOSTILE: &[&str] = &[
    "$(touch pwned)",
    "`touch pwned`",
    "\"; touch pwned; \"",
    "'; touch pwned; '",
    "x\ntouch pwned\n",
    "x\r\nexit-code=0",
    "a[$(touch pwned)]",
    "*",
    "-e touch",
];

/// A file of the repository, read by the reader that scans manifests.
fn yaml(path: &str) -> Value {
    let bytes = fs::read(workspace().join(path)).unwrap();
    let (text, problems) = Text::from_bytes(bytes);
    assert!(problems.is_empty(), "{path}: {problems:?}");
    let (documents, problems) = read(&text, &Limits::default());
    assert!(problems.is_empty() && documents.len() == 1, "{path}: {problems:?}");
    let mut json = String::new();
    documents[0].tree.root().write_json(&mut json);
    serde_json::from_str(&json).unwrap()
}

/// A folder with a repository to scan, and beside it what a machine has.
struct Stand {
    folder: tempfile::TempDir,
}

impl Stand {
    /// Tools that the scripts may use: what every image and runner has. Neither `seawall` nor `cargo` is among them.
    const TOOLS: [&str; 12] =
        ["bash", "sh", "cat", "chmod", "cp", "dirname", "ln", "mkdir", "mktemp", "od", "rm", "tr"];

    fn new(files: &[(&str, &str)]) -> Self {
        let stand = Stand { folder: tempfile::tempdir().unwrap() };
        for name in ["repository", "bin", "temp"] {
            fs::create_dir(stand.path(name)).unwrap();
        }
        for (name, text) in files {
            stand.put(&format!("repository/{name}"), text);
        }
        let path = std::env::var_os("PATH").unwrap();
        for tool in Stand::TOOLS.iter().chain(&["touch"]) {
            let found =
                std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|tool| tool.is_file());
            let found = found.unwrap_or_else(|| panic!("there is no `{tool}` on PATH"));
            symlink(found, stand.path("bin").join(tool)).unwrap();
        }
        stand
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Puts `seawall` on PATH.
    fn with_seawall(self) -> Self {
        symlink(env!("CARGO_BIN_EXE_seawall"), self.path("bin/seawall")).unwrap();
        self
    }

    /// Puts a `cargo` on PATH that notes where and how it is called, and installs the binary under test.
    fn with_cargo(self) -> Self {
        let (log, binary) = (self.path("cargo.log"), env!("CARGO_BIN_EXE_seawall"));
        let script = format!(
            "#!/bin/sh\n{{ echo \"in $(pwd -P)\"; for word; do echo \"$word\"; done; }} >> '{}'\n\
             while [ \"$1\" != --root ]; do shift; done\nmkdir -p \"$2/bin\" \"$2/build\"\nln -s '{binary}' \"$2/bin/seawall\"\n",
            log.display()
        );
        self.put("bin/cargo", &script);
        fs::set_permissions(self.path("bin/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Runs a program in the repository with these variables, PATH and nothing else.
    fn run(&self, program: &[&str], variables: &BTreeMap<String, String>) -> Run {
        let (program, args) = program.split_first().unwrap();
        // By its path: the environment is emptied before a name would be looked up.
        let program =
            if program.contains('/') { PathBuf::from(program) } else { self.path("bin").join(program) };
        let output = Command::new(program)
            .args(args)
            .current_dir(self.path("repository"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("TMPDIR", self.path("temp"))
            .envs(variables)
            .output()
            .unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Whether something ran that only stood in a value.
    fn is_pwned(&self) -> bool {
        self.path("repository/pwned").exists()
    }

    /// What is left of temporary files.
    fn left(&self) -> usize {
        fs::read_dir(self.path("temp")).unwrap().count()
    }
}

fn real(path: &Path) -> String {
    path.canonicalize().unwrap().display().to_string()
}

/// The page for users names all that can be set.
#[test]
fn the_page_names_every_input_and_variable() {
    let page = fs::read_to_string(workspace().join("docs/ci.md")).unwrap();
    let action = yaml("action.yml");
    let gitlab = yaml("ci/gitlab.yml");
    let hooks = yaml(".pre-commit-hooks.yaml");
    let keys = |map: &Value| map.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let ids = hooks.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap().to_owned());
    let names =
        [keys(&action["inputs"]), keys(&action["outputs"]), keys(&gitlab["variables"]), ids.collect()]
            .concat();
    assert!(names.len() > 20);
    let missing: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/ci.md does not name {missing:?}");
}
