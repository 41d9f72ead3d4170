//! A33, A34, A52, A53: what controllers do for whoever writes their objects.

use serde_json::Value;

use crate::json::{at, list, name, of_kind, text};

use super::fact::Fact;
use super::rbac::Subject;
use super::rights::{all_accounts, all_secrets, every_secret};
use super::state::State;
use super::world::World;

/// A52: API group, resource, whether it has no namespace, and what the controller's account is called.
const CARRIED_OUT: &[(&str, &str, bool, &[&str])] = &[
    ("kustomize.toolkit.fluxcd.io", "kustomizations", false, &["kustomize-controller"]),
    ("helm.toolkit.fluxcd.io", "helmreleases", false, &["helm-controller"]),
    ("argoproj.io", "applications", false, &["argocd-application-controller"]),
    ("argoproj.io", "applicationsets", false, &["argocd-application-controller"]),
    ("argoproj.io", "appprojects", false, &["argocd-application-controller"]),
    ("velero.io", "restores", false, &["velero", "velero-server"]),
    ("pkg.crossplane.io", "providers", true, &["crossplane"]),
    ("kyverno.io", "clusterpolicies", true, &["kyverno", "kyverno-background-controller"]),
];

/// Takes every such step once.
pub(super) fn step<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    let called = |names: &'static [&'static str]| {
        world.accounts.iter().copied().filter(|(_, account)| names.contains(account))
    };
    let changes_kinds = state.rewrites_somewhere(("apiextensions.k8s.io", "customresourcedefinitions"), true);
    for (group, resource, whole, accounts) in CARRIED_OUT {
        let defined = definitions(world).any(|kind| (kind.group, kind.plural) == (*group, *resource));
        if state.writes_somewhere((group, resource), *whole) || changes_kinds && defined {
            called(accounts).for_each(|(space, account)| state.gain(Fact::Account(space, account)));
        }
    }
    // A33: CVE-2022-3172
    if world.version.is_some_and(|version| version < (1, 22))
        && state.writes_somewhere(("apiregistration.k8s.io", "apiservices"), true)
    {
        world.persons().for_each(|user| state.gain(Fact::User(user)));
        world.accounts.iter().for_each(|(space, account)| state.gain(Fact::Account(space, account)));
    }
    for kind in definitions(world) {
        let (makes, looks) = controllers(world, &kind);
        let what = (kind.group, kind.plural);
        let known = CARRIED_OUT.iter().any(|(group, resource, ..)| (*group, *resource) == what);
        if known {
            continue;
        }
        for namespace in world.namespaces.iter().copied() {
            if changes_kinds || state.writes_in(what, Some(namespace)) {
                if kind.runs && makes {
                    all_accounts(world, state, namespace);
                }
                if kind.reads && looks {
                    all_secrets(world, state, namespace);
                }
            }
        }
        if kind.reads && looks && (changes_kinds || state.writes_in(what, None)) {
            every_secret(world, state);
        }
    }
}

/// A kind that a definition adds.
struct Kind<'v> {
    group: &'v str,
    plural: &'v str,
    /// An object of it names the account that something runs as.
    runs: bool,
    /// An object of it names secrets.
    reads: bool,
}

fn definitions<'v>(world: &World<'v>) -> impl Iterator<Item = Kind<'v>> {
    of_kind(world.objects, "CustomResourceDefinition").map(|object| {
        let schemas = list(object, &["spec", "versions"]).iter();
        let path = ["schema", "openAPIV3Schema", "properties", "spec", "properties"];
        let fields: Vec<&Value> = schemas.filter_map(|version| at(version, &path)).collect();
        Kind {
            group: text(object, &["spec", "group"]),
            plural: text(object, &["spec", "names", "plural"]),
            runs: fields.iter().any(|fields| fields.get("serviceAccountName").is_some()),
            reads: fields.iter().any(|fields| fields.get("secretRef").is_some()),
        }
    })
}

/// A53: whether an account that is here and writes the status of the kind makes pods, and whether one reads secrets.
fn controllers(world: &World<'_>, kind: &Kind<'_>) -> (bool, bool) {
    let status = format!("{}/status", kind.plural);
    let (mut makes, mut looks) = (false, false);
    for account in of_kind(world.objects, "ServiceAccount") {
        let own = Subject::Account(crate::json::namespace(account), name(account));
        let roles = || {
            let bindings = world.bindings.iter().filter(|binding| binding.subjects.contains(&own));
            bindings.filter_map(|binding| world.roles.get(binding.role?)).flat_map(|role| &role.rules)
        };
        let writes = |rule: &super::rbac::Rule<'_>| {
            rule.names.is_empty()
                && rule.groups.contains(&kind.group)
                && rule.resources.contains(&status.as_str())
                && ["*", "update", "patch"].iter().any(|verb| rule.verbs.contains(verb))
        };
        if !roles().any(writes) {
            continue;
        }
        let may = |verb: &str, group: &str, resource: &str| {
            roles().any(|rule| rule.covers(verb, group, resource, ""))
        };
        makes |= may("create", "", "pods")
            || may("create", "apps", "deployments")
            || may("create", "batch", "cronjobs")
            || may("create", "apps", "daemonsets");
        let reads = |rule: &super::rbac::Rule<'_>| {
            ["get", "list", "watch"].iter().any(|verb| rule.covers_some(verb, "", "secrets"))
        };
        looks |= roles().any(reads);
    }
    (makes, looks)
}

/// Whether an enforcing policy of Kyverno refuses pods that own their node: it leaves out its own and the system's
/// namespaces.
pub(super) fn kyverno_refuses(world: &World<'_>, namespace: &str) -> bool {
    const LEFT_OUT: &[&str] = &["kube-system", "kube-public", "kube-node-lease", "kyverno"];
    !LEFT_OUT.contains(&namespace)
        && of_kind(world.objects, "ClusterPolicy").any(|policy| {
            text(policy, &["spec", "validationFailureAction"]) == "Enforce"
                && list(policy, &["spec", "rules"])
                    .iter()
                    .any(|rule| text(rule, &["validate", "podSecurity", "level"]) == "baseline")
        })
}
