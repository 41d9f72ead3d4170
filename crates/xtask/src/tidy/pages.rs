//! Every page belongs to a check; the build holds the other direction.

use seawall_checks::all;

use super::TextFile;

const FOLDER: &str = "docs/checks/";

pub(super) fn check(files: &[TextFile]) -> Vec<String> {
    let known: Vec<&str> = all().iter().map(|entry| entry.id).collect();
    orphans(files.iter().map(|file| file.path.as_str()), &known)
}

fn orphans<'a>(paths: impl Iterator<Item = &'a str>, known: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    if known.is_empty() {
        faults.push("the catalogue is empty".to_owned());
    }
    for path in paths {
        let Some(page) = path.strip_prefix(FOLDER).and_then(|page| page.strip_suffix(".md")) else {
            continue;
        };
        let id = page.replace('/', "-");
        if page.contains('/') && !known.contains(&id.as_str()) {
            faults.push(format!("{path}: there is no check `{id}`"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_check_is_named() {
        let paths = [
            "docs/checks/README.md",
            "docs/checks/pod/privileged.md",
            "docs/checks/pod/gone.md",
            "README.md",
        ];
        let faults = orphans(paths.into_iter(), &["pod-privileged"]);
        assert_eq!(faults, ["docs/checks/pod/gone.md: there is no check `pod-gone`"]);
        assert_eq!(orphans([].into_iter(), &[]).len(), 1);
    }
}
