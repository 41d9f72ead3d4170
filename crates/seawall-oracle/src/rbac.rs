//! Who may do what, by walking every binding for every question.
//!
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/rbac/> and the API server's
//! `plugin/pkg/auth/authorizer/rbac`.

use serde_json::Value;

use crate::json::{list, name, namespace, of_kind, text, texts};

/// Who asks; the groups are complete.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The name of the user.
    pub name: String,
    /// All groups of the user.
    pub groups: Vec<String>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Question {
    /// About an object or a collection.
    Resource {
        /// `get`, `list` …
        verb: String,
        /// The API group, empty for the core group.
        group: String,
        /// The plural, without a subresource.
        resource: String,
        /// Empty when there is none.
        subresource: String,
        /// Empty at cluster scope.
        namespace: String,
        /// Empty when the request names no object.
        name: String,
    },
    /// About a path.
    Path {
        /// The method in lower case.
        verb: String,
        /// For example `/healthz`.
        path: String,
    },
}

/// Whether the RBAC objects among `objects` allow it.
pub fn allows(objects: &[Value], who: &Asker, question: &Question) -> bool {
    let cluster = of_kind(objects, "ClusterRoleBinding").any(|binding| {
        list(binding, &["subjects"]).iter().any(|subject| is_meant(subject, "", who))
            && rules_of(objects, binding, "").iter().any(|rule| covers(rule, question))
    });
    if cluster {
        return true;
    }
    let Question::Resource { namespace: asked, .. } = question else { return false };
    !asked.is_empty()
        && of_kind(objects, "RoleBinding").filter(|binding| namespace(binding) == asked).any(|binding| {
            list(binding, &["subjects"]).iter().any(|subject| is_meant(subject, asked, who))
                && rules_of(objects, binding, asked).iter().any(|rule| covers(rule, question))
        })
}

fn is_meant(subject: &Value, binding_namespace: &str, who: &Asker) -> bool {
    let name = text(subject, &["name"]);
    match text(subject, &["kind"]) {
        "User" => who.name == name,
        "Group" => who.groups.iter().any(|group| group == name),
        "ServiceAccount" => {
            let namespace = match text(subject, &["namespace"]) {
                "" => binding_namespace,
                namespace => namespace,
            };
            !namespace.is_empty() && who.name == format!("system:serviceaccount:{namespace}:{name}")
        }
        _ => false,
    }
}

fn rules_of<'v>(objects: &'v [Value], binding: &Value, binding_namespace: &str) -> &'v [Value] {
    let wanted = text(binding, &["roleRef", "name"]);
    let role = match text(binding, &["roleRef", "kind"]) {
        "ClusterRole" => of_kind(objects, "ClusterRole").find(|role| name(role) == wanted),
        "Role" if !binding_namespace.is_empty() => {
            of_kind(objects, "Role").find(|role| name(role) == wanted && namespace(role) == binding_namespace)
        }
        _ => None,
    };
    role.map_or(&[], |role| list(role, &["rules"]))
}

fn covers(rule: &Value, question: &Question) -> bool {
    let any =
        |key: &str, wanted: &str| texts(rule, &[key]).iter().any(|have| *have == "*" || *have == wanted);
    match question {
        Question::Resource { verb, group, resource, subresource, name, .. } => {
            let full = match subresource.as_str() {
                "" => resource.clone(),
                sub => format!("{resource}/{sub}"),
            };
            let star = format!("*/{subresource}");
            let resource_fits = any("resources", &full)
                || !subresource.is_empty() && texts(rule, &["resources"]).contains(&star.as_str());
            let names = texts(rule, &["resourceNames"]);
            any("verbs", verb)
                && any("apiGroups", group)
                && resource_fits
                && (names.is_empty() || names.contains(&name.as_str()))
        }
        Question::Path { verb, path } => {
            any("verbs", verb)
                && texts(rule, &["nonResourceURLs"]).iter().any(|have| {
                    *have == "*"
                        || have == path
                        || have.ends_with('*') && path.starts_with(have.trim_end_matches('*'))
                })
        }
    }
}
