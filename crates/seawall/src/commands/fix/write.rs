//! Files written: all that changed, or none where one of them cannot be.
//!
//! A file is written beside its place and renamed into it, so that nobody ever reads half of it. What is written replaces
//! the text that was judged: a file that has another text by now is left alone.

use std::collections::HashMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use seawall_fix::FileChange;
use seawall_sources::Target;
use seawall_yaml::Text;

/// A file that was not written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) file: String,
    pub(super) reason: String,
}

/// Where a file really is, and what it is like.
struct Place {
    path: PathBuf,
    metadata: Metadata,
}

/// A new text beside the file that it is to replace; taken away again unless it does.
struct Beside<'f> {
    file: &'f FileChange,
    place: Place,
    path: PathBuf,
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        // What has replaced its file is no longer there.
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes all changed texts.
pub(super) fn all(files: &[FileChange], targets: &[Target]) -> Result<(), Vec<Refusal>> {
    let places = together(files.iter().map(|file| (file, place(file, targets))))?;
    let mut once: Vec<(&FileChange, Place)> = Vec::new();
    let mut known: HashMap<PathBuf, &FileChange> = HashMap::new();
    for (file, place) in places {
        match known.insert(place.path.clone(), file) {
            None => once.push((file, place)),
            Some(other) if other.after.as_str() == file.after.as_str() => {}
            Some(other) => {
                let reason =
                    format!("it is the same file as `{}`, and both ask for other changes", other.file);
                return together(
                    files
                        .iter()
                        .map(|one| (one, if one.file == file.file { Err(reason.clone()) } else { Ok(()) })),
                )
                .map(|_| ());
            }
        }
    }
    let besides =
        once.into_iter().enumerate().map(|(number, (file, place))| (file, beside(number, place, file)));
    let mut besides = together(besides)?.into_iter().map(|(_, beside)| beside);
    let mut refusals = Vec::new();
    for beside in besides.by_ref() {
        if let Err(error) = fs::rename(&beside.path, &beside.place.path) {
            refusals.push(refused(beside.file, format!("it cannot be replaced: {error}")));
            break;
        }
    }
    refusals.extend(besides.map(|beside| refused(beside.file, ANOTHER.to_owned())));
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

const ANOTHER: &str = "another file cannot be written";

fn refused(file: &FileChange, reason: String) -> Refusal {
    Refusal { file: file.file.to_string(), reason }
}

/// What came of every file, or why none is written: everything was judged together, so it is written together.
fn together<'f, T>(
    steps: impl Iterator<Item = (&'f FileChange, Result<T, String>)>,
) -> Result<Vec<(&'f FileChange, T)>, Vec<Refusal>> {
    let (mut done, mut refusals) = (Vec::new(), Vec::new());
    for (file, step) in steps {
        match step {
            Ok(step) => done.push((file, step)),
            Err(reason) => refusals.push(refused(file, reason)),
        }
    }
    if refusals.is_empty() {
        return Ok(done);
    }
    refusals.extend(done.into_iter().map(|(file, _)| refused(file, ANOTHER.to_owned())));
    Err(refusals)
}

fn place(file: &FileChange, targets: &[Target]) -> Result<Place, String> {
    if targets.contains(&Target::Stdin) && &*file.file == "<stdin>" {
        return Err("standard input is no file; take its diff".to_owned());
    }
    let failed = |error: io::Error| format!("it cannot be read: {error}");
    let path = Path::new(&*file.file).canonicalize().map_err(failed)?;
    if !targets.iter().any(|target| holds(target, &path)) {
        return Err("a link leads to it out of what was named; name the file itself".to_owned());
    }
    let metadata = fs::metadata(&path).map_err(failed)?;
    if !metadata.is_file() {
        return Err("it is no regular file".to_owned());
    }
    if metadata.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    unchanged(&path, &file.before)?;
    Ok(Place { path, metadata })
}

/// Whether a file, by its real path, is what a target names or lies in it.
fn holds(target: &Target, path: &Path) -> bool {
    match target {
        Target::File(named) => named.canonicalize().is_ok_and(|named| named == path),
        Target::Folder(folder) => folder.canonicalize().is_ok_and(|folder| path.starts_with(folder)),
        Target::Stdin | Target::Snapshot(_) | Target::Cluster(_) => false,
    }
}

fn unchanged(path: &Path, before: &Text) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes == before.as_str().as_bytes() {
        return Ok(());
    }
    let same = Text::from_bytes(bytes).0.as_str() == before.as_str();
    Err(if same {
        "it is not UTF-8; convert it first"
    } else {
        "it has changed since it was read; run again"
    }
    .to_owned())
}

