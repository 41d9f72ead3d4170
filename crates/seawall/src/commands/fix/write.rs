//! Files written: all that changed, or none where one of them cannot be.
//!
//! A file is written beside its place and renamed into it, so that nobody ever reads half of it. What is written replaces
//! the text that was judged: a file that has another text by now is left alone.

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

/// Writes all changed texts.
pub(super) fn all(files: &[FileChange], targets: &[Target]) -> Result<(), Vec<Refusal>> {
    let refused = |file: &FileChange, reason: String| Refusal { file: file.file.to_string(), reason };
    let mut places = Vec::new();
    let mut refusals = Vec::new();
    for file in files {
        match place(file, targets) {
            Ok(place) => places.push((file, place)),
            Err(reason) => refusals.push(refused(file, reason)),
        }
    }
    if !refusals.is_empty() {
        // Everything was judged together, so it is written together.
        let others =
            places.iter().map(|(file, _)| refused(file, "another file cannot be written".to_owned()));
        refusals.extend(others);
        return Err(refusals);
    }
    for (file, place) in places {
        if let Err(reason) = replace(&place, file) {
            refusals.push(refused(file, reason));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
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

fn replace(place: &Place, file: &FileChange) -> Result<(), String> {
    let Place { path, metadata } = place;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err("it is in no folder".to_owned());
    };
    let beside = folder.join(format!(".{}.seawall-{}", name.to_string_lossy(), std::process::id()));
    let written = put(&beside, file.after.as_str(), metadata)
        .map_err(|error| format!("nothing can be written beside it: {error}"))
        .and_then(|()| unchanged(path, &file.before))
        .and_then(|()| fs::rename(&beside, path).map_err(|error| format!("it cannot be replaced: {error}")));
    if written.is_err() {
        // What is not there need not be taken away.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn put(path: &Path, text: &str, like: &Metadata) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
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
}
