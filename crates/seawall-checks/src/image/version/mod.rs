//! Versions that tags name.

use seawall_core::{Fix, FixRisk, FixValue};
use seawall_inventory::PodView;

use crate::Verdicts;
use crate::image::ImageReference;
use crate::image::used::images;

/// Major, minor, patch.
pub(crate) type Version = (u64, u64, u64);

/// A flaw of a program, known by the version in the tag of its image.
pub(crate) struct Flaw {
    /// The identifier.
    pub(crate) id: &'static str,
    /// How the program is called in messages.
    pub(crate) program: &'static str,
    /// The last part of the repositories that it is published in.
    pub(crate) repositories: &'static [&'static str],
    /// The first version of the same line without the flaw; `None` for a version that does not have it.
    pub(crate) fixed_in: fn(Version) -> Option<Version>,
}

impl Flaw {
    /// Fails images of a version that has the flaw. A tag that names no whole version says nothing, nor does another one
    /// for a digest: the digest decides what runs, and the tag is taken at its word.
    pub(crate) fn judge(&self, pod: &PodView<'_>, out: &mut Verdicts<'_>) {
        let mut applies = false;
        for image in images(pod) {
            let Some(reference) = ImageReference::parse(image.text) else { continue };
            let last = reference.repository.rsplit('/').next().unwrap_or("");
            if !self.repositories.contains(&last) {
                continue;
            }
            applies = true;
            let Some((tag, version)) = reference.tag.and_then(|tag| Some((tag, version(tag)?))) else {
                continue;
            };
            let Some(fixed) = (self.fixed_in)(version) else { continue };
            let message = format!("{} is {} `{tag}`, which has {}", image.what, self.program, self.id);
            let route = image.place.route.clone();
            let draft = out.fail(image.place, message);
            if reference.digest.is_none() {
                draft.fix(Fix::set(FixRisk::Medium, route, retagged(image.text, tag, fixed)));
            }
        }
        if !applies {
            out.not_applicable();
        }
    }
}

/// The version that a tag begins with: `v2.1.8`, `9.2.3-ubuntu`.
pub(crate) fn version(tag: &str) -> Option<Version> {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let end = tag.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(tag.len());
    let mut parts = tag.get(..end)?.split('.').map(|part| part.parse().ok());
    let version = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(version)
}

/// The reference with another version in its tag, which keeps its prefix and suffix.
fn retagged(text: &str, tag: &str, (major, minor, patch): Version) -> FixValue {
    let name = text.trim().strip_suffix(tag).unwrap_or("");
    let prefix = if tag.starts_with('v') { "v" } else { "" };
    let rest = tag.strip_prefix('v').unwrap_or(tag);
    let suffix = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    FixValue::Str(format!("{name}{prefix}{major}.{minor}.{patch}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_name_a_version() {
        for (tag, wanted) in [
            ("v2.1.8", Some((2, 1, 8))),
            ("9.2.3", Some((9, 2, 3))),
            ("9.2.3-ubuntu", Some((9, 2, 3))),
            ("v2.1", None),
            ("2", None),
            ("latest", None),
            ("1.2.3.4", None),
            ("1..2", None),
            ("", None),
        ] {
            assert_eq!(version(tag), wanted, "{tag}");
        }
    }

    #[test]
    fn only_the_version_of_a_tag_changes() {
        let retag = |text, tag| retagged(text, tag, (9, 2, 4));
        assert_eq!(
            retag("grafana/grafana:9.2.3-ubuntu", "9.2.3-ubuntu"),
            "grafana/grafana:9.2.4-ubuntu".into()
        );
        assert_eq!(retag("r:5000/x/kyverno:v1.8.3", "v1.8.3"), "r:5000/x/kyverno:v9.2.4".into());
    }
}
