//! Charts and kustomizations.

mod charts;
mod hostile;
mod kustomizations;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use seawall_core::Route;
use seawall_inventory::Resource;
use seawall_sources::{Loaded, Progress, Rendering, SourceLimits, Target, load_rendered};

/// A folder with a target, programs and room for temporary folders.
struct Place {
    folder: tempfile::TempDir,
    rendering: Rendering,
}

impl Place {
    /// Without any program.
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["target", "bin", "temp"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let rendering = Rendering {
            path: folder.path().join("bin").into(),
            temp: folder.path().join("temp"),
            ..Rendering::default()
        };
        let place = Place { folder, rendering };
        files.iter().for_each(|(name, text)| place.write(name, text));
        place
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("target")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.target().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A program that is this script. Another program writes it: a test that starts one meanwhile would hold the file open,
    /// and what is open for writing cannot be run.
    fn program(&mut self, name: &str, script: &str) {
        let file = self.folder.path().join("bin").join(name);
        let mut child = Command::new("/bin/sh")
            .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
            .arg(file)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        write!(child.stdin.take().unwrap(), "#!/bin/sh\n{script}").unwrap();
        assert!(child.wait().unwrap().success());
        self.rendering.path = format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display()).into();
    }

    /// With the programs of this machine.
    fn real(mut self) -> Self {
        self.rendering.path = path();
        self
    }

    fn load(&self) -> Loaded {
        self.load_from(&self.target())
    }

    fn load_from(&self, target: &Path) -> Loaded {
        self.load_all(&[target.into()])
    }

    fn load_all(&self, targets: &[PathBuf]) -> Loaded {
        let targets: Vec<Target> = targets.iter().cloned().map(Target::Folder).collect();
        let live = |_: Option<&str>, _: &mut seawall_sources::Intake<'_>| Ok::<(), ()>(());
        let limits = SourceLimits::default();
        let loaded =
            load_rendered(&targets, &limits, Some(&self.rendering), &Progress::default(), live).unwrap();
        let left: Vec<_> = std::fs::read_dir(&self.rendering.temp).unwrap().flatten().collect();
        assert!(left.is_empty(), "temporary folders are left: {left:?}");
        loaded
    }

    /// What was read: file below the target, kind and name.
    fn read(&self, loaded: &Loaded) -> Vec<String> {
        let resources = loaded.inventory.resources().iter();
        resources.map(|r| format!("{} {}/{}", self.file(r), r.kind(), r.name())).collect()
    }

    fn file(&self, resource: &Resource) -> String {
        below(&self.target(), &resource.origin().file)
    }

    /// The problems with their causes, without paths of this machine.
    fn problems(&self, loaded: &Loaded) -> Vec<String> {
        let problems = loaded.problems.iter();
        let told = |file: &str| below(&self.target(), file);
        problems
            .map(|problem| {
                let file = problem.file.as_deref().map_or(String::new(), told);
                format!("{file}: {} ({})", problem.message, problem.cause.as_deref().unwrap_or(""))
            })
            .collect()
    }
}

fn below(target: &Path, file: &str) -> String {
    file.strip_prefix(&format!("{}/", target.display())).unwrap_or(file).to_owned()
}

#[allow(clippy::disallowed_methods, reason = "where kubectl is, is asked of the environment")]
fn path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// Whether kubectl is here; says so when it is not.
fn has_kubectl() -> bool {
    let here = std::env::split_paths(&path()).any(|folder| folder.join("kubectl").is_file());
    if !here {
        eprintln!("skipped: kubectl is not on the PATH");
    }
    here
}

fn resource<'l>(loaded: &'l Loaded, kind: &str, name: &str) -> &'l Resource {
    let mut found = loaded.inventory.resources().iter().filter(|r| r.kind() == kind && r.name() == name);
    let resource = found.next().unwrap_or_else(|| panic!("no {kind} {name}"));
    assert!(found.next().is_none(), "{kind} {name} was read twice");
    resource
}

/// The line that a route is told to be on.
fn line(resource: &Resource, keys: &[&str]) -> Option<u32> {
    let mut route = Route::root();
    for key in keys {
        route = match key.parse::<usize>() {
            Ok(index) => route.index(index),
            Err(_) => route.key(key),
        };
    }
    let (_, steps) = resource.root().nearest(&route);
    assert_eq!(steps, keys.len(), "{keys:?} does not exist");
    resource.position(&route).map(|at| at.line)
}
