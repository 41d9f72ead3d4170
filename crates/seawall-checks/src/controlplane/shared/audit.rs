//! What an audit policy logs of a request.

use seawall_yaml::Node;

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Metadata,
    Request,
    RequestResponse,
}

/// A request by anybody, in any namespace, for an object of any name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) verb: &'static str,
    pub(crate) group: &'static str,
    /// With the sub-resource behind a slash.
    pub(crate) resource: &'static str,
}

/// The level of a request, and the rule that decides: the first that matches. A rule for some users, namespaces or
/// names is passed over, as it says nothing of the others; what no rule matches is not logged.
pub(crate) fn level<'t>(policy: Node<'t>, request: &Request) -> (Level, Option<Node<'t>>) {
    for rule in policy.list("rules").filter(|rule| matches(*rule, request)) {
        let level = match rule.str("level") {
            Some("None") => Level::None,
            Some("Metadata") => Level::Metadata,
            Some("Request") => Level::Request,
            Some("RequestResponse") => Level::RequestResponse,
            _ => continue,
        };
        return (level, Some(rule));
    }
    (Level::None, None)
}

fn matches(rule: Node<'_>, request: &Request) -> bool {
    let named = |key| rule.list(key).next().is_some();
    if named("users") || named("namespaces") || (named("userGroups") && !is_everybody(rule)) {
        return false;
    }
    let mut verbs = rule.list("verbs").filter_map(Node::as_str).peekable();
    if verbs.peek().is_some() && !verbs.any(|verb| verb == request.verb) {
        return false;
    }
    match (named("resources"), named("nonResourceURLs")) {
        (true, _) => rule.list("resources").any(|one| covers(one, request)),
        (false, non_resources) => !non_resources,
    }
}

/// Whether the groups of a rule are those that every user with a credential is in.
fn is_everybody(rule: Node<'_>) -> bool {
    rule.list("userGroups").filter_map(Node::as_str).any(|group| group == "system:authenticated")
}

/// Whether a group with its resources is about the request: without resources all of the group are meant, `*` too;
/// `pods` leaves out sub-resources, `pods/*` and `*/exec` name them (apiserver `pkg/audit/policy/checker.go`).
fn covers(one: Node<'_>, request: &Request) -> bool {
    if one.str("group").unwrap_or("") != request.group || one.list("resourceNames").next().is_some() {
        return false;
    }
    let (resource, sub) = request.resource.split_once('/').unwrap_or((request.resource, ""));
    let mut names = one.list("resources").filter_map(Node::as_str).peekable();
    names.peek().is_none()
        || names.any(|name| match name.split_once('/') {
            None => name == "*" || (name == resource && sub.is_empty()),
            Some((of, "*")) => of == resource,
            Some((of, own)) => own == sub && (of == resource || of == "*"),
        })
}
