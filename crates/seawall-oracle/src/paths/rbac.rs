//! Roles and bindings, read once from JSON.

use serde_json::Value;

use crate::json::{list, name, namespace, of_kind, text, texts};

use super::defaults;

/// One rule about resources.
pub(super) struct Rule<'v> {
    pub(super) verbs: Vec<&'v str>,
    pub(super) groups: Vec<&'v str>,
    pub(super) resources: Vec<&'v str>,
    pub(super) names: Vec<&'v str>,
}

impl Rule<'_> {
    /// R1 and R2: whether it allows a request; an empty name is a request that carries none.
    pub(super) fn covers(&self, verb: &str, group: &str, resource: &str, name: &str) -> bool {
        let any = |list: &[&str], wanted: &str| list.iter().any(|have| *have == "*" || *have == wanted);
        let star = resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
        any(&self.verbs, verb)
            && any(&self.groups, group)
            && (any(&self.resources, resource)
                || star.is_some_and(|star| self.resources.contains(&star.as_str())))
            && (self.names.is_empty() || !name.is_empty() && self.names.contains(&name))
    }

    /// The same for a rule that names the object.
    pub(super) fn covers_named(&self, verb: &str, group: &str, resource: &str, name: &str) -> bool {
        !self.names.is_empty() && self.covers(verb, group, resource, name)
    }

    /// The same for a request that may carry any name.
    pub(super) fn covers_some(&self, verb: &str, group: &str, resource: &str) -> bool {
        let first = self.names.first().copied().unwrap_or("");
        self.covers(verb, group, resource, first)
    }

    /// Whether it allows everything, or every verb that the others follow from.
    pub(super) fn is_everything(&self) -> bool {
        let star = |list: &[&str]| list.contains(&"*");
        let all = ["get", "list", "create", "update", "patch", "delete"];
        star(&self.groups)
            && star(&self.resources)
            && self.names.is_empty()
            && (star(&self.verbs) || all.iter().all(|verb| self.verbs.contains(verb)))
    }
}

/// A Role or ClusterRole.
pub(super) struct Role<'v> {
    /// Of a Role.
    pub(super) namespace: Option<&'v str>,
    pub(super) name: &'v str,
    pub(super) rules: Vec<Rule<'v>>,
}

/// A RoleBinding or ClusterRoleBinding.
pub(super) struct Binding<'v> {
    /// Of a RoleBinding.
    pub(super) namespace: Option<&'v str>,
    pub(super) subjects: Vec<Subject<'v>>,
    /// The number of its role, when that is there.
    pub(super) role: Option<usize>,
    /// Every control plane of its kind has it.
    pub(super) default: bool,
}

/// Whom a binding names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject<'v> {
    User(&'v str),
    Group(&'v str),
    Account(&'v str, &'v str),
}

/// All roles; those that every control plane has are there also when the objects do not hold them.
pub(super) fn roles<'v>(objects: &'v [Value]) -> Vec<Role<'v>> {
    let read = |object: &'v Value, namespace: Option<&'v str>| Role {
        namespace,
        name: name(object),
        rules: list(object, &["rules"]).iter().map(rule).collect(),
    };
    let mut roles: Vec<Role<'v>> = of_kind(objects, "ClusterRole").map(|role| read(role, None)).collect();
    let missing = |role: &Role<'_>| roles.iter().all(|own| own.name != role.name);
    let missing: Vec<Role<'v>> = defaults::roles().into_iter().filter(missing).collect();
    roles.extend(missing);
    roles.extend(of_kind(objects, "Role").map(|role| read(role, Some(namespace(role)))));
    roles
}

fn rule(rule: &Value) -> Rule<'_> {
    Rule {
        verbs: texts(rule, &["verbs"]),
        groups: texts(rule, &["apiGroups"]),
        resources: texts(rule, &["resources"]),
        names: texts(rule, &["resourceNames"]),
    }
}

/// All bindings.
pub(super) fn bindings<'v>(objects: &'v [Value], roles: &[Role<'v>]) -> Vec<Binding<'v>> {
    let read = |object: &'v Value, own: Option<&'v str>| {
        let wanted = text(object, &["roleRef", "name"]);
        let of = match text(object, &["roleRef", "kind"]) {
            "ClusterRole" => Some(None),
            "Role" if own.is_some() => Some(own),
            _ => None,
        };
        let subjects: Vec<_> =
            list(object, &["subjects"]).iter().filter_map(|who| subject(who, own)).collect();
        Binding {
            namespace: own,
            default: own.is_none() && defaults::is_default_binding(name(object), wanted, &subjects),
            subjects,
            role: of.and_then(|of| roles.iter().position(|role| role.name == wanted && role.namespace == of)),
        }
    };
    let cluster = of_kind(objects, "ClusterRoleBinding").map(|binding| read(binding, None));
    cluster
        .chain(of_kind(objects, "RoleBinding").map(|binding| read(binding, Some(namespace(binding)))))
        .collect()
}

/// A user that has the name of a service account is that account.
fn subject<'v>(subject: &'v Value, own: Option<&'v str>) -> Option<Subject<'v>> {
    let name = text(subject, &["name"]);
    match text(subject, &["kind"]) {
        "User" => {
            Some(match name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
                Some((namespace, account)) => Subject::Account(namespace, account),
                None => Subject::User(name),
            })
        }
        "Group" => Some(Subject::Group(name)),
        "ServiceAccount" => match text(subject, &["namespace"]) {
            "" => own.map(|own| Subject::Account(own, name)),
            namespace => Some(Subject::Account(namespace, name)),
        },
        _ => None,
    }
}
