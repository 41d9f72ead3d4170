//! A store in a folder, for one machine or a volume that replicas share.
//!
//! Each writing is a file of its own, `certificates.<number>.pem`, that appears whole and only if its number was free; the
//! highest number counts. A process that is killed at any moment leaves either the old state or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom as _, SystemRandom};

use super::{CertificateStore, Entries, Later, Revision, Trust, Written};
use crate::tls::served::TlsError;

const PREFIX: &str = "certificates.";
const SUFFIX: &str = ".pem";

/// Earlier states that are kept, in case somebody wants to look at them.
const KEPT: u64 = 2;

/// A larger file is none of ours.
const LARGEST: u64 = 1 << 20;

/// A folder.
#[derive(Clone, Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// The folder, which is made when it is not there.
    ///
    /// # Errors
    /// When it can neither be found nor made.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, TlsError> {
        let path = path.into();
        fs::create_dir_all(&path).map_err(|error| failed(&path, &error))?;
        Ok(Directory(path))
    }

    fn file(&self, number: u64) -> PathBuf {
        self.0.join(format!("{PREFIX}{number:08}{SUFFIX}"))
    }

    fn numbers(&self) -> Result<Vec<u64>, TlsError> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(|error| failed(&self.0, &error))? {
            let name = entry.map_err(|error| failed(&self.0, &error))?.file_name();
            let number: Option<u64> =
                name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn load(&self) -> Result<Option<(Entries, Revision)>, TlsError> {
        let Some(number) = self.numbers()?.pop() else { return Ok(None) };
        let path = self.file(number);
        let size = fs::metadata(&path).map_err(|error| failed(&path, &error))?.len();
        if size > LARGEST {
            return Err(TlsError::Store(format!("`{}` is larger than {LARGEST} bytes", path.display())));
        }
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
        Ok(Some((from_text(&text), Revision(number.to_string()))))
    }

    fn save(&self, entries: &Entries, expected: Option<Revision>) -> Result<Written, TlsError> {
        let last = self.numbers()?.pop();
        if last.map(|number| Revision(number.to_string())) != expected {
            return Ok(Written::Lost);
        }
        let number = last.unwrap_or(0) + 1;
        let target = self.file(number);
        let written = put(&self.0, &to_text(entries), |draft| fs::hard_link(draft, &target));
        match written {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Written::Lost),
            Err(error) => return Err(failed(&target, &error)),
            Ok(()) => {}
        }
        for old in self.numbers()?.into_iter().filter(|old| old + KEPT < number) {
            // Somebody else may have removed it.
            let _ = fs::remove_file(self.file(old));
        }
        Ok(Written::Done)
    }
}

impl CertificateStore for Directory {
    fn read(&self) -> Later<'_, Result<Option<(Entries, Revision)>, TlsError>> {
        Box::pin(async { self.load() })
    }

    fn write(&self, entries: Entries, expected: Option<Revision>) -> Later<'_, Result<Written, TlsError>> {
        Box::pin(async move { self.save(&entries, expected) })
    }
}

/// The bundle in a file, for whoever brings it to the API server.
#[derive(Clone, Debug)]
pub struct BundleFile(pub PathBuf);

impl Trust for BundleFile {
    fn spread(&self, bundle: String) -> Later<'_, Result<(), TlsError>> {
        Box::pin(async move {
            let path = &self.0;
            if fs::read_to_string(path).is_ok_and(|known| known == bundle) {
                return Ok(());
            }
            let folder = path.parent().unwrap_or(Path::new("."));
            put(folder, &bundle, |draft| fs::rename(draft, path)).map_err(|error| failed(path, &error))
        })
    }
}

/// Writes a draft that only its owner can read, and has it put in its place.
fn put(folder: &Path, text: &str, place: impl FnOnce(&Path) -> std::io::Result<()>) -> std::io::Result<()> {
    // Processes in containers share numbers and volumes: only chance tells their drafts apart.
    let mut chance = [0_u8; 8];
    SystemRandom::new()
        .fill(&mut chance)
        .map_err(|_| std::io::Error::other("no random numbers to be had"))?;
    let draft = folder.join(format!(".draft.{:016x}", u64::from_be_bytes(chance)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(&draft).and_then(|mut file: File| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let placed = written.and_then(|()| place(&draft));
    // After a rename it is not there any more.
    let _ = fs::remove_file(&draft);
    placed
}

fn failed(path: &Path, error: &std::io::Error) -> TlsError {
    TlsError::Store(format!("`{}`: {error}", path.display()))
}

/// `# name` and the text behind it; no text of ours has a line that begins with `#`.
fn to_text(entries: &Entries) -> String {
    entries.iter().map(|(name, text)| format!("# {name}\n{}\n", text.trim_end())).collect()
}

fn from_text(text: &str) -> Entries {
    let mut entries = Entries::new();
    let mut name = None;
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(next) => name = Some(next.to_owned()),
            None => {
                if let Some(name) = &name {
                    let text = entries.entry(name.clone()).or_default();
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Entries {
        Entries::from([("a".to_owned(), format!("{text}\n")), ("b".to_owned(), "x\ny\n".to_owned())])
    }

    #[test]
    fn the_second_writer_loses_and_reads_what_the_first_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Directory::new(folder.path()).unwrap(), Directory::new(folder.path()).unwrap());
        assert_eq!(one.load().unwrap(), None);
        assert_eq!(one.save(&entries("1"), None).unwrap(), Written::Done);
        assert_eq!(two.save(&entries("2"), None).unwrap(), Written::Lost);
        let (read, revision) = two.load().unwrap().unwrap();
        assert_eq!(read, entries("1"));
        assert_eq!(two.save(&entries("3"), Some(revision.clone())).unwrap(), Written::Done);
        assert_eq!(one.save(&entries("4"), Some(revision)).unwrap(), Written::Lost);
        assert_eq!(one.load().unwrap().unwrap().0, entries("3"));
    }

    #[test]
    fn drafts_do_not_count_and_earlier_states_do_not_pile_up() {
        let folder = tempfile::tempdir().unwrap();
        let store = Directory::new(folder.path()).unwrap();
        fs::write(folder.path().join(".draft.1.x"), "# a\nhalf").unwrap();
        for _ in 0..10 {
            let expected = store.load().unwrap().map(|(_, revision)| revision);
            assert_eq!(store.save(&entries("x"), expected).unwrap(), Written::Done);
        }
        assert_eq!(store.numbers().unwrap(), [8, 9, 10]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let store = Directory::new(folder.path()).unwrap();
        store.save(&entries("x"), None).unwrap();
        let mode = fs::metadata(store.file(1)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