/// Puts the new text beside its place. Its name does not hold that of the file, which may be as long as names can be.
fn beside(number: usize, place: Place, file: &FileChange) -> Result<Beside<'_>, String> {
    let folder = place.path.parent().ok_or("it is in no folder")?;
    let path = folder.join(format!(".seawall-fix-{}-{number}", std::process::id()));
    let failed = |error: io::Error| format!("nothing can be written beside it: {error}");
    let new = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    let beside = Beside { file, place, path };
    put(new, file.after.as_str(), &beside.place.metadata).map_err(failed)?;
    unchanged(&beside.place.path, &file.before)?;
    Ok(beside)
}

fn put(mut file: File, text: &str, like: &Metadata) -> io::Result<()> {
    file.set_permissions(like.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use seawall_core::OriginKind;

    fn change(path: &Path, before: &str, after: &str) -> FileChange {
        FileChange {
            file: path.to_str().unwrap().into(),
            kind: OriginKind::File,
            before: Text::new(before),
            after: Text::new(after),
        }
    }

    /// Somebody else was faster: nothing of the run is written.
    #[test]
    fn a_file_that_changed_since_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.yaml"), folder.path().join("other.yaml"));
        std::fs::write(&one, "a: 1\n").unwrap();
        std::fs::write(&other, "b: 2\n").unwrap();
        let files = [change(&one, "a: 1\n", "a: 9\n"), change(&other, "b: 1\n", "b: 9\n")];
        let targets = [Target::Folder(folder.path().to_owned())];
        let refusals = all(&files, &targets).unwrap_err();
        let reasons: Vec<&str> = refusals.iter().map(|refusal| refusal.reason.as_str()).collect();
        assert_eq!(
            reasons,
            ["it has changed since it was read; run again", "another file cannot be written"]
        );
        assert_eq!(std::fs::read_to_string(&one).unwrap(), "a: 1\n");
        assert_eq!(all(&files[..1], &targets), Ok(()));
        assert_eq!(std::fs::read_to_string(&one).unwrap(), "a: 9\n");
    }

    /// A name as long as names can be left no room for that of the new text: files before it were written, and the run said
    /// that nothing was.
    #[test]
    fn issue_fix_long_name_repro() {
        let folder = tempfile::tempdir().unwrap();
        let (one, long) = (folder.path().join("0.yaml"), folder.path().join("a".repeat(250) + ".yaml"));
        for path in [&one, &long] {
            std::fs::write(path, "a: 1\n").unwrap();
        }
        let files = [change(&one, "a: 1\n", "a: 9\n"), change(&long, "a: 1\n", "a: 9\n")];
        let targets = [Target::Folder(folder.path().to_owned())];
        assert_eq!(all(&files, &targets), Ok(()));
        for path in [&one, &long] {
            assert_eq!(std::fs::read_to_string(path).unwrap(), "a: 9\n");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    /// A name beside the file that is taken already: the files before it had been written.
    #[test]
    fn issue_fix_half_written_repro() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.yaml"), folder.path().join("other.yaml"));
        for path in [&one, &other] {
            std::fs::write(path, "a: 1\n").unwrap();
        }
        let taken = folder.path().join(format!(".seawall-fix-{}-1", std::process::id()));
        std::fs::write(&taken, "mine\n").unwrap();
        let files = [change(&one, "a: 1\n", "a: 9\n"), change(&other, "a: 1\n", "a: 9\n")];
        let targets = [Target::Folder(folder.path().to_owned())];
        let refusals = all(&files, &targets).unwrap_err();
        assert_eq!(refusals.len(), 2, "{refusals:?}");
        assert_eq!(refusals[1].reason, ANOTHER);
        for path in [&one, &other] {
            assert_eq!(std::fs::read_to_string(path).unwrap(), "a: 1\n");
        }
        assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    /// A link in the folder is another name of the same file: it was written once and then refused as changed.
    #[cfg(unix)]
    #[test]
    fn issue_fix_link_beside_repro() {
        let folder = tempfile::tempdir().unwrap();
        let (one, link) = (folder.path().join("one.yaml"), folder.path().join("link.yaml"));
        std::fs::write(&one, "a: 1\n").unwrap();
        std::os::unix::fs::symlink(&one, &link).unwrap();
        let targets = [Target::Folder(folder.path().to_owned())];
        let differ = [change(&one, "a: 1\n", "a: 9\n"), change(&link, "a: 1\n", "a: 8\n")];
        assert_eq!(all(&differ, &targets).unwrap_err().len(), 2);
        assert_eq!(std::fs::read_to_string(&one).unwrap(), "a: 1\n");
        let same = [change(&one, "a: 1\n", "a: 9\n"), change(&link, "a: 1\n", "a: 9\n")];
        assert_eq!(all(&same, &targets), Ok(()));
        assert_eq!(std::fs::read_to_string(&link).unwrap(), "a: 9\n");
        assert!(link.is_symlink());
    }
}
