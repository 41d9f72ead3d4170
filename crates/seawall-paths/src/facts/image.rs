//! What image a container runs.

use seawall_inventory::ContainerView;
use seawall_yaml::Node;

use crate::names::{Name, Names};
use crate::reports::{digest_of, tag_of};

/// What an image is found by in reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImageFacts {
    /// Registry, repository and tag, the defaults filled in; `None` where only a digest is given.
    pub(crate) tag: Option<Name>,
    /// As it is written, and as the pod's status gives it.
    pub(crate) digests: Box<[Name]>,
}

/// Where a pod's status tells what runs.
const STATUSES: [&str; 3] = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];

impl ImageFacts {
    pub(crate) fn read(container: &ContainerView<'_>, names: &mut Names) -> Self {
        let written = container.image().unwrap_or("");
        let status = container.pod().resource().root().get("status");
        let running =
            status.into_iter().flat_map(|status| STATUSES.into_iter().flat_map(move |key| status.list(key)));
        let own = running.filter(|status| status.str("name") == Some(container.name()));
        let mut digests: Vec<String> = digest_of(written).into_iter().collect();
        digests.extend(own.filter_map(|status: Node<'_>| digest_of(status.str("imageID")?)));
        digests.sort_unstable();
        digests.dedup();
        ImageFacts {
            tag: tag_of(written).map(|tag| names.intern(&tag)),
            digests: digests.iter().map(|digest| names.intern(digest)).collect(),
        }
    }
}
