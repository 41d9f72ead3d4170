//! Programs cannot change the files of their image.

use seawall_schema::Value;

use super::fields::{each_container, fill, is_privileged, is_windows};

/// For every container that is not privileged.
pub(super) fn apply(spec: &mut Value<'_>) -> bool {
    if is_windows(spec) {
        return false;
    }
    each_container(spec, |container| {
        !is_privileged(container)
            && fill(container, &["securityContext", "readOnlyRootFilesystem"], Value::Bool(true))
    })
}
