//! Which versions of the Kubernetes API are deprecated or gone, and when that happened.

use std::sync::LazyLock;

/// A release of Kubernetes: major and minor.
pub(crate) type Release = (u32, u32);

/// The newest release that the table knows all about.
pub(crate) const NEWEST: Release = (1, 36);

/// One kind in one version of its group.
#[derive(Debug)]
pub(crate) struct ApiVersion {
    /// As written in objects: `apps/v1beta1`, `v1`.
    pub(crate) api_version: String,
    /// The kind.
    pub(crate) kind: &'static str,
    /// The first release that warns; `None` where it was taken away without a warning.
    pub(crate) deprecated: Option<Release>,
    /// The first release without it.
    pub(crate) removed: Option<Release>,
    /// Version, and kind where that changes too.
    pub(crate) replacement: Option<&'static str>,
    /// Whether an object has the same shape in the replacement.
    pub(crate) same_shape: bool,
}

static TABLE: LazyLock<Vec<ApiVersion>> =
    LazyLock::new(|| include_str!("table.tsv").lines().filter_map(row).collect());

/// All versions that are deprecated or gone.
pub(crate) fn all() -> &'static [ApiVersion] {
    &TABLE
}

/// What is known about a kind in a version; `None` where it is neither deprecated nor gone.
pub(crate) fn find(api_version: &str, kind: &str) -> Option<&'static ApiVersion> {
    all().iter().find(|known| known.api_version == api_version && known.kind == kind)
}

fn row(line: &'static str) -> Option<ApiVersion> {
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let mut column = || columns.next().filter(|text| *text != "-");
    let (group, version, kind) = (column(), column()?, column()?);
    Some(ApiVersion {
        api_version: group.map_or_else(|| version.to_owned(), |group| format!("{group}/{version}")),
        kind,
        deprecated: column().and_then(release),
        removed: column().and_then(release),
        replacement: column(),
        same_shape: column() == Some("same"),
    })
}

/// Reads `1.30` and `v1.30.2`.
pub(crate) fn release(text: &str) -> Option<Release> {
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
    let major = parts.next()?.parse().ok()?;
    // Managed clusters write `1.30+`.
    let minor = parts.next()?.trim_end_matches('+').parse().ok()?;
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_makes_sense() {
        let rows = include_str!("table.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all().len(), rows);
        for known in all() {
            let name = format!("{} {}", known.api_version, known.kind);
            assert!(known.deprecated.is_some() || known.removed.is_some(), "{name}");
            if let (Some(deprecated), Some(removed)) = (known.deprecated, known.removed) {
                assert!(deprecated < removed, "{name}");
            }
            if let Some(replacement) = known.replacement {
                let version = replacement.split(' ').next().unwrap();
                let still = find(version, known.kind).is_none_or(|next| next.removed > Some(NEWEST));
                assert!(still, "{name}: its replacement is gone");
            }
        }
    }

    #[test]
    fn releases() {
        for (text, wanted) in [
            ("1.30", Some((1, 30))),
            ("v1.30.2", Some((1, 30))),
            ("1.30+", Some((1, 30))),
            ("1", None),
            ("one.two", None),
            ("", None),
        ] {
            assert_eq!(release(text), wanted, "{text}");
        }
    }
}
