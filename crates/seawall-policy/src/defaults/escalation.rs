//! No program gets more rights than the one that starts it (`no_new_privs`).

use seawall_schema::Value;

use super::fields::{added, each_container, fill, is_privileged, is_windows};

/// The API server refuses this beside `privileged` and `CAP_SYS_ADMIN`, and it means nothing there.
pub(super) fn apply(spec: &mut Value<'_>) -> bool {
    if is_windows(spec) {
        return false;
    }
    each_container(spec, |container| {
        let all = |name: &str| {
            ["ALL", "SYS_ADMIN", "CAP_SYS_ADMIN"].iter().any(|own| own.eq_ignore_ascii_case(name))
        };
        if is_privileged(container) || added(container).any(all) {
            return false;
        }
        fill(container, &["securityContext", "allowPrivilegeEscalation"], Value::Bool(false))
    })
}
