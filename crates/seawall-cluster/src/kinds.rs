//! What is listed how: which kinds hold secrets, of which the metadata is enough, and which are left out.

/// One thing that can be listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listable {
    /// The API group, empty for the core group.
    pub(crate) group: String,
    pub(crate) kind: String,
    /// As in paths: `pods`.
    pub(crate) resource: String,
    pub(crate) version: String,
    pub(crate) namespaced: bool,
}

/// How a kind is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Whole objects.
    Whole,
    /// Whole objects without the values under `data`.
    Withholding,
    /// Only what identifies and joins them.
    Metadata,
    /// Not at all, and why.
    LeftOut(&'static str),
}

const EVENTS: &str = "events are history, not state";
const METRICS: &str = "measurements of other objects";

impl Listable {
    /// How it is read.
    pub(crate) fn reading(&self) -> Reading {
        match (self.group.as_str(), self.kind.as_str()) {
            // Also what others call so: it will hold what its name says.
            (_, "Secret") => Reading::Withholding,
            // Former pod templates, and heartbeats: what they are and whose is all that a check can ask.
            ("apps", "ControllerRevision") | ("coordination.k8s.io", "Lease") => Reading::Metadata,
            ("" | "events.k8s.io", "Event") => Reading::LeftOut(EVENTS),
            ("", "ComponentStatus") => Reading::LeftOut("deprecated, and made up when asked for"),
            ("metrics.k8s.io" | "custom.metrics.k8s.io" | "external.metrics.k8s.io", _) => {
                Reading::LeftOut(METRICS)
            }
            _ => Reading::Whole,
        }
    }

    /// What a watch of it asks for.
    pub(crate) fn accept_events(&self) -> &'static str {
        match self.reading() {
            Reading::Metadata => {
                "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
            }
            _ => "application/json",
        }
    }

    /// The version as objects say it: `v1`, `apps/v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Where it is listed, in all namespaces or in one.
    pub(crate) fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "api" } else { "apis" };
        let place = namespace.map_or(String::new(), |namespace| format!("namespaces/{namespace}/"));
        format!("/{root}/{}/{place}{}", self.api_version(), self.resource)
    }
}

/// Whether a name can stand in a path as it is: what a server says of itself must not lead a request elsewhere.
pub(crate) fn is_path_word(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    !name.is_empty() && name.len() <= 253 && name.bytes().all(plain) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let of = |group: &str, resource: &str| Listable {
            group: group.into(),
            kind: "X".into(),
            resource: resource.into(),
            version: "v1".into(),
            namespaced: true,
        };
        assert_eq!(of("", "pods").path(None), "/api/v1/pods");
        assert_eq!(of("apps", "deployments").path(Some("shop")), "/apis/apps/v1/namespaces/shop/deployments");
    }

    #[test]
    fn names_lead_nowhere_else() {
        assert!(is_path_word("a-1.b"));
        for name in ["", "..", "a/b", "a?b", "A", "a%2e", "ä"] {
            assert!(!is_path_word(name), "{name}");
        }
    }
}
