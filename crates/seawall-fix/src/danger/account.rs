//! Tokens that pods no longer get, where their account holds rights.

use seawall_inventory::{Place, PodView, Resource};
use seawall_rbac::{Rbac, SERVICE_ACCOUNTS, Subject};

use super::Dangers;

const FIELD: &str = "automountServiceAccountToken";

/// The namespace of an object that names none.
const DEFAULT: &str = "default";

pub(super) fn compare_pod(was: &PodView<'_>, is: &PodView<'_>, dangers: &mut Dangers<'_>) {
    if is.spec().bool(FIELD) != Some(false) || was.spec().bool(FIELD) == Some(false) {
        return;
    }
    let account = is.service_account();
    if let Some(rights) = rights(dangers.rights(), is.resource().namespace(), account) {
        let message = format!("the pod gets no token of ServiceAccount `{account}`, which {rights}");
        dangers.say(is.place(&[FIELD]), message);
    }
}

pub(super) fn compare_account(was: &Resource, is: &Resource, dangers: &mut Dangers<'_>) {
    if is.kind() != "ServiceAccount"
        || is.root().bool(FIELD) != Some(false)
        || was.root().bool(FIELD) == Some(false)
    {
        return;
    }
    let pods = dangers.after.pods_of_service_account(is.namespace(), is.name());
    let mut pods: Vec<String> = pods
        .iter()
        .filter(|pod| pod.spec().bool(FIELD).is_none())
        .map(|pod| pod.resource().subject().to_string())
        .collect();
    pods.sort();
    pods.dedup();
    let Some(rights) = rights(dangers.rights(), is.namespace(), is.name()).filter(|_| !pods.is_empty())
    else {
        return;
    };
    let message = format!("{} get no token any more; the account {rights}", pods.join(", "));
    let route = is.route_of(is.root()).keys(&[FIELD]);
    dangers.say(Place { resource: is.id(), route }, message);
}

/// By which bindings an account holds rights: in its own name, or as one of all accounts.
fn rights(rbac: &Rbac, namespace: Option<&str>, name: &str) -> Option<String> {
    let namespace = namespace.unwrap_or(DEFAULT);
    let identities = [
        Subject::service_account(namespace, name),
        Subject::group(&format!("{SERVICE_ACCOUNTS}:{namespace}")),
        Subject::group(SERVICE_ACCOUNTS),
    ];
    let ids = identities.iter().filter_map(|subject| rbac.subject_id(subject));
    let bindings = ids.flat_map(|id| rbac.bindings_of(id)).filter(|binding| !binding.is_expected());
    let granting = bindings
        .filter(|binding| rbac.role_of(binding).is_some_and(|role| !rbac.rules(role.rule_set()).is_empty()));
    let mut names: Vec<String> = granting.map(|binding| rbac.binding_name(binding).to_string()).collect();
    names.sort();
    names.dedup();
    let named = names.join(", ");
    (!names.is_empty()).then(|| format!("holds rights by {named}: a program that uses them can no longer"))
}
