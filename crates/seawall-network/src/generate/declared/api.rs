//! Workloads that talk to the API server: those that hold a token whose account has rights.

use std::collections::HashMap;

use seawall_inventory::{BindingView, GroupKind, Place, Resource, SubjectKind};

use super::World;
use crate::generate::need::{End, Needs, NotCovered, Source, Why};
use crate::model::DEFAULT_NAMESPACE;

const ACCOUNT: GroupKind<'static> = GroupKind::new("", "ServiceAccount");
/// The group of all service accounts; that of one namespace has `:NAMESPACE` behind it.
const ALL_ACCOUNTS: &str = "system:serviceaccounts";

/// Who is bound to a role, by namespace and name of the account, and the binding that says so.
#[derive(Default)]
struct Bound<'i> {
    accounts: HashMap<(String, String), BindingView<'i>>,
    namespaces: HashMap<String, BindingView<'i>>,
    everyone: Option<BindingView<'i>>,
}

impl<'i> Bound<'i> {
    fn new(resources: &'i [Resource]) -> Self {
        let mut bound = Bound::default();
        for binding in resources.iter().filter_map(BindingView::of) {
            let home = binding.resource().namespace().unwrap_or(DEFAULT_NAMESPACE);
            for subject in binding.subjects() {
                match (subject.kind, subject.name.strip_prefix(ALL_ACCOUNTS)) {
                    (SubjectKind::ServiceAccount, _) => {
                        let namespace = subject.namespace.unwrap_or(home).to_owned();
                        bound.accounts.entry((namespace, subject.name.to_owned())).or_insert(binding);
                    }
                    // What a vanilla control plane lets every account discover is no sign of use.
                    (SubjectKind::Group, _) if binding.resource().name().starts_with("system:") => {}
                    (SubjectKind::Group, Some("")) => bound.everyone = bound.everyone.or(Some(binding)),
                    (SubjectKind::Group, Some(tail)) => {
                        if let Some(namespace) = tail.strip_prefix(':') {
                            bound.namespaces.entry(namespace.to_owned()).or_insert(binding);
                        }
                    }
                    _ => {}
                }
            }
        }
        bound
    }

    fn of(&self, namespace: &str, account: &str) -> Option<BindingView<'i>> {
        let own = self.accounts.get(&(namespace.to_owned(), account.to_owned()));
        own.or_else(|| self.namespaces.get(namespace)).copied().or(self.everyone)
    }
}

/// Connections to the API server.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    let bound = Bound::new(world.inventory.resources());
    let server = world.of_nodes(&world.control.servers);
    for (id, unit) in world.units.iter().filter(|(_, unit)| !unit.host_network) {
        let Some(object) = unit.object.and_then(|id| world.inventory.get(id)) else { continue };
        let Some(pod) = object.pods().next() else { continue };
        let account = pod.service_account();
        let found = world.inventory.find_near(object, ACCOUNT, object.namespace(), account);
        let of_account = || found?.root().bool("automountServiceAccountToken");
        let mounted = pod.spec().bool("automountServiceAccountToken").or_else(of_account).unwrap_or(true);
        let Some(binding) = bound.of(&unit.namespace, account).filter(|_| mounted) else { continue };
        let place = Place {
            resource: binding.resource().id(),
            route: seawall_core::Route::root().keys(&["roleRef"]),
        };
        let note = format!(
            "the account `{account}`, whose token is mounted, has rights by {} `{}`",
            binding.resource().kind(),
            binding.resource().name()
        );
        match &server {
            Some(server) => {
                let why = Why::declared(Source::ApiServer, place, note);
                needs.add(End::Unit(id), server.clone(), world.control.ports.clone(), why);
            }
            None => needs.not_covered(NotCovered {
                unit: Some(id),
                what: format!("the API server: {note}"),
                reason: match world.control.servers.is_empty() {
                    true => "the addresses of the control plane are not known".to_owned(),
                    false => "this network plugin matches no node by its address".to_owned(),
                },
                place: Some(place),
                seen: None,
            }),
        }
    }
}
