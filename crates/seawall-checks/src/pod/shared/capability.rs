//! Linux capabilities as pods name them.
//!
//! Pods write them without `CAP_` and in upper case. Runtimes also take other cases, and some take the prefix, so checks
//! compare [`canonical`] names.

use seawall_inventory::ContainerView;

/// What stands for every capability.
pub(crate) const ALL: &str = "ALL";

/// An item of `capabilities.add`.
pub(crate) struct Added {
    /// The name in capitals without `CAP_`.
    pub(crate) name: String,
}

/// The name in capitals without `CAP_`.
pub(crate) fn canonical(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    name.strip_prefix("CAP_").map_or_else(|| name.clone(), str::to_owned)
}

/// The capabilities that a container adds.
pub(crate) fn added(container: &ContainerView<'_>) -> impl Iterator<Item = Added> {
    container.capabilities("add").map(|(_, written)| Added { name: canonical(written) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_case_and_prefix() {
        for (written, name) in [
            ("SYS_ADMIN", "SYS_ADMIN"),
            ("cap_sys_admin", "SYS_ADMIN"),
            ("nEt_aDmIn", "NET_ADMIN"),
            ("all", ALL),
            ("", ""),
            ("CAP_", ""),
        ] {
            assert_eq!(canonical(written), name);
        }
    }
}
