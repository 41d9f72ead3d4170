//! Linux capabilities as pods name them.
//!
//! Pods write them without `CAP_` and in upper case. Runtimes also take other cases, and some take the prefix, so checks
//! compare [`canonical`] names.

use seawall_core::{Edit, Fix, FixRisk, FixValue};
use seawall_inventory::{ContainerView, Place};
use seawall_yaml::Node;

use crate::Verdicts;

/// What stands for every capability.
pub(crate) const ALL: &str = "ALL";

/// An item of `capabilities.add`.
pub(crate) struct Added<'r> {
    container: ContainerView<'r>,
    node: Node<'r>,
    /// The name as written.
    pub(crate) written: &'r str,
    /// The name in capitals without `CAP_`.
    pub(crate) name: String,
}

/// The name in capitals without `CAP_`.
pub(crate) fn canonical(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    name.strip_prefix("CAP_").map_or_else(|| name.clone(), str::to_owned)
}

/// The capabilities that a container adds.
pub(crate) fn added<'r>(container: &ContainerView<'r>) -> impl Iterator<Item = Added<'r>> {
    let container = *container;
    container.capabilities("add").map(move |(node, written)| Added {
        container,
        node,
        written,
        name: canonical(written),
    })
}

impl Added<'_> {
    /// The item of the list.
    pub(crate) fn place(&self) -> Place {
        self.container.place_of(self.node)
    }

    /// Takes the item away. Several checks offer this one edit, so all name the same risk: a capability that is written
    /// down is mostly needed.
    pub(crate) fn removal(&self) -> Fix {
        Fix::remove(FixRisk::High, self.place().route)
    }
}

/// Drops `ALL`, in place of whatever is dropped already. Adding all back would undo it, so that goes as well; single
/// capabilities that are added stay.
pub(crate) fn drop_all(container: &ContainerView<'_>) -> Fix {
    let capabilities = container.place(&["securityContext", "capabilities"]);
    let (add, drop) = (capabilities.clone().keys(&["add"]).route, capabilities.keys(&["drop"]).route);
    let mut edits = vec![match container.capabilities("drop").next() {
        Some(_) => Edit::Set { route: drop, value: FixValue::List(vec![ALL.into()]) },
        None => Edit::Append { route: drop, value: ALL.into() },
    }];
    let added: Vec<Added<'_>> = added(container).collect();
    let all = added.iter().filter(|added| added.name == ALL);
    if all.clone().count() == added.len() && !added.is_empty() {
        edits.push(Edit::Remove { route: add });
    } else {
        // From the end, so that the places of the earlier ones hold.
        edits.extend(all.rev().map(|added| Edit::Remove { route: added.place().route }));
    }
    let risk = match edits.len() {
        1 if has_none(container) => FixRisk::Low,
        1 => FixRisk::Medium,
        _ => FixRisk::High,
    };
    Fix { risk, edits }
}

/// Whether a container has no use for the capabilities that nobody wrote down: a process that is not root has none, unless
/// from the file of its program, and those are for opening low ports.
fn has_none(container: &ContainerView<'_>) -> bool {
    const FIRST_FREE: i64 = 1024;
    let not_root = match container.effective(&["runAsUser"]).and_then(Node::as_i64) {
        Some(user) => user > 0,
        None => container.effective(&["runAsNonRoot"]).and_then(Node::as_bool) == Some(true),
    };
    let bind = added(container).any(|added| added.name == "NET_BIND_SERVICE");
    let mut ports = container.node().list("ports").filter_map(|port| port.int("containerPort"));
    not_root && (bind || !ports.any(|port| port < FIRST_FREE))
}

/// Fails what is added beyond the capabilities that a level of the Pod Security Standards allows.
///
/// Such a level compares letters, so an allowed capability in another spelling fails as well, but only as a slip of the
/// pen; `complaint` ends the message about the others.
pub(crate) fn fail_beyond(
    container: &ContainerView<'_>,
    allowed: &[&str],
    complaint: &str,
    out: &mut Verdicts<'_>,
) {
    for added in added(container).filter(|added| !allowed.contains(&added.written)) {
        let place = added.place();
        let (label, written) = (container.label(), added.written);
        if allowed.contains(&added.name.as_str()) {
            let route = place.route.clone();
            let name = added.name;
            out.fail(place, format!("{label} adds capability `{name}` in the unknown spelling `{written}`"))
                .severity(seawall_core::Severity::Low)
                .fix(Fix::set(FixRisk::Low, route, name.as_str()));
        } else {
            out.fail(place, format!("{label} adds capability `{written}`{complaint}")).fix(added.removal());
        }
    }
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
