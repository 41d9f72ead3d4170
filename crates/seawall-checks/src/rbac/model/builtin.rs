//! Roles and bindings that Kubernetes and kubeadm set up themselves, by the table of `seawall-rbac`.
//!
//! What is expected is a name *with* its content: a role with the rights that it comes with, a binding with its role and
//! subjects. Names alone prove nothing, since nothing reserves them.

use seawall_inventory::{BindingSubject, BindingView, PolicyRule, RoleRef, RoleView, SubjectKind};
use seawall_rbac::{DefaultRole, DefaultRule, Subject, default_binding, default_role};

use crate::rbac::model::{Grant, Hit, Part};

/// The label, and its value, on what the API server's bootstrap made.
pub(crate) const BOOTSTRAP_LABEL: (&str, &str) = ("kubernetes.io/bootstrapping", "rbac-defaults");

/// Whether a subject of a binding is one that the binding comes with.
pub(crate) fn is_default_subject(binding: &BindingView<'_>, subject: &BindingSubject<'_>) -> bool {
    let resource = binding.resource();
    let Some(RoleRef { kind, name }) = binding.role_ref() else { return false };
    let home = if binding.is_cluster_binding() { None } else { resource.namespace().or(Some("")) };
    let who = match subject.kind {
        SubjectKind::User => Subject::user(subject.name),
        SubjectKind::Group => Subject::group(subject.name),
        SubjectKind::ServiceAccount => {
            Subject::service_account(subject.namespace.unwrap_or(""), subject.name)
        }
        SubjectKind::Unknown => return false,
    };
    default_binding(home, resource.name())
        .is_some_and(|known| known.role() == (kind, name) && known.subjects().contains(&who))
}

/// What a role of this name comes with.
fn default(role: RoleRef<'_>, namespace: Option<&str>) -> Option<&'static DefaultRole> {
    match role.kind {
        "ClusterRole" => default_role(None, role.name),
        "Role" => default_role(Some(namespace?), role.name),
        _ => None,
    }
}

/// Whether a built-in role comes with a rule of some kind; `None` for a role that is not built in.
pub(crate) fn comes_with(
    role: RoleRef<'_>,
    namespace: Option<&str>,
    is: &dyn Fn(&DefaultRule) -> bool,
) -> Option<bool> {
    Some(default(role, namespace)?.rules().iter().any(is))
}

/// Whether a rule of a built-in role gives one of these rights.
pub(crate) fn gives(rule: &DefaultRule, grants: &[Grant]) -> bool {
    let main = grants.iter().filter(|grant| grant.part == Part::Main);
    main.into_iter().any(|grant| grant.resources.iter().any(|resource| allows(rule, grant, resource)))
}

fn allows(rule: &DefaultRule, grant: &Grant, resource: &str) -> bool {
    grant.verbs.iter().any(|verb| rule.allows(verb, grant.group, resource))
}

/// Whether a rule of a built-in role is one for all verbs, resources and groups.
pub(crate) fn gives_everything(rule: &DefaultRule) -> bool {
    ["verbs", "resources", "apiGroups"].into_iter().all(|list| rule.has_wildcard(list))
}

/// Whether a role is built in and comes with a rule of some kind.
pub(crate) fn is_builtin(role: &RoleView<'_>, is: &dyn Fn(&DefaultRule) -> bool) -> bool {
    let resource = role.resource();
    let reference = RoleRef { kind: resource.kind(), name: resource.name() };
    comes_with(reference, resource.namespace(), is) == Some(true)
}

/// Whether a role is built in and comes with what a rule of it gives; what it got besides is as suspect as in any other.
pub(crate) fn is_builtin_hit(role: &RoleView<'_>, hit: &Hit<'_>) -> bool {
    is_builtin(role, &|rule| allows(rule, hit.grant, hit.resource) && (hit.named || rule.names().is_empty()))
}

/// Whether people are meant to be bound to a built-in ClusterRole within a namespace.
pub(crate) fn is_user_facing(role: RoleRef<'_>) -> bool {
    role.kind == "ClusterRole"
        && matches!(
            role.name,
            "cluster-admin"
                | "admin"
                | "edit"
                | "view"
                | "system:aggregate-to-admin"
                | "system:aggregate-to-edit"
                | "system:aggregate-to-view"
        )
}

/// Whether a role is built in.
pub(crate) fn is_known_role(role: RoleRef<'_>, namespace: Option<&str>) -> bool {
    default(role, namespace).is_some()
}

/// Whether a built-in ClusterRole comes with nothing but what is public to everybody who is logged in.
pub(crate) fn is_public_role(role: RoleRef<'_>) -> bool {
    role.kind == "ClusterRole"
        && matches!(
            role.name,
            "system:basic-user"
                | "system:discovery"
                | "system:public-info-viewer"
                | "system:service-account-issuer-discovery"
        )
}

/// URLs that everybody who is logged in may get.
static PUBLIC_URLS: &[&str] = &[
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
    // Given to all service accounts, and public keys after all.
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/",
    "/openid/v1/jwks",
    "/openid/v1/jwks/",
];

/// What everybody who is logged in may create: questions about oneself.
static PUBLIC_REVIEWS: &[(&str, &[&str])] = &[
    ("authorization.k8s.io", &["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
    ("authentication.k8s.io", &["selfsubjectreviews"]),
];

/// Whether a rule allows more than what everybody who is logged in may do in a new cluster.
pub(crate) fn beyond_default(rule: &PolicyRule<'_>) -> bool {
    let mut urls = rule.strings("nonResourceURLs").peekable();
    if urls.peek().is_some() {
        let public = |url: &str| {
            PUBLIC_URLS.iter().any(|known| {
                *known == url || known.strip_suffix('*').is_some_and(|head| url.starts_with(head))
            })
        };
        return rule.strings("verbs").any(|verb| verb != "get") || !urls.all(public);
    }
    // Without one of the three lists a rule allows nothing.
    if ["verbs", "resources", "apiGroups"].iter().any(|list| rule.strings(list).next().is_none()) {
        return false;
    }
    let own_review = |resource: &str| {
        rule.strings("apiGroups").all(|group| {
            PUBLIC_REVIEWS.iter().any(|(known, resources)| *known == group && resources.contains(&resource))
        })
    };
    rule.strings("verbs").any(|verb| verb != "create") || !rule.strings("resources").all(own_review)
}
