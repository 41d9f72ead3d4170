//! What every client may do anyway, so that no role has to say it.

use std::collections::BTreeSet;

use crate::{AUTHENTICATED, Rbac, Request, Scope, Subject, UNAUTHENTICATED};

/// Paths that a vanilla control plane lets everybody read whose identity is established. A trailing `*` stands for
/// anything. Source: the ClusterRoles `system:discovery` and `system:public-info-viewer`
/// (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`).
const DISCOVERY: [&str; 12] = [
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
    "/.well-known/openid-configuration",
];
/// Of these, what is open to everybody.
const PUBLIC: [&str; 5] = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
/// What everybody may ask about himself: the ClusterRole `system:basic-user`.
const SELF: [(&str, &str); 3] = [
    ("authorization.k8s.io", "selfsubjectaccessreviews"),
    ("authorization.k8s.io", "selfsubjectrulesreviews"),
    ("authentication.k8s.io", "selfsubjectreviews"),
];

/// Whether a vanilla control plane allows a request to everybody who is in these groups.
pub fn is_default_right(groups: &BTreeSet<String>, request: &Request) -> bool {
    let known = groups.contains(AUTHENTICATED);
    match request {
        Request::NonResource { verb, path } => {
            let paths = match (known, groups.contains(UNAUTHENTICATED)) {
                (true, _) => &DISCOVERY[..],
                (false, true) => &PUBLIC[..],
                (false, false) => &[],
            };
            verb == "get" && paths.iter().any(|rule| crate::rule::url_covers(rule, path))
        }
        Request::Resource(asked) => {
            let of_self =
                |(group, resource): &(&str, &str)| asked.group == *group && asked.resource == *resource;
            known && asked.verb == "create" && asked.subresource.is_empty() && SELF.iter().any(of_self)
        }
    }
}

/// Whether a request is allowed by what a vanilla control plane grants to these groups, as this cluster has it.
pub(super) fn is_expected_right(rbac: &Rbac, groups: &BTreeSet<String>, request: &Request) -> bool {
    groups.iter().filter_map(|group| rbac.subject_id(&Subject::group(group))).any(|group| {
        rbac.bindings_of(group).filter(|binding| binding.is_expected()).any(|binding| {
            let Some(role) = rbac.role_of(binding).filter(|role| role.is_expected()) else { return false };
            let here = match binding.scope() {
                Scope::Cluster => true,
                Scope::Namespace(namespace) => request.namespace() == Some(rbac.text(namespace)),
            };
            here && rbac.rules(role.rule_set()).iter().any(|rule| rbac.rule_allows(rule, request))
        })
    })
}
