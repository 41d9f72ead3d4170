//! Paths of a target: canonical for comparing, as given for showing.

use std::io;
use std::path::{Component, Path, PathBuf};

/// The folder that is a target.
#[derive(Debug)]
pub(super) struct Root {
    given: PathBuf,
    canonical: PathBuf,
}

impl Root {
    pub(super) fn new(given: &Path) -> io::Result<Self> {
        Ok(Root { given: given.to_owned(), canonical: given.canonicalize()? })
    }

    pub(super) fn holds(&self, canonical: &Path) -> bool {
        canonical.starts_with(&self.canonical)
    }

    /// A canonical path as the user would write it: below the target as given, or relative to it.
    pub(super) fn shown(&self, canonical: &Path) -> PathBuf {
        tidy(&self.given.join(relative(&self.canonical, canonical)))
    }

    /// The same text with paths of this machine as the user would write them.
    pub(super) fn shown_in(&self, text: &str) -> String {
        let (from, to) = (self.canonical.to_string_lossy(), self.given.to_string_lossy());
        if from.len() < 2 || from == to { text.to_owned() } else { text.replace(&*from, &to) }
    }
}

/// The way from a folder to a path, both absolute and without links.
pub(super) fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

/// Without `.`, and without folders that the next `..` leaves.
fn tidy(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    if parts.is_empty() { PathBuf::from(".") } else { parts.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_paths() {
        for (from, to, way) in
            [("/a/b", "/a/c/d", "../c/d"), ("/a", "/a/x", "x"), ("/a", "/a", ""), ("/a/b", "/a", "..")]
        {
            assert_eq!(relative(Path::new(from), Path::new(to)), Path::new(way), "{from} {to}");
        }
    }

    #[test]
    fn shown_paths_are_as_given() {
        let root = |given: &str| Root { given: given.into(), canonical: "/w/overlays/prod".into() };
        for (given, canonical, shown) in [
            ("overlays/prod", "/w/overlays/prod/a.yaml", "overlays/prod/a.yaml"),
            ("overlays/prod", "/w/base/a.yaml", "base/a.yaml"),
            (".", "/w/base/a.yaml", "../../base/a.yaml"),
            (".", "/w/overlays/prod", "."),
            ("../prod", "/w/x", "../../x"),
        ] {
            assert_eq!(root(given).shown(Path::new(canonical)), Path::new(shown), "{given} {canonical}");
        }
    }
}
